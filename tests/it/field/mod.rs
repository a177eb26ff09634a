//! Clients of the field.

pub mod connections;
