//! What operations do to the elements of a list that a filter in their path chooses (RFC 7644 §3.5.2).

use serde_json::{Value, json};

use super::super::service::expect_refusal;
use super::super::wording::{may, must, practice, should};
use super::resource::{elements, has_typed, has_values, member};
use super::trial::{Subject, Trial, address, changing, email, operation, remove};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

/// Checks of elements that a filter chooses.
pub const CHECKS: &[Check] = &[
    changing(must(
        "SC-206",
        "Replacing a part of the element that a filter chooses leaves the others",
        "RFC 7644 §3.5.2.3",
        a_part_is_replaced,
    )),
    changing(must(
        "SC-207",
        "The element that a filter chooses is replaced and removed, and the others stay",
        "RFC 7644 §3.5.2.2, §3.5.2.3",
        whole_elements,
    )),
    changing(must(
        "SC-208",
        "Replacing what a filter doesn't find is refused with noTarget",
        "RFC 7644 §3.5.2.3",
        nothing_to_replace,
    )),
    changing(practice(should(
        "SC-209",
        "Adding to what a filter doesn't find makes the element that it describes",
        "RFC 7644 §3.5.2.1 leaves it open; Microsoft Entra ID sends it",
        elements_of_a_filter,
    ))),
    changing(practice(may(
        "SC-210",
        "Two parts added by the same filter end up in one element",
        "RFC 7644 §3.5.2 has each operation see the one before; Microsoft Entra ID sends addresses so",
        one_element,
    ))),
    changing(should(
        "SC-211",
        "Removing what a filter doesn't find succeeds and changes nothing",
        "RFC 7644 §3.5.2.2",
        nothing_to_remove,
    )),
    changing(must(
        "SC-220",
        "A value that becomes primary takes that from the one which was",
        "RFC 7644 §3.5.2",
        one_is_primary,
    )),
];

/// A user with an address at work and one at home, and the two.
fn with_two<'p, 't>(trial: &Trial<'p, 't>) -> Result<(Subject<'p, 't>, String, String), Stop> {
    let (work, home) = (address("work"), address("home"));
    let user = trial.user(&json!({"emails": [email("work", &work), email("home", &home)]}))?;
    if elements(&user.made, "emails").iter().any(|one| member(one, "type").is_empty()) {
        return Err(Stop::skipped("the server doesn't keep the `type` of `emails`"));
    }
    Ok((user, work, home))
}

fn a_part_is_replaced(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, _, home) = with_two(&trial)?;
    let new = address("new");
    let replaced = user.patched(&[operation("replace", "emails[type eq \"work\"].value", new.as_str())])?;
    has_values(&replaced, "emails", &[&new, &home])?;
    has_typed(&replaced, ("emails", "work", "value"), &new)
}

fn whole_elements(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, _, home) = with_two(&trial)?;
    let new = address("new");
    let replaced = user.patched(&[operation("replace", "emails[type eq \"work\"]", email("work", &new))])?;
    has_values(&replaced, "emails", &[&new, &home])?;
    has_typed(&replaced, ("emails", "work", "value"), &new)?;
    let removed = user.patched(&[remove("emails[type eq \"work\"]")])?;
    has_values(&removed, "emails", &[&home])
}

fn nothing_to_replace(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, ..) = with_two(&trial)?;
    let new = address("new");
    for operation in [
        operation("replace", "emails[type eq \"other\"].value", new.as_str()),
        operation("replace", "emails[type eq \"other\"]", email("other", &new)),
    ] {
        let what = format!("PATCH with {operation}");
        expect_refusal(&user.patch(&[operation])?, 400, "noTarget", &what)?;
        user.is_unchanged()?;
    }
    Ok(())
}

fn elements_of_a_filter(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, work, home) = with_two(&trial)?;
    let new = address("new");
    let added = user.patched(&[operation("add", "emails[type eq \"other\"].value", new.as_str())])?;
    has_values(&added, "emails", &[&work, &home, &new])?;
    has_typed(&added, ("emails", "other", "value"), &new)
}

fn one_element(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"addresses": [{"type": "home", "locality": "Old", "country": "NL"}]}))?;
    let added = user.patched(&[
        operation("add", "addresses[type eq \"work\"].streetAddress", "Lane 1"),
        operation("add", "addresses[type eq \"work\"].locality", "Town"),
    ])?;
    has_typed(&added, ("addresses", "work", "streetAddress"), "Lane 1")?;
    has_typed(&added, ("addresses", "work", "locality"), "Town")?;
    has_typed(&added, ("addresses", "home", "locality"), "Old")
}

fn nothing_to_remove(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, work, home) = with_two(&trial)?;
    let same = user.patched(&[remove("emails[type eq \"other\"]")])?;
    has_values(&same, "emails", &[&work, &home])
}

fn one_is_primary(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (work, home, other) = (address("work"), address("home"), address("other"));
    let first = json!({"type": "work", "value": work, "primary": true});
    let user = trial.user(&json!({"emails": [first, email("home", &home)]}))?;
    if !primary(&user.made).contains(&work.as_str()) {
        return Err(Stop::skipped("the server doesn't keep `primary` of `emails`"));
    }
    let changed = user.patched(&[operation("replace", "emails[type eq \"home\"].primary", true)])?;
    is_primary(&changed, &home)?;
    let new = json!({"type": "other", "value": other, "primary": true});
    let changed = user.patched(&[operation("add", "emails", vec![new])])?;
    has_values(&changed, "emails", &[&work, &home, &other])?;
    is_primary(&changed, &other)
}

fn primary(user: &Value) -> Vec<&str> {
    let preferred = |one: &&Value| one.get("primary") == Some(&Value::Bool(true));
    elements(user, "emails").iter().filter(preferred).map(|one| member(one, "value")).collect()
}

fn is_primary(user: &Value, wanted: &str) -> Verdict {
    expect(primary(user) == [wanted], format!("only {wanted} is primary"), || user.to_string())
}
