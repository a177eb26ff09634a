//! Bulk (RFC 7644 §3.7): what becomes of operations, how they refer to each other, and what is refused.

mod job;
pub mod limits;
pub mod operations;
pub mod references;
