//! The words in which checks of SCIM ask.

use std::sync::Arc;

use serde_json::Value;

use crate::check::{Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::Probe;

/// The URN of a list (RFC 7644 §3.4.2).
pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// The URN of an error (RFC 7644 §3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The media type of SCIM (RFC 7644 §8.1).
pub const MEDIA_TYPE: &str = "application/scim+json";

/// A request with a JSON body, whatever its answer.
pub fn send(probe: &Probe<'_>, method: &str, path: &str, body: &Value) -> Result<Response, Stop> {
    probe.send(Request::new(method, probe.target.url(path)).json(MEDIA_TYPE, body))
}

/// A DELETE, whatever its answer.
pub fn delete(probe: &Probe<'_>, path: &str) -> Result<Response, Stop> {
    probe.send(Request::new("DELETE", probe.target.url(path)))
}

/// A GET that must succeed with a JSON object.
pub fn object(probe: &Probe<'_>, path: &str) -> Result<Value, Stop> {
    let response = probe.get(path)?;
    expect(
        response.status == 200 && response.json().is_object(),
        format!("GET {path}: 200 and a JSON object"),
        || response.summary(),
    )?;
    Ok(response.json())
}

/// A GET that must succeed with a list; its resources.
pub fn resources(probe: &Probe<'_>, path: &str) -> Result<Vec<Value>, Stop> {
    let list = object(probe, path)?;
    expect(names_schema(&list, LIST), format!("GET {path}: a ListResponse"), || list.to_string())?;
    Ok(list.get("Resources").and_then(Value::as_array).cloned().unwrap_or_default())
}

/// Whether `schemas` names that URN, in whatever case.
pub fn names_schema(resource: &Value, urn: &str) -> bool {
    let schemas = resource.get("schemas").and_then(Value::as_array);
    schemas.is_some_and(|all| all.iter().filter_map(Value::as_str).any(|named| named.eq_ignore_ascii_case(urn)))
}

/// That an answer refuses with one of these statuses and the standard's body (RFC 7644 §3.12).
pub fn expect_error(response: &Response, statuses: &[u16], what: &str) -> Verdict {
    let json = response.json();
    let wanted: Vec<String> = statuses.iter().map(u16::to_string).collect();
    let is_error = names_schema(&json, ERROR) && json.get("status") == Some(&Value::from(response.status.to_string()));
    expect(
        statuses.contains(&response.status) && is_error,
        format!("{what}: {} with an Error body whose `status` is that, as text", wanted.join(" or ")),
        || response.summary(),
    )
}

/// That an answer refuses with that status, that `scimType` and the standard's body.
pub fn expect_refusal(response: &Response, status: u16, scim_type: &str, what: &str) -> Verdict {
    expect_error(response, &[status], what)?;
    let named = response.json().get("scimType").and_then(Value::as_str).map(str::to_owned);
    expect(named.as_deref() == Some(scim_type), format!("{what}: `scimType` {scim_type}"), || response.summary())
}

/// What `/ServiceProviderConfig` says; `Null` if it doesn't answer with an object.
pub fn config(probe: &Probe<'_>) -> Result<Arc<Value>, Stop> {
    probe.once("ServiceProviderConfig", || Ok(probe.get("/ServiceProviderConfig")?.json()))
}

/// Whether the server says that it offers a feature: `patch`, `bulk`, `filter`, `sort`, `etag`, `changePassword`.
pub fn offers(probe: &Probe<'_>, feature: &str) -> Result<bool, Stop> {
    Ok(config(probe)?.pointer(&format!("/{feature}/supported")) == Some(&Value::Bool(true)))
}

/// A skip unless the server says that it offers a feature.
pub fn require(probe: &Probe<'_>, feature: &str) -> Verdict {
    if offers(probe, feature)? { Ok(()) } else { Err(Stop::skipped(format!("the server doesn't offer `{feature}`"))) }
}

/// A path with query parameters, which are encoded here.
pub fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    format!("{path}?{}", pairs.join("&"))
}

/// A text member.
pub fn text<'v>(resource: &'v Value, pointer: &str) -> &'v str {
    resource.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
