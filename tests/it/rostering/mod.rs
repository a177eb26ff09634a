//! OneRoster 1.2 Rostering as a vendor meets it: everything here goes over HTTP.
//!
//! `or_…` in the name of a test is its number in the conformance checklist.

mod board;
mod changes;
mod client;
mod clients;
mod cold_start;
mod discovery;
mod errors;
mod filters;
mod model;
mod nested;
mod paging;
mod recorded;
mod releases;
mod schema;
mod scopes;
mod selection;
mod shapes;
mod sorting;
mod village;
