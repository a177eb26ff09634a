//! Answers that hold for every vendor of a board as long as its data stays the same, kept and bounded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;

use crate::catalogue::{Entity, Field, Version};
use crate::query::filter::Op;
use crate::snapshot::Snapshot;
use crate::store::{Conn, StoreError, leaf};

/// A comparison as a key: entity, column, member, operator, value.
pub type LeafKey = (Entity, &'static str, &'static str, Op, String);

/// How many answers to comparisons are kept; a wide one over 100,000 people is 12 KB.
const MOST_LEAVES: usize = 512;
/// How many sort orders are kept; one over 100,000 people is 400 KB.
const MOST_RANKS: usize = 16;

type Ranks = HashMap<(Entity, &'static str, Version), Arc<Vec<u32>>>;

/// One board's data: its snapshot, and answers that were asked before.
#[derive(Debug)]
pub struct Board {
    /// Keys and relations.
    pub snapshot: Arc<Snapshot>,
    leaves: Mutex<HashMap<LeafKey, Arc<RoaringBitmap>>>,
    ranks: Mutex<Ranks>,
}

impl Board {
    /// A board whose answers are all still to be asked.
    pub fn new(snapshot: Snapshot) -> Self {
        Self { snapshot: Arc::new(snapshot), leaves: Mutex::default(), ranks: Mutex::default() }
    }

    /// The kept answer to a comparison, or what `ask` finds.
    pub fn leaf(
        &self,
        key: LeafKey,
        ask: impl FnOnce() -> Result<RoaringBitmap, StoreError>,
    ) -> Result<Arc<RoaringBitmap>, StoreError> {
        if let Some(known) = self.leaves.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let answer = Arc::new(ask()?);
        let mut leaves = self.leaves.lock().unwrap_or_else(PoisonError::into_inner);
        if leaves.len() >= MOST_LEAVES {
            leaves.clear();
        }
        leaves.insert(key, Arc::clone(&answer));
        Ok(answer)
    }

    /// The rank of each object's value in a column.
    pub fn ranks(&self, conn: &mut Conn, entity: Entity, column: &'static str) -> Result<Arc<Vec<u32>>, StoreError> {
        if let Some(known) =
            self.ranks.lock().unwrap_or_else(PoisonError::into_inner).get(&(entity, column, Version::V1p2))
        {
            return Ok(Arc::clone(known));
        }
        let columns = beside(entity, column);
        let found = match columns.as_slice() {
            [_] => vec![leaf::ranks(conn, &self.snapshot, entity, column)?],
            several => leaf::common_ranks(conn, &self.snapshot, entity, several)?,
        };
        let mut answer = Arc::default();
        let mut ranks = self.ranks.lock().unwrap_or_else(PoisonError::into_inner);
        if ranks.len() >= MOST_RANKS {
            ranks.clear();
        }
        for (other, found) in columns.into_iter().zip(found) {
            let found = Arc::new(found);
            if other == column {
                answer = Arc::clone(&found);
            }
            ranks.insert((entity, other, Version::V1p2), found);
        }
        Ok(answer)
    }

    /// The rank of each object's value in a column of words, in the words of a version.
    pub fn word_ranks(
        &self,
        conn: &mut Conn,
        (entity, field): (Entity, &'static Field),
        version: Version,
    ) -> Result<Arc<Vec<u32>>, StoreError> {
        let key = (entity, field.column, version);
        if version == Version::V1p2 {
            return self.ranks(conn, entity, field.column);
        }
        if let Some(known) = self.ranks.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(leaf::word_ranks(conn, &self.snapshot, (entity, field), version)?);
        let mut ranks = self.ranks.lock().unwrap_or_else(PoisonError::into_inner);
        if ranks.len() >= MOST_RANKS {
            ranks.clear();
        }
        ranks.insert(key, Arc::clone(&found));
        Ok(found)
    }
}

/// The columns that hold a field together with this one, which is among them: a value's category decides in
/// which of them it is.
fn beside(entity: Entity, column: &'static str) -> Vec<&'static str> {
    let name = entity.fields().iter().find(|field| field.column == column).map_or("", |field| field.name);
    let mut columns: Vec<&'static str> =
        entity.fields().iter().filter(|field| field.name == name).map(|field| field.column).collect();
    if columns.is_empty() {
        columns.push(column);
    }
    columns
}
