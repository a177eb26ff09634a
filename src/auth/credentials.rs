//! A client's id and secret, as clients in the wild send them: by Basic, in the body, or both.
//!
//! Libraries differ in whether they url-encode both before Base64 (RFC 6749 §2.3.1): either reading may match.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use percent_encoding::percent_decode_str;

/// An id and a secret, each in one or two readings.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    ids: Readings,
    secrets: Readings,
}

/// A value as sent, and url-decoded if that differs.
#[derive(Clone, PartialEq, Eq)]
struct Readings {
    sent: String,
    decoded: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Credentials {
    /// Credentials from a form or JSON, where one reading is right.
    pub fn plain(id: &str, secret: &str) -> Self {
        let only = |text: &str| Readings { sent: text.to_owned(), decoded: None };
        Self { ids: only(id), secrets: only(secret) }
    }

    /// Credentials from `Authorization: Basic …`; none if it is something else or malformed.
    pub fn basic(authorization: &str) -> Option<Self> {
        let (scheme, encoded) = authorization.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let encoded = encoded.trim();
        let bytes = STANDARD.decode(encoded).or_else(|_| STANDARD_NO_PAD.decode(encoded)).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some(Self { ids: Readings::of(id), secrets: Readings::of(secret) })
    }

    /// Whether credentials sent twice can be the same.
    pub fn agrees_with(&self, id: Option<&str>, secret: Option<&str>) -> bool {
        id.is_none_or(|id| self.ids().any(|reading| reading == id))
            && secret.is_none_or(|secret| self.secrets().any(|reading| reading == secret))
    }

    /// The readings of the id.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter()
    }

    /// The readings of the secret.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter()
    }
}

impl Readings {
    fn of(sent: &str) -> Self {
        let spaced = sent.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().ok().filter(|decoded| decoded != sent);
        Self { decoded: decoded.map(std::borrow::Cow::into_owned), sent: sent.to_owned() }
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.sent.as_str()).chain(self.decoded.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(pair: &str) -> Credentials {
        Credentials::basic(&format!("basic {}", STANDARD.encode(pair))).unwrap()
    }

    #[test]
    fn basic_credentials_are_read_raw_and_decoded() {
        let credentials = basic("my%20id:a%2Bb+c:d");

        assert_eq!(credentials.ids().collect::<Vec<_>>(), ["my%20id", "my id"]);
        assert_eq!(credentials.secrets().collect::<Vec<_>>(), ["a%2Bb+c:d", "a+b c:d"]);
    }

    #[test]
    fn what_is_not_basic_is_no_credentials() {
        for header in ["Bearer abc", "Basic", "Basic !!!", "Basic YWJj"] {
            assert_eq!(Credentials::basic(header), None, "{header}");
        }
    }

    #[test]
    fn credentials_sent_twice_must_agree() {
        let credentials = basic("my%20id:tulip");

        assert!(credentials.agrees_with(Some("my id"), None));
        assert!(credentials.agrees_with(None, Some("tulip")));
        assert!(!credentials.agrees_with(Some("other"), None));
        assert!(!credentials.agrees_with(Some("my id"), Some("daffodil")));
    }

    #[test]
    fn credentials_do_not_show_in_debug_output() {
        assert!(!format!("{:?}", Credentials::plain("atlas", "tulip")).contains("tulip"));
    }
}
