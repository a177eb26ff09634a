//! OneRoster 1.1 over REST: the same records as 1.2, in the shape of 1.1.

pub mod discovery;
pub mod edition;
pub mod operations;
pub mod represent;
pub mod routes;
pub mod status_info;
