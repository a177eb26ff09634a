//! Sabotages of what is posted to a gradebook, and of what stands below its classes.

use koppelvlak_conformance::exchange::Request;
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{list, objects};
use super::oneroster_endpoints::{ask_instead, segments};
use super::oneroster_transport::turn;
use crate::proxy::{Fault, answer, edit};

/// Those of both versions.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "of two PUTs at a time each leaves something",
        checks: &["OR-523"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" {
                objects(response, |object| object["description"] = json!("Conformance both"));
            }
        }),
    },
    Sabotage {
        what: "a class's line items and results are those of all classes",
        checks: &["OR-519"],
        fault: Fault::Request(|request| {
            if let ["classes", .., last @ ("lineItems" | "results")] = segments(request).as_slice() {
                let path = (*last).to_owned();
                ask_instead(request, &path);
            }
        }),
    },
    Sabotage {
        what: "the last of what stands below a class is left out",
        checks: &["OR-519b"],
        fault: Fault::Answer(|request, response| {
            if segments(request).len() > 2 {
                list(response, |objects| drop(objects.pop()));
            }
        }),
    },
    Sabotage {
        what: "below any class stands an empty list of results",
        checks: &["OR-520"],
        fault: Fault::Answer(|request, response| {
            if segments(request).len() == 5 && response.status == 404 {
                *response = answer(200, "application/json", &json!({"results": []}));
            }
        }),
    },
];

/// Those of 1.2.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "what is posted is answered by 200",
        checks: &["OR-510"],
        fault: Fault::Answer(|request, response| {
            if request.method == "POST" {
                turn(response, 201, 200);
            }
        }),
    },
    Sabotage {
        what: "who posts isn't told which ids are given",
        checks: &["OR-510", "OR-510b"],
        fault: Fault::Answer(|request, response| {
            if is_post(request) && response.status == 201 {
                edit(response, |json| *json = json!({}));
            }
        }),
    },
    Sabotage {
        what: "the ids that came are said to be given",
        checks: &["OR-510b"],
        fault: Fault::Answer(|request, response| {
            if is_post(request) && response.status == 201 {
                edit(response, |json| {
                    for pair in json["sourcedIdPairs"].as_array_mut().unwrap() {
                        pair["allocatedSourcedId"] = pair["suppliedSourcedId"].clone();
                    }
                });
            }
        }),
    },
    Sabotage {
        what: "what is posted below nothing is taken",
        checks: &["OR-511"],
        fault: Fault::Answer(|request, response| {
            if is_post(request) && response.status == 404 {
                *response = answer(201, "application/json", &json!({"sourcedIdPairs": []}));
            }
        }),
    },
    Sabotage {
        what: "a post of nothing breaks the server",
        checks: &["OR-511b"],
        fault: Fault::Instead(|request| {
            let is_empty = is_post(request) && posted(request).is_some_and(|all| all.is_empty());
            is_empty.then(|| answer(500, "application/json", &json!({})))
        }),
    },
    Sabotage {
        what: "of what is posted only the first is made",
        checks: &["OR-510", "OR-512"],
        fault: Fault::Request(|request| {
            if is_post(request) && posted(request).is_some_and(|all| all.len() > 1) {
                let mut body: Value = serde_json::from_slice(&request.body).unwrap();
                body.as_object_mut().unwrap().values_mut().next().unwrap().as_array_mut().unwrap().truncate(1);
                request.body = body.to_string().into_bytes();
            }
        }),
    },
    Sabotage {
        what: "a line item that is gone is said to be still needed",
        checks: &["OR-508"],
        fault: Fault::Answer(|request, response| {
            if request.method == "DELETE" && request.url.contains("/lineItems/") && response.status == 204 {
                *response = answer(422, "application/json", &json!({"imsx_description": "deletefailure"}));
            }
        }),
    },
    Sabotage {
        what: "a category that is needed is said to be deleted",
        checks: &["OR-508b"],
        fault: Fault::Answer(|request, response| {
            if request.method == "DELETE" && request.url.contains("/categories/") {
                turn(response, 422, 204);
            }
        }),
    },
    Sabotage {
        what: "what the standard hasn't is answered by nothing",
        checks: &["OR-524", "OR-524b", "OR-524c"],
        fault: Fault::Answer(|_, response| {
            if matches!(response.status, 404 | 405) {
                *response = answer(200, "application/json", &json!({}));
            }
        }),
    },
];

/// Whether objects are posted, not a token asked for.
fn is_post(request: &Request) -> bool {
    request.method == "POST" && !segments(request).is_empty()
}

/// What is posted.
fn posted(request: &Request) -> Option<Vec<Value>> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    body.as_object()?.values().next()?.as_array().cloned()
}
