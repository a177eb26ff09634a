//! The id that a request has in its answer, in the log and in its disclosure record.

use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;

/// The id of one request: the client's own if it is harmless, else a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

/// How long a client's own id may be.
const LONGEST: usize = 64;

impl RequestId {
    /// Takes the client's id if it is short and of harmless characters, else makes one.
    pub fn from_header(sent: Option<&HeaderValue>) -> Self {
        match sent.map(HeaderValue::as_bytes) {
            Some(bytes) if is_harmless(bytes) => Self(String::from_utf8_lossy(bytes).into()),
            Some(_) | None => Self::new(),
        }
    }

    /// The id of a request that passed the gate.
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(Self::new)
    }

    /// The id, shared.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn new() -> Self {
        let mut buffer = uuid::Uuid::encode_buffer();
        let text: &str = uuid::Uuid::now_v7().simple().encode_lower(&mut buffer);
        Self(text.into())
    }
}

fn is_harmless(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes.len() <= LONGEST
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_harmless_id_is_kept_and_any_other_replaced() {
        let sent = |text: &'static str| RequestId::from_header(Some(&HeaderValue::from_static(text)));

        assert_eq!(sent("run-7:3").as_str(), "run-7:3");
        for harmful in ["", "a b", "a\"b", "x".repeat(65).leak()] {
            let id = sent(harmful);
            assert_eq!(id.as_str().len(), 32, "{harmful}");
        }
    }
}
