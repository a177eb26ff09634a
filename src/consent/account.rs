//! The identifier of a person's account with a tool, as one vendor knows it.
//!
//! An account is no object of its own, so its identifier borrows the kind of a person. Bodies and filters
//! both take it from here: a filter by the source's identifier would tell a pairwise vendor what that is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::catalogue::Entity;
use crate::consent::Release;

/// RFC 3986 unreserved characters stay as they are.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Release {
    /// The vendor's identifier of the account with that sourcedId; a URI, as the published schema wants it.
    pub fn account(&self, sourced_id: &str) -> String {
        let identifier = self.account_in_files(sourced_id);
        format!("urn:koppelvlak:profile:{}", utf8_percent_encode(&identifier, UNRESERVED))
    }

    /// The same where it must be a sourcedId: in CSV sets an account has a row of its own.
    pub fn account_in_files(&self, sourced_id: &str) -> String {
        let tagged = format!("profile:{sourced_id}");
        let identifier = self.identifier_of(Entity::User, &tagged);
        identifier.strip_prefix("profile:").unwrap_or(&identifier).to_owned()
    }
}
