//! Sabotages of what a SCIM server publishes and keeps.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::json;

use super::Sabotage;
use super::oneroster_edits::{change_parameter, parameter};
use super::scim_edits::{is_below, list, nothing, path, remove, resources};
use crate::proxy::{Fault, answer, edit};

fn schemas(request: &Request, response: &mut Response, change: fn(&mut serde_json::Value)) {
    if path(request) == "/Schemas" {
        list(response, |schemas| schemas.iter_mut().for_each(change));
    }
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "the server's own schema has a registered URN",
        checks: &["SC-380"],
        fault: Fault::Answer(|request, response| {
            schemas(request, response, |schema| {
                if schema["id"].as_str().unwrap().contains("education") {
                    schema["id"] = json!("urn:ietf:params:scim:schemas:extension:education:2.0:User");
                }
            });
        }),
    },
    Sabotage {
        what: "one writable attribute isn't kept",
        checks: &["SC-381"],
        fault: Fault::Request(|request| {
            if request.method == "POST" && is_below(request, "/Users") {
                let text = String::from_utf8_lossy(&request.body).replace("\"userType\"", "\"nosuch\"");
                request.body = text.into_bytes();
            }
        }),
    },
    Sabotage {
        what: "extensions aren't kept",
        checks: &["SC-381", "SC-381b"],
        fault: Fault::Request(|request| {
            if request.method == "POST" && is_below(request, "/Users") {
                let text = String::from_utf8_lossy(&request.body).replace(":education:", ":nosuch:");
                request.body = text.into_bytes();
            }
        }),
    },
    Sabotage {
        what: "by one writable attribute nobody is found",
        checks: &["SC-381b"],
        fault: Fault::Instead(|request| {
            let filter = parameter(request, "filter").unwrap_or_default();
            filter.contains("costCenter%20eq").then(nothing)
        }),
    },
    Sabotage {
        what: "filters by an attribute of the server's own aren't read",
        checks: &["SC-381b"],
        fault: Fault::Request(|request| {
            change_parameter(request, "filter", |filter| {
                let is_own = filter.contains("%3AlocalId");
                Some(if is_own { filter.split("%20and%20").next().unwrap().to_owned() } else { filter.to_owned() })
            });
        }),
    },
    Sabotage {
        what: "an extension has a writable list",
        checks: &["SC-382"],
        fault: Fault::Answer(|request, response| {
            schemas(request, response, |schema| {
                for attribute in schema["attributes"].as_array_mut().unwrap() {
                    if attribute["name"] == "gradeLevels" {
                        attribute["mutability"] = json!("readWrite");
                    }
                }
            });
        }),
    },
    Sabotage {
        what: "PUT of a group changes nothing",
        checks: &["SC-386", "SC-387"],
        fault: Fault::Request(|request| {
            if request.method == "PUT" {
                request.method = "GET".to_owned();
            }
        }),
    },
    Sabotage {
        what: "DELETE of a group is refused while it has members",
        checks: &["SC-386"],
        fault: Fault::Answer(|request, response| {
            if request.method == "DELETE" && is_below(request, "/Groups/") {
                *response = answer(409, "application/scim+json", &json!({}));
            }
        }),
    },
    Sabotage {
        what: "users don't show their groups",
        checks: &["SC-387"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "/Users/") {
                resources(response, |user| remove(user, "groups"));
            }
        }),
    },
    Sabotage {
        what: "the version of a group isn't that of its members",
        checks: &["SC-387"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "/Groups/") && response.status == 200 {
                edit(response, |class| class["meta"]["version"] = json!("W/\"1\""));
            }
        }),
    },
];
