//! Sabotages of what membership means beyond the group.

use serde_json::json;

use super::Sabotage;
use super::scim_edits::{path, remove};
use super::scim_patch_edits::{body, leave_out, operations, refused_if, resource};
use crate::proxy::{Fault, answer};

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "members have no value",
        checks: &["SC-250", "SC-258"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |group| {
                for member in group["members"].as_array_mut().into_iter().flatten() {
                    remove(member, "value");
                }
            });
        }),
    },
    Sabotage {
        what: "the links of members lead nowhere",
        checks: &["SC-258"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |group| {
                for member in group["members"].as_array_mut().into_iter().flatten() {
                    member["$ref"] = json!("/Users/nobody");
                }
            });
        }),
    },
    Sabotage {
        what: "members have the type of a person",
        checks: &["SC-258"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |group| {
                for member in group["members"].as_array_mut().into_iter().flatten() {
                    member["type"] = json!("Person");
                }
            });
        }),
    },
    Sabotage {
        what: "users don't show their groups",
        checks: &["SC-259"],
        fault: Fault::Answer(|request, response| resource(request, response, |user| remove(user, "groups"))),
    },
    Sabotage {
        what: "users show groups that they aren't in",
        checks: &["SC-259", "SC-259b"],
        fault: Fault::Answer(|request, response| {
            if path(request).starts_with("/Users/") {
                resource(request, response, |user| user["groups"] = json!([{"value": "another"}]));
            }
        }),
    },
    Sabotage {
        what: "a user that is given groups becomes a member",
        checks: &["SC-259b"],
        fault: Fault::Request(|request| {
            let user = path(request).strip_prefix("/Users/").unwrap_or_default().to_owned();
            if let Some(group) = body(request)["Operations"][0]["value"][0]["value"].as_str() {
                request.url = request.url.replace(&format!("/Users/{user}"), &format!("/Groups/{group}"));
                operations(request, |list| {
                    *list = vec![json!({"op": "add", "path": "members", "value": [{"value": user}]})];
                });
            }
        }),
    },
    Sabotage {
        what: "users that are deleted stay members",
        checks: &["SC-260"],
        fault: Fault::Request(|request| {
            if request.method == "DELETE" && path(request).starts_with("/Users/") {
                "GET".clone_into(&mut request.method);
            }
        }),
    },
    Sabotage {
        what: "PATCH of a group refuses an id in a value without a path",
        checks: &["SC-261"],
        fault: Fault::Instead(|request| refused_if(request, |operation| operation["value"].get("id").is_some())),
    },
    Sabotage {
        what: "PATCH ignores a new name in a value without a path",
        checks: &["SC-261"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation.get("path").is_none())),
    },
    Sabotage {
        what: "renaming a group empties it",
        checks: &["SC-261"],
        fault: Fault::Request(|request| {
            operations(request, |list| list.push(json!({"op": "remove", "path": "members"})));
        }),
    },
    Sabotage {
        what: "the server fails at a group in a group",
        checks: &["SC-262"],
        fault: Fault::Instead(|request| {
            let is_nested = body(request)["Operations"][0]["value"][0]["type"] == "Group";
            is_nested.then(|| answer(500, "application/scim+json", &json!({})))
        }),
    },
    Sabotage {
        what: "PATCH ignores groups in groups",
        checks: &["SC-262"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["value"][0]["type"] == "Group")),
    },
    Sabotage {
        what: "groups in groups have the type of users",
        checks: &["SC-262"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |group| {
                for member in group["members"].as_array_mut().into_iter().flatten() {
                    member["type"] = json!("User");
                }
            });
        }),
    },
    Sabotage {
        what: "the server fails when members are added side by side",
        checks: &["SC-263"],
        fault: Fault::Instead(|request| {
            (request.method == "PATCH").then(|| answer(500, "application/scim+json", &json!({})))
        }),
    },
];
