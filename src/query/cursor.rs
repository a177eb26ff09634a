//! The mark in a `next` link: the last record of the page before, so that a client that follows links
//! loses and repeats nothing while an import runs beside it.
//!
//! It holds nothing but the identifier that the client has just received, and is bound to the vendor and
//! the query, so that no other list can be entered with it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::keys::MasterKey;

/// What a cursor belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Bound<'a> {
    /// The board's name.
    pub tenant: &'a str,
    /// The vendor.
    pub vendor: &'a str,
    /// The address of the list.
    pub path: &'a str,
    /// Sort and filter, as text.
    pub query: &'a str,
}

const SEAL: usize = 16;

/// Makes the cursor after the record with that identifier.
pub fn seal(key: &MasterKey, bound: Bound<'_>, identifier: &str) -> String {
    let mut bytes = mark(key, bound, identifier).to_vec();
    bytes.extend_from_slice(identifier.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The identifier in a cursor that belongs here; `None` for any other text.
pub fn open(key: &MasterKey, bound: Bound<'_>, cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (found, identifier) = bytes.split_at_checked(SEAL)?;
    let identifier = std::str::from_utf8(identifier).ok()?;
    bool::from(mark(key, bound, identifier).ct_eq(found)).then(|| identifier.to_owned())
}

fn mark(key: &MasterKey, bound: Bound<'_>, identifier: &str) -> [u8; SEAL] {
    let full = key.derive("cursor", &[bound.tenant, bound.vendor, bound.path, bound.query, identifier]);
    full.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_only_where_it_was_made() {
        let key = MasterKey::from_text(&"ab".repeat(32)).unwrap();
        let here = Bound { tenant: "noord", vendor: "atlas", path: "users", query: "" };
        let cursor = seal(&key, here, "p-1");

        assert_eq!(open(&key, here, &cursor).as_deref(), Some("p-1"));
        assert_eq!(open(&key, Bound { vendor: "borg", ..here }, &cursor), None);
        assert_eq!(open(&key, Bound { path: "classes", ..here }, &cursor), None);
        assert_eq!(open(&key, here, "garbage"), None);
    }
}
