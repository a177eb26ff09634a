//! Sabotages of versions over SCIM, and of the requests that depend on them.

use koppelvlak_conformance::exchange::{Request, Response};
use koppelvlak_conformance::probe::nonce;

use super::Sabotage;
use super::scim_bodies::{is, set_header};
use super::scim_edits::refusal;
use crate::proxy::{Fault, edit};

/// Forgets a condition.
fn forget(request: &mut Request, method: &str, name: &str) {
    if request.method == method {
        request.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }
}

/// Refuses what depends on a version like that.
fn refuse(request: &Request, is_refused: fn(&str) -> bool) -> Option<Response> {
    request.header_value("if-match").is_some_and(is_refused).then(|| refusal(412, ""))
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "the ETag is of the answer's bytes",
        checks: &["SC-300"],
        fault: Fault::Answer(|_, response| {
            if response.header("etag").is_some() {
                let tag = format!("\"{:x}\"", response.body.len());
                set_header(response, "etag", &tag);
            }
        }),
    },
    Sabotage {
        what: "what is made has no ETag",
        checks: &["SC-300"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" {
                response.headers.retain(|(name, _)| name != "etag");
            }
        }),
    },
    Sabotage {
        what: "what is replaced has the ETag from before",
        checks: &["SC-300"],
        fault: Fault::Answer(|request, response| {
            if request.method == "PUT" {
                set_header(response, "etag", "W/\"1\"");
            }
        }),
    },
    Sabotage {
        what: "the version is in the header alone",
        checks: &["SC-300", "SC-301", "SC-302", "SC-302b"],
        fault: Fault::Answer(|_, response| {
            edit(response, |resource| {
                if let Some(meta) = resource.get_mut("meta") {
                    meta.as_object_mut().unwrap().remove("version");
                }
            });
        }),
    },
    Sabotage {
        what: "If-None-Match is ignored",
        checks: &["SC-301"],
        fault: Fault::Request(|request| forget(request, "GET", "if-none-match")),
    },
    Sabotage {
        what: "nothing has changed, whatever the version",
        checks: &["SC-301"],
        fault: Fault::Answer(|request, response| {
            if request.header_value("if-none-match").is_some() {
                response.status = 304;
                response.body.clear();
            }
        }),
    },
    Sabotage {
        what: "If-Match of a PUT is ignored",
        checks: &["SC-302", "SC-303", "SC-304"],
        fault: Fault::Request(|request| forget(request, "PUT", "if-match")),
    },
    Sabotage {
        what: "If-Match of a PATCH is ignored",
        checks: &["SC-302"],
        fault: Fault::Request(|request| forget(request, "PATCH", "if-match")),
    },
    Sabotage {
        what: "If-Match of a DELETE is ignored",
        checks: &["SC-302"],
        fault: Fault::Request(|request| forget(request, "DELETE", "if-match")),
    },
    Sabotage {
        what: "a change that came too late is refused after it was carried out",
        checks: &["SC-302"],
        fault: Fault::Answer(|request, response| {
            if is(request, "GET", "/Users") && response.status == 200 {
                edit(response, |user| user["displayName"] = nonce().into());
            }
        }),
    },
    Sabotage {
        what: "weak versions never match",
        checks: &["SC-302b", "SC-303"],
        fault: Fault::Instead(|request| refuse(request, |versions| versions.contains("W/"))),
    },
    Sabotage {
        what: "If-Match takes no star",
        checks: &["SC-303"],
        fault: Fault::Instead(|request| refuse(request, |versions| versions == "*")),
    },
    Sabotage {
        what: "If-Match takes one version",
        checks: &["SC-303"],
        fault: Fault::Instead(|request| refuse(request, |versions| versions.contains(','))),
    },
    Sabotage {
        what: "several versions are any version",
        checks: &["SC-303"],
        fault: Fault::Request(|request| {
            if request.header_value("if-match").is_some_and(|versions| versions.contains(',')) {
                forget(request, "PUT", "if-match");
            }
        }),
    },
    Sabotage {
        what: "nobody gets to change what several want to",
        checks: &["SC-304"],
        fault: Fault::Instead(|request| refuse(request, |_| true)),
    },
    Sabotage {
        what: "a group keeps its version when its members change",
        checks: &["SC-305"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/Groups") {
                edit(response, |group| group["meta"]["version"] = "W/\"1\"".into());
            }
        }),
    },
];
