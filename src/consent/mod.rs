//! What schools decided, and the one thing compiled from it: a release.

mod account;
pub mod allocation;
pub mod certificates;
pub mod choice;
mod chosen;
pub mod connection;
pub mod explain;
mod gradebook;
pub mod group;
pub mod managed;
pub mod memory;
pub mod memory_form;
pub mod order;
pub mod placeholder;
pub mod population;
mod prints;
pub mod provisioned;
pub mod pseudonym;
pub mod push;
pub mod recollection;
pub mod release;
pub mod released;
pub mod rule;
pub mod rules_file;
pub mod sight;
pub mod switches;
pub mod written;

pub use choice::{Choice, Decision};
pub use connection::{Connection, Identifiers, RequiredFields};
pub use memory::Memory;
pub use order::Order;
pub use recollection::Recollection;
pub use release::{Categories, Grounds, Release};
pub use released::Released;
pub use rule::{LegalBasis, Population, Rule};
