//! The gate that every request passes, and what handlers tell it for the log.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};

/// What a handler knows about its request that the log line names.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// The board's row id.
    pub tenant_id: Option<i64>,
    /// The vendor that calls.
    pub vendor: Option<Arc<str>>,
    /// The shape of filter and sort, without values: `filter=email=?`.
    pub shape: Option<String>,
}

impl Note {
    /// Leaves the note with the request.
    pub fn leave(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }
}
