//! Sabotages of the names in PATCH's paths, and of extensions.

use serde_json::json;

use super::Sabotage;
use super::scim_patch_edits::{leave_out, leave_out_path, operations, resource};
use crate::proxy::Fault;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "PATCH doesn't know the base schema's URN in a path",
        checks: &["SC-225"],
        fault: Fault::Request(|request| leave_out_path(request, &format!("{USER}:displayName"))),
    },
    Sabotage {
        what: "PATCH doesn't know a URN before a filter",
        checks: &["SC-225"],
        fault: Fault::Request(|request| leave_out_path(request, &format!("{USER}:emails[type eq \"work\"].value"))),
    },
    Sabotage {
        what: "PATCH doesn't know an extension's URN in a path",
        checks: &["SC-225b", "SC-227", "SC-227b"],
        fault: Fault::Request(|request| leave_out_path(request, &format!("{ENTERPRISE}:department"))),
    },
    Sabotage {
        what: "PATCH doesn't know parts of an extension's attribute",
        checks: &["SC-225b"],
        fault: Fault::Request(|request| leave_out_path(request, &format!("{ENTERPRISE}:manager.value"))),
    },
    Sabotage {
        what: "removing one attribute of an extension removes the extension",
        checks: &["SC-225b"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                if list.iter().any(|operation| operation["op"] == "remove") {
                    *list = vec![json!({"op": "remove", "path": ENTERPRISE})];
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH ignores an extension as a whole",
        checks: &["SC-226"],
        fault: Fault::Request(|request| leave_out_path(request, ENTERPRISE)),
    },
    Sabotage {
        what: "PATCH replaces an extension instead of adding to it",
        checks: &["SC-226"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                if list.iter().any(|operation| operation["op"] == "add" && operation["path"] == ENTERPRISE) {
                    list.insert(0, json!({"op": "remove", "path": ENTERPRISE}));
                }
            });
        }),
    },
    Sabotage {
        what: "an extension isn't named in `schemas`",
        checks: &["SC-227"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |user| user["schemas"] = json!([USER]));
        }),
    },
    Sabotage {
        what: "`schemas` names an extension that has no values",
        checks: &["SC-227b"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |user| user["schemas"] = json!([USER, ENTERPRISE]));
        }),
    },
    Sabotage {
        what: "PATCH ignores names of an extension that have no URN",
        checks: &["SC-232"],
        fault: Fault::Request(|request| {
            leave_out(request, |operation| operation["path"] == "department" || operation["path"] == "manager");
        }),
    },
];
