//! Brings a board's data to what a set says, in one transaction.
//!
//! A row that is as it was costs one look at its digest; of a row that differs, only the categories whose
//! values differ get a new time. A row that isn't in the set any more becomes `tobedeleted`. Nothing here
//! knows where the set comes from.

pub mod difference;
pub mod index;
pub mod known;
pub mod roles;
pub mod run;
pub mod summary;
pub mod table;
pub mod value;
pub mod write;

pub use run::Run;
pub use summary::{Counts, Summary};
pub use table::Table;
pub use value::{Incoming, Value, fields};
