//! What a request proves itself with: a token of OAuth 2, or a signature of OAuth 1.0a (RFC 5849).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::error::PullError;
use crate::auth::signature::{base_string, encoded, signature};
use crate::clock::Millis;
use crate::keys::random;

/// Who asks, and how it is proven.
#[derive(Clone)]
pub struct Credentials {
    /// The client's id, or the consumer key.
    pub client_id: String,
    /// The secret.
    pub secret: String,
    /// Signs each request by OAuth 1.0a instead of asking for a token.
    pub is_oauth1: bool,
    /// The scopes to ask for; the provider's default if there are none.
    pub scope: Option<String>,
}

impl Credentials {
    /// The header of a signed request without a body.
    pub(super) fn signed(&self, url: &str, now: Millis) -> Result<String, PullError> {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let nonce = hex::encode(random::<16>()?);
        let at = now.0.div_euclid(1000).to_string();
        let oauth = [
            ("oauth_consumer_key", self.client_id.as_str()),
            ("oauth_nonce", &nonce),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", &at),
            ("oauth_version", "1.0"),
        ];
        let decoded = |text: &str| -> Vec<u8> { percent_decode_str(&text.replace('+', " ")).collect() };
        let in_query = query.split('&').filter(|part| !part.is_empty()).map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decoded(name), decoded(value))
        });
        let in_header = oauth.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()));
        let parameters: Vec<(Vec<u8>, Vec<u8>)> = in_query.chain(in_header).collect();
        let signature = signature(self.secret.as_bytes(), &base_string("GET", address, &parameters));
        let parameter = |(name, value): &(&str, &str)| format!("{name}=\"{}\"", encoded(value.as_bytes()));
        let mut header: Vec<String> = oauth.iter().map(parameter).collect();
        header.push(parameter(&("oauth_signature", &signature)));
        Ok(format!("OAuth {}", header.join(", ")))
    }

    /// The `Authorization` header and the form by which a token is asked for (RFC 6749 §2.3.1, §4.4).
    pub(super) fn token_request(&self, way: TokenWay) -> (Option<String>, Vec<(&'static str, String)>) {
        let mut form = vec![("grant_type", "client_credentials".to_owned())];
        form.extend(self.scope.as_ref().map(|scope| ("scope", scope.clone())));
        match way {
            TokenWay::Header => {
                let pair = format!("{}:{}", encoded(self.client_id.as_bytes()), encoded(self.secret.as_bytes()));
                (Some(format!("Basic {}", STANDARD.encode(pair))), form)
            }
            TokenWay::Form => {
                form.push(("client_id", self.client_id.clone()));
                form.push(("client_secret", self.secret.clone()));
                (None, form)
            }
        }
    }
}

/// Where a request for a token says who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenWay {
    /// As the standard wants it.
    Header,
    /// As some providers want it.
    Form,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::signed::{Called, Signed};

    #[test]
    fn a_signed_address_is_believed_by_the_side_that_verifies() {
        let credentials =
            Credentials { client_id: "at las".into(), secret: "tulip".into(), is_oauth1: true, scope: None };
        let query = "limit=10&filter=dateLastModified%3E%3D%272026-01-01%27&x=a%2Cb%20c";

        let header = credentials.signed(&format!("https://x.org/users?{query}"), Millis(7_000)).unwrap();

        let called = || Called {
            method: "GET".into(),
            origins: vec!["https://x.org".into()],
            path: "/users".into(),
            query: query.into(),
        };
        let signed = Signed::read(Some(&header), called).unwrap().unwrap();
        assert_eq!((signed.vendor.as_str(), signed.at), ("at las", 7));
        assert!(signed.is_by(b"tulip") && !signed.is_by(b"daffodil"));
    }
}
