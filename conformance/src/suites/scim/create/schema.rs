//! What a server says that it keeps of users, so that only that is asked of it.

use serde_json::Value;

use super::super::made::{ENTERPRISE, USER};
use super::super::service::text;
use crate::check::{Stop, Verdict};
use crate::probe::Probe;

/// The attributes of users in the server's own schema; none if it doesn't show one.
pub fn attributes(probe: &Probe<'_>) -> Result<Vec<Value>, Stop> {
    let schema = probe.once("the schema of users", || Ok(probe.get(&format!("/Schemas/{USER}"))?.json()))?;
    Ok(parts(&schema, "attributes"))
}

/// The attributes of a schema, or the sub-attributes of an attribute.
pub fn parts(whole: &Value, member: &str) -> Vec<Value> {
    whole.get(member).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Whether users have that attribute; they have all if the server shows no schema.
pub fn has(probe: &Probe<'_>, name: &str) -> Result<bool, Stop> {
    let all = attributes(probe)?;
    Ok(all.is_empty() || all.iter().any(|one| text(one, "/name").eq_ignore_ascii_case(name)))
}

/// A skip unless users have the enterprise extension (RFC 7643 §4.3).
pub fn require_enterprise(probe: &Probe<'_>) -> Verdict {
    let schema = probe.once("the enterprise extension", || Ok(probe.get(&format!("/Schemas/{ENTERPRISE}"))?.json()))?;
    if text(&schema, "/id").eq_ignore_ascii_case(ENTERPRISE) {
        Ok(())
    } else {
        Err(Stop::skipped("users don't have the enterprise extension"))
    }
}
