//! The filter over what a vendor wrote itself: asked of each object as it is read back, since nothing of it is
//! withheld from its writer.

use serde_json::Value;

use crate::catalogue::{Kind, Version, word};
use crate::clock::Millis;
use crate::consent::written::Written;
use crate::planted::{self, Leak};
use crate::query::evaluate::QueryError;
use crate::query::filter::{Filter, Leaf, Member, Op, Target, fields};
use crate::query::sort::{SortKey, SortValue, worded};
use crate::query::value;

/// Whether the filter holds for the object.
pub fn holds(written: &Written, filter: &Filter) -> Result<bool, QueryError> {
    match filter {
        Filter::And(parts) => parts.iter().try_fold(true, |all, part| Ok(all & holds(written, part)?)),
        Filter::Or(parts) => parts.iter().try_fold(false, |any, part| Ok(any | holds(written, part)?)),
        // An absent value is unequal to every other.
        Filter::Leaf(leaf) if leaf.op == Op::Ne => Ok(!leaf_holds(written, &Leaf { op: Op::Eq, ..leaf.clone() })?),
        Filter::Leaf(leaf) => leaf_holds(written, leaf),
    }
}

/// Whether the filter names the status or the time: only then are deleted objects told, because clients take the
/// rest of a list for what there is.
pub fn tells_deleted(filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().any(tells_deleted),
        Filter::Leaf(leaf) => {
            matches!(leaf.target, Target::Status | Target::DateLastModified) && !planted::is(Leak::OwnDeletedUntold)
        }
    }
}

/// The time from which the filter can hold at all, if it names one.
pub fn since(filter: &Filter) -> Option<i64> {
    match filter {
        Filter::And(parts) => parts.iter().filter_map(since).max(),
        Filter::Or(_) => None,
        Filter::Leaf(leaf) => {
            let is_after = leaf.target == Target::DateLastModified && matches!(leaf.op, Op::Ge | Op::Gt | Op::Eq);
            is_after.then(|| value::instant(&leaf.value).ok()).flatten()
        }
    }
}

fn leaf_holds(written: &Written, leaf: &Leaf) -> Result<bool, QueryError> {
    let text = |found: &str| leaf.op.holds_for_text(found, &leaf.value);
    Ok(match &leaf.target {
        Target::SourcedId => text(&written.identifier),
        Target::Status => text(if written.is_deleted { "tobedeleted" } else { "active" }),
        Target::DateLastModified => leaf.op.holds(&written.modified_at, &value::instant(&leaf.value)?),
        Target::Metadata(key) => match written.body.get("metadata").and_then(|metadata| metadata.get(key)) {
            Some(Value::String(found)) => text(found),
            Some(Value::Bool(found)) => leaf.op.holds_for_text(&found.to_string(), &leaf.value.to_lowercase()),
            Some(Value::Number(found)) => match (found.as_f64(), value::number(&leaf.value)) {
                (Some(found), Ok(wanted)) if leaf.op != Op::Contains => leaf.op.holds(&found, &wanted),
                _ => text(&found.to_string()),
            },
            _ => false,
        },
        Target::Field(name, member) => {
            let Some(field) = fields(written.entity, name).next() else { return Ok(false) };
            let found = written.body.get(*name);
            match (field.kind, member) {
                (Kind::Reference(target), Member::ReferenceType) => found.is_some() && text(target.name()),
                (Kind::ScoreScaleLink, Member::ReferenceType) => found.is_some() && text("scoreScale"),
                (Kind::Reference(_) | Kind::ScoreScaleLink, _) => {
                    found.and_then(|found| found.get("sourcedId")).and_then(Value::as_str).is_some_and(text)
                }
                (Kind::Text, member) => found.and_then(Value::as_str).is_some_and(|found| {
                    let version = if let Member::Worded(version) = member { *version } else { Version::V1p2 };
                    word::in_version(version, written.entity, name, found).is_some_and(text)
                }),
                (Kind::Boolean, _) => {
                    let wanted = leaf.value.to_lowercase();
                    found.and_then(Value::as_str).is_some_and(|found| leaf.op.holds_for_text(found, &wanted))
                }
                (Kind::Date, _) if leaf.op == Op::Contains => found.and_then(Value::as_str).is_some_and(text),
                (Kind::Date, _) => {
                    let wanted = value::date(&leaf.value)?.to_string();
                    found.and_then(Value::as_str).is_some_and(|found| leaf.op.holds_for_text(found, &wanted))
                }
                (Kind::DateTime, _) => {
                    let wanted = Millis(value::instant(&leaf.value)?).to_rfc3339();
                    let found = found.and_then(Value::as_str).map(value::as_instant);
                    found.is_some_and(|found| leaf.op.holds_for_text(&found, &wanted))
                }
                (Kind::Number, _) => {
                    let wanted = value::number(&leaf.value)?;
                    match found.and_then(Value::as_f64) {
                        Some(found) if leaf.op == Op::Contains => text(&found.to_string()),
                        Some(found) => leaf.op.holds(&found, &wanted),
                        None => false,
                    }
                }
                (_, Member::Named(name)) => found.is_some_and(|found| any_named(found, name, &text)),
                _ => false,
            }
        }
    })
}

/// Whether a text under that name, at any depth, is such.
fn any_named(value: &Value, name: &str, holds: &impl Fn(&str) -> bool) -> bool {
    let of_name = |value: &Value| match value {
        Value::String(text) => holds(text),
        Value::Array(items) => items.iter().filter_map(Value::as_str).any(holds),
        _ => false,
    };
    match value {
        Value::Array(items) => items.iter().any(|item| any_named(item, name, holds)),
        Value::Object(members) => members.iter().any(|(member, value)| {
            (member.trim_end_matches('s') == name.trim_end_matches('s') && of_name(value))
                || any_named(value, name, holds)
        }),
        _ => false,
    }
}

/// What the object sorts by.
pub fn sort_value(written: &Written, key: SortKey) -> SortValue {
    match key {
        SortKey::Unsorted => SortValue::Absent,
        SortKey::SourcedId => SortValue::Text(written.identifier.clone()),
        SortKey::Status => SortValue::status(written.is_deleted),
        SortKey::DateLastModified => SortValue::time(written.modified_at),
        SortKey::Worded(version, name) => {
            let text = written.body.get(name).and_then(Value::as_str);
            text.map_or(SortValue::Absent, |text| worded(version, written.entity, name, text))
        }
        SortKey::Field(name) => match (written.body.get(name), fields(written.entity, name).next()) {
            (Some(Value::String(text)), Some(field)) if field.kind == Kind::DateTime => {
                SortValue::Text(value::as_instant(text))
            }
            (Some(Value::String(text)), _) => SortValue::Text(text.clone()),
            (Some(Value::Number(number)), _) => number.as_f64().map_or(SortValue::Absent, SortValue::Number),
            _ => SortValue::Absent,
        },
    }
}
