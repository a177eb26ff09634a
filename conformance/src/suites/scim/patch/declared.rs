//! What a server's schemas say of an attribute (RFC 7643 §7).

use serde_json::Value;

use super::super::service::text;
use crate::check::Stop;
use crate::credentials::encode;
use crate::probe::Probe;

/// How a schema describes an attribute, or a part of one after a dot; nothing if it doesn't.
pub fn attribute(probe: &Probe<'_>, urn: &str, name: &str) -> Result<Option<Value>, Stop> {
    let path = format!("/Schemas/{}", encode(urn));
    let schema = probe.once(&path, || Ok(probe.get(&path)?.json()))?;
    let mut holder = Value::clone(&schema);
    for (part, list) in name.split('.').zip(["attributes", "subAttributes"]) {
        let described = holder.get(list).and_then(Value::as_array).into_iter().flatten();
        let Some(found) = described.clone().find(|one| text(one, "/name").eq_ignore_ascii_case(part)) else {
            return Ok(None);
        };
        holder = found.clone();
    }
    Ok(Some(holder))
}
