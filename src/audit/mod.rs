//! What left: who received which categories of which people, durable before the answer goes out.

pub mod disclosure;
pub mod recorder;
pub mod told;

pub use disclosure::{Disclosure, PeopleOf};
pub use recorder::{RecordError, Recorder};
