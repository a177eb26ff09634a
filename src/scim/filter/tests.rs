//! How filters are read.

use super::{Filter, Scope};
use crate::scim::refusal::ScimType;
use crate::scim::schema::{GROUP, USER};

/// The canonical form of what was read.
fn read(text: &str) -> String {
    Filter::parse(text, Scope::of(&USER)).unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
}

fn refused(text: &str) {
    let refusal = Filter::parse(text, Scope::of(&USER)).expect_err(text);
    assert_eq!(refusal.scim_type, Some(ScimType::InvalidFilter), "{text}");
}

#[test]
fn names_words_and_operators_are_read_in_any_case() {
    assert_eq!(read(r#"USERNAME Eq "Bo" AND Not(Title PR)"#), r#"userName eq "Bo" and not (title pr)"#);
    assert_eq!(
        read(r#"(ActiVe eq true) and meta.lastmodified ge "2026-01-01T00:00:00Z""#),
        r#"active eq true and meta.lastModified ge "2026-01-01T00:00:00Z""#
    );
    assert_eq!(read(r#"urn:ietf:params:scim:schemas:core:2.0:user:userName sw "J""#), r#"userName sw "J""#);
    assert_eq!(
        read(r#"manager eq "7""#),
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "7""#
    );
}

#[test]
fn and_binds_more_than_or_and_not_more_than_and() {
    assert_eq!(read("title pr or id pr and name pr"), "title pr or id pr and name pr");
    assert_eq!(read("(title pr or id pr) and name pr"), "(title pr or id pr) and name pr");
    assert_eq!(read("not (title pr) and id pr"), "not (title pr) and id pr");
    assert_eq!(read("((title pr) and (id pr and (name pr)))"), "title pr and id pr and name pr");
}

#[test]
fn values_are_read_as_clients_write_them() {
    assert_eq!(read(r#"userName eq"x""#), r#"userName eq "x""#);
    assert_eq!(read("  userName   eq   jyoung  "), r#"userName eq "jyoung""#);
    assert_eq!(read("userName sw 'O'"), r#"userName sw "O""#);
}

#[test]
fn escapes_are_those_of_json() {
    assert_eq!(read(r#"userName eq "a\"\\\u00e9(]""#), r#"userName eq "a\"\\é(]""#);
    assert_eq!(read(r"userName eq 'it\'s'"), r#"userName eq "it's""#);
    refused(r#"userName eq "\ud800""#);
    refused(r#"userName eq "\u0000""#);
    refused(r#"userName eq "\x""#);
}

#[test]
fn unquoted_values_fit_their_attribute() {
    assert_eq!(
        read("meta.Created gt 2015-10-10T14:38:21.8617979-07:00"),
        r#"meta.created gt "2015-10-10T14:38:21.8617979-07:00""#
    );
    assert_eq!(
        read("employeeNumber eq 7"),
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "7""#
    );
    assert_eq!(read(r#"active eq "True" or active eq False"#), "active eq true or active eq false");
    assert_eq!(read("userName eq true"), r#"userName eq "true""#);
    assert_eq!(read("emails co x"), r#"emails.value co "x""#);
    assert_eq!(read("title eq null or title ne NULL"), "not (title pr) or title pr");
    assert_eq!(read(r#"title eq "null""#), r#"title eq "null""#);
}

#[test]
fn brackets_may_be_followed_by_a_comparison() {
    assert_eq!(read(r#"emails[type eq "work"].value eq "a@x""#), r#"emails[type eq "work" and value eq "a@x"]"#);
    assert_eq!(read("emails[ not (type pr) ].display pr"), "emails[not (type pr) and display pr]");
    assert_eq!(read("emails[(type eq work or primary eq true)]"), r#"emails[type eq "work" or primary eq true]"#);
    assert!(read("gradeLevels[value eq 8]").ends_with(r#":gradeLevels[value eq "8"]"#));
}

#[test]
fn what_is_no_filter_or_asks_what_cannot_be_asked_is_refused() {
    for text in [
        "",
        " ",
        "userName",
        "userName eq",
        r#"userName eq "x"#,
        r#"userName regex "x""#,
        r#"userName eq "x" and"#,
        r#"userName eq "x" userName eq "y""#,
        "(title pr",
        "title pr)",
        "not title pr",
        r#"emails[type eq "work""#,
        r#"emails[type eq "work"].value"#,
        r#"emails[emails[type eq "x"]]"#,
        r#"name[familyName eq "x"]"#,
        "nosuch pr",
        r#"name.nosuch eq "x""#,
        "active gt true",
        r#"active co "t""#,
        "active eq 1",
        r#"name eq "x""#,
        r#"addresses eq "x""#,
        r#"password eq "x""#,
        "password pr",
        r#"x509Certificates.value gt "x""#,
        r#"meta.created co "2026""#,
        "meta.created gt yesterday",
        "title gt null",
        "userName eq \0",
    ] {
        refused(text);
    }
}

#[test]
fn length_terms_and_nesting_are_bounded() {
    refused(&format!(r#"userName eq "{}""#, "x".repeat(100_000)));
    refused(&vec!["id pr"; 101].join(" or "));
    refused(&format!("{}id pr{}", "(".repeat(1000), ")".repeat(1000)));
    assert!(Filter::parse(&vec!["id pr"; 100].join(" or "), Scope::of(&USER)).is_ok());
    assert!(Filter::parse(&format!("{}id pr{}", "(".repeat(20), ")".repeat(20)), Scope::of(&USER)).is_ok());
}

#[test]
fn a_strict_connection_quotes_its_values() {
    let strict = |text| Filter::parse(text, Scope::of(&USER).strict());
    assert!(strict("userName eq jyoung").is_err());
    assert!(strict("userName eq 'jyoung'").is_err());
    assert!(strict(r#"active eq true and userName eq "x" and title ne null"#).is_ok());
}

#[test]
fn what_a_kind_of_resource_lacks_has_no_value_at_the_root() {
    for (text, answer) in [
        (r#"userName eq "x""#, false),
        (r#"userName ne "x""#, true),
        ("userName pr", false),
        ("userName eq null", true),
        ("userName ne null", false),
        ("active gt true", false),
        (r#"emails[type eq "work"].value ne "x""#, false),
    ] {
        let filter = Filter::parse(text, Scope::of(&GROUP).at_root()).unwrap();
        assert_eq!(filter, Filter::Constant(answer), "{text}");
    }
}

#[test]
fn a_refusal_holds_nothing_of_a_value() {
    for text in [r#"ann@x.org eq "x""#, r#"userName regex "ann@x.org""#, "meta.created gt ann@x.org"] {
        let refusal = Filter::parse(text, Scope::of(&USER)).unwrap_err();
        assert!(!refusal.detail.contains("ann"), "{refusal}");
    }
}
