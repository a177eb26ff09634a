//! Sabotages of the token endpoint.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_transport::{media_type, turn};
use crate::proxy::{Fault, edit};

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "tokens are JSON, but said to be text",
        checks: &["OR-002"],
        fault: Fault::Answer(|request, response| {
            if is_token(request) {
                media_type(response, "text/plain");
            }
        }),
    },
    Sabotage {
        what: "tokens are of another type than bearer",
        checks: &["OR-002"],
        fault: Fault::Answer(|request, response| {
            of_token(request, response, |token| token["token_type"] = json!("mac"));
        }),
    },
    Sabotage {
        what: "tokens have no life time",
        checks: &["OR-002b"],
        fault: Fault::Answer(|request, response| {
            of_token(request, response, |token| drop(token.as_object_mut().unwrap().remove("expires_in")));
        }),
    },
    Sabotage {
        what: "tokens may be stored",
        checks: &["OR-002c"],
        fault: Fault::Answer(|_, response| response.headers.retain(|(name, _)| name != "cache-control")),
    },
    Sabotage {
        what: "every client is granted everything, whatever it asks for",
        checks: &["OR-003"],
        fault: Fault::Request(|request| {
            if is_token(request) {
                request.body = b"grant_type=client_credentials".to_vec();
            }
        }),
    },
    Sabotage {
        what: "a wrong secret is a bad request",
        checks: &["OR-004"],
        fault: Fault::Answer(|request, response| {
            if is_token(request) {
                turn(response, 401, 400);
            }
        }),
    },
    Sabotage {
        what: "a refused client is told of another error",
        checks: &["OR-004"],
        fault: Fault::Answer(|request, response| errs(request, response, "access_denied")),
    },
    Sabotage {
        what: "any grant type is taken for client credentials",
        checks: &["OR-004b", "OR-004d"],
        fault: Fault::Request(|request| {
            let form = String::from_utf8_lossy(&request.body).into_owned();
            if is_token(request) && !form.contains("grant_type=client_credentials") {
                request.body = b"grant_type=client_credentials".to_vec();
            }
        }),
    },
    Sabotage {
        what: "an unknown scope is said to be granted",
        checks: &["OR-004c"],
        fault: Fault::Answer(|request, response| {
            if is_token(request) && response.text().contains("invalid_scope") {
                response.status = 200;
                let form = String::from_utf8_lossy(&request.body).into_owned();
                edit(response, |token| *token = json!({"access_token": "x", "token_type": "Bearer", "scope": form}));
            }
        }),
    },
    Sabotage {
        what: "an unknown scope is an invalid request",
        checks: &["OR-004c"],
        fault: Fault::Answer(|request, response| {
            if response.text().contains("invalid_scope") {
                errs(request, response, "invalid_request");
            }
        }),
    },
    Sabotage {
        what: "a secret in the form isn't looked at",
        checks: &["OR-808"],
        fault: Fault::Request(|request| {
            if is_token(request) && request.header_value("authorization").is_none() {
                request.body = b"grant_type=client_credentials".to_vec();
            }
        }),
    },
    Sabotage {
        what: "who asks for no scope is refused",
        checks: &["OR-808b"],
        fault: Fault::Answer(|request, response| {
            if is_token(request) && !String::from_utf8_lossy(&request.body).contains("scope=") {
                response.status = 400;
                edit(response, |json| *json = json!({"error": "invalid_scope"}));
            }
        }),
    },
];

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[Sabotage {
    what: "a token with a scope of 1.1 opens nothing",
    checks: &["OR-015"],
    fault: Fault::Answer(|request, response| {
        if request.url.contains("/v1p1/orgs") {
            turn(response, 200, 403);
        }
    }),
}];

/// Whether a token is asked for.
pub fn is_token(request: &Request) -> bool {
    request.method == "POST" && request.url.ends_with("/oauth2/token")
}

/// Changes what the token endpoint gives.
fn of_token(request: &Request, response: &mut Response, change: impl FnOnce(&mut Value)) {
    if is_token(request) && response.status == 200 {
        edit(response, change);
    }
}

/// Another error than the token endpoint's own.
fn errs(request: &Request, response: &mut Response, error: &str) {
    if is_token(request) && response.status >= 400 {
        edit(response, |json| json["error"] = json!(error));
    }
}
