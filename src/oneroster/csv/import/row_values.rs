//! The values of a row of an entity's own file, by the catalogue's table of fields.

use super::below::Below;
use super::error::ImportError;
use super::lookup::Lookup;
use super::person::ByValue;
use super::sieve::{self, Sieve};
use super::unsaid::Unsaid;
use crate::catalogue::element::ScoreScaleValue;
use crate::catalogue::{Entity, Field, Kind};
use crate::oneroster::csv::Row;
use crate::store::cell;
use crate::store::import::{Incoming, Value};

/// What the values of an entity's rows are made of beside the rows.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub fields: &'a [&'static Field],
    pub lookup: Lookup<'a>,
    pub below: &'a Below,
    pub local: &'a [String],
    pub unsaid: Option<&'a Unsaid>,
}

impl Sources<'_> {
    /// The values of a row without those that stay outside, which are counted.
    pub(super) fn incoming(self, number: u32, row: Row<'_>, sieve: &mut Sieve) -> Result<Incoming, ImportError> {
        let is_person = self.lookup.open.entity() == Entity::User;
        let sort = || ByValue::of(row, self.local, self.below.chain_ids(number));
        let mut by_value = is_person.then(sort).transpose()?;
        let mut values = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            let special = by_value.as_mut().and_then(|by_value| by_value.take(field.column));
            values.push(match special {
                Some(value) => value,
                None => self.value(field, number, row, sieve)?,
            });
        }
        sieve.add(by_value.map(|by_value| by_value.sieve).unwrap_or_default());
        Ok(Incoming { number, sourced_id: row.sourced_id().to_owned(), values })
    }

    /// What files below a row say of it; the rest stays.
    pub(super) fn below(self, number: u32) -> Result<Vec<Value>, ImportError> {
        let mut values = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            values.push(match field.kind {
                Kind::ReferenceList(Entity::User) => self.changed_agents(number)?.unwrap_or(Value::Keep),
                _ => self.elements(field, number).unwrap_or(Value::Keep),
            });
        }
        Ok(values)
    }

    /// The value of a column that files below the row's own fill; none if they don't.
    fn elements(self, field: &Field, number: u32) -> Option<Value> {
        let elements = self.below.elements(field.column).filter(|elements| elements.says_of(number));
        let text = |text: Option<String>| text.map_or(Value::Null, Value::Text);
        match field.kind {
            Kind::ScoreScaleLink => Some(text(elements?.of(number).next().map(str::to_owned))),
            // A person who lost every role still has the traces of them.
            Kind::Roles => Some(Value::Text(elements?.list(number).unwrap_or_else(|| "[]".to_owned()))),
            Kind::UserProfiles | Kind::Resources | Kind::LearningObjectives | Kind::LearningObjectiveResults => {
                Some(text(elements?.list(number)))
            }
            _ => None,
        }
    }

    fn changed_agents(self, number: u32) -> Result<Option<Value>, ImportError> {
        let Some(agents) = self.below.changed_agents(number) else { return Ok(None) };
        let ids: Vec<i64> = agents.iter().map(|other| self.lookup.row_id_of(*other)).collect();
        Ok(Some(list(&ids)?.map_or(Value::Null, Value::Text)))
    }

    fn value(self, field: &Field, number: u32, row: Row<'_>, sieve: &mut Sieve) -> Result<Value, ImportError> {
        let text = |text: Option<String>| text.map_or(Value::Null, Value::Text);
        Ok(match field.kind {
            // Whoever is not said to be the primary teacher isn't; strict clients want it said.
            Kind::Boolean if self.lookup.open.entity() == Entity::Enrollment => {
                Value::Text(row.text(field.csv).unwrap_or("false").to_owned())
            }
            Kind::Text => text(row.text(field.csv).and_then(|said| self.text(field, said, sieve))),
            Kind::Boolean | Kind::Date | Kind::DateTime => text(row.text(field.csv).map(str::to_owned)),
            Kind::Number => {
                let number = row.number(field.csv).and_then(|number| sieve.keep_number(number));
                number.map_or(Value::Null, Value::Real)
            }
            // These two belong together item by item.
            Kind::TextList if matches!(field.csv, "subjects" | "subjectCodes") => {
                text(list(&row.list(field.csv).map(|item| sieve.need(item)).collect::<Vec<_>>())?)
            }
            Kind::TextList => text(list(&row.list(field.csv).filter_map(|item| sieve.keep(item)).collect::<Vec<_>>())?),
            Kind::Reference(entity) => self.reference(entity, field, row),
            Kind::ReferenceList(Entity::User) if self.below.has_changed_agents() => {
                self.changed_agents(number)?.unwrap_or(Value::Keep)
            }
            Kind::ReferenceList(entity) => text(list(&self.references(entity, field, number, row))?),
            Kind::ScoreScaleValues => {
                let pairs = row.pairs(field.csv);
                let pairs = pairs.map(|(l, r)| ScoreScaleValue { left: sieve.need(l), right: sieve.need(r) });
                Value::Text(cell::json(&pairs.collect::<Vec<_>>())?)
            }
            Kind::ScoreScaleLink
            | Kind::Roles
            | Kind::UserProfiles
            | Kind::Resources
            | Kind::LearningObjectives
            | Kind::LearningObjectiveResults => self.elements(field, number).unwrap_or(Value::Keep),
            Kind::Metadata => {
                let kept =
                    row.metadata().filter(|(name, said)| sieve.keep(name).and_then(|_| sieve.keep(said)).is_some());
                let metadata: serde_json::Map<_, _> = kept.map(|(name, said)| (name.to_owned(), said.into())).collect();
                if metadata.is_empty() { Value::Null } else { Value::Text(cell::json(&metadata)?) }
            }
            // A person's other identifiers are sorted by value.
            Kind::Children(_) | Kind::UserIds | Kind::MainRole | Kind::RoleOrgs | Kind::Unstored => Value::Null,
        })
    }

    /// The text of a column; where one is dropped that must not be empty, a word that says so.
    fn text(self, field: &Field, said: &str, sieve: &mut Sieve) -> Option<String> {
        let is_exempt = sieve::is_exempt(self.lookup.open.entity(), field, said, self.local);
        let kept = sieve.keep_in(said, is_exempt);
        kept.or_else(|| field.is_required.then(|| sieve::stand_in(said))).map(str::to_owned)
    }

    fn reference(self, entity: Entity, field: &Field, row: Row<'_>) -> Value {
        let named = row.text(field.csv).and_then(|sourced_id| self.lookup.row_id(entity, sourced_id));
        let implied = || self.unsaid?.reference(field.column, row, self.lookup);
        named.or_else(implied).map_or(Value::Null, Value::RowId)
    }

    /// The row ids in the order of the file; the carers of a pupil, and the pupils of a carer, also where
    /// only the other of the two names them.
    fn references(self, entity: Entity, field: &Field, number: u32, row: Row<'_>) -> Vec<i64> {
        let mut ids: Vec<i64> = Vec::new();
        let named = row.list(field.csv).filter_map(|sourced_id| self.lookup.row_id(entity, sourced_id));
        let mirrored = self.below.mirrored(field.kind, number).map(|other| self.lookup.row_id_of(other));
        for id in named.chain(mirrored) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

fn list(items: &[impl serde::Serialize]) -> Result<Option<String>, ImportError> {
    if items.is_empty() {
        return Ok(None);
    }
    Ok(Some(cell::json(&items)?))
}
