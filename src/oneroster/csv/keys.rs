//! Which sourcedIds a file holds, in 24 bytes a row and whatever their length.
//!
//! An identifier is known by 128 bits under a key of its own process: two that agree by chance, or by
//! somebody's intent, don't happen.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// What is kept of a sourcedId.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(u64, u64);

/// Makes keys.
#[derive(Debug, Default)]
pub(super) struct Keys(RandomState, RandomState);

impl Keys {
    pub(super) fn of(&self, sourced_id: &str) -> Key {
        Key(self.0.hash_one(sourced_id), self.1.hash_one(sourced_id))
    }
}

/// The rows of one file by their keys, numbered in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Index {
    rows: HashMap<Key, u32, BuildHasherDefault<Mixed>>,
    /// Whether all rows could be read, so that what isn't here doesn't exist.
    pub(super) is_whole: bool,
}

impl Index {
    /// Numbers a row; nothing if its key was there before.
    pub(super) fn add(&mut self, key: Key) -> Option<u32> {
        let number = u32::try_from(self.rows.len()).ok()?;
        match self.rows.entry(key) {
            std::collections::hash_map::Entry::Occupied(_) => None,
            std::collections::hash_map::Entry::Vacant(slot) => Some(*slot.insert(number)),
        }
    }

    pub(super) fn find(&self, key: Key) -> Option<u32> {
        self.rows.get(&key).copied()
    }
}

/// A key is mixed already: its bits are its hash.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.write_u64(u64::from(b));
        }
    }

    fn write_u64(&mut self, part: u64) {
        self.0 = self.0.rotate_left(5) ^ part;
    }
}
