//! How requests are authorized: a bearer token that is there, an OAuth 2 client, or an OAuth 1.0a consumer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::Sha256;

use crate::check::Stop;
use crate::client::Client;
use crate::exchange::{Exchange, Request};

/// What RFC 3986 §2.3 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3, RFC 5849 §3.6).
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// An identifier and a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The client's or consumer's name.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How requests are authorized.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Not at all.
    None,
    /// By a token that was issued elsewhere.
    Bearer(String),
    /// By tokens of a token endpoint (RFC 6749 §4.4), one for each scope that is asked for, kept while it lasts.
    OAuth2(Arc<Tokens>),
    /// By a signature (RFC 5849).
    OAuth1(Secret),
}

/// Tokens of one client.
#[derive(Debug)]
pub struct Tokens {
    /// The token endpoint.
    pub url: String,
    /// The client.
    pub client: Secret,
    /// What is asked for, if nothing else is; all that is granted if it is empty.
    pub scope: String,
    kept: Mutex<HashMap<String, String>>,
}

impl Tokens {
    /// No token yet.
    pub fn new(url: String, client: Secret, scope: String) -> Self {
        Self { url, client, scope, kept: Mutex::default() }
    }

    /// The request for a token, with the client's name and secret in `Authorization` (RFC 6749 §2.3.1).
    pub fn request(&self, scope: &str) -> Request {
        let pair = format!("{}:{}", encode(&self.client.id), encode(&self.client.secret));
        let mut form = "grant_type=client_credentials".to_owned();
        if !scope.is_empty() {
            form = format!("{form}&scope={}", encode(scope));
        }
        Request::new("POST", self.url.as_str())
            .header("Authorization", format!("Basic {}", STANDARD.encode(pair)))
            .header("Accept", "application/json")
            .body("application/x-www-form-urlencoded", form)
    }

    /// A token with these scopes, and how it was got if it is new.
    pub fn token(&self, client: &Client, scope: &str) -> Result<(String, Option<Exchange>), Stop> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = kept.get(scope) {
            return Ok((token.clone(), None));
        }
        let request = self.request(scope);
        let response = client.send(&request).map_err(Stop::Broken)?;
        let json = response.json();
        let Some(token) = json.get("access_token").and_then(Value::as_str).map(str::to_owned) else {
            return Err(Stop::Broken(format!("the token endpoint gave no token: {}", response.summary())));
        };
        kept.insert(scope.to_owned(), token.clone());
        Ok((token, Some(Exchange { request, response })))
    }
}

/// How a request is signed (RFC 5849 §3.4.2, and HMAC-SHA256 as OneRoster 1.1 wants it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA1.
    Sha1,
}

/// The `Authorization` of a signed request at that second with that nonce.
pub fn sign(signature: Signature, consumer: &Secret, request: &Request, (seconds, nonce): (i64, &str)) -> String {
    let method = match signature {
        Signature::Sha256 => "HMAC-SHA256",
        Signature::Sha1 => "HMAC-SHA1",
    };
    let (address, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let seconds = seconds.to_string();
    let own = [
        ("oauth_consumer_key", consumer.id.as_str()),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", method),
        ("oauth_timestamp", seconds.as_str()),
        ("oauth_version", "1.0"),
    ];
    let mut parameters: Vec<(String, String)> = own.map(|(name, value)| (encode(name), encode(value))).to_vec();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.push((encode(&decode(name)), encode(&decode(value))));
    }
    parameters.sort();
    let joined: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let base = format!("{}&{}&{}", request.method, encode(address), encode(&joined.join("&")));
    let key = format!("{}&", encode(&consumer.secret));
    let mac = match signature {
        Signature::Sha256 => mac::<Hmac<Sha256>>(&key, &base),
        Signature::Sha1 => mac::<Hmac<sha1::Sha1>>(&key, &base),
    };
    let mut header: Vec<String> = own.iter().map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
    header.push(format!("oauth_signature=\"{}\"", encode(&STANDARD.encode(mac))));
    format!("OAuth {}", header.join(", "))
}

fn mac<M: Mac + hmac::digest::KeyInit>(key: &str, text: &str) -> Vec<u8> {
    // A key of any length is one.
    let Ok(mut mac) = <M as Mac>::new_from_slice(key.as_bytes()) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standards_own_example() {
        // RFC 5849 §1.2 leaves `oauth_version` out; this is the same request with it, signed with openssl.
        let consumer = Secret { id: "dpf43f3p2l4k3l03".to_owned(), secret: "kd94hf93k423kf44".to_owned() };
        let request = Request::new("GET", "http://photos.example.net/photos?size=original&file=vacation.jpg");

        let header = sign(Signature::Sha1, &consumer, &request, (1_191_242_096, "kllo9940pd9333jh"));

        assert!(header.starts_with("OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\", "), "{header}");
        assert!(header.contains("oauth_signature=\"Jg5MXVnexhzMDTv7IBUy3goIGqc%3D\""), "{header}");
    }
}
