//! The ways in which sabotages edit a PATCH and what is read after it.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::scim_edits::refusal;
use crate::proxy::edit;

/// Edits the operations of a PATCH.
pub fn operations(request: &mut Request, change: impl FnOnce(&mut Vec<Value>)) {
    if request.method != "PATCH" {
        return;
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(&request.body) else { return };
    if let Some(list) = body["Operations"].as_array_mut() {
        change(list);
        if list.is_empty() {
            // The good server takes it, and does nothing.
            list.push(json!({"op": "add", "path": "externalId", "value": null}));
        }
    }
    request.body = body.to_string().into_bytes();
}

/// Edits each operation of a PATCH.
pub fn each(request: &mut Request, change: impl FnMut(&mut Value)) {
    operations(request, |list| list.iter_mut().for_each(change));
}

/// Leaves operations out of a PATCH.
pub fn leave_out(request: &mut Request, is_left_out: impl Fn(&Value) -> bool) {
    operations(request, |list| list.retain(|operation| !is_left_out(operation)));
}

/// Leaves out the operations on that path.
pub fn leave_out_path(request: &mut Request, path: &str) {
    leave_out(request, |operation| operation["path"] == path);
}

/// Edits a resource that is read.
pub fn resource(request: &Request, response: &mut Response, change: impl FnOnce(&mut Value)) {
    if request.method == "GET" && response.status == 200 {
        edit(response, |json| {
            if json.get("id").is_some() {
                change(json);
            }
        });
    }
}

/// Answers a refused PATCH as if it had succeeded.
pub fn accept(request: &Request, response: &mut Response, is_accepted: impl FnOnce(&Value) -> bool) {
    if is_refused(request, response) && is_accepted(&body(request)) {
        response.status = 200;
        response.body = b"{}".to_vec();
    }
}

/// Gives a refused PATCH another `scimType`.
pub fn retype(request: &Request, response: &mut Response, from: &str, to: &str) {
    if is_refused(request, response) {
        edit(response, |json| {
            if json["scimType"] == from {
                json["scimType"] = json!(to);
            }
        });
    }
}

/// The body of a request.
pub fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

/// A refusal of a PATCH if one of its operations is wrong.
pub fn refused_if(request: &Request, is_wrong: impl Fn(&Value) -> bool) -> Option<Response> {
    let body = if request.method == "PATCH" { body(request) } else { Value::Null };
    let wrong = body["Operations"].as_array().is_some_and(|list| list.iter().any(is_wrong));
    wrong.then(|| refusal(400, "invalidValue"))
}

/// Whether it is a PATCH that was refused.
pub fn is_refused(request: &Request, response: &Response) -> bool {
    request.method == "PATCH" && response.status >= 400
}
