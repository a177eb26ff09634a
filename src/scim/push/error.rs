//! Why a push can't go on. What a server answers is no error here: it is noted in the queue.

use crate::audit::RecordError;
use crate::consent::certificates::PemError;
use crate::keys::KeyError;
use crate::store::StoreError;

/// Why a push can't go on.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// There is no such board.
    #[error("there is no board `{0}`; `koppelvlak show tenants` lists them")]
    NoBoard(String),
    /// The board doesn't push to the vendor.
    #[error("the board doesn't push to `{0}`: its rules file has no [vendor.push]")]
    NoTarget(String),
    /// Another process is at it.
    #[error("another process pushes to this vendor; it has the queue for at most two more minutes")]
    Busy,
    /// The board changed again and again while it was read.
    #[error("the board keeps changing; try again")]
    Moved,
    /// What would leave could not be recorded.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The token or key can't be opened, or there is no randomness.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The client certificate and its key can't be used together.
    #[error("what is kept of the client certificate can't be used: apply the rules file with its `client_key` again")]
    Certificate(#[from] PemError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No thread or timer.
    #[error("a thread can't start")]
    Thread(#[from] std::io::Error),
}

impl From<diesel::result::Error> for PushError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}
