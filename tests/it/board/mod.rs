//! A board as plain lists, with what it decided: small enough to see through, rich enough to hide things in.
//!
//! [`release`] says naively what a vendor may see of it. The server must agree with that.

pub mod dice;
mod gradebook;
pub mod invent;
pub mod release;
pub mod rights;
pub mod rows;
pub mod rules;
pub mod set;
pub mod snapshot;

pub use dice::Dice;
pub use release::Model;
pub use rows::{Board, Row};
pub use rules::Decisions;
