//! SCIM over HTTP, along the one path: authenticate, release, query, hydrate, represent, disclose.

mod about;
mod account;
pub mod answer;
mod bulk;
mod candidates;
mod change;
mod double;
pub mod exchange;
mod groups;
mod list;
mod make;
mod mark;
mod manager;
pub mod memo;
mod own;
mod own_task;
pub mod parameters;
mod password;
mod people;
mod read;
mod references;
pub mod resource;
pub mod routes;
mod select;
mod sorted;
pub mod target;
mod written;
