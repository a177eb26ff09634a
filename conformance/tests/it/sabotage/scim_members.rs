//! Sabotages of what PATCH does to the members of groups.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use koppelvlak_conformance::exchange::Request;
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_patch_edits::{each, leave_out, operations, refused_if, resource};
use crate::proxy::Fault;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "PATCH adds the first of several members only",
        checks: &["SC-250", "SC-251", "SC-256"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if let (true, Some(list)) = (is_added(operation), operation["value"].as_array_mut()) {
                    list.truncate(1);
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH replaces the members by those that are added",
        checks: &["SC-250", "SC-250b", "SC-251", "SC-257", "SC-263"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if is_added(operation) {
                    operation["op"] = json!("replace");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH adds no members without a path",
        checks: &["SC-250"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["value"].get("members").is_some())),
    },
    Sabotage {
        what: "PATCH refuses a member that isn't in a list",
        checks: &["SC-250b"],
        fault: Fault::Instead(|request| {
            refused_if(request, |operation| is_added(operation) && operation["value"].is_object())
        }),
    },
    Sabotage {
        what: "members that are added again are there twice",
        checks: &["SC-251", "SC-251c"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |group| {
                if let Some(members) = group["members"].as_array_mut() {
                    members.extend(members.first().cloned());
                }
            });
        }),
    },
    Sabotage {
        what: "adding a member counts as a change, also if it was there",
        checks: &["SC-251b"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                let name = format!("Changed {}", NUMBER.fetch_add(1, Ordering::SeqCst));
                list.push(json!({"op": "replace", "path": "displayName", "value": name}));
            });
        }),
    },
    Sabotage {
        what: "PATCH removes all members when a filter names one",
        checks: &["SC-252"],
        fault: Fault::Request(|request| on_filtered(request, |operation| operation["path"] = json!("members"))),
    },
    Sabotage {
        what: "PATCH doesn't remove the member that a filter names",
        checks: &["SC-252", "SC-257b", "SC-259"],
        fault: Fault::Request(|request| {
            on_filtered(request, |operation| operation["path"] = json!("members[value eq \"\"]"));
        }),
    },
    Sabotage {
        what: "PATCH removes all members when a list names some",
        checks: &["SC-253", "SC-954c"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if is_removal(operation) {
                    operation.as_object_mut().unwrap().remove("value");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH refuses to remove members by a list",
        checks: &["SC-253", "SC-954c", "SC-954f"],
        fault: Fault::Instead(|request| {
            refused_if(request, |operation| is_removal(operation) && operation["value"].is_array())
        }),
    },
    Sabotage {
        what: "PATCH removes members only one by one",
        checks: &["SC-254"],
        fault: Fault::Request(|request| {
            leave_out(request, |operation| is_removal(operation) && operation.get("value").is_none());
        }),
    },
    Sabotage {
        what: "PATCH adds the members that should replace the others",
        checks: &["SC-254"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["op"] == "replace" && operation["path"] == "members" {
                    operation["op"] = json!("add");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH ignores an empty list of members",
        checks: &["SC-254"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["value"] == json!([]))),
    },
    Sabotage {
        what: "PATCH ignores null for members",
        checks: &["SC-254b"],
        fault: Fault::Request(|request| {
            leave_out(request, |operation| operation["path"] == "members" && operation["value"].is_null());
        }),
    },
    Sabotage {
        what: "PATCH refuses a `$ref` that is null",
        checks: &["SC-253", "SC-255"],
        fault: Fault::Instead(|request| {
            refused_if(request, |operation| operation["value"][0].get("$ref") == Some(&Value::Null))
        }),
    },
    Sabotage {
        what: "PATCH refuses parts of members that it doesn't know",
        checks: &["SC-255"],
        fault: Fault::Instead(|request| {
            refused_if(request, |operation| operation["value"][0].get("displayName").is_some())
        }),
    },
    Sabotage {
        what: "PATCH ignores members that are texts",
        checks: &["SC-255b"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["value"].is_string())),
    },
    Sabotage {
        what: "PATCH refuses members that it doesn't know",
        checks: &["SC-256"],
        fault: Fault::Instead(|request| {
            refused_if(request, |operation| operation["value"].as_array().is_some_and(|list| list.len() == 2))
        }),
    },
    Sabotage {
        what: "many changes take long",
        checks: &["SC-257", "SC-257b"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                if list.len() >= 50 {
                    sleep(Duration::from_millis(2100));
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH refuses many changes",
        checks: &["SC-257b"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                if list.len() > 100 {
                    list.resize(6000, json!({"op": "remove", "path": "members"}));
                }
            });
        }),
    },
];

fn is_added(operation: &Value) -> bool {
    operation["op"] == "add" && operation["path"] == "members"
}

fn is_removal(operation: &Value) -> bool {
    operation["path"] == "members" && operation["op"].as_str().is_some_and(|op| op.eq_ignore_ascii_case("remove"))
}

fn on_filtered(request: &mut Request, change: impl Fn(&mut Value)) {
    each(request, |operation| {
        if operation["path"].as_str().is_some_and(|path| path.starts_with("members[")) {
            change(operation);
        }
    });
}
