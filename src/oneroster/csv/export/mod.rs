//! A vendor's view as a OneRoster CSV set (1.1 or 1.2), bulk or delta.
//!
//! The view comes first: rows, columns, order, manifest and size follow from released records alone, and the
//! columns from the binding's tables. A bulk set is whole: what a row refers to is in the set too.

mod archive;
mod below;
mod cells;
mod error;
mod naming;
mod run;

pub use error::ExportError;
pub use run::{Disclose, Exported, Wanted, export};
