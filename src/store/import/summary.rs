//! What an import did.

use serde::{Deserialize, Serialize};

use crate::catalogue::Entity;

/// What happened to the rows of one entity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows that were never there before.
    pub added: u64,
    /// Rows with another value, or that came back.
    pub changed: u64,
    /// Rows that are as they were.
    pub unchanged: u64,
    /// Rows that went away: `tobedeleted`.
    pub removed: u64,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The board.
    pub tenant: String,
    /// Whether the board was made by this import.
    pub is_new_tenant: bool,
    /// The rows of each entity of the set, under the entity's name.
    #[serde(serialize_with = "by_name")]
    pub entities: Vec<(Entity, Counts)>,
    /// How many values were dropped because they are or hold national numbers.
    pub national_ids_dropped: u64,
    /// How many values were dropped because they hold an identifier of the chain of vendors where none belongs.
    pub chain_ids_dropped: u64,
    /// Whether anything that a vendor could see changed.
    pub is_changed: bool,
}

impl Summary {
    /// The counts of one entity; nothing if the set says nothing of it.
    pub fn of(&self, entity: Entity) -> Option<Counts> {
        self.entities.iter().find(|(other, _)| *other == entity).map(|(_, counts)| *counts)
    }
}

fn by_name<S: serde::Serializer>(entities: &[(Entity, Counts)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entities.iter().map(|(entity, counts)| (entity.name(), counts)))
}
