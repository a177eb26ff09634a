//! What schools decided, and the one thing compiled from it: a release.

pub mod choice;
pub mod connection;
pub mod rule;
