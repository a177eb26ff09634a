//! OneRoster 1.2 Rostering as a vendor meets it: everything here goes over HTTP.
//!
//! `or_…` in the name of a test is its number in the conformance checklist.

pub mod board;
mod changes;
pub mod client;
mod clients;
mod cold_start;
mod discovery;
mod errors;
pub mod filters;
mod model;
mod nested;
mod paging;
mod recorded;
mod releases;
pub mod schema;
mod scopes;
mod selection;
pub mod shapes;
mod sorting;
pub mod village;
