//! The rows of one table by sourcedId, in some forty bytes a row whatever the length of the identifiers.
//!
//! An identifier is known by 128 bits under a key of its own process: two that agree by chance, or by
//! somebody's intent, don't happen.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

use super::value::Digest;
use crate::catalogue::Entity;
use crate::store::{Conn, Statement, StoreError};

/// The numbers of the rows of one table by their sourcedIds.
#[derive(Debug, Default)]
pub struct Index {
    first: RandomState,
    second: RandomState,
    numbers: HashMap<u128, u32, BuildHasherDefault<Mixed>>,
}

impl Index {
    /// The rows that a table has of a board.
    pub fn stored(conn: &mut Conn, tenant_id: i64, entity: Entity) -> Result<Self, StoreError> {
        let mut index = Self::default();
        let sql = format!("SELECT id, sourced_id FROM {} WHERE tenant_id = ?", entity.table());
        Statement::new(sql).bind(tenant_id).each(conn, |row| {
            index.insert(row.need_text(1)?, (row.need_int(0)? & 0xffff_ffff).try_into().unwrap_or(u32::MAX));
            Ok(())
        })?;
        Ok(index)
    }

    /// The number of the row with that sourcedId.
    pub fn find(&self, sourced_id: &str) -> Option<u32> {
        self.numbers.get(&self.key(sourced_id)).copied()
    }

    pub(super) fn insert(&mut self, sourced_id: &str, number: u32) {
        self.numbers.insert(self.key(sourced_id), number);
    }

    fn key(&self, sourced_id: &str) -> u128 {
        u128::from(self.first.hash_one(sourced_id)) << 64 | u128::from(self.second.hash_one(sourced_id))
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
            self.0 = self.0.rotate_left(5) ^ u64::from(b);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low half of a mixed key is as good as the whole")]
    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

/// What is known of each row by its number: whether it is stored, active and in the set, and its digest.
#[derive(Debug, Default)]
pub(super) struct Rows {
    states: Vec<State>,
}

/// What is known of one row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct State {
    pub digest: Digest,
    pub is_stored: bool,
    pub is_active: bool,
    pub is_seen: bool,
}

impl Rows {
    pub(super) fn get(&self, number: u32) -> State {
        self.states.get(number as usize).copied().unwrap_or_default()
    }

    pub(super) fn at(&mut self, number: u32) -> &mut State {
        let place = number as usize;
        if self.states.len() <= place {
            self.states.resize(place + 1, State::default());
        }
        #[expect(clippy::indexing_slicing, reason = "the line above makes the place")]
        &mut self.states[place]
    }

    /// The rows that are stored and active but not in the set.
    pub(super) fn missing(&self) -> impl Iterator<Item = u32> {
        self.numbered().filter(|(_, state)| state.is_active && !state.is_seen).map(|(number, _)| number)
    }

    /// How many rows are stored and active.
    pub(super) fn n_active(&self) -> u64 {
        self.numbered().map(|(_, state)| u64::from(state.is_active)).sum()
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &State)> {
        (0..).zip(&self.states)
    }
}

/// Identifiers that the table doesn't have yet, to be numbered in their order.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    text: String,
    ends: Vec<usize>,
}

impl Fresh {
    pub(super) fn push(&mut self, sourced_id: &str) {
        self.text.push_str(sourced_id);
        self.ends.push(self.text.len());
    }

    pub(super) fn sorted(&self) -> Vec<&str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let mut all: Vec<&str> = starts.zip(&self.ends).filter_map(|(start, end)| self.text.get(start..*end)).collect();
        all.sort_unstable();
        all
    }
}
