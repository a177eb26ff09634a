//! Clients of the field.

pub mod connections;

mod sign_in;
