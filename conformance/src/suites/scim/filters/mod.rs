//! Filters (RFC 7644 §3.4.2.2): what they find, in how many ways they are written, and what they may not be.

pub mod combined;
pub mod compared;
pub mod elements;
mod found;
pub mod names;
pub mod refused;
pub mod written;

/// Where filters are described.
const CLAUSE: &str = "RFC 7644 §3.4.2.2";
