//! Why an import was refused or failed. Nothing is changed then.

use crate::oneroster::csv::FaultList;
use crate::oneroster::csv::read::ReadError;
use crate::store::StoreError;

/// Why an import was refused or failed. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The set has faults.
    #[error("the set has faults")]
    Faults(FaultList),
    /// The set lacks too many of the people that the board has.
    #[error(
        "the set lacks {removed} of the board's {of} people, which is more than 10 %: look whether it is whole, \
         and confirm with --confirm-removals if these people have really left"
    )]
    Removals {
        /// How many people would go.
        removed: u64,
        /// How many people there are.
        of: u64,
    },
    /// Identifiers of people that nobody may see.
    #[error(
        "the sourcedIds of {0} people in users.csv are national numbers (BSN) or look like one, and vendors could see \
         them: let the source write others or, if they are the board's own numbers, apply a rules file whose [tenant] \
         has local_identifiers = [\"sourcedId\"] first"
    )]
    NationalSourcedIds(u64),
    /// No board can have that slug.
    #[error("the board's slug {0}")]
    Slug(&'static str),
    /// A file can't be read again after the check.
    #[error("the set can't be read")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for ImportError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<ReadError<Self>> for ImportError {
    fn from(error: ReadError<Self>) -> Self {
        match error {
            ReadError::Visit { source, .. } => source,
            ReadError::Unreadable { .. } | ReadError::Fault(_) => Self::Read(Box::new(error)),
        }
    }
}
