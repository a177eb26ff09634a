//! What of a stored row a set changes, and at what time each category of it last changed.

use std::collections::BTreeMap;

use super::roles;
use super::value::{Incoming, Type, Value};
use super::write::Written;
use crate::catalogue::{Category, Entity, Field, Kind};
use crate::store::{Row, StoreError, cell};

/// How many columns of a stored row come before the values: `id`, `status`, `created_at`, `changed`.
pub(super) const BASE: usize = 4;

/// A stored row with the values of the set.
pub(super) struct Merged {
    pub written: Written,
    /// Whether more than the digest differs.
    pub is_changed: bool,
    /// What the set has for columns that a provider keeps.
    pub of_administration: Vec<(&'static str, Option<String>)>,
}

/// Sets the values of the set over those that are stored; what differs gets the time of the import. Columns that a
/// provider keeps stay.
pub(super) fn merge(
    entity: Entity,
    fields: &[&'static Field],
    stored: Row<'_>,
    mut incoming: Incoming,
    (now, kept): (i64, &[String]),
) -> Result<Merged, StoreError> {
    let digest = incoming.digest();
    let mut of_administration = Vec::new();
    for (field, value) in fields.iter().zip(&mut incoming.values) {
        if kept.iter().any(|column| column == field.column) && *value != Value::Keep {
            of_administration.push((field.column, std::mem::replace(value, Value::Keep).into_text()));
        }
    }
    let mut times = times(stored.text(3))?;
    let mut is_changed = false;
    if stored.need_text(1)? != "active" {
        times.insert(entity.base_category(), now);
        is_changed = true;
    }
    let mut values = Vec::with_capacity(fields.len());
    for (place, (field, value)) in fields.iter().zip(incoming.values).enumerate() {
        let old = Value::read(stored, BASE + place, Type::of(field));
        let new = match (value, field.kind) {
            (Value::Keep, _) => old.clone(),
            (Value::Text(new), Kind::Roles) => {
                Value::Text(roles::merge(old.clone().into_text().as_deref().unwrap_or("[]"), &new, now)?)
            }
            (value, _) => value,
        };
        if new != old {
            is_changed = true;
            if is_dated(entity, field) {
                times.insert(field.category, now);
            }
        }
        values.push(new);
    }
    let written = Written {
        id: stored.need_int(0)?,
        sourced_id: incoming.sourced_id,
        created_at: stored.need_int(2)?,
        changed: write_times(&times)?,
        digest,
        values,
    };
    Ok(Merged { written, is_changed, of_administration })
}

/// Whether a change of the field moves the time of its category. A reference is seen only by vendors who see
/// both of its ends: each vendor's own memory says when it changed for them.
const fn is_dated(entity: Entity, field: &Field) -> bool {
    match entity {
        Entity::Org
        | Entity::AcademicSession
        | Entity::Course
        | Entity::Class
        | Entity::User
        | Entity::LineItem
        | Entity::ScoreScale => !field.kind.is_relation(),
        // What a result must name is in the view wherever the result is.
        Entity::Result => field.is_required || !field.kind.is_relation(),
        Entity::Demographics
        | Entity::Enrollment
        | Entity::Resource
        | Entity::LineItemCategory
        | Entity::AssessmentLineItem
        | Entity::AssessmentResult => true,
    }
}

/// The times of a row that goes away.
pub(super) fn removed(entity: Entity, changed: Option<&str>, now: i64) -> Result<Option<String>, StoreError> {
    let mut times = times(changed)?;
    times.insert(entity.base_category(), now);
    write_times(&times)
}

fn times(changed: Option<&str>) -> Result<BTreeMap<Category, i64>, StoreError> {
    let read = |text| serde_json::from_str(text).map_err(|_| StoreError::Shape("times of an unknown form"));
    changed.map_or_else(|| Ok(BTreeMap::new()), read)
}

fn write_times(times: &BTreeMap<Category, i64>) -> Result<Option<String>, StoreError> {
    (!times.is_empty()).then(|| cell::json(times)).transpose()
}
