//! OneRoster 1.2 over REST.

pub mod answer;
pub mod discovery;
pub mod represent;
pub mod rostering;
pub mod routes;
pub mod schema;
