//! Why a pull was refused or failed. Nothing is changed in the board then, and no value is told.

use std::path::PathBuf;

use super::source::SourceError;
use crate::oneroster::csv::import::ImportError;
use crate::store::StoreError;

/// Why a pull was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// An address can't be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The provider answered with something else than a page.
    #[error("{collection}, from object {offset} on: the provider answered with status {status}")]
    Status {
        /// The collection.
        collection: &'static str,
        /// How many objects were read before.
        offset: u64,
        /// The HTTP status.
        status: u16,
    },
    /// The provider asks to wait longer than this waits.
    #[error("{collection}, from object {offset} on: the provider asks to come back in {seconds} seconds; do so")]
    Later {
        /// The collection.
        collection: &'static str,
        /// How many objects were read before.
        offset: u64,
        /// For how long.
        seconds: u64,
    },
    /// No answer came, whatever was tried.
    #[error("{collection}, from object {offset} on: no answer came ({kind})")]
    Unreachable {
        /// The collection.
        collection: &'static str,
        /// How many objects were read before.
        offset: u64,
        /// What went wrong, without an address.
        kind: &'static str,
    },
    /// The answer isn't what the standard says.
    #[error("{collection}, from object {offset} on: the answer is no page of OneRoster: {what}")]
    Shape {
        /// The collection.
        collection: &'static str,
        /// How many objects were read before.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The provider gave no token.
    #[error("the token address answered with status {0}: look at the client's id, secret and scopes")]
    Token(u16),
    /// The token address gave something else than a token.
    #[error("the token address gave no token")]
    NoToken,
    /// Randomness for a signature isn't there.
    #[error(transparent)]
    Key(#[from] crate::keys::KeyError),
    /// The folder of pages can't be used.
    #[error("{} can't be used", path.display())]
    Spool {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Somebody else uses the folder of pages.
    #[error("another pull into {} is at work", .0.display())]
    Busy(PathBuf),
    /// The import refused or failed.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
