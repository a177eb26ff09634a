//! Sabotages of what the objects of OneRoster hold.

use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{objects, path, remove, set_header, values};
use crate::proxy::Fault;

const fn answers(what: &'static str, checks: &'static [&'static str], fault: Fault) -> Sabotage {
    Sabotage { what, checks, fault }
}

/// Those of all interfaces.
pub const BOTH: &[Sabotage] = &[
    answers(
        "objects have no status",
        &["OR-203"],
        Fault::Answer(|_, response| {
            objects(response, |object| remove(object, "status"));
        }),
    ),
    answers(
        "objects are inactive",
        &["OR-203"],
        Fault::Answer(|_, response| {
            objects(response, |object| object["status"] = json!("inactive"));
        }),
    ),
    answers(
        "instants have no UTC marker",
        &["OR-204"],
        Fault::Answer(|_, response| {
            objects(response, |object| object["dateLastModified"] = json!("2026-01-05T08:00:00.000"));
        }),
    ),
    answers(
        "metadata that isn't there is null",
        &["OR-207"],
        Fault::Answer(|_, response| {
            objects(response, |object| object["metadata"] = Value::Null);
        }),
    ),
    answers(
        "answers say that they are Latin-1",
        &["OR-224"],
        Fault::Answer(|_, response| {
            set_header(response, "content-type", "application/json; charset=iso-8859-1");
        }),
    ),
    answers(
        "letters with accents became replacement characters",
        &["OR-224"],
        Fault::Answer(|_, response| {
            objects(response, |object| object["title"] = json!("P\u{FFFD}rez"));
        }),
    ),
];

/// Those of interfaces whose objects refer to others.
pub const LINKED: &[Sabotage] = &[
    answers(
        "days have a time",
        &["OR-206"],
        Fault::Answer(|_, response| {
            values(response, |value| {
                if value.as_str().is_some_and(|text| text.len() == 10 && text.starts_with("20")) {
                    *value = json!(format!("{}T00:00:00.000Z", value.as_str().unwrap()));
                }
            });
        }),
    ),
    answers(
        "references name their type in the plural",
        &["OR-208"],
        Fault::Answer(|_, response| {
            values(response, |value| {
                if value.get("href").is_some() {
                    value["type"] = json!(format!("{}s", value["type"].as_str().unwrap()));
                }
            });
        }),
    ),
    answers(
        "references have relative addresses",
        &["OR-208"],
        Fault::Answer(|_, response| {
            values(response, |value| {
                if value.get("href").is_some() {
                    value["href"] = json!("/ims/oneroster/orgs/1");
                }
            });
        }),
    ),
    answers(
        "lists that must hold something are empty",
        &["OR-211"],
        Fault::Answer(|_, response| {
            objects(response, |object| {
                for name in ["terms", "roles", "orgs", "scoreScaleValue"] {
                    if object.get(name).is_some() {
                        object[name] = json!([]);
                    }
                }
            });
        }),
    ),
];

/// Those of rostering.
pub const ROSTER: &[Sabotage] = &[
    answers(
        "metadata is a text",
        &["OR-223"],
        Fault::Answer(|_, response| {
            objects(response, |object| object["metadata"] = json!("denominatie=openbaar"));
        }),
    ),
    answers(
        "metadata of single objects is flattened to text",
        &["OR-223"],
        Fault::Answer(|request, response| {
            let is_list = path(request).matches('/').count() < 2;
            objects(response, |object| {
                if is_list {
                    object["metadata"] = json!({"a": [1, {"b": "c"}]});
                } else {
                    object["metadata"] = json!({"a": "[1, {b: c}]"});
                }
            });
        }),
    ),
    answers(
        "true and false are JSON's",
        &["OR-205"],
        Fault::Answer(|_, response| {
            values(response, |value| match value.as_str() {
                Some("true") => *value = json!(true),
                Some("false") => *value = json!(false),
                _ => {}
            });
        }),
    ),
    answers(
        "users have their password",
        &["OR-222"],
        Fault::Answer(|request, response| {
            if path(request).starts_with("/users") {
                objects(response, |user| user["password"] = json!("geheim123"));
            }
        }),
    ),
];

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    answers(
        "objects have a member of the vendor's own",
        &["OR-201"],
        Fault::Answer(|_, response| {
            objects(response, |object| object["internalId"] = json!("17"));
        }),
    ),
    answers(
        "a status begins with ext:",
        &["OR-201", "OR-213"],
        Fault::Answer(|_, response| {
            objects(response, |object| object["status"] = json!("ext:archived"));
        }),
    ),
];

/// Those of 1.2 Rostering.
pub const V1P2_ROSTER: &[Sabotage] = &[
    answers(
        "an ext: token has a space",
        &["OR-213"],
        Fault::Answer(|request, response| {
            if path(request).starts_with("/classes") {
                objects(response, |class| class["classType"] = json!("ext:not anchored"));
            }
        }),
    ),
    answers(
        "orgs have no identifier",
        &["OR-225", "OR-201"],
        Fault::Answer(|request, response| {
            if path(request).starts_with("/orgs") {
                objects(response, |org| remove(org, "identifier"));
            }
        }),
    ),
    answers(
        "courses have a number for a code",
        &["OR-225"],
        Fault::Answer(|request, response| {
            if path(request).starts_with("/courses") {
                objects(response, |course| course["courseCode"] = json!(17));
            }
        }),
    ),
];

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[
    answers(
        "users have the roles of 1.2",
        &["OR-202"],
        Fault::Answer(|request, response| {
            if path(request).starts_with("/users") {
                objects(response, |user| user["roles"] = json!([{"roleType": "primary", "role": "student"}]));
            }
        }),
    ),
    answers(
        "users have no orgs",
        &["OR-202", "OR-211"],
        Fault::Answer(|request, response| {
            if path(request).starts_with("/users") {
                objects(response, |user| remove(user, "orgs"));
            }
        }),
    ),
    answers(
        "class types begin with ext:",
        &["OR-202", "OR-214"],
        Fault::Answer(|request, response| {
            if path(request).starts_with("/classes") {
                objects(response, |class| class["classType"] = json!("ext:lab"));
            }
        }),
    ),
];

/// Those of grades.
pub const GRADED: &[Sabotage] = &[answers(
    "numbers are texts",
    &["OR-226"],
    Fault::Answer(|_, response| {
        values(response, |value| {
            if value.is_number() {
                *value = json!(value.to_string());
            }
        });
    }),
)];
