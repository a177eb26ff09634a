//! What paths call attributes, and what becomes of extensions (RFC 7644 §3.5.2 and §3.10; RFC 7643 §3).

use serde_json::{Value, json};

use super::super::made::{ENTERPRISE, USER};
use super::super::service::names_schema;
use super::super::wording::{may, must, policy, practice, should};
use super::resource::{has, has_no, has_values, is_unassigned};
use super::trial::{Subject, Trial, address, changing, email, operation, remove};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

/// Checks of names and extensions.
pub const CHECKS: &[Check] = &[
    changing(must(
        "SC-225",
        "A path may name an attribute of the base schema by its URN",
        "RFC 7644 §3.5.2 and §3.10",
        names_of_the_base_schema,
    )),
    changing(must(
        "SC-225b",
        "A path names an attribute of an extension by its URN",
        "RFC 7644 §3.5.2 and §3.10",
        names_of_an_extension,
    )),
    changing(practice(should(
        "SC-226",
        "A path may be an extension's URN, and the value may hold `schemas`",
        "RFC 7644 §3.10; scim2-tester sends it",
        whole_extensions,
    ))),
    changing(must(
        "SC-227",
        "The first value of an extension brings its URN into `schemas`",
        "RFC 7643 §3",
        extensions_come,
    )),
    changing(policy(should(
        "SC-227b",
        "The last value of an extension takes its URN out of `schemas`",
        "RFC 7643 §3",
        extensions_go,
    ))),
    changing(practice(may(
        "SC-232",
        "A path may name an attribute of an extension without its URN",
        "Microsoft Entra ID's documentation shows `manager`",
        short_names,
    ))),
];

/// The path of an attribute of the extension.
pub fn qualified(name: &str) -> String {
    format!("{ENTERPRISE}:{name}")
}

/// Where a resource has an attribute of the extension, as a pointer.
pub fn within(name: &str) -> String {
    format!("/{ENTERPRISE}/{name}")
}

/// A user with these attributes of the extension; a skip if the server doesn't keep one of them.
pub fn extended<'p, 't>(trial: &Trial<'p, 't>, attributes: &Value) -> Result<Subject<'p, 't>, Stop> {
    let user = trial.user(&json!({ENTERPRISE: attributes}))?;
    for name in attributes.as_object().into_iter().flat_map(serde_json::Map::keys) {
        if is_unassigned(user.made.pointer(&within(name))) {
            return Err(Stop::skipped(format!("the server doesn't keep `{}`", qualified(name))));
        }
    }
    Ok(user)
}

fn names_of_the_base_schema(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (old, new) = (address("old"), address("new"));
    let user = trial.user(&json!({"name": {"familyName": "Before"}, "emails": [email("work", &old)]}))?;
    let replaced = user.patched(&[
        operation("replace", &format!("{USER}:displayName"), "After"),
        operation("replace", &format!("{USER}:name.familyName"), "After"),
        operation("replace", &format!("{USER}:emails[type eq \"work\"].value"), new.as_str()),
    ])?;
    has(&replaced, "/displayName", "After")?;
    has(&replaced, "/name/familyName", "After")?;
    has_values(&replaced, "emails", &[&new])
}

fn names_of_an_extension(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (first, second) = (trial.user(&json!({}))?, trial.user(&json!({}))?);
    let attributes = json!({"department": "Before", "employeeNumber": "1", "manager": {"value": first.id()}});
    let user = extended(&trial, &attributes)?;
    let replaced = user.patched(&[
        operation("replace", &qualified("department"), "After"),
        operation("replace", &qualified("manager.value"), second.id()),
    ])?;
    has(&replaced, &within("department"), "After")?;
    has(&replaced, &within("manager/value"), second.id())?;
    let removed = user.patched(&[remove(&qualified("department"))])?;
    has_no(&removed, &within("department"))?;
    has(&removed, &within("employeeNumber"), "1")
}

fn whole_extensions(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = extended(&trial, &json!({"department": "Before", "employeeNumber": "1"}))?;
    let added = user.patched(&[operation("add", ENTERPRISE, json!({"employeeNumber": "2"}))])?;
    has(&added, &within("employeeNumber"), "2")?;
    has(&added, &within("department"), "Before")?;
    let replaced =
        user.patched(&[operation("replace", ENTERPRISE, json!({"schemas": [ENTERPRISE], "department": "After"}))])?;
    has(&replaced, &within("department"), "After")?;
    has_no(&replaced, &within("schemas"))?;
    let removed = user.patched(&[remove(ENTERPRISE)])?;
    has_no(&removed, &within("department"))?;
    has_no(&removed, &within("employeeNumber"))
}

/// A user that has got its first value of the extension, and how it is shown.
fn begun<'p, 't>(trial: &Trial<'p, 't>) -> Result<(Subject<'p, 't>, Value), Stop> {
    // Whether the server has the extension at all.
    extended(trial, &json!({"department": "Music"}))?;
    let user = trial.user(&json!({}))?;
    let begun = user.patched(&[operation("add", &qualified("department"), "Music")])?;
    has(&begun, &within("department"), "Music")?;
    Ok((user, begun))
}

fn extensions_come(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (_, begun) = begun(&trial)?;
    expect(names_schema(&begun, ENTERPRISE) && names_schema(&begun, USER), "`schemas` names both", || begun.to_string())
}

fn extensions_go(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, _) = begun(&trial)?;
    let ended = user.patched(&[remove(&qualified("department"))])?;
    expect(!names_schema(&ended, ENTERPRISE), format!("`schemas` without {ENTERPRISE}"), || ended.to_string())
}

fn short_names(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let manager = trial.user(&json!({}))?;
    let user = extended(&trial, &json!({"department": "Before", "manager": {"value": manager.id()}}))?;
    let replaced = user.patched(&[operation("replace", "department", "After")])?;
    has(&replaced, &within("department"), "After")?;
    let removed = user.patched(&[remove("manager")])?;
    has_no(&removed, &within("manager/value"))
}
