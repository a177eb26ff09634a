//! SCIM over HTTP, along the one path: authenticate, release, query, hydrate, represent, disclose.

pub mod answer;
mod candidates;
pub mod exchange;
mod groups;
mod list;
mod mark;
mod own;
pub mod parameters;
mod people;
mod read;
pub mod resource;
pub mod routes;
mod select;
pub mod target;
