//! The sourcedIds of rows that stand for no object of the view: roles and links.
//!
//! The source's own numbers of those rows would show how many others there are, and no other door shows
//! them. So they are made of what the row says, keyed by the vendor.

use std::collections::HashMap;

use crate::catalogue::Entity;
use crate::consent::Release;

/// Names the rows of one parent: each what it says, and which of those that say the same it is.
pub(super) struct Naming<'a> {
    release: &'a Release,
    used: HashMap<String, u32>,
}

impl<'a> Naming<'a> {
    pub(super) fn new(release: &'a Release) -> Self {
        Self { release, used: HashMap::new() }
    }

    /// The sourcedId of the next row that says this.
    pub(super) fn name(&mut self, says: &[&str]) -> String {
        // No sourcedId holds a line feed, so that no two lists of them are one text.
        let says = says.join("\n");
        let n = self.used.entry(says.clone()).and_modify(|n| *n += 1).or_default();
        let text = format!("row\n{n}\n{says}");
        self.release.pseudonyms().identifier(Entity::User, &text)
    }
}
