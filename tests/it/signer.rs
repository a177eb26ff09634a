//! OneRoster 1.1 as clients with OAuth 1.0a speak it: each request is signed by id and secret (RFC 5849).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::Sha256;

use crate::harness::{NOW, Reply, Server};
use crate::rostering::board::SECRET;

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes as RFC 5849 §3.6 wants it.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// A client of OAuth 1.0a: what it signs, and how it would differ from another client.
#[derive(Clone)]
pub struct Signer<'s> {
    pub server: &'s Server,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub vendor: String,
    pub secret: String,
    pub verb: &'static str,
    pub method: &'static str,
    pub at: i64,
    pub nonce: String,
    /// Further parameters of OAuth.
    pub more: Vec<(&'static str, &'static str)>,
    /// The origin that the client believes that it calls.
    pub origin: String,
}

impl<'s> Signer<'s> {
    pub fn new(server: &'s Server, path: &str, nonce: &str) -> Self {
        Self {
            server,
            path: path.to_owned(),
            query: Vec::new(),
            vendor: "everything".into(),
            secret: SECRET.into(),
            verb: "GET",
            method: "HMAC-SHA256",
            at: chrono::DateTime::parse_from_rfc3339(NOW).unwrap().timestamp(),
            nonce: nonce.to_owned(),
            more: vec![("oauth_version", "1.0")],
            origin: server.url.clone(),
        }
    }

    pub fn asking(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The parameters of OAuth with the signature last.
    fn parameters(&self) -> Vec<(String, String)> {
        let at = self.at.to_string();
        let oauth = [
            ("oauth_consumer_key", self.vendor.as_str()),
            ("oauth_nonce", &self.nonce),
            ("oauth_signature_method", self.method),
            ("oauth_timestamp", &at),
        ];
        let mut oauth: Vec<(String, String)> =
            oauth.iter().chain(&self.more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut all: Vec<String> = oauth
            .iter()
            .chain(&self.query)
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        all.sort();
        let address = format!("{}{}", self.origin, self.path);
        let text = format!("{}&{}&{}", self.verb, encoded(&address), encoded(&all.join("&")));
        let key = format!("{}&", encoded(&self.secret));
        let signature = if self.method == "HMAC-SHA1" {
            let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        } else {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        };
        oauth.push(("oauth_signature".to_owned(), signature));
        oauth
    }

    pub fn header(&self) -> String {
        let parameters = self.parameters();
        let pairs = parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", encoded(value)));
        format!("OAuth {}", pairs.collect::<Vec<_>>().join(", "))
    }

    /// Sends the request with this text as its query.
    pub fn send_with(&self, query: &str) -> Reply {
        let path = if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) };
        self.server.send("GET", &path, &[("Authorization", &self.header())], "")
    }

    pub fn send(&self) -> Reply {
        self.send_with(&joined(&self.query))
    }

    /// Sends the request with a body of JSON, which is not signed.
    pub fn send_json(&self, body: &serde_json::Value) -> Reply {
        let headers = [("Authorization", self.header()), ("Content-Type", "application/json".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.server.send(self.verb, &self.path, &headers, &body.to_string())
    }

    /// Sends the parameters of OAuth in the query.
    pub fn send_in_query(&self) -> Reply {
        let all: Vec<(String, String)> = self.query.iter().cloned().chain(self.parameters()).collect();
        self.server.get(&format!("{}?{}", self.path, joined(&all)))
    }
}

/// A query of these names and values.
pub fn joined(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
