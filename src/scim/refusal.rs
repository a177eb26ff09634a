//! Why a request can't be carried out, in the words of RFC 7644 §3.12.
//!
//! A detail names attributes and rules, never a value: it may end up in a client's log.

use std::fmt;

use serde_json::{Value, json};

/// The URN of an error's body.
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The kind of a refusal (RFC 7644 table 9, RFC 9865).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimType {
    /// The filter can't be read, or asks what can't be asked.
    InvalidFilter,
    /// The answer would be too long.
    TooMany,
    /// The value is another resource's.
    Uniqueness,
    /// The attribute can't be written, or not again.
    Mutability,
    /// The body isn't what it should be.
    InvalidSyntax,
    /// A path leads nowhere.
    InvalidPath,
    /// A path has nothing to change.
    NoTarget,
    /// A value is missing or doesn't fit.
    InvalidValue,
    /// The version of the protocol isn't spoken here.
    InvalidVers,
    /// Personal data does not belong in an address.
    Sensitive,
    /// The cursor isn't one of ours.
    InvalidCursor,
    /// The cursor is too old.
    ExpiredCursor,
    /// The page size isn't possible.
    InvalidCount,
}

impl ScimType {
    /// Its name in the body.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

/// An answer without data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Its kind, where the standard has one.
    pub scim_type: Option<ScimType>,
    /// What is wrong, for a developer.
    pub detail: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.detail)
    }
}

impl Refusal {
    /// A refusal of a kind that the standard has no name for.
    pub fn plain(status: u16, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into() }
    }

    /// 400 of this kind.
    pub fn bad(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { status: 400, scim_type: Some(scim_type), detail: detail.into() }
    }

    /// 400 `invalidFilter`.
    pub fn invalid_filter(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::InvalidFilter, detail)
    }

    /// 400 `invalidSyntax`.
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::InvalidSyntax, detail)
    }

    /// 400 `invalidPath`.
    pub fn invalid_path(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::InvalidPath, detail)
    }

    /// 400 `invalidValue`.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::InvalidValue, detail)
    }

    /// 400 `mutability`.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::Mutability, detail)
    }

    /// 400 `noTarget`.
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::NoTarget, detail)
    }

    /// 400 `tooMany`.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::bad(ScimType::TooMany, detail)
    }

    /// 409 `uniqueness`: always 409, though RFC 7643 §7 would allow 400.
    pub fn uniqueness(attribute: &str) -> Self {
        let detail = format!("`{attribute}` is in use by another resource");
        Self { status: 409, scim_type: Some(ScimType::Uniqueness), detail }
    }

    /// 404.
    pub fn unknown() -> Self {
        Self::plain(404, "there is no such resource")
    }

    /// The body of the answer; `status` is text there.
    pub fn body(&self) -> Value {
        let mut body = json!({"schemas": [ERROR], "status": self.status.to_string(), "detail": self.detail});
        if let (Some(scim_type), Some(body)) = (self.scim_type, body.as_object_mut()) {
            body.insert("scimType".to_owned(), scim_type.name().into());
        }
        body
    }
}

/// A name as the client wrote it, where it can be told back: a name that isn't one may be a person's value.
pub(crate) fn told(name: &str) -> &str {
    let may_be_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '$' | '-' | '_' | '/');
    if (1..=120).contains(&name.len()) && name.chars().all(may_be_a_name) { name } else { "(not a name)" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_the_status_as_text_and_the_kind_where_there_is_one() {
        assert_eq!(
            Refusal::uniqueness("userName").body(),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
                "status": "409",
                "scimType": "uniqueness",
                "detail": "`userName` is in use by another resource",
            })
        );
        assert_eq!(Refusal::unknown().body().get("scimType"), None);
    }

    #[test]
    fn what_is_no_name_is_not_told_back() {
        assert_eq!(told("name.givenName"), "name.givenName");
        assert_eq!(told("ann@x.org"), "(not a name)");
        assert_eq!(told(""), "(not a name)");
    }
}
