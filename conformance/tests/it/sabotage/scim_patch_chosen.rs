//! Sabotages of what PATCH does to the elements that a filter chooses.

use koppelvlak_conformance::exchange::Request;
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_patch_edits::{accept, each, leave_out, resource, retype};
use crate::proxy::Fault;

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "PATCH replaces a part in every element",
        checks: &["SC-206"],
        fault: Fault::Request(|request| on_path(request, "emails[type eq \"work\"].value", "emails.value")),
    },
    Sabotage {
        what: "PATCH replaces the whole list when a filter chooses one element",
        checks: &["SC-207"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["op"] == "replace" && operation["path"] == "emails[type eq \"work\"]" {
                    operation["path"] = json!("emails");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH removes the whole list when a filter chooses one element",
        checks: &["SC-207", "SC-211"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["op"] == "remove" && is_filtered(operation) {
                    operation["path"] = json!("emails");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH makes what it doesn't find to replace",
        checks: &["SC-208"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["op"] == "replace" && is_filtered(operation) {
                    operation["op"] = json!("add");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH calls a path invalid whose filter finds nothing",
        checks: &["SC-208"],
        fault: Fault::Answer(|request, response| retype(request, response, "noTarget", "invalidPath")),
    },
    Sabotage {
        what: "PATCH skips what it doesn't find to replace",
        checks: &["SC-208"],
        fault: Fault::Answer(|request, response| accept(request, response, |_| true)),
    },
    Sabotage {
        what: "PATCH adds only to elements that are there",
        checks: &["SC-209", "SC-210"],
        fault: Fault::Request(|request| {
            leave_out(request, |operation| operation["op"] == "add" && is_filtered(operation));
        }),
    },
    Sabotage {
        what: "PATCH makes an element of a filter without its type",
        checks: &["SC-209"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["op"] == "add" && operation["path"] == "emails[type eq \"other\"].value" {
                    *operation = json!({"op": "add", "path": "emails", "value": [{"value": operation["value"]}]});
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH makes a further element for each part that is added",
        checks: &["SC-210"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                let path = operation["path"].as_str().unwrap_or_default();
                if let Some((_, part)) = path.split_once("addresses[type eq \"work\"].") {
                    let value = json!([{"type": "work", part: operation["value"]}]);
                    *operation = json!({"op": "add", "path": "addresses", "value": value});
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH refuses to remove what isn't there",
        checks: &["SC-211"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PATCH" && String::from_utf8_lossy(&request.body).contains("other") {
                response.status = 400;
            }
        }),
    },
    Sabotage {
        what: "two values are primary after a PATCH",
        checks: &["SC-220"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |user| {
                for email in user["emails"].as_array_mut().into_iter().flatten() {
                    if email["type"] == "home" {
                        email["primary"] = json!(true);
                    }
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH ignores primary",
        checks: &["SC-220"],
        fault: Fault::Request(|request| {
            leave_out(request, |operation| operation["path"] == "emails[type eq \"home\"].primary");
        }),
    },
];

fn is_filtered(operation: &Value) -> bool {
    operation["path"].as_str().is_some_and(|path| path.contains('['))
}

fn on_path(request: &mut Request, from: &str, to: &str) {
    each(request, |operation| {
        if operation["path"] == from {
            operation["path"] = json!(to);
        }
    });
}
