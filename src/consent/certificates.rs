//! X.509 certificates out of PEM files: the one that a server is shown, and those by which a server is trusted.
//!
//! Only certificates are kept, whatever else a file held: they are public, and a key beside them must not become so.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use rustls::RootCertStore;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};

/// Why a PEM file can't be used. The file is named by whoever read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// There is none in it.
    #[error("holds no certificate, which begins with -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// Its PEM is broken.
    #[error("is broken: its PEM can't be read")]
    Broken,
    /// What is in it is no certificate.
    #[error("holds a certificate that is broken")]
    BrokenCertificate,
    /// There is no key in it.
    #[error("holds no private key, which begins with -----BEGIN PRIVATE KEY-----")]
    NoKey,
    /// A key that needs a passphrase.
    #[error("holds a key with a passphrase; `openssl pkey` writes one without")]
    Encrypted,
    /// A key of a kind that is not used.
    #[error("holds a key that can't be used; RSA of 2048 bits or more, ECDSA P-256, P-384 and Ed25519 can")]
    UnfitKey,
    /// A key of another certificate.
    #[error("holds the key of another certificate")]
    OtherKey,
}

/// One or more certificates, the most particular one first.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificates {
    first: CertificateDer<'static>,
    others: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificates({})", self.fingerprint())
    }
}

impl Certificates {
    /// Reads all certificates of a PEM file.
    pub fn from_pem(text: &str) -> Result<Self, PemError> {
        let all: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
        let mut all = all.map_err(|_| PemError::Broken)?.into_iter();
        let certificates = Self { first: all.next().ok_or(PemError::NoCertificate)?, others: all.collect() };
        let is_sound = |der: &CertificateDer<'_>| ParsedCertificate::try_from(der).is_ok() && last_day(der).is_some();
        if certificates.ders().all(is_sound) { Ok(certificates) } else { Err(PemError::BrokenCertificate) }
    }

    /// The certificates as a PEM file holds them, without anything else.
    pub fn to_pem(&self) -> String {
        let mut text = String::new();
        for der in self.ders() {
            let body = STANDARD.encode(der);
            text.push_str("-----BEGIN CERTIFICATE-----\n");
            for (at, letter) in body.chars().enumerate() {
                text.extend((at > 0 && at % 64 == 0).then_some('\n').into_iter().chain([letter]));
            }
            text.push_str("\n-----END CERTIFICATE-----\n");
        }
        text
    }

    /// Their DER forms.
    pub fn ders(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The SHA-256 fingerprint of the first, in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(&self.first))
    }

    /// The fingerprints of all.
    pub fn fingerprints(&self) -> Vec<String> {
        self.ders().map(|der| hex::encode(Sha256::digest(der))).collect()
    }

    /// The last day on which the first one counts.
    pub fn last_day(&self) -> NaiveDate {
        last_day(&self.first).unwrap_or_default()
    }

    /// Whether both belong to the same key.
    pub fn has_key_of(&self, other: &Self) -> bool {
        let public_key = |certificates: &Self| {
            let parsed = ParsedCertificate::try_from(&certificates.first).ok()?;
            Some(parsed.subject_public_key_info().as_ref().to_vec())
        };
        public_key(self).is_some_and(|key| public_key(other) == Some(key))
    }

    /// Whether servers can be trusted by them.
    pub fn check_trust(&self) -> Result<(), PemError> {
        let mut roots = RootCertStore::empty();
        self.ders().try_for_each(|der| roots.add(der.clone())).map_err(|_| PemError::BrokenCertificate)
    }

    /// Whether that PEM file holds the key of the first, and one that can be used.
    pub fn check_key(&self, text: &str) -> Result<(), PemError> {
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(PemError::Encrypted);
        }
        let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|error| match error {
            pem::Error::NoItemsFound => PemError::NoKey,
            _ => PemError::Broken,
        })?;
        let chain = self.ders().cloned().collect();
        CertifiedKey::from_der(chain, key, &default_provider()).map(drop).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => PemError::OtherKey,
            _ => PemError::UnfitKey,
        })
    }
}

/// RFC 5280 §4.1: the day of `notAfter`.
fn last_day(der: &[u8]) -> Option<NaiveDate> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    const VERSION: u8 = 0xa0;
    let (_, certificate, _) = element(der)?;
    let (_, mut rest, _) = element(certificate)?;
    if let (VERSION, _, after) = element(rest)? {
        rest = after;
    }
    // Serial number, algorithm and issuer.
    for _ in 0..3 {
        (_, _, rest) = element(rest)?;
    }
    let (_, validity, _) = element(rest)?;
    let (_, _, not_after) = element(validity)?;
    let (tag, text, _) = element(not_after)?;
    let text = std::str::from_utf8(text).ok()?;
    let day = match tag {
        UTC_TIME => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            format!("{century}{}", text.get(..6)?)
        }
        GENERALIZED_TIME => text.get(..8)?.to_owned(),
        _ => return None,
    };
    NaiveDate::parse_from_str(&day, "%Y%m%d").ok()
}

/// X.690 §8.1: the tag of the first element, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (digits, rest) =
            rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| digits.len() <= 4)?;
        (digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
