//! The form of single values: what an id, a slug, a name, a sentence and a secret may look like.

use validator::ValidationError;

use crate::consent::rules_file::document::At;
use crate::consent::rules_file::entry::Secret;

/// Slugs that would hide one of the server's own addresses.
const RESERVED: &[&str] = &["oauth", "oauth2", "console", "docs", "healthz", "readyz", "metrics", "static", "assets"];

/// The name of a board in addresses.
pub fn slug(slug: &At<String>) -> Result<(), ValidationError> {
    check_slug(&slug.value).or_else(refused)
}

/// Says why a text can't be the name of a board in addresses, if so.
pub fn check_slug(slug: &str) -> Result<(), &'static str> {
    if RESERVED.contains(&slug) {
        return Err("is an address of the server itself; choose another");
    }
    let plain = slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if plain && (1..=63).contains(&slug.len()) && !slug.starts_with('-') && !slug.ends_with('-') {
        return Ok(());
    }
    Err("must have 1 to 63 lower-case letters, digits or hyphens, without a hyphen at either end")
}

/// The id of a vendor or a rule.
pub fn id(id: &At<String>) -> Result<(), ValidationError> {
    let id = id.value.as_str();
    if (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
        return Ok(());
    }
    refused("must have 1 to 64 letters, digits, dots, underscores or hyphens")
}

/// A name, in one line.
pub fn title(text: &At<String>) -> Result<(), ValidationError> {
    if is_line(&text.value, 200) { Ok(()) } else { refused("must have 1 to 200 characters, in one line") }
}

/// A sentence or two, in one line.
pub fn sentence(text: &At<String>) -> Result<(), ValidationError> {
    if is_line(&text.value, 1000) { Ok(()) } else { refused("must have 1 to 1000 characters, in one line") }
}

/// A vendor's secret. RFC 3986 unreserved characters come through a form body and Basic unharmed, however a
/// client encodes them.
pub fn secret(secret: &Secret) -> Result<(), ValidationError> {
    let secret = secret.0.as_str();
    if !secret.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c)) {
        return refused("may hold only letters, digits, `-`, `.`, `_` and `~`");
    }
    match secret.len() {
        0..16 => refused("must have at least 16 characters"),
        16..=256 => Ok(()),
        _ => refused("must have at most 256 characters"),
    }
}

/// The address of a server that data is pushed to. A token must not be readable on its way.
pub fn address(url: &At<String>) -> Result<(), ValidationError> {
    let url = url.value.as_str();
    let unfit = || refused("must be an address such as https://example.org/scim/v2, without a user and a query");
    let Ok(uri) = url.parse::<ureq::http::Uri>() else { return unfit() };
    let Some(authority) = uri.authority().filter(|_| url.len() <= 500 && uri.query().is_none()) else { return unfit() };
    if authority.as_str().contains('@') || url.contains('#') {
        return unfit();
    }
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]") => Ok(()),
        Some("http") => refused("must begin with https://; only this machine itself may be given data without TLS"),
        Some(_) | None => unfit(),
    }
}

/// A token as it goes into a header.
pub fn bearer(token: &Secret) -> Result<(), ValidationError> {
    let token = token.0.as_str();
    if (1..=4096).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    refused("must have 1 to 4096 visible ASCII characters, without spaces")
}

fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn refused(message: &'static str) -> Result<(), ValidationError> {
    Err(ValidationError::new("form").with_message(message.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_survives_every_client_that_encodes_it() {
        assert!(secret(&Secret("aB3-._~aB3-._~aB".into())).is_ok());
        for bad in ["short", "sixteen+letters+", "with space in it", "percent%percent%"] {
            assert!(secret(&Secret(bad.into())).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        assert_eq!(format!("{:?}", Secret("tulip".into())), "Secret(…)");
    }
}
