//! The rows of a file in the order of their row numbers, in portions that fit into memory.
//!
//! A table that grows at its end is written several times as fast as one that grows everywhere, and files
//! come in any order.

use crate::oneroster::csv::header::Layout;
use crate::oneroster::csv::record::Record;
use crate::oneroster::csv::row::Row;

/// How many bytes of rows are held at once.
const LARGEST: usize = 96 * 1024 * 1024;

/// Rows of one file, held until they are sorted.
#[derive(Default)]
pub(super) struct Portion {
    held: Vec<(u32, Record)>,
    bytes: usize,
    layout: Layout,
}

impl Portion {
    /// Holds a row with its number.
    pub(super) fn push(&mut self, number: u32, row: Row<'_>) {
        if self.held.is_empty() {
            self.layout = row.layout.clone();
        }
        self.bytes += row.record.size();
        self.held.push((number, row.record.clone()));
    }

    /// Whether it is time to take the rows.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= LARGEST
    }

    /// Puts the rows into the order of their numbers.
    pub(super) fn sort(&mut self) {
        self.held.sort_unstable_by_key(|(number, _)| *number);
    }

    /// The rows with their numbers.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u32, Row<'_>)> {
        self.held.iter().map(|(number, record)| (*number, Row { layout: &self.layout, record }))
    }

    /// Lets go of the rows.
    pub(super) fn clear(&mut self) {
        self.held.clear();
        self.bytes = 0;
    }
}
