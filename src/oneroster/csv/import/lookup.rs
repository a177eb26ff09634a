//! The row ids of the objects that a set's rows refer to.

use std::collections::BTreeMap;

use crate::catalogue::Entity;
use crate::store::import::Table;
use crate::store::import::table::Finished;

/// The tables that are done, and the one that is being filled.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub open: &'a Table,
    pub done: &'a BTreeMap<Entity, Finished>,
}

impl Lookup<'_> {
    /// The row id of an object.
    pub(super) fn row_id(self, entity: Entity, sourced_id: &str) -> Option<i64> {
        if entity == self.open.entity() {
            return self.open.row_id(sourced_id);
        }
        self.done.get(&entity)?.row_id(sourced_id)
    }

    /// The row id of the open table's row with that number.
    pub(super) fn row_id_of(self, number: u32) -> i64 {
        self.open.row_id_of(number)
    }
}
