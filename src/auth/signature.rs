//! The signature of OAuth 1.0a (RFC 5849 §3.4): base string and HMAC.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// RFC 3986 unreserved characters stay as they are (RFC 5849 §3.6).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureMethod {
    /// `HMAC-SHA256`, which version 1.1 of the standard asks for.
    HmacSha256,
    /// `HMAC-SHA1`, which clients of the field still use.
    HmacSha1,
}

impl SignatureMethod {
    /// Reads `oauth_signature_method`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "HMAC-SHA256" => Some(Self::HmacSha256),
            "HMAC-SHA1" => Some(Self::HmacSha1),
            _ => None,
        }
    }

    /// Whether `signature` is that of the text under the secret; takes as long wherever they differ.
    pub fn verifies(self, secret: &[u8], text: &str, signature: &[u8]) -> bool {
        // The key is the client's secret and a token's, of which there is none (§3.4.2).
        let key = format!("{}&", encoded(secret));
        match self {
            Self::HmacSha256 => keyed::<Hmac<Sha256>>(key.as_bytes(), text).verify_slice(signature).is_ok(),
            Self::HmacSha1 => keyed::<Hmac<Sha1>>(key.as_bytes(), text).verify_slice(signature).is_ok(),
        }
    }
}

/// Whether the hash is that of the body (OAuth Request Body Hash 1.0 §3.2). It should go with the signature's method,
/// but clients of the field take SHA-1 whatever that is.
pub fn is_hash_of(hash: &[u8], body: &[u8]) -> bool {
    hash == Sha256::digest(body).as_slice() || hash == Sha1::digest(body).as_slice()
}

/// The signature of a text by `HMAC-SHA256`, in Base64, as a client sends it.
pub fn signature(secret: &[u8], text: &str) -> String {
    let key = format!("{}&", encoded(secret));
    STANDARD.encode(keyed::<Hmac<Sha256>>(key.as_bytes(), text).finalize().into_bytes())
}

fn keyed<M: Mac + hmac::digest::KeyInit>(key: &[u8], text: &str) -> M {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = <M as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac
}

/// The signature base string (§3.4.1): the method, the address without its query, and the parameters.
pub fn base_string(method: &str, address: &str, parameters: &[(Vec<u8>, Vec<u8>)]) -> String {
    let mut pairs: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    [method.to_ascii_uppercase(), encoded(address.as_bytes()), encoded(pairs.join("&").as_bytes())].join("&")
}

/// Percent-encodes as OAuth 1.0a does (§3.6).
pub fn encoded(bytes: &[u8]) -> String {
    percent_encode(bytes, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(Vec<u8>, Vec<u8>)> {
        pairs.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_base_string_is_that_of_the_example_in_rfc_5849_3_4_1() {
        let parameters = pairs(&[
            ("b5", "=%3D"),
            ("a3", "a"),
            ("c@", ""),
            ("a2", "r b"),
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
            ("c2", ""),
            ("a3", "2 q"),
        ]);

        assert_eq!(
            base_string("post", "http://example.com/request", &parameters),
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D\
             %26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1\
             %26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }

    #[test]
    fn a_signature_holds_for_its_own_secret_text_and_method_only() {
        // Computed with `openssl dgst -sha256 -hmac 'tulip&' -binary | base64`, and the same with `-sha1`.
        for (method, signature) in [
            (SignatureMethod::HmacSha256, "jIFB7uU3g5v6o0FJQhOHIx9DShE4i2zwjRlzvr1nMlk="),
            (SignatureMethod::HmacSha1, "dVeTyrHJU1rv5Vz59kqhPvegse0="),
        ] {
            let signature = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, signature).unwrap();

            assert!(method.verifies(b"tulip", "GET&a&b", &signature));
            assert!(!method.verifies(b"daffodil", "GET&a&b", &signature));
            assert!(!method.verifies(b"tulip", "GET&a&c", &signature));
            assert!(!method.verifies(b"tulip", "GET&a&b", b""));
        }
    }
}
