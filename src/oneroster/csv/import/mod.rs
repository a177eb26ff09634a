//! From the rows of a checked set to the rows of a board.
//!
//! An entity's own file gives its rows, and the files that hang below it (roles, profiles, links to
//! materials, …) become structured values of those rows.

mod agents;
mod below;
mod children;
mod error;
mod kept;
mod lookup;
mod person;
pub(in crate::oneroster) mod plan;
mod row_values;
mod run;
mod sieve;
mod sorted;
mod stored;
mod storing;
mod unsaid;

pub use error::ImportError;
pub(in crate::oneroster) use run::import_package;
pub use run::{Options, Phase, Progress, import};
