//! Why an export failed. Nothing of it may leave then.

use crate::audit::RecordError;
use crate::query::QueryError;
use crate::store::StoreError;

/// Why an export failed. Nothing of it may leave then.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// An import was committed meanwhile; the next attempt sees it whole.
    #[error("the board's data changed while it was exported")]
    Moved,
    /// What the set tells about people could not be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The database refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The set can't be written.
    #[error("the set can't be written")]
    Write(#[from] std::io::Error),
}

impl From<QueryError> for ExportError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Store(error) => Self::Store(error),
            QueryError::BadValue(_) => Self::Store(StoreError::Shape("a time that the query does not read")),
        }
    }
}

impl From<zip::result::ZipError> for ExportError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Write(error.into())
    }
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Write(error.into())
    }
}
