//! Client secrets: made, compared in constant time, and remembered by tokens as a fingerprint.
//!
//! [`crate::store::vendor`] seals them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::keys::{KeyError, MasterKey, random};

/// Makes a secret of 256 bits, of unreserved characters only: every client encodes those alike.
pub fn new_secret() -> Result<String, KeyError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// Whether two secrets are the same; the time taken says nothing about where they differ.
pub fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// What a token remembers of the secret that it was issued for, so that it dies with the secret.
pub fn fingerprint(key: &MasterKey, vendor: &str, secret: &[u8]) -> String {
    let digest = key.derive("secret-fingerprint", &[vendor, &hex::encode(secret)]);
    hex::encode(digest.first_chunk::<8>().unwrap_or(&[0; 8]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_secret_has_256_bits_and_unreserved_characters_only() {
        let secret = new_secret().unwrap();

        assert_eq!(secret.len(), 43);
        assert!(secret.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
    }

    #[test]
    fn a_fingerprint_depends_on_the_vendor_and_on_the_secret() {
        let key = MasterKey::from_text(&"ab".repeat(32)).unwrap();

        let fingerprint = |vendor, secret: &str| fingerprint(&key, vendor, secret.as_bytes());

        assert_eq!(fingerprint("atlas", "tulip").len(), 16);
        assert_ne!(fingerprint("atlas", "tulip"), fingerprint("atlas", "daffodil"));
        assert_ne!(fingerprint("atlas", "tulip"), fingerprint("globe", "tulip"));
    }
}
