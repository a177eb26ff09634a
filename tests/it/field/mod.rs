//! Clients of the field.

pub mod connections;

mod compression;
mod entity_tags;
mod sign_in;
