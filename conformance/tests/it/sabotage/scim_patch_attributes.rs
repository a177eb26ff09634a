//! Sabotages of what PATCH does to attributes.

use serde_json::json;

use super::Sabotage;
use super::scim_patch_edits::{each, leave_out, leave_out_path, operations, resource};
use crate::proxy::Fault;

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "PATCH removes nothing",
        checks: &["SC-200", "SC-207"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["op"] == "remove")),
    },
    Sabotage {
        what: "PATCH doesn't replace booleans",
        checks: &["SC-200"],
        fault: Fault::Request(|request| {
            leave_out(request, |operation| operation["op"] == "replace" && operation["value"].is_boolean());
        }),
    },
    Sabotage {
        what: "what was removed is an empty text",
        checks: &["SC-200"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |user| {
                if user.get("title").is_none() {
                    user["title"] = json!("");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH replaces a list by what is added to it",
        checks: &["SC-202"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["op"] == "add" && operation["path"] == "emails" {
                    operation["op"] = json!("replace");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH adds to a list what it has already",
        checks: &["SC-202b"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["op"] == "add" && operation["path"] == "emails" {
                    operation["value"][0]["type"] = json!("again");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH without a path clears what it doesn't name",
        checks: &["SC-203"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                if list.iter().any(|operation| operation.get("path").is_none()) {
                    list.insert(0, json!({"op": "remove", "path": "title"}));
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH adds nothing without a path",
        checks: &["SC-203", "SC-202"],
        fault: Fault::Request(|request| {
            leave_out(request, |operation| operation["op"] == "add" && operation.get("path").is_none());
        }),
    },
    Sabotage {
        what: "PATCH drops the parts of a complex attribute that it doesn't name",
        checks: &["SC-204"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                if list.iter().any(|operation| operation["path"] == "name") {
                    list.insert(0, json!({"op": "remove", "path": "name"}));
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH ignores parts of a complex attribute",
        checks: &["SC-205"],
        fault: Fault::Request(|request| leave_out_path(request, "name.familyName")),
    },
    Sabotage {
        what: "PATCH applies operations in the reverse order",
        checks: &["SC-219"],
        fault: Fault::Request(|request| operations(request, |list| list.reverse())),
    },
    Sabotage {
        what: "PATCH removes before anything else",
        checks: &["SC-219"],
        fault: Fault::Request(|request| operations(request, |list| list.sort_by_key(|one| one["op"] != "remove"))),
    },
    Sabotage {
        what: "PATCH knows names in one case only",
        checks: &["SC-240"],
        fault: Fault::Request(|request| leave_out_path(request, "DISPLAYNAME")),
    },
    Sabotage {
        what: "PATCH knows names in filters in one case only",
        checks: &["SC-240"],
        fault: Fault::Request(|request| leave_out_path(request, "eMails[TYPE eq \"work\"].VALUE")),
    },
];
