//! What a version of the standard does in its own way.

use crate::catalogue::{Entity, Version};
use crate::http::Refusal;
use crate::json::Json;

/// A version of the standard, as its own folder describes it.
#[derive(Debug)]
pub struct Edition {
    /// Which version it is.
    pub version: Version,
    /// Where the objects of a kind have their addresses, below the address of OneRoster at a board.
    pub collection: fn(Entity) -> &'static str,
    /// What comes of a name that no field has: a refusal, or an answer with or without a warning.
    pub unknown: fn(Unknown<'_>) -> Result<Option<Warning>, Refusal>,
    /// Writes warnings beside the data, where there are any.
    pub warn: fn(&mut Json, &[Warning]),
}

/// A name in a parameter that no field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown<'a> {
    /// `sort` names no field that sorts.
    SortField(&'a str),
    /// `fields` names no field.
    SelectedField(&'a str),
    /// `fields` has an empty name.
    BlankSelection,
}

/// Something to tell beside the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The code minor.
    pub minor: &'static str,
    /// What is wrong, in words for a developer.
    pub description: String,
}

impl PartialEq for Edition {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}

impl Eq for Edition {}
