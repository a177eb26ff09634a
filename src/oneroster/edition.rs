//! What a version of the standard does in its own way.

use crate::catalogue::{Entity, Version};

/// A version of the standard, as its own folder describes it.
#[derive(Debug)]
pub struct Edition {
    /// Which version it is.
    pub version: Version,
    /// Where the objects of a kind have their addresses, below the address of OneRoster at a board.
    pub collection: fn(Entity) -> &'static str,
}

impl PartialEq for Edition {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}

impl Eq for Edition {}
