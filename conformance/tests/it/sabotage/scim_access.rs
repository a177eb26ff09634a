//! Sabotages of who is let in, and of errors, over SCIM.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::drop_header;
use super::scim_edits::{nothing, path, refusal, remove};
use crate::proxy::{Fault, edit};

fn is_bare(request: &Request) -> bool {
    request.header_value("authorization").is_none()
}

/// Edits every refusal of that status.
fn refused(response: &mut Response, status: u16, change: impl FnOnce(&mut Value)) {
    if response.status == status {
        edit(response, change);
    }
}

/// Edits every refusal.
fn each_error(response: &mut Response, change: impl FnOnce(&mut Value)) {
    if response.status >= 400 {
        edit(response, change);
    }
}

/// Breaks on a body in which that stands.
fn breaks_on(request: &Request, part: &[u8]) -> Option<Response> {
    let has_it = request.method == "POST" && request.body.windows(part.len()).any(|window| window == part);
    has_it.then(|| refusal(500, ""))
}

/// Those of who is let in.
pub const LET_IN: &[Sabotage] = &[
    Sabotage {
        what: "who has no token is answered by an empty list",
        checks: &["SC-350"],
        fault: Fault::Instead(|request| is_bare(request).then(nothing)),
    },
    Sabotage {
        what: "who has a wrong token is forbidden to read",
        checks: &["SC-350", "SC-350d"],
        fault: Fault::Answer(|request, response| {
            if response.status == 401 && !is_bare(request) {
                *response = refusal(403, "");
            }
        }),
    },
    Sabotage {
        what: "any token is taken",
        checks: &["SC-350", "SC-350d"],
        fault: Fault::Answer(|request, response| {
            if response.status == 401 && !is_bare(request) {
                *response = nothing();
            }
        }),
    },
    Sabotage {
        what: "401 comes without WWW-Authenticate",
        checks: &["SC-350b"],
        fault: Fault::Answer(|_, response| drop_header(response, "www-authenticate")),
    },
    Sabotage {
        what: "401 is a page for people",
        checks: &["SC-350c", "SC-901", "SC-902"],
        fault: Fault::Answer(|_, response| {
            if response.status == 401 {
                response.body = b"<h1>Unauthorized</h1>".to_vec();
            }
        }),
    },
];

/// Those of errors.
pub const ERRORS: &[Sabotage] = &[
    Sabotage {
        what: "errors have no URN",
        checks: &["SC-901"],
        fault: Fault::Answer(|_, response| each_error(response, |error| remove(error, "schemas"))),
    },
    Sabotage {
        what: "errors have the URN of the first version too",
        checks: &["SC-901"],
        fault: Fault::Answer(|_, response| {
            refused(response, 404, |error| {
                error["schemas"].as_array_mut().unwrap().push(json!("urn:scim:schemas:core:1.0"));
            });
        }),
    },
    Sabotage {
        what: "an error's status is a number",
        checks: &["SC-902"],
        fault: Fault::Answer(|_, response| refused(response, 400, |error| error["status"] = json!(400))),
    },
    Sabotage {
        what: "an error's status is that of another one",
        checks: &["SC-902"],
        fault: Fault::Answer(|_, response| refused(response, 404, |error| error["status"] = json!("400"))),
    },
    Sabotage {
        what: "an error has no words",
        checks: &["SC-903"],
        fault: Fault::Answer(|_, response| refused(response, 404, |error| remove(error, "detail"))),
    },
    Sabotage {
        what: "errors have types of the server's own",
        checks: &["SC-904"],
        fault: Fault::Answer(|_, response| refused(response, 404, |error| error["scimType"] = json!("notFound"))),
    },
    Sabotage {
        what: "bodies that can't be read have an invalid value",
        checks: &["SC-904b"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" {
                refused(response, 400, |error| error["scimType"] = json!("invalidValue"));
            }
        }),
    },
    Sabotage {
        what: "filters that can't be read have no type",
        checks: &["SC-904b"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("filter=") {
                refused(response, 400, |error| remove(error, "scimType"));
            }
        }),
    },
    Sabotage {
        what: "an error shows the statement that failed",
        checks: &["SC-357"],
        fault: Fault::Answer(|request, response| {
            if path(request).starts_with("/Users/") {
                refused(response, 404, |error| error["detail"] = json!("no rows for SELECT id FROM users"));
            }
        }),
    },
    Sabotage {
        what: "an error shows where the program broke",
        checks: &["SC-357"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("filter=") {
                refused(response, 400, |error| error["detail"] = json!("panicked at src/filter.rs:12"));
            }
        }),
    },
    Sabotage {
        what: "half a surrogate is the server's fault",
        checks: &["SC-358"],
        fault: Fault::Instead(|request| breaks_on(request, b"ud800")),
    },
    Sabotage {
        what: "deep bodies overflow",
        checks: &["SC-358"],
        fault: Fault::Instead(|request| breaks_on(request, &[b'['; 1000])),
    },
    Sabotage {
        what: "no body is the same as an empty one",
        checks: &["SC-358"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" && request.body.is_empty() {
                response.status = 201;
            }
        }),
    },
    Sabotage {
        what: "large bodies break the server",
        checks: &["SC-358b"],
        fault: Fault::Instead(|request| (request.body.len() > 1_000_000).then(|| refusal(500, ""))),
    },
];
