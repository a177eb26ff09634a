//! The ways in which sabotages of SCIM edit what passes.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use crate::proxy::{answer, edit};

/// The media type of SCIM.
pub const MEDIA_TYPE: &str = "application/scim+json";

/// The path below the service's, without the query.
pub fn path(request: &Request) -> &str {
    let address = request.url.split('?').next().unwrap_or_default();
    address.split_once("/scim/v2").map_or("", |(_, path)| path)
}

/// Whether a resource, or a list of them, is asked for below that path.
pub fn is_below(request: &Request, start: &str) -> bool {
    path(request).starts_with(start)
}

/// Edits the answer to a GET of that path.
pub fn on(request: &Request, response: &mut Response, at: &str, change: impl FnOnce(&mut Value)) {
    if request.method == "GET" && path(request) == at && response.status == 200 {
        edit(response, change);
    }
}

/// Edits each resource of a list, or the one that stands alone.
pub fn resources(response: &mut Response, mut change: impl FnMut(&mut Value)) {
    if !matches!(response.status, 200 | 201) {
        return;
    }
    edit(response, |json| match json.get_mut("Resources") {
        Some(Value::Array(resources)) => resources.iter_mut().for_each(change),
        _ => change(json),
    });
}

/// Edits the resources of a list.
pub fn list(response: &mut Response, change: impl FnOnce(&mut Vec<Value>)) {
    if response.status == 200 {
        edit(response, |json| {
            if let Some(Value::Array(resources)) = json.get_mut("Resources") {
                change(resources);
            }
        });
    }
}

/// Takes a member away.
pub fn remove(object: &mut Value, member: &str) {
    if let Some(members) = object.as_object_mut() {
        members.remove(member);
    }
}

/// A refusal.
pub fn refusal(status: u16, scim_type: &str) -> Response {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.to_string(),
        "scimType": scim_type,
        "detail": "no",
    });
    answer(status, MEDIA_TYPE, &body)
}

/// A list without anything in it.
pub fn nothing() -> Response {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 0,
        "startIndex": 1,
        "itemsPerPage": 0,
        "Resources": [],
    });
    answer(200, MEDIA_TYPE, &body)
}
