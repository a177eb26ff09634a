//! Sabotages of PATCH's answers, and of what it does to versions.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::Sabotage;
use super::scim_patch_edits::{operations, resource};
use crate::proxy::{Fault, edit};

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "a PATCH that changes nothing counts as a change",
        checks: &["SC-221", "SC-221b"],
        fault: Fault::Request(|request| {
            operations(request, |list| {
                let next = format!("Nick {}", NUMBER.fetch_add(1, Ordering::SeqCst));
                list.push(json!({"op": "replace", "path": "nickName", "value": next}));
            });
        }),
    },
    Sabotage {
        what: "each look at a resource gives another version",
        checks: &["SC-221b"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |user| {
                user["meta"]["version"] = json!(format!("W/\"{}\"", NUMBER.fetch_add(1, Ordering::SeqCst)));
            });
        }),
    },
    Sabotage {
        what: "meta.lastModified is when a resource was made",
        checks: &["SC-222"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |user| user["meta"]["lastModified"] = user["meta"]["created"].clone());
        }),
    },
    Sabotage {
        what: "meta.version never changes",
        checks: &["SC-222"],
        fault: Fault::Answer(|request, response| {
            resource(request, response, |user| user["meta"]["version"] = json!("W/\"1\""));
        }),
    },
    Sabotage {
        what: "PATCH answers 200 with nothing in it",
        checks: &["SC-223", "SC-224"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PATCH" && response.status == 200 {
                response.body = b"{}".to_vec();
            }
        }),
    },
    Sabotage {
        what: "PATCH answers with the resource as it was",
        checks: &["SC-223", "SC-224"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PATCH" && response.status == 200 {
                edit(response, |user| user["title"] = json!("Teacher"));
            }
        }),
    },
    Sabotage {
        what: "PATCH always answers 204",
        checks: &["SC-223", "SC-224"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PATCH" && response.status == 200 {
                response.status = 204;
                response.body.clear();
            }
        }),
    },
    Sabotage {
        what: "PATCH answers with more than `attributes` names",
        checks: &["SC-223"],
        fault: Fault::Request(|request| {
            if let Some(end) = request.url.find("?attributes") {
                request.url.truncate(end);
            }
        }),
    },
    Sabotage {
        what: "PATCH doesn't look at Prefer",
        checks: &["SC-238"],
        fault: Fault::Request(|request| request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("prefer"))),
    },
    Sabotage {
        what: "PATCH doesn't tell that it applied a preference",
        checks: &["SC-238"],
        fault: Fault::Answer(|_, response| response.headers.retain(|(name, _)| name != "preference-applied")),
    },
];
