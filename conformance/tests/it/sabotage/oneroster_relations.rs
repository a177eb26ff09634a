//! Sabotages of what the objects of OneRoster have to do with each other.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{objects, path, values};
use crate::proxy::Fault;

/// Those of objects that refer to others.
pub const LINKED: &[Sabotage] = &[
    Sabotage {
        what: "references lead to where nothing is",
        checks: &["OR-209"],
        fault: Fault::Answer(|_, response| {
            values(response, |value| {
                if value.get("href").is_some() {
                    value["href"] = json!(format!("{}-x", value["href"].as_str().unwrap()));
                }
            });
        }),
    },
    Sabotage {
        what: "references lead to another host",
        checks: &["OR-209"],
        fault: Fault::Answer(|_, response| {
            values(response, |value| {
                if value.get("href").is_some() {
                    value["href"] = json!("https://internal.example/orgs/1");
                }
            });
        }),
    },
    Sabotage {
        what: "references name an object that isn't there",
        checks: &["OR-209", "OR-210"],
        fault: Fault::Answer(|_, response| {
            values(response, |value| {
                if value.get("href").is_some() {
                    value["sourcedId"] = json!("gone");
                }
            });
        }),
    },
];

fn edit_objects(collection: &str, request: &Request, response: &mut Response, change: fn(&mut Value)) {
    if path(request).trim_start_matches('/').starts_with(collection) {
        objects(response, change);
    }
}

/// Those of rostering.
pub const ROSTER: &[Sabotage] = &[
    Sabotage {
        what: "a subject has no code",
        checks: &["OR-215"],
        fault: Fault::Answer(|request, response| {
            edit_objects("classes", request, response, |class| {
                if let Some(codes) = class.get_mut("subjects").and_then(Value::as_array_mut) {
                    codes.push(json!("Muziek"));
                }
            });
        }),
    },
    Sabotage {
        what: "every enrollment is primary",
        checks: &["OR-216"],
        fault: Fault::Answer(|request, response| {
            edit_objects("enrollments", request, response, |enrollment| enrollment["primary"] = json!("true"));
        }),
    },
    Sabotage {
        what: "all primary teachers teach one class",
        checks: &["OR-216"],
        fault: Fault::Answer(|request, response| {
            edit_objects("enrollments", request, response, |enrollment| {
                enrollment["class"]["sourcedId"] = json!("one");
                enrollment["beginDate"] = json!("2026-08-01");
            });
        }),
    },
    Sabotage {
        what: "sessions end when they start",
        checks: &["OR-217"],
        fault: Fault::Answer(|request, response| {
            edit_objects("academicSessions", request, response, |session| {
                session["endDate"] = session["startDate"].clone();
            });
        }),
    },
    Sabotage {
        what: "no session and no org has children",
        checks: &["OR-217", "OR-218"],
        fault: Fault::Answer(|request, response| {
            for collection in ["academicSessions", "orgs"] {
                edit_objects(collection, request, response, |one| one["children"] = json!([]));
            }
        }),
    },
    Sabotage {
        what: "every session and every org is its own parent",
        checks: &["OR-217", "OR-218"],
        fault: Fault::Answer(|request, response| {
            for collection in ["academicSessions", "orgs"] {
                edit_objects(collection, request, response, |one| {
                    one["parent"] = json!({"sourcedId": one["sourcedId"]});
                    one.as_object_mut().unwrap().remove("children");
                });
            }
        }),
    },
    Sabotage {
        what: "grading periods begin long before their parents",
        checks: &["OR-217b"],
        fault: Fault::Answer(|request, response| {
            edit_objects("academicSessions", request, response, |session| {
                if session["type"] == "gradingPeriod" {
                    session["startDate"] = json!("1999-08-01");
                }
            });
        }),
    },
    Sabotage {
        what: "demographics have ids of their own",
        checks: &["OR-219"],
        fault: Fault::Answer(|request, response| {
            edit_objects("demographics", request, response, |one| {
                one["sourcedId"] = json!(format!("demographics-{}", one["sourcedId"].as_str().unwrap()));
            });
        }),
    },
    Sabotage {
        what: "pupils have no agents, though their parents have them",
        checks: &["OR-220"],
        fault: Fault::Answer(|request, response| {
            edit_objects("users", request, response, |user| {
                if user.get("grades").is_some() {
                    user["agents"] = json!([]);
                }
            });
        }),
    },
];

/// Those of 1.2 Rostering.
pub const V1P2_ROSTER: &[Sabotage] = &[
    Sabotage {
        what: "all roles are primary",
        checks: &["OR-212"],
        fault: Fault::Answer(|request, response| {
            edit_objects("users", request, response, |user| {
                for role in user["roles"].as_array_mut().unwrap() {
                    role["roleType"] = json!("primary");
                }
            });
        }),
    },
    Sabotage {
        what: "no role is primary",
        checks: &["OR-212"],
        fault: Fault::Answer(|request, response| {
            edit_objects("users", request, response, |user| {
                for role in user["roles"].as_array_mut().unwrap() {
                    role["roleType"] = json!("secondary");
                }
            });
        }),
    },
    Sabotage {
        what: "roles end before they begin",
        checks: &["OR-212"],
        fault: Fault::Answer(|request, response| {
            edit_objects("users", request, response, |user| {
                for role in user["roles"].as_array_mut().unwrap() {
                    role["endDate"] = json!("1999-07-31");
                }
            });
        }),
    },
    Sabotage {
        what: "users have no profiles, though their roles name them",
        checks: &["OR-221"],
        fault: Fault::Answer(|request, response| {
            edit_objects("users", request, response, |user| drop(user.as_object_mut().unwrap().remove("userProfiles")));
        }),
    },
];
