//! How values compare, as far as every reading of the standard agrees.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use super::service::text;

/// A point in time (RFC 7643 §2.3.5).
pub fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

/// Whether a text comes before another one whatever their case: by code points as well as by the letters and digits
/// that collations go by.
pub fn is_surely_less(one: &str, other: &str) -> bool {
    let fold = |text: &str| text.to_ascii_lowercase();
    let letters = |text: &str| fold(text).chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    one.is_ascii() && other.is_ascii() && fold(one) < fold(other) && letters(one) < letters(other)
}

/// The values of a list.
pub fn elements<'v>(resource: &'v Value, name: &str) -> &'v [Value] {
    resource.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The value of a list that counts as the one: the primary, or else the first (RFC 7644 §3.4.2.3).
pub fn leading<'v>(resource: &'v Value, name: &str) -> &'v str {
    let values = elements(resource, name);
    let primary = values.iter().find(|value| value.get("primary") == Some(&Value::Bool(true)));
    primary.or(values.first()).map(|value| text(value, "/value")).unwrap_or_default()
}
