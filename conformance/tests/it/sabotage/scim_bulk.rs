//! Sabotages of bulk jobs over SCIM.

use koppelvlak_conformance::exchange::{Request, Response};
use koppelvlak_conformance::probe::nonce;
use serde_json::{Value, json};

use super::Sabotage;
use super::scim_bodies::{is, rewrite, sent};
use super::scim_edits::{MEDIA_TYPE, on, refusal, remove};
use crate::proxy::{Fault, answer, edit};

/// Edits the operations of a job.
fn operations(request: &mut Request, change: impl FnOnce(&mut Vec<Value>)) {
    rewrite(request, "POST", "/Bulk", |job| {
        if let Some(Value::Array(operations)) = job.get_mut("Operations") {
            change(operations);
        }
    });
}

/// Edits each operation.
fn each(request: &mut Request, change: impl FnMut(&mut Value)) {
    operations(request, |operations| operations.iter_mut().for_each(change));
}

/// Edits what is answered to the operations of a job.
fn outcomes(request: &Request, response: &mut Response, change: impl FnOnce(&mut Vec<Value>)) {
    if is(request, "POST", "/Bulk") {
        edit(response, |answer| {
            if let Some(Value::Array(outcomes)) = answer.get_mut("Operations") {
                change(outcomes);
            }
        });
    }
}

/// Edits what is answered to each operation.
fn each_outcome(request: &Request, response: &mut Response, change: impl FnMut(&mut Value)) {
    outcomes(request, response, |outcomes| outcomes.iter_mut().for_each(change));
}

/// A job's answer in which every operation has that status.
fn all(request: &Request, status: &str) -> Option<Response> {
    let operations = sent(request).get("Operations").filter(|_| is(request, "POST", "/Bulk"))?.as_array()?.clone();
    let outcomes = operations.iter().map(|operation| {
        json!({"method": operation["method"], "bulkId": operation["bulkId"], "status": status, "location": request.url})
    });
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],
        "Operations": outcomes.collect::<Value>(),
    });
    Some(answer(200, MEDIA_TYPE, &body))
}

/// Those of what becomes of operations.
pub const OPERATIONS: &[Sabotage] = &[
    Sabotage {
        what: "a job answers nothing of its operations",
        checks: &["SC-320", "SC-321", "SC-322"],
        fault: Fault::Answer(|request, response| outcomes(request, response, Vec::clear)),
    },
    Sabotage {
        what: "a job is accepted for later",
        checks: &["SC-320", "SC-320b", "SC-321"],
        fault: Fault::Answer(|request, response| {
            if is(request, "POST", "/Bulk") {
                response.status = 202;
            }
        }),
    },
    Sabotage {
        what: "operations aren't told where their resources are",
        checks: &["SC-320"],
        fault: Fault::Answer(|request, response| {
            each_outcome(request, response, |outcome| {
                if outcome["method"] == "PUT" {
                    remove(outcome, "location");
                }
            });
        }),
    },
    Sabotage {
        what: "a PUT within a job is said to be carried out, but isn't",
        checks: &["SC-320"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["method"] == "PUT" {
                    operation["data"]["displayName"] = "another".into();
                }
            });
        }),
    },
    Sabotage {
        what: "a DELETE within a job makes users inactive",
        checks: &["SC-320"],
        fault: Fault::Answer(|request, response| {
            if is(request, "GET", "/Users") && response.status == 404 {
                *response = answer(200, MEDIA_TYPE, &json!({"active": false}));
            }
        }),
    },
    Sabotage {
        what: "what a job makes loses its bulkId",
        checks: &["SC-320", "SC-321"],
        fault: Fault::Answer(|request, response| {
            each_outcome(request, response, |outcome| remove(outcome, "bulkId"));
        }),
    },
    Sabotage {
        what: "statuses of operations are numbers",
        checks: &["SC-320b"],
        fault: Fault::Answer(|request, response| {
            each_outcome(request, response, |outcome| {
                outcome["status"] = outcome["status"].as_str().unwrap().parse::<u16>().unwrap().into();
            });
        }),
    },
    Sabotage {
        what: "an operation that fails says no more than its status",
        checks: &["SC-321", "SC-322"],
        fault: Fault::Answer(|request, response| {
            each_outcome(request, response, |outcome| remove(outcome, "response"));
        }),
    },
    Sabotage {
        what: "a job fails as a whole",
        checks: &["SC-321", "SC-322"],
        fault: Fault::Answer(|request, response| {
            if is(request, "POST", "/Bulk") && response.text().contains("\"409\"") {
                *response = refusal(409, "uniqueness");
            }
        }),
    },
    Sabotage {
        what: "a job ends at the first error, whatever it says",
        checks: &["SC-321"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Bulk", |job| job["failOnErrors"] = 1.into());
        }),
    },
    Sabotage {
        what: "a job goes on after errors, whatever it says",
        checks: &["SC-322"],
        fault: Fault::Request(|request| {
            rewrite(request, "POST", "/Bulk", |job| remove(job, "failOnErrors"));
        }),
    },
    Sabotage {
        what: "operations after the last error are answered as not done",
        checks: &["SC-322"],
        fault: Fault::Answer(|request, response| {
            outcomes(request, response, |outcomes| outcomes.push(json!({"method": "POST", "status": "424"})));
        }),
    },
    Sabotage {
        what: "versions of operations aren't compared",
        checks: &["SC-328"],
        fault: Fault::Request(|request| each(request, |operation| remove(operation, "version"))),
    },
    Sabotage {
        what: "a version of an operation never matches",
        checks: &["SC-328"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation.get("version").is_some() {
                    operation["version"] = "W/\"none\"".into();
                }
            });
        }),
    },
];

/// Puts what no operation makes for each reference.
fn lose(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("bulkId:") => *text = format!("bulkId:{}", nonce()),
        Value::Array(elements) => elements.iter_mut().for_each(lose),
        Value::Object(members) => members.values_mut().for_each(lose),
        _ => {}
    }
}

/// Takes away what refers to others.
fn drop_references(operation: &mut Value) {
    remove(&mut operation["data"], "members");
    remove(&mut operation["data"], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
}

/// Those of references between operations.
pub const REFERENCES: &[Sabotage] = &[
    Sabotage {
        what: "references between operations aren't looked up",
        checks: &["SC-323", "SC-323b", "SC-324"],
        fault: Fault::Request(|request| each(request, lose)),
    },
    Sabotage {
        what: "references between operations are lost without a word",
        checks: &["SC-323", "SC-323b", "SC-324", "SC-324b", "SC-325", "SC-325b"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["data"].is_object() {
                    drop_references(operation);
                }
            });
        }),
    },
    Sabotage {
        what: "operations refer only to earlier ones",
        checks: &["SC-324"],
        fault: Fault::Request(|request| {
            operations(request, |operations| {
                if operations[0]["data"].to_string().contains("bulkId:") {
                    lose(&mut operations[0]);
                }
            });
        }),
    },
    Sabotage {
        what: "operations that refer to each other are a fault of the server's",
        checks: &["SC-324b"],
        fault: Fault::Instead(|request| {
            let job = sent(request).to_string();
            job.contains("\"value\":\"bulkId:one\"").then(|| all(request, "500")).flatten()
        }),
    },
    Sabotage {
        what: "a reference to nothing refuses the whole job",
        checks: &["SC-325"],
        fault: Fault::Answer(|request, response| {
            if is(request, "POST", "/Bulk") && response.text().contains("\"409\"") {
                *response = refusal(409, "");
            }
        }),
    },
    Sabotage {
        what: "a reference to nothing is a fault of the server's",
        checks: &["SC-325", "SC-325b"],
        fault: Fault::Answer(|request, response| {
            each_outcome(request, response, |outcome| {
                if outcome["bulkId"] == "lost" {
                    outcome["status"] = "500".into();
                }
            });
        }),
    },
    Sabotage {
        what: "a bulkId in a path is an id",
        checks: &["SC-329"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                let path = operation["path"].as_str().unwrap().replace("bulkId:", "");
                operation["path"] = path.into();
            });
        }),
    },
];

/// Those of what a job may not be.
pub const LIMITS: &[Sabotage] = &[
    Sabotage {
        what: "the number of operations isn't limited",
        checks: &["SC-326", "SC-326c"],
        fault: Fault::Request(|request| operations(request, |operations| operations.truncate(1))),
    },
    Sabotage {
        what: "the size of a job isn't limited",
        checks: &["SC-326b", "SC-326c"],
        fault: Fault::Request(|request| each(request, |operation| remove(&mut operation["data"], "nickName"))),
    },
    Sabotage {
        what: "a job that is too large is a bad request",
        checks: &["SC-326", "SC-326b"],
        fault: Fault::Answer(|_, response| {
            if response.status == 413 {
                *response = refusal(400, "tooMany");
            }
        }),
    },
    Sabotage {
        what: "a job that is too large is carried out up to the limit, and refused",
        checks: &["SC-326", "SC-326b"],
        fault: Fault::Instead(|request| {
            let is_taken = is(request, "POST", "/Users") && sent(request).get("userName").is_some();
            is_taken.then(|| refusal(409, "uniqueness"))
        }),
    },
    Sabotage {
        what: "limits aren't named",
        checks: &["SC-326c"],
        fault: Fault::Answer(|_, response| {
            if response.status == 413 {
                *response = refusal(413, "");
            }
        }),
    },
    Sabotage {
        what: "a POST needs no bulkId",
        checks: &["SC-327"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation.get("bulkId").is_none() {
                    operation["bulkId"] = nonce().into();
                }
            });
        }),
    },
    Sabotage {
        what: "a bulkId may stand for two operations",
        checks: &["SC-327b"],
        fault: Fault::Request(|request| each(request, |operation| operation["bulkId"] = nonce().into())),
    },
    Sabotage {
        what: "who sends no data makes somebody",
        checks: &["SC-327c"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["method"] == "POST" && operation.get("data").is_none() {
                    operation["data"] = json!({"userName": nonce()});
                }
            });
        }),
    },
    Sabotage {
        what: "a PUT without data is passed over",
        checks: &["SC-327c"],
        fault: Fault::Instead(|request| {
            let operation = sent(request).pointer("/Operations/0")?.clone();
            let is_put = operation["method"] == "PUT" && operation.get("data").is_none();
            is_put.then(|| all(request, "200")).flatten()
        }),
    },
    Sabotage {
        what: "a job reads as well",
        checks: &["SC-327d"],
        fault: Fault::Instead(|request| {
            let is_read = sent(request).pointer("/Operations/0/method")? == "GET";
            is_read.then(|| all(request, "200")).flatten()
        }),
    },
    Sabotage {
        what: "other methods are taken for POST",
        checks: &["SC-327d"],
        fault: Fault::Request(|request| {
            each(request, |operation| {
                if operation["method"] == "CONFORMANCE" {
                    operation["method"] = "POST".into();
                }
            });
        }),
    },
    Sabotage {
        what: "refusals within a job are plain text",
        checks: &["SC-327", "SC-327c", "SC-327d", "SC-331"],
        fault: Fault::Answer(|request, response| {
            each_outcome(request, response, |outcome| {
                if outcome.get("response").is_some() {
                    outcome["response"] = "bad request".into();
                }
            });
        }),
    },
    Sabotage {
        what: "jobs are carried out, though there is no bulk",
        checks: &["SC-330"],
        fault: Fault::Answer(|request, response| {
            on(request, response, "/ServiceProviderConfig", |config| config["bulk"]["supported"] = false.into());
        }),
    },
    Sabotage {
        what: "a job may be part of a job",
        checks: &["SC-331"],
        fault: Fault::Instead(|request| {
            let is_within = sent(request).pointer("/Operations/0/path")? == "/Bulk";
            is_within.then(|| all(request, "200")).flatten()
        }),
    },
    Sabotage {
        what: "a job may delete what a server says of itself",
        checks: &["SC-331"],
        fault: Fault::Instead(|request| {
            let is_discovery = sent(request).pointer("/Operations/0/path")? == "/ServiceProviderConfig";
            is_discovery.then(|| all(request, "204")).flatten()
        }),
    },
];
