//! The words in which checks of SCIM ask.

use serde_json::Value;

use crate::check::{Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::Probe;

/// The URN of a list (RFC 7644 §3.4.2).
pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// The URN of an error (RFC 7644 §3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

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
