//! Sabotages of the forms in which clients write a PATCH.

use koppelvlak_conformance::exchange::Request;
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_edits::refusal;
use super::scim_patch_edits::{body, leave_out, operations, refused_if};
use crate::proxy::Fault;

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "PATCH knows operations in small letters only",
        checks: &["SC-201"],
        fault: Fault::Instead(|request| refused_if(request, |operation| is_other_than_small(&operation["op"]))),
    },
    Sabotage {
        what: "PATCH ignores `Remove`",
        checks: &["SC-201"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["op"] == "Remove")),
    },
    Sabotage {
        what: "PATCH knows its members in one case only",
        checks: &["SC-201b"],
        fault: Fault::Instead(|request| {
            (request.method == "PATCH" && body(request).get("Operations").is_none())
                .then(|| refusal(400, "invalidSyntax"))
        }),
    },
    Sabotage {
        what: "PATCH ignores names with dots in a value without a path",
        checks: &["SC-228", "SC-954b"],
        fault: Fault::Request(|request| without_names(request, |name| name.starts_with("name."))),
    },
    Sabotage {
        what: "PATCH ignores names with URNs in a value without a path",
        checks: &["SC-228"],
        fault: Fault::Request(|request| without_names(request, |name| name.starts_with("urn:"))),
    },
    Sabotage {
        what: "PATCH ignores names with filters in a value without a path",
        checks: &["SC-228b"],
        fault: Fault::Request(|request| without_names(request, |name| name.contains('['))),
    },
    Sabotage {
        what: "PATCH refuses an id in a value without a path",
        checks: &["SC-229"],
        fault: Fault::Instead(|request| refused_if(request, |operation| operation["value"].get("id").is_some())),
    },
    Sabotage {
        what: "PATCH ignores a value in which there is something read-only",
        checks: &["SC-229"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["value"].get("meta").is_some())),
    },
    Sabotage {
        what: "PATCH refuses texts for booleans",
        checks: &["SC-230", "SC-954"],
        fault: Fault::Instead(|request| refused_if(request, |operation| operation["value"] == "False")),
    },
    Sabotage {
        what: "PATCH takes no texts for booleans in elements",
        checks: &["SC-230"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                for operation in list {
                    if operation["value"][0]["primary"] == "True" {
                        operation["value"][0]["primary"] = json!(false);
                    }
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH refuses a text for a manager",
        checks: &["SC-231", "SC-954"],
        fault: Fault::Instead(|request| {
            refused_if(request, |operation| is_of_manager(operation) && operation["value"].is_string())
        }),
    },
    Sabotage {
        what: "PATCH ignores a list for a manager",
        checks: &["SC-231"],
        fault: Fault::Request(|request| {
            leave_out(request, |operation| is_of_manager(operation) && operation["value"].is_array());
        }),
    },
    Sabotage {
        what: "PATCH doesn't remove a manager whose value is empty",
        checks: &["SC-231"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["value"]["value"] == "")),
    },
    Sabotage {
        what: "PATCH ignores null",
        checks: &["SC-233"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["value"].is_null())),
    },
    Sabotage {
        what: "PATCH ignores an empty text",
        checks: &["SC-233"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["value"] == "")),
    },
    Sabotage {
        what: "PATCH clears what null is added to",
        checks: &["SC-234"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                for operation in list {
                    if operation["op"] == "add" && operation["value"].is_null() {
                        operation["op"] = json!("replace");
                    }
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH refuses to add null",
        checks: &["SC-234"],
        fault: Fault::Instead(|request| {
            refused_if(request, |operation| operation["op"] == "add" && operation["value"].is_null())
        }),
    },
    Sabotage {
        what: "PATCH refuses members that it doesn't know",
        checks: &["SC-237"],
        fault: Fault::Instead(|request| refused_if(request, |operation| operation.get("name").is_some())),
    },
    Sabotage {
        what: "PATCH ignores operations with members that it doesn't know",
        checks: &["SC-237"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation.get("name").is_some())),
    },
];

fn is_other_than_small(op: &Value) -> bool {
    op.as_str().is_some_and(|op| op.chars().any(char::is_uppercase))
}

fn is_of_manager(operation: &Value) -> bool {
    operation["path"].as_str().is_some_and(|path| path.ends_with(":manager"))
}

fn without_names(request: &mut Request, is_left_out: impl Fn(&str) -> bool) {
    operations(request, |list| {
        for operation in list.iter_mut().filter(|operation| operation.get("path").is_none()) {
            if let Some(members) = operation["value"].as_object_mut() {
                members.retain(|name, _| !is_left_out(name));
            }
        }
    });
}
