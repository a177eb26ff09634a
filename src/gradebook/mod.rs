//! What vendors write to the gradebook, on its way into the database.

pub mod writer;

pub use writer::{WriteError, Writer};
