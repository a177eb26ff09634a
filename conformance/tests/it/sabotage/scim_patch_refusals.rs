//! Sabotages of what PATCH refuses.

use std::time::Duration;

use koppelvlak_conformance::client::Client;
use serde_json::json;

use super::Sabotage;
use super::scim_patch_edits::{
    accept, body, each, is_refused, leave_out, leave_out_path, operations, resource, retype,
};
use crate::proxy::{Fault, edit};

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "PATCH skips what it should refuse",
        checks: &["SC-208", "SC-212", "SC-213", "SC-214", "SC-215", "SC-216", "SC-217", "SC-235", "SC-236"],
        fault: Fault::Answer(|request, response| accept(request, response, |_| true)),
    },
    Sabotage {
        what: "PATCH calls a removal without a path invalid",
        checks: &["SC-212"],
        fault: Fault::Answer(|request, response| retype(request, response, "noTarget", "invalidSyntax")),
    },
    Sabotage {
        what: "PATCH calls what can't be written a wrong value",
        checks: &["SC-213", "SC-214", "SC-215"],
        fault: Fault::Answer(|request, response| retype(request, response, "mutability", "invalidValue")),
    },
    Sabotage {
        what: "PATCH ignores the removal of an id",
        checks: &["SC-213"],
        fault: Fault::Request(|request| leave_out_path(request, "id")),
    },
    Sabotage {
        what: "PATCH ignores a new meta.created",
        checks: &["SC-214"],
        fault: Fault::Request(|request| leave_out_path(request, "meta.created")),
    },
    Sabotage {
        what: "PATCH ignores a user's new groups",
        checks: &["SC-214"],
        fault: Fault::Request(|request| leave_out_path(request, "groups")),
    },
    Sabotage {
        what: "PATCH refuses an immutable value also if it's the same",
        checks: &["SC-215"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["path"].as_str().is_some_and(|path| path.ends_with("].value")) {
                    operation["value"] = json!("another");
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH ignores attributes that it doesn't know",
        checks: &["SC-216"],
        fault: Fault::Request(|request| leave_out_path(request, "conformanceUnknown")),
    },
    Sabotage {
        what: "PATCH repairs a path without its last bracket",
        checks: &["SC-216"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["path"] == "emails[type eq \"work\"" {
                    *operation = json!({"op": "add", "path": "externalId", "value": null});
                }
            });
        }),
    },
    Sabotage {
        what: "PATCH calls an invalid path a wrong value",
        checks: &["SC-216"],
        fault: Fault::Answer(|request, response| retype(request, response, "invalidPath", "invalidValue")),
    },
    Sabotage {
        what: "PATCH ignores operations that it doesn't know",
        checks: &["SC-217"],
        fault: Fault::Request(|request| leave_out(request, |operation| operation["op"] == "upsert")),
    },
    Sabotage {
        what: "PATCH takes no operations for nothing to do",
        checks: &["SC-217"],
        fault: Fault::Request(|request| operations(request, |_| ())),
    },
    Sabotage {
        what: "PATCH doesn't look at its body's schemas",
        checks: &["SC-217"],
        fault: Fault::Request(|request| {
            if request.method == "PATCH" {
                let mut body = body(request);
                body.as_object_mut().unwrap().remove("schemas");
                request.body = body.to_string().into_bytes();
            }
        }),
    },
    Sabotage {
        what: "PATCH keeps what it has done when it comes to a fault",
        checks: &["SC-218", "SC-235"],
        fault: Fault::Request(|request| {
            let mut first = request.clone();
            operations(&mut first, |list| list.truncate(1));
            if request.method == "PATCH" && first.body.len() < request.body.len() {
                Client::new(Duration::from_secs(60)).send_once(&first).unwrap();
            }
        }),
    },
    Sabotage {
        what: "PATCH calls a name that is taken an invalid value",
        checks: &["SC-235"],
        fault: Fault::Answer(|request, response| retype(request, response, "uniqueness", "invalidValue")),
    },
    Sabotage {
        what: "a PATCH of what isn't there makes it",
        checks: &["SC-236"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && response.status == 404 {
                response.status = 200;
            }
        }),
    },
    Sabotage {
        what: "PATCH fails at an unknown id",
        checks: &["SC-236"],
        fault: Fault::Answer(|request, response| {
            if is_refused(request, response) {
                response.status = 500;
                edit(response, |error| error["status"] = json!("500"));
            }
        }),
    },
    Sabotage {
        what: "a user has lost its base schema",
        checks: &["SC-239"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |user| user["schemas"] = json!(["urn:example:extension"]));
        }),
    },
    Sabotage {
        what: "PATCH fails at the path `schemas`",
        checks: &["SC-239"],
        fault: Fault::Answer(|request, response| {
            if is_refused(request, response) {
                response.status = 500;
            }
        }),
    },
];
