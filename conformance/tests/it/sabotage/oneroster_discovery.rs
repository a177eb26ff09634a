//! Sabotages of the documents in which the services of 1.2 say what they serve.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_transport::{media_type, turn};
use crate::proxy::{Fault, answer, edit};

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "discovery takes a token",
        checks: &["OR-016", "OR-016b"],
        fault: Fault::Answer(|request, response| {
            if is_discovery(request) {
                turn(response, 200, 401);
            }
        }),
    },
    Sabotage {
        what: "the document is of Swagger 2.0",
        checks: &["OR-016"],
        fault: Fault::Answer(|request, response| {
            of_document(request, response, |document| {
                document["swagger"] = json!("2.0");
                document.as_object_mut().unwrap().remove("openapi");
            });
        }),
    },
    Sabotage {
        what: "the document has only the name that the conformance guide gives it",
        checks: &["OR-016b"],
        fault: Fault::Instead(|request| {
            let is_asked = is_discovery(request) && request.url.contains("/onerosterv1p2");
            is_asked.then(|| answer(404, "application/json", &json!({})))
        }),
    },
    Sabotage {
        what: "the document is plain text",
        checks: &["OR-016c"],
        fault: Fault::Answer(|request, response| {
            if is_discovery(request) {
                media_type(response, "text/plain");
            }
        }),
    },
    Sabotage {
        what: "the document names the standard's own server",
        checks: &["OR-017"],
        fault: Fault::Answer(|request, response| {
            of_document(request, response, |document| {
                document["servers"] = json!([{"url": "https://{hostName}{basePath}"}]);
            });
        }),
    },
    Sabotage {
        what: "the document names the standard's placeholder for the token endpoint",
        checks: &["OR-017b"],
        fault: Fault::Answer(|request, response| {
            of_document(request, response, |document| {
                document["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"]["tokenUrl"] =
                    json!("https://www.imsglobal.org/oauth2token");
            });
        }),
    },
    Sabotage {
        what: "the document names a token endpoint that isn't there",
        checks: &["OR-017b"],
        fault: Fault::Answer(|request, response| {
            of_document(request, response, |document| {
                let flow = &mut document["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"];
                flow["tokenUrl"] = json!(format!("{}/none", flow["tokenUrl"].as_str().unwrap()));
            });
        }),
    },
    Sabotage {
        what: "the document lists no scopes",
        checks: &["OR-017c"],
        fault: Fault::Answer(|request, response| {
            of_document(request, response, |document| {
                document["components"]["securitySchemes"]["OAuth2CC"]["flows"]["clientCredentials"]["scopes"] =
                    json!({});
            });
        }),
    },
    Sabotage {
        what: "a collection that the document lists isn't there",
        checks: &["OR-017d"],
        fault: Fault::Answer(|request, response| {
            if ["/orgs?", "/categories?", "/resources?"].iter().any(|path| request.url.contains(path)) {
                turn(response, 200, 404);
            }
        }),
    },
    Sabotage {
        what: "the document keeps quiet about a collection",
        checks: &["OR-017e"],
        fault: Fault::Answer(|request, response| {
            of_document(request, response, |document| {
                for path in ["/users", "/results", "/resources"] {
                    document["paths"].as_object_mut().unwrap().remove(path);
                }
            });
        }),
    },
];

fn is_discovery(request: &Request) -> bool {
    request.url.contains("/discovery/")
}

fn of_document(request: &Request, response: &mut Response, change: impl FnOnce(&mut Value)) {
    if is_discovery(request) {
        edit(response, change);
    }
}
