//! What can go wrong in the store, as its callers tell it apart.

/// A failure of the database or of what was asked of it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database URL is of no known form.
    #[error("the database URL must begin with `sqlite:` or `postgres://`")]
    BadUrl,
    /// No connection could be had.
    #[error("no connection to the database")]
    Unreachable(#[source] diesel::r2d2::PoolError),
    /// A connection of its own could not be had.
    #[error("no connection to the database")]
    Unconnected(#[source] diesel::ConnectionError),
    /// The database refused or failed.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
    /// A migration failed.
    #[error("the schema could not be read or changed")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database lacks a migration of this version.
    #[error("the database's schema is older than this version's (it lacks {0}): run `koppelvlak migrate`")]
    OlderSchema(String),
    /// The database has a migration that this version does not know.
    #[error("the database's schema is newer than this version's (it has {0}): use a newer koppelvlak")]
    NewerSchema(String),
    /// A row has another shape than the schema says.
    #[error("the database returned {0}")]
    Shape(&'static str),
}

impl StoreError {
    pub(crate) fn from_pool(error: diesel::r2d2::PoolError) -> Self {
        Self::Unreachable(error)
    }
}
