//! Values in filters: read by the published form of the field, the same for every vendor.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use crate::clock::Millis;
use crate::query::filter::Op;

/// A value that is not of its field's form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the value of the filter is not {0}")]
pub struct BadValue(pub &'static str);

/// An instant in ms: with an offset, without one (UTC), or a date alone (its start in UTC).
pub fn instant(text: &str) -> Result<i64, BadValue> {
    let text = text.trim();
    // A `+` that was not percent-encoded arrives as a space.
    let mended = text.replace(' ', "+");
    for candidate in [text, mended.as_str()] {
        if let Ok(at) = DateTime::parse_from_rfc3339(candidate) {
            return Ok(at.timestamp_millis());
        }
    }
    for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, form) {
            return Ok(at.and_utc().timestamp_millis());
        }
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map(|day| Millis::at_start_of(day).0)
        .map_err(|_| BadValue("a date or dateTime such as 2026-08-01T00:00:00.000Z"))
}

/// A calendar day; of an instant, its day in UTC.
pub fn date(text: &str) -> Result<NaiveDate, BadValue> {
    instant(text).map(|at| Millis(at).date()).map_err(|_| BadValue("a date such as 2026-08-01"))
}

/// A finite number.
pub fn number(text: &str) -> Result<f64, BadValue> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite()).ok_or(BadValue("a number"))
}

/// A stored date or instant in the one form that compares as text.
pub fn as_instant(text: &str) -> String {
    instant(text).map_or_else(|_| text.to_owned(), |at| Millis(at).to_rfc3339())
}

/// Whether a JSON list of text compares so with a comma list: `=` is the same set, `~` an element in common.
pub fn list_holds(op: Op, list: &str, wanted: &str) -> bool {
    let found: BTreeSet<String> = serde_json::from_str(list).unwrap_or_default();
    let wanted: BTreeSet<String> = wanted.split(',').map(|item| item.trim().to_owned()).collect();
    match op {
        Op::Eq => found == wanted,
        Op::Ne => found != wanted,
        Op::Contains => found.iter().any(|f| wanted.iter().any(|w| f.eq_ignore_ascii_case(w))),
        Op::Gt | Op::Ge | Op::Lt | Op::Le => found.iter().any(|f| wanted.iter().any(|w| op.holds(f, w))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_alone_means_its_start_in_utc() {
        assert_eq!(instant("2026-11-01"), instant("2026-11-01T00:00:00.000Z"));
        assert_eq!(instant("2026-11-01T01:00:00+01:00"), instant("2026-11-01T00:00:00Z"));
        assert_eq!(instant("2026-11-01T00:00:00 00:00"), instant("2026-11-01"));
        assert!(instant("yesterday").is_err());
    }

    #[test]
    fn equal_lists_are_equal_sets_and_contains_is_an_element_in_common() {
        let list = r#"["s1","s2","s3"]"#;

        assert!(!list_holds(Op::Eq, list, "s1"));
        assert!(!list_holds(Op::Eq, list, "s1,s2"));
        assert!(list_holds(Op::Eq, list, "s3,s1,s2"));
        assert!(list_holds(Op::Contains, list, "s1"));
        assert!(list_holds(Op::Contains, list, "s1,s9"));
        assert!(!list_holds(Op::Contains, list, "s9"));
    }
}
