//! Making users and groups (RFC 7644 §3.3): what is answered, what is refused, and what clients in the field send.

pub mod answers;
pub mod bodies;
pub mod schema;
pub mod uniqueness;
pub mod values;
