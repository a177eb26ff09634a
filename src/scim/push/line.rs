//! The line to a vendor's server: once it is not to be asked, nobody asks it any more, whoever was told so.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use super::client::{Client, Reply, shape};
use super::draft::Kind;
use super::send::Outcome;

/// An answer with a status that is about the resource: status, body, and the last segment of `Location`.
pub type Answer = (u16, Option<Value>, Option<String>);

/// Asks one server, until that wants to be left alone.
pub struct Line<'c> {
    client: &'c Client,
    is_paused: AtomicBool,
}

impl<'c> Line<'c> {
    /// A line that is open.
    pub const fn new(client: &'c Client) -> Self {
        Self { client, is_paused: AtomicBool::new(false) }
    }

    /// Whether the server is not to be asked now.
    pub fn is_paused(&self) -> bool {
        self.is_paused.load(Ordering::SeqCst)
    }

    /// Asks the server. An answer that is about the server and not the resource is an [`Outcome::Paused`], and the
    /// end of the line.
    pub fn ask(&self, method: &str, kind: &Kind, path: &str, body: Option<&Value>) -> Result<Answer, Outcome> {
        if self.is_paused() {
            return Err(Outcome::Left);
        }
        let (error, seconds) = match self.client.send(method, path, body) {
            Reply::Unreachable(what) => (format!("{method} {}: {what}", kind.endpoint), None),
            Reply::Answered { status: status @ (401 | 429 | 502 | 503 | 504), body, retry_after, .. } => {
                (shape(method, kind.endpoint, status, body.as_ref()), retry_after)
            }
            Reply::Answered { status, body, location, .. } => return Ok((status, body, location)),
        };
        self.is_paused.store(true, Ordering::SeqCst);
        Err(Outcome::Paused { error, seconds })
    }
}
