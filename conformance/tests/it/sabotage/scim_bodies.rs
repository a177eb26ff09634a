//! The ways in which sabotages of SCIM edit what is sent, and what is answered to who writes.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::Value;

use super::scim_edits::path;
use crate::proxy::edit;

/// Whether that is asked for: a method, and a path or one that begins with it and `/`.
pub fn is(request: &Request, method: &str, at: &str) -> bool {
    let rest = path(request).strip_prefix(at);
    request.method == method && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What is sent, `Null` if it isn't JSON.
pub fn sent(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

/// Edits what is sent to `/Users` or `/Groups`, if it is JSON.
pub fn rewrite(request: &mut Request, method: &str, at: &str, change: impl FnOnce(&mut Value)) {
    if is(request, method, at)
        && let Ok(mut body) = serde_json::from_slice::<Value>(&request.body)
    {
        change(&mut body);
        request.body = body.to_string().into_bytes();
    }
}

/// Edits the resource that is answered to a request that succeeds.
pub fn answered(
    request: &Request,
    response: &mut Response,
    (method, at): (&str, &str),
    change: impl FnOnce(&mut Value),
) {
    if is(request, method, at) && matches!(response.status, 200 | 201) {
        edit(response, change);
    }
}

/// Sets a header.
pub fn set_header(response: &mut Response, name: &str, value: &str) {
    response.headers.retain(|(other, _)| other != name);
    response.headers.push((name.to_owned(), value.to_owned()));
}
