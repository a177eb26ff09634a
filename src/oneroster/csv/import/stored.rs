//! What the board has already, to which a set of changes may refer.

use std::collections::BTreeMap;

use super::plan::STEPS;
use super::storing::is_referred_to;
use crate::oneroster::csv::{File, Known};
use crate::store::import::index::Index;
use crate::store::{Database, StoreError, tenant};

/// The sourcedIds that rows of each file may refer to. Rows never vanish, so that what is read before the
/// import is there during it.
pub(super) struct Stored {
    ids: BTreeMap<File, Index>,
}

impl Stored {
    /// Reads what a board has; nothing of a board that isn't there yet.
    pub(super) fn read(database: &Database, tenant: &str) -> Result<Self, StoreError> {
        let mut conn = database.read()?;
        let board = tenant::by_slug(&mut conn, tenant)?;
        let mut ids = BTreeMap::new();
        for step in STEPS.iter().filter(|step| is_referred_to(step.entity)) {
            let index = match &board {
                Some(board) => Index::stored(&mut conn, board.id, step.entity)?,
                None => Index::default(),
            };
            ids.insert(step.file, index);
        }
        Ok(Self { ids })
    }
}

impl Known for Stored {
    /// Of accounts and results nothing is told: there are too many to ask.
    fn has(&self, file: File, sourced_id: &str) -> Option<bool> {
        Some(self.ids.get(&file)?.find(sourced_id).is_some())
    }
}
