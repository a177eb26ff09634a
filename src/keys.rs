//! The master key, and the keys derived from it: identifiers, sealed secrets, cursors.
//!
//! It lives outside the database, so that a stolen database reveals neither secrets nor who is behind a
//! pairwise identifier.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The key that all others derive from.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

/// What went wrong with the master key or something sealed under it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file can't be read or made.
    #[error("the master key file {path} can't be read or made")]
    File {
        /// The path of the file.
        path: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The key has not 64 hexadecimal digits.
    #[error("the master key must be at least 32 bytes; use 64 hexadecimal digits")]
    Malformed,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    NoRandomness,
    /// A sealed value was not sealed under this key, or was changed.
    #[error("a sealed value can't be opened: is this the master key that it was sealed under?")]
    WrongKey,
}

/// Fills an array with random bytes from the system.
pub fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
    Ok(bytes)
}

impl MasterKey {
    /// Takes a key as text: 64 hexadecimal digits, or any longer phrase of at least 32 bytes.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if let Ok(bytes) = hex::decode(text)
            && let Ok(key) = <[u8; 32]>::try_from(bytes.as_slice())
        {
            return Ok(Self(key));
        }
        if text.len() < 32 {
            return Err(KeyError::Malformed);
        }
        use sha2::Digest;
        Ok(Self(Sha256::digest(text.as_bytes()).into()))
    }

    /// Reads the key file, or makes one that only its owner may read.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let failed = |cause| KeyError::File { path: path.display().to_string(), cause };
        match fs::read_to_string(path) {
            Ok(text) => Self::from_text(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Self(random()?);
                write_private(path, &hex::encode(key.0)).map_err(failed)?;
                Ok(key)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// A key for one purpose; the parts are told apart from each other.
    pub fn derive(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        self.authenticate(purpose, parts.iter().map(|part| part.as_bytes()))
    }

    fn authenticate<'p>(&self, purpose: &'p str, parts: impl Iterator<Item = &'p [u8]>) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in std::iter::once(purpose.as_bytes()).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Encrypts a secret so that it can be had back with this key only.
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; 12] = random()?;
        let sealed = self.cipher(purpose).encrypt(Nonce::from_slice(&nonce), secret).map_err(|_| KeyError::WrongKey)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`MasterKey::seal`] encrypted for the same purpose.
    pub fn unseal(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (nonce, sealed) = sealed.split_at_checked(12).ok_or(KeyError::WrongKey)?;
        self.cipher(purpose).decrypt(Nonce::from_slice(nonce), sealed).map_err(|_| KeyError::WrongKey)
    }

    /// Encrypts so that the same secret gives the same bytes: the nonce derives from it, and comes twice for no other.
    pub fn seal_alike(&self, purpose: &[&str], secret: &[u8]) -> Vec<u8> {
        let parts = purpose.iter().map(|part| part.as_bytes()).chain([secret]);
        let derived = self.authenticate("nonce-alike", parts);
        let nonce: [u8; 12] = derived.first_chunk().copied().unwrap_or_default();
        // Only a secret of 256 GB is too long.
        let sealed = self.cipher_alike(purpose).encrypt(Nonce::from_slice(&nonce), secret).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Decrypts what [`MasterKey::seal_alike`] encrypted for the same purpose.
    pub fn unseal_alike(&self, purpose: &[&str], sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (nonce, sealed) = sealed.split_at_checked(12).ok_or(KeyError::WrongKey)?;
        self.cipher_alike(purpose).decrypt(Nonce::from_slice(nonce), sealed).map_err(|_| KeyError::WrongKey)
    }

    fn cipher_alike(&self, purpose: &[&str]) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(Key::from_slice(&self.derive("seal-alike", purpose)))
    }

    fn cipher(&self, purpose: &str) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(Key::from_slice(&self.derive("seal", &[purpose])))
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_purpose_only() {
        let key = MasterKey::from_text(&"ab".repeat(32)).unwrap();
        let sealed = key.seal("client-secret", b"tulip").unwrap();

        assert_eq!(key.unseal("client-secret", &sealed).unwrap(), b"tulip");
        assert!(key.unseal("cursor", &sealed).is_err());
        assert!(MasterKey::from_text(&"cd".repeat(32)).unwrap().unseal("client-secret", &sealed).is_err());
    }

    #[test]
    fn parts_of_a_derivation_do_not_run_together() {
        let key = MasterKey::from_text(&"ab".repeat(32)).unwrap();

        assert_ne!(key.derive("p", &["ab", "c"]), key.derive("p", &["a", "bc"]));
    }
}
