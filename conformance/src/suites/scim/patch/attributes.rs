//! What add, replace and remove do to attributes (RFC 7644 §3.5.2.1 to §3.5.2.3).

use serde_json::json;

use super::super::wording::{must, should};
use super::resource::{has, has_no, has_values};
use super::trial::{Trial, address, changing, email, operation, pathless, remove};
use crate::check::{Check, Verdict};
use crate::probe::Probe;

/// Checks of what operations do to attributes.
pub const CHECKS: &[Check] = &[
    changing(must(
        "SC-200",
        "Operations add, replace and remove an attribute that has one value",
        "RFC 7644 §3.5.2.1, §3.5.2.2, §3.5.2.3",
        simple_values,
    )),
    changing(must("SC-202", "What is added to a list is appended to it", "RFC 7644 §3.5.2.1", lists_grow)),
    changing(should(
        "SC-202b",
        "What a list has already is not added to it again",
        "RFC 7644 §3.5.2.1; RFC 7643 §2.4",
        nothing_is_added_twice,
    )),
    changing(must(
        "SC-203",
        "Operations without a path change the attributes that their value names, and no others",
        "RFC 7644 §3.5.2.1, §3.5.2.3",
        without_a_path,
    )),
    changing(must(
        "SC-204",
        "Replacing parts of a complex attribute leaves its other parts",
        "RFC 7644 §3.5.2.3",
        parts_are_left,
    )),
    changing(must(
        "SC-205",
        "A part of a complex attribute that has no value yet can be added and replaced",
        "RFC 7644 §3.5.2.1, §3.5.2.3",
        parts_make_the_whole,
    )),
    changing(must(
        "SC-219",
        "Operations apply in their order, each to what the ones before have made",
        "RFC 7644 §3.5.2",
        in_order,
    )),
    changing(must("SC-240", "The case of names in a path doesn't matter", "RFC 7643 §2.1", case_of_names)),
];

fn simple_values(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher", "displayName": "Kept", "active": true}))?;
    let replaced = user.patched(&[operation("replace", "title", "Head"), operation("replace", "active", false)])?;
    has(&replaced, "/title", "Head")?;
    has(&replaced, "/active", false)?;
    let removed = user.patched(&[remove("title")])?;
    has_no(&removed, "/title")?;
    let added = user.patched(&[operation("add", "title", "Tutor"), operation("add", "active", true)])?;
    has(&added, "/title", "Tutor")?;
    has(&added, "/active", true)?;
    has(&added, "/displayName", "Kept")
}

fn lists_grow(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (work, home, other) = (address("work"), address("home"), address("other"));
    let user = trial.user(&json!({"emails": [email("work", &work)]}))?;
    let grown = user.patched(&[operation("add", "emails", vec![email("home", &home)])])?;
    has_values(&grown, "emails", &[&work, &home])?;
    let grown = user.patched(&[pathless("add", json!({"emails": [email("other", &other)]}))])?;
    has_values(&grown, "emails", &[&work, &home, &other])
}

fn nothing_is_added_twice(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (work, home) = (address("work"), address("home"));
    let user = trial.user(&json!({"emails": [email("work", &work), email("home", &home)]}))?;
    let same = user.patched(&[operation("add", "emails", vec![email("home", &home)])])?;
    has_values(&same, "emails", &[&work, &home])
}

fn without_a_path(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"displayName": "Before", "title": "Kept", "nickName": "Nick"}))?;
    let added = user.patched(&[pathless("add", json!({"nickName": "Added"}))])?;
    has(&added, "/nickName", "Added")?;
    let replaced = user.patched(&[pathless("replace", json!({"displayName": "After"}))])?;
    has(&replaced, "/displayName", "After")?;
    has(&replaced, "/nickName", "Added")?;
    has(&replaced, "/title", "Kept")
}

fn parts_are_left(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"name": {"givenName": "Ann", "familyName": "Before"}}))?;
    let replaced = user.patched(&[operation("replace", "name", json!({"familyName": "After"}))])?;
    has(&replaced, "/name/familyName", "After")?;
    has(&replaced, "/name/givenName", "Ann")
}

fn parts_make_the_whole(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    // Whether the server has names at all.
    trial.user(&json!({"name": {"familyName": "Kept"}}))?;
    for op in ["add", "replace"] {
        let user = trial.user(&json!({"name": null}))?;
        let named = user.patched(&[operation(op, "name.familyName", "New")])?;
        has(&named, "/name/familyName", "New")?;
    }
    Ok(())
}

fn in_order(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (work, home, other) = (address("work"), address("home"), address("other"));
    let user = trial.user(&json!({"title": "First", "emails": [email("work", &work)]}))?;
    let last = user.patched(&[operation("replace", "title", "Second"), operation("replace", "title", "Third")])?;
    has(&last, "/title", "Third")?;
    let gone = user.patched(&[operation("replace", "title", "Fourth"), remove("title")])?;
    has_no(&gone, "/title")?;
    let only = user.patched(&[
        remove("emails"),
        operation("add", "emails", vec![email("home", &home)]),
        operation("replace", "emails[type eq \"home\"].value", other.as_str()),
    ])?;
    has_values(&only, "emails", &[&other])
}

fn case_of_names(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (old, new) = (address("old"), address("new"));
    let attributes =
        json!({"displayName": "Before", "name": {"familyName": "Before"}, "emails": [email("work", &old)]});
    let user = trial.user(&attributes)?;
    let replaced = user.patched(&[
        operation("replace", "DISPLAYNAME", "After"),
        operation("replace", "Name.FAMILYNAME", "After"),
        operation("replace", "eMails[TYPE eq \"work\"].VALUE", new.as_str()),
    ])?;
    has(&replaced, "/displayName", "After")?;
    has(&replaced, "/name/familyName", "After")?;
    has_values(&replaced, "emails", &[&new])
}
