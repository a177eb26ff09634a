//! The scopes that a connection may be granted: those of OneRoster, and three for SCIM.

use crate::auth::scope::Scope;

/// SCIM has no scopes of its own. `scim` permits what the other two permit together.
pub const SCIM: &[&str] = &["scim", "scim.readonly", "scim.provision"];

/// The short form of a scope in any form that clients use; none if there is no such scope.
pub fn short_form(text: &str) -> Option<&'static str> {
    let scim = SCIM.iter().copied().find(|name| *name == text);
    scim.or_else(|| Scope::parse(text).map(Scope::name))
}

/// The short forms of all of them.
pub fn names() -> impl Iterator<Item = &'static str> {
    Scope::ALL.iter().map(|scope| scope.name()).chain(SCIM.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_may_be_granted_in_every_form_in_which_clients_ask_for_it() {
        for form in [
            "roster.readonly",
            "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly",
            "https://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly",
        ] {
            assert_eq!(short_form(form), Some("roster.readonly"));
        }
        assert_eq!(short_form("scim"), Some("scim"));
        assert_eq!(short_form("https://purl.imsglobal.org/spec/or/v1p2/scope/everything"), None);
        assert!(names().all(|name| short_form(name) == Some(name)));
    }
}
