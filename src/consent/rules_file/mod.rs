//! The rules file of a board: read whole, with every problem at its line, before anything is applied.
//!
//! Stages, each of which takes the one before: text, entries with their lines, checks against the board,
//! changes, writes.

pub mod apply;
pub mod check;
pub mod choices;
pub mod difference;
pub mod document;
pub mod entry;
pub mod facts;
pub mod form;
pub mod known;
pub mod plan;
pub mod problem;
pub mod pushes;
pub mod read;

pub use apply::{Applied, ApplyError, Submission, apply, rehearse};
pub use entry::RulesFile;
pub use problem::{FaultyFile, Problem};
