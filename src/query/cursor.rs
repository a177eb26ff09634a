//! The mark in a `next` link: the last record of the page before, so that a client that follows links
//! loses and repeats nothing while an import runs beside it.
//!
//! It holds what the client has just received of that record, its identifier and the value that the list is sorted by,
//! encrypted, since addresses end up in logs. It is bound to the vendor and the query, so that no other list can be
//! entered with it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

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

/// Makes the cursor that holds a text. The same text makes the same cursor: a page that didn't change has the same links.
pub fn seal(key: &MasterKey, bound: Bound<'_>, text: &str) -> String {
    URL_SAFE_NO_PAD.encode(key.seal_alike(&bound.purpose(), text.as_bytes()))
}

/// The text in a cursor that belongs here; `None` for any other cursor.
pub fn open(key: &MasterKey, bound: Bound<'_>, cursor: &str) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    String::from_utf8(key.unseal_alike(&bound.purpose(), &sealed).ok()?).ok()
}

impl<'a> Bound<'a> {
    const fn purpose(&self) -> [&'a str; 5] {
        ["cursor", self.tenant, self.vendor, self.path, self.query]
    }
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
        assert_eq!(open(&key, here, ""), None);
    }

    #[test]
    fn a_cursor_is_the_same_for_the_same_text_and_not_readable() {
        let key = MasterKey::from_text(&"ab".repeat(32)).unwrap();
        let here = Bound { tenant: "noord", vendor: "atlas", path: "users", query: "" };
        let sealed = URL_SAFE_NO_PAD.decode(seal(&key, here, "Bergsma")).unwrap();

        assert!(!sealed.windows(4).any(|part| part == b"Berg"));
        assert_eq!(seal(&key, here, "Bergsma"), seal(&key, here, "Bergsma"));
        assert_ne!(seal(&key, here, "Bergsma"), seal(&key, here, "Bergsm"));
    }
}
