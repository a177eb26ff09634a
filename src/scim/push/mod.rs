//! What a vendor may see, pushed to the vendor's own SCIM server.
//!
//! The queue holds identifiers and hashes only: what is sent is represented from the vendor's release at the moment
//! of sending, and recorded as disclosed before it leaves. [`profile`] is what a vocabulary has to say; a further
//! one is one more folder.

pub mod background;
pub mod client;
pub mod draft;
pub mod egil;
pub mod error;
pub mod found;
pub mod line;
pub mod plan;
pub mod profile;
pub mod round;
pub mod run;
pub mod send;
pub mod standard;
mod tls_error;
pub mod workers;

pub use background::Background;
pub use error::PushError;
pub use run::{Options, Summary, push, rehearse};
