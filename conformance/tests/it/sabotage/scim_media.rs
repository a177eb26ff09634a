//! Sabotages of media types, paths and methods over SCIM.

use koppelvlak_conformance::exchange::{Request, Response};

use super::Sabotage;
use super::oneroster_edits::{drop_header, set_header};
use super::scim_edits::{MEDIA_TYPE, is_below, path, refusal, remove, resources};
use crate::proxy::{Fault, edit};

fn content_type(request: &Request) -> &str {
    request.header_value("content-type").unwrap_or_default()
}

/// Refuses media types that are written so.
fn refuse(request: &Request, refused: &str) -> Option<Response> {
    (request.method == "POST" && content_type(request).contains(refused)).then(|| refusal(415, ""))
}

fn as_json(response: &mut Response) {
    set_header(response, "content-type", "application/json");
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "lists are application/json",
        checks: &["SC-030"],
        fault: Fault::Answer(|request, response| {
            if path(request) == "/Groups" {
                as_json(response);
            }
        }),
    },
    Sabotage {
        what: "errors are application/json",
        checks: &["SC-030"],
        fault: Fault::Answer(|_, response| {
            if response.status == 404 {
                as_json(response);
            }
        }),
    },
    Sabotage {
        what: "the media type of requests may have no charset",
        checks: &["SC-031"],
        fault: Fault::Instead(|request| refuse(request, "charset")),
    },
    Sabotage {
        what: "requests must be application/json",
        checks: &["SC-031"],
        fault: Fault::Instead(|request| refuse(request, "scim+json")),
    },
    Sabotage {
        what: "requests must not be application/json",
        checks: &["SC-032"],
        fault: Fault::Instead(|request| refuse(request, "application/json")),
    },
    Sabotage {
        what: "whatever comes is read as JSON",
        checks: &["SC-033"],
        fault: Fault::Request(|request| {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            request.headers.push(("content-type".to_owned(), MEDIA_TYPE.to_owned()));
        }),
    },
    Sabotage {
        what: "only clients that accept application/json are served",
        checks: &["SC-034"],
        fault: Fault::Instead(|request| {
            let accepted = request.header_value("accept").unwrap_or_default();
            (is_below(request, "/Users") && accepted.contains("scim")).then(|| refusal(406, ""))
        }),
    },
    Sabotage {
        what: "only clients that accept application/scim+json are served",
        checks: &["SC-034b"],
        fault: Fault::Instead(|request| {
            (request.header_value("accept") == Some("application/json")).then(|| refusal(406, ""))
        }),
    },
    Sabotage {
        what: "signs beyond the first plane are question marks",
        checks: &["SC-035"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "/Users/") {
                let text = response.text().replace(|sign: char| sign > '\u{ffff}', "?");
                response.body = text.into_bytes();
            }
        }),
    },
    Sabotage {
        what: "texts are kept in Latin-1",
        checks: &["SC-035", "SC-035b"],
        fault: Fault::Request(|request| {
            if let Ok(text) = String::from_utf8(request.body.clone()) {
                request.body = text.replace(|sign: char| sign > '\u{ff}', "?").into_bytes();
            }
        }),
    },
    Sabotage {
        what: "a slash at the end is the id of nobody",
        checks: &["SC-036"],
        fault: Fault::Instead(|request| path(request).ends_with('/').then(|| refusal(404, ""))),
    },
    Sabotage {
        what: "paths are exact to the case of their letters",
        checks: &["SC-036b"],
        fault: Fault::Instead(|request| (path(request) == "/users").then(|| refusal(404, ""))),
    },
    Sabotage {
        what: "unknown parameters are refused",
        checks: &["SC-037"],
        fault: Fault::Instead(|request| request.url.contains("nosuch").then(|| refusal(400, "invalidValue"))),
    },
    Sabotage {
        what: "what isn't there is gone without a word",
        checks: &["SC-038"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "/Nothing") {
                response.body.clear();
            }
        }),
    },
    Sabotage {
        what: "unknown paths are a bad request",
        checks: &["SC-038"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "/Nothing") {
                *response = refusal(400, "invalidPath");
            }
        }),
    },
    Sabotage {
        what: "PUT of a collection is read as GET",
        checks: &["SC-039", "SC-039b"],
        fault: Fault::Request(|request| {
            if request.method == "PUT" && path(request) == "/Users" {
                request.method = "GET".to_owned();
            }
        }),
    },
    Sabotage {
        what: "methods out of place are not found",
        checks: &["SC-039b"],
        fault: Fault::Answer(|_, response| {
            if response.status == 405 {
                *response = refusal(404, "");
            }
        }),
    },
    Sabotage {
        what: "405 says nothing of the methods that there are",
        checks: &["SC-039b"],
        fault: Fault::Answer(|_, response| drop_header(response, "allow")),
    },
    Sabotage {
        what: "OPTIONS is refused",
        checks: &["SC-040"],
        fault: Fault::Instead(|request| (request.method == "OPTIONS").then(|| refusal(405, ""))),
    },
    Sabotage {
        what: "HEAD is refused",
        checks: &["SC-041"],
        fault: Fault::Instead(|request| (request.method == "HEAD").then(|| refusal(405, ""))),
    },
    Sabotage {
        what: "users are read only at their addresses",
        checks: &["SC-080"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "/Users/") {
                resources(response, |user| user["id"] = "1".into());
            }
        }),
    },
    Sabotage {
        what: "the locations of users lead nowhere",
        checks: &["SC-080"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "/Users") {
                resources(response, |user| {
                    let elsewhere = format!("{}x", user["meta"]["location"].as_str().unwrap_or_default());
                    user["meta"]["location"] = elsewhere.into();
                });
            }
        }),
    },
    Sabotage {
        what: "POST answers with nothing but the id",
        checks: &["SC-080b"],
        fault: Fault::Answer(|_, response| {
            if response.status == 201 {
                edit(response, |user| remove(user, "displayName"));
            }
        }),
    },
];
