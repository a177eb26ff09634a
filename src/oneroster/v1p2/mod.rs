//! OneRoster 1.2 over REST.

pub mod discovery;
pub mod edition;
pub mod gradebook;
pub mod resources;
pub mod rostering;
pub mod routes;
