//! Sabotages of who is let in, of media types, methods and paths of OneRoster.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::json;

use super::Sabotage;
use crate::proxy::{Fault, answer};

/// Those that both versions have.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "whoever has no token is answered by an empty list",
        checks: &["OR-005"],
        fault: Fault::Instead(|request| (is_oneroster(request) && is_bare(request)).then(nothing)),
    },
    Sabotage {
        what: "whoever has no token is forbidden to read, not asked for one",
        checks: &["OR-005"],
        fault: Fault::Answer(|_, response| turn(response, 401, 403)),
    },
    Sabotage {
        what: "401 comes without WWW-Authenticate",
        checks: &["OR-005b", "OR-006c"],
        fault: Fault::Answer(|_, response| response.headers.retain(|(name, _)| name != "www-authenticate")),
    },
    Sabotage {
        what: "any token is taken",
        checks: &["OR-006", "OR-006b"],
        fault: Fault::Answer(|request, response| {
            if is_oneroster(request) && !is_bare(request) && response.status == 401 {
                *response = nothing();
            }
        }),
    },
    Sabotage {
        what: "a refused token is called expired",
        checks: &["OR-006c"],
        fault: Fault::Answer(|_, response| {
            for (name, value) in &mut response.headers {
                if name == "www-authenticate" {
                    *value = value.replace("invalid_token", "expired_token");
                }
            }
        }),
    },
    Sabotage {
        what: "lists are text/html",
        checks: &["OR-018"],
        fault: Fault::Answer(|request, response| {
            if is_oneroster(request) && response.status == 200 {
                media_type(response, "text/html");
            }
        }),
    },
    Sabotage {
        what: "errors are application/problem+json",
        checks: &["OR-018"],
        fault: Fault::Answer(|request, response| {
            if is_oneroster(request) && response.status == 404 {
                media_type(response, "application/problem+json");
            }
        }),
    },
    Sabotage {
        what: "a method that isn't there is taken for GET",
        checks: &["OR-019"],
        fault: Fault::Request(|request| {
            if request.method == "PATCH" {
                request.method = "GET".to_owned();
            }
        }),
    },
    Sabotage {
        what: "405 comes without Allow",
        checks: &["OR-019b"],
        fault: Fault::Answer(|_, response| response.headers.retain(|(name, _)| name != "allow")),
    },
    Sabotage {
        what: "an unknown path is an empty object",
        checks: &["OR-019c"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/nothing") {
                turn(response, 404, 200);
            }
        }),
    },
    Sabotage {
        what: "a token in the query string counts",
        checks: &["OR-020"],
        fault: Fault::Request(|request| {
            if let Some((url, token)) = request.url.clone().split_once("&access_token=") {
                request.headers.push(("authorization".to_owned(), format!("Bearer {token}")));
                url.clone_into(&mut request.url);
            }
        }),
    },
    Sabotage {
        what: "a GET with a body is a bad request",
        checks: &["OR-120"],
        fault: Fault::Instead(|request| {
            let is_loaded = request.method == "GET" && !request.body.is_empty();
            is_loaded.then(|| answer(400, "application/json", &json!({})))
        }),
    },
];

/// Whether OneRoster is asked, not the token endpoint.
pub fn is_oneroster(request: &Request) -> bool {
    request.url.contains("/ims/oneroster/")
}

/// Whether nobody says who asks.
pub fn is_bare(request: &Request) -> bool {
    request.header_value("authorization").is_none()
}

/// An empty object as an answer.
pub fn nothing() -> Response {
    answer(200, "application/json", &json!({}))
}

/// One status for another.
pub fn turn(response: &mut Response, from: u16, to: u16) {
    if response.status == from {
        response.status = to;
    }
}

/// Another media type.
pub fn media_type(response: &mut Response, media_type: &str) {
    response.headers.retain(|(name, _)| name != "content-type");
    response.headers.push(("content-type".to_owned(), media_type.to_owned()));
}
