//! OneRoster CSV sets (1.1, 1.2 and 1.2.1): a folder or a zip is opened, checked as a whole, and then read;
//! and a vendor's view is written as one ([`export`]).
//!
//! [`check`] finds every fault of a set before a row is handed on, [`read`] then gives the rows of one file
//! as they were written, and neither knows a database; [`import()`](import::import()) brings them into one.
//! No fault carries a value of the set.

mod check;
mod column;
mod cross;
pub mod door;
pub mod export;
mod fault;
mod file;
mod header;
pub mod import;
mod keys;
mod manifest;
mod package;
mod read;
mod record;
mod row;
mod tables;
mod value;

pub use check::{Check, Known, Unknown, check, check_against};
pub use column::{Column, Kind, Vocabulary};
pub use fault::{Fault, FaultList, Rule};
pub use file::{File, Mode};

pub use crate::catalogue::Version;
pub use package::Package;
pub use read::{ReadError, read};
pub use row::Row;
pub(in crate::oneroster) use tables::DROPPED_IN_1P2P1;
pub use tables::columns;

pub(in crate::oneroster) use import::plan;
pub(in crate::oneroster) use manifest::text as manifest_text;
pub(in crate::oneroster) use package::MANIFEST;
pub(in crate::oneroster) use value::is_wide_id;
