//! Reads another OneRoster provider over REST (1.1 or 1.2) into a board.
//!
//! What is read becomes a CSV set in a folder, and the CSV import does the rest: faults, the one transaction,
//! the guard against removals and the rules for national numbers are there and nowhere else. Pages lie in a
//! folder of their own until the import succeeded, so that what broke off goes on where it stopped.
//! Credentials go to the provider's origin and its token address only, and no error tells a value.

mod authorize;
mod below;
mod client;
mod error;
mod fetch;
mod rows;
mod run;
mod set;
mod source;
mod spool;

pub use authorize::Credentials;
pub use error::PullError;
pub use fetch::Event;
pub use run::{Changes, Options, Watch, pull};
pub use source::{Source, SourceError};
