//! The OAuth scopes that a connection may be granted, by their short forms.
//!
//! Clients ask for them as `https://purl.imsglobal.org/spec/or/v1p2/scope/…`, as the 1.1 form of that, with
//! `http:`, or by the bare name; all of these mean the same grant here.

/// A scope's short form, and what it permits.
pub const KNOWN: &[(&str, &str)] = &[
    ("roster-core.readonly", "read collections and single objects of rostering, but for demographics"),
    ("roster.readonly", "read all of rostering, but for demographics"),
    ("roster-demographics.readonly", "read demographics"),
    ("resource.readonly", "read learning materials, also by class, course and user"),
    ("resource-core.readonly", "read learning materials"),
    ("gradebook.readonly", "read line items, categories, score scales and results"),
    ("gradebook-core.readonly", "the same, without the lists by class and school"),
    ("gradebook.createput", "write line items, categories, score scales and results"),
    ("gradebook.createpost", "add line items, categories, score scales and results in bulk"),
    ("gradebook.delete", "delete what the vendor wrote of these"),
    ("assessment.readonly", "read assessment line items and results"),
    ("assessment.createput", "write assessment line items and results"),
    ("assessment.delete", "delete what the vendor wrote of these"),
    ("scim", "read and provision over SCIM"),
    ("scim.readonly", "read over SCIM"),
    ("scim.provision", "create, change and remove over SCIM"),
];

const PREFIXES: &[&str] = &[
    "https://purl.imsglobal.org/spec/or/v1p2/scope/",
    "https://purl.imsglobal.org/spec/or/v1p1/scope/",
    "http://purl.imsglobal.org/spec/or/v1p2/scope/",
    "http://purl.imsglobal.org/spec/or/v1p1/scope/",
];

/// The short form of a scope in any form that clients use; none if there is no such scope.
pub fn short_form(text: &str) -> Option<&'static str> {
    let name = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    KNOWN.iter().map(|(known, _)| *known).find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_scope_is_the_same_grant() {
        for form in [
            "roster.readonly",
            "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly",
            "http://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly",
        ] {
            assert_eq!(short_form(form), Some("roster.readonly"));
        }
        assert_eq!(short_form("https://purl.imsglobal.org/spec/or/v1p2/scope/everything"), None);
    }
}
