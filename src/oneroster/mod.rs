//! OneRoster: thin doors to the common query, one folder for each version, the CSV sets, and the reader of
//! other providers.
//!
//! Nothing here knows the store's tables or decides what is released.

pub mod answer;
pub mod body;
pub mod csv;
pub mod discovery;
pub mod edition;
pub mod filter;
pub mod gradebook;
pub mod links;
pub mod names;
pub mod objectives;
pub mod operation;
pub mod parameters;
pub mod pull;
pub mod represent;
pub mod routes;
pub mod schema;
pub mod shape;
pub mod subset;
mod tombstone;
pub mod v1p1;
pub mod v1p2;
