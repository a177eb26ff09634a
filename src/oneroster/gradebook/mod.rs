//! Writing to the gradebook, and reading back what was written, in either version.

pub mod body;
pub mod operation;
pub mod own;
pub mod routes;
pub mod vocabulary;
pub mod write;
