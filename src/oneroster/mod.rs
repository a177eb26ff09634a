//! OneRoster: the CSV sets that schools export.

pub mod csv;
