//! Sabotages of what is put into a gradebook, one object at a time.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{list, objects, remove};
use super::oneroster_endpoints::segments;
use super::oneroster_transport::turn;
use crate::proxy::{Fault, answer};

/// Those of both versions.
pub const BOTH: &[Sabotage] = &[
    Sabotage {
        what: "a PUT that makes an object answers 200",
        checks: &["OR-501"],
        fault: Fault::Answer(|request, response| of_put(request, response, 201, 200)),
    },
    Sabotage {
        what: "what is put loses its last letter",
        checks: &["OR-501b", "OR-501c", "OR-502"],
        fault: Fault::Request(|request| {
            put(request, |object| {
                for member in ["title", "comment"] {
                    if let Some(Value::String(text)) = object.get_mut(member) {
                        text.pop();
                    }
                }
            });
        }),
    },
    Sabotage {
        what: "what is looked for by its id isn't listed",
        checks: &["OR-501c"],
        fault: Fault::Answer(|request, response| {
            if is_listed_by_id(request) {
                list(response, Vec::clear);
            }
        }),
    },
    Sabotage {
        what: "what is there can't be put again",
        checks: &["OR-502"],
        fault: Fault::Answer(|request, response| of_put(request, response, 200, 409)),
    },
    Sabotage {
        what: "what a PUT leaves out stays",
        checks: &["OR-502b"],
        fault: Fault::Request(|request| {
            put(request, |object| {
                for (member, value) in
                    [("description", json!("x")), ("comment", json!("x")), ("metadata", json!({"a": "b"}))]
                {
                    object.as_object_mut().unwrap().entry(member).or_insert(value);
                }
            });
        }),
    },
    Sabotage {
        what: "dateLastModified is when an object was made",
        checks: &["OR-502c"],
        fault: Fault::Answer(|_, response| {
            objects(response, |object| object["dateLastModified"] = json!("2026-01-05T08:00:00.000Z"));
        }),
    },
    Sabotage {
        what: "a reference without an address is refused",
        checks: &["OR-503"],
        fault: Fault::Instead(|request| {
            let is_bare = |value: &Value| value.get("sourcedId").is_some() && value.get("href").is_none();
            let refused = put_object(request).is_some_and(|object| object.as_object().unwrap().values().any(is_bare));
            refused.then(|| answer(422, "application/json", &json!({})))
        }),
    },
    Sabotage {
        what: "an object without a status is refused",
        checks: &["OR-503"],
        fault: Fault::Instead(|request| {
            let refused = put_object(request).is_some_and(|object| object.get("status").is_none());
            refused.then(|| answer(422, "application/json", &json!({})))
        }),
    },
    Sabotage {
        what: "references are read without an address",
        checks: &["OR-503"],
        fault: Fault::Answer(|_, response| {
            objects(response, |object| {
                for value in object.as_object_mut().unwrap().values_mut().filter(|value| value.get("href").is_some()) {
                    remove(value, "href");
                }
            });
        }),
    },
    Sabotage {
        what: "the id in an object that is put isn't looked at",
        checks: &["OR-504"],
        fault: Fault::Request(|request| put(request, |object| remove(object, "sourcedId"))),
    },
    Sabotage {
        what: "whatever is put is said to be made",
        checks: &["OR-504", "OR-504b", "OR-505", "OR-505b", "OR-505c", "OR-505d"],
        fault: Fault::Answer(|request, response| {
            for status in [400, 404, 415, 422] {
                of_put(request, response, status, 201);
            }
        }),
    },
    Sabotage {
        what: "what can't be put breaks the server",
        checks: &["OR-504", "OR-504b", "OR-505", "OR-505b", "OR-505c", "OR-505d"],
        fault: Fault::Answer(|request, response| {
            for status in [400, 404, 415, 422] {
                of_put(request, response, status, 500);
            }
        }),
    },
    Sabotage {
        what: "a DELETE tells what it deleted",
        checks: &["OR-506"],
        fault: Fault::Answer(|request, response| {
            if request.method == "DELETE" && response.status == 204 {
                response.status = 200;
                response.body = b"{}".to_vec();
            }
        }),
    },
    Sabotage {
        what: "what was deleted can still be read",
        checks: &["OR-506b"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && response.status == 404 && segments(request).len() == 2 {
                *response = answer(200, "application/json", &json!({"object": {"status": "tobedeleted"}}));
            }
        }),
    },
    Sabotage {
        what: "what was deleted is still listed",
        checks: &["OR-506c"],
        fault: Fault::Answer(|request, response| {
            if is_listed_by_id(request) {
                list(response, |objects| {
                    if objects.is_empty() {
                        objects.push(json!({"status": "tobedeleted"}));
                    }
                });
            }
        }),
    },
    Sabotage {
        what: "what isn't there is deleted all the same",
        checks: &["OR-506d", "OR-507"],
        fault: Fault::Answer(|request, response| {
            if request.method == "DELETE" {
                turn(response, 404, 204);
            }
        }),
    },
];

/// One status of a PUT for another.
pub fn of_put(request: &Request, response: &mut Response, from: u16, to: u16) {
    if request.method == "PUT" {
        turn(response, from, to);
    }
}

/// The object that a request puts.
pub fn put_object(request: &Request) -> Option<Value> {
    if request.method != "PUT" {
        return None;
    }
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    body.as_object()?.values().next().filter(|object| object.is_object()).cloned()
}

/// Changes the object that a request puts.
pub fn put(request: &mut Request, change: impl FnOnce(&mut Value)) {
    if put_object(request).is_some() {
        let mut body: Value = serde_json::from_slice(&request.body).unwrap();
        change(body.as_object_mut().unwrap().values_mut().next().unwrap());
        request.body = body.to_string().into_bytes();
    }
}

/// Whether a list is asked for one object by its id.
pub fn is_listed_by_id(request: &Request) -> bool {
    request.method == "GET" && request.url.contains("filter=sourcedId")
}
