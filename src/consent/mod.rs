//! What schools decided, and the one thing compiled from it: a release.

mod account;
pub mod choice;
mod chosen;
pub mod connection;
pub mod explain;
mod gradebook;
pub mod order;
pub mod population;
pub mod pseudonym;
pub mod release;
pub mod released;
pub mod rule;
pub mod rules_file;

pub use choice::{Choice, Decision};
pub use connection::{Connection, Identifiers, RequiredFields};
pub use order::Order;
pub use release::{Categories, Grounds, Release};
pub use released::Released;
pub use rule::{LegalBasis, Population, Rule};
