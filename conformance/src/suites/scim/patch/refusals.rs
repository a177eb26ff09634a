//! What PATCH refuses, and that a refusal changes nothing (RFC 7644 §3.5.2 and §3.12).

use serde_json::{Value, json};

use super::super::made::{ENTERPRISE, GROUP, USER};
use super::super::service::{expect_error, expect_refusal, names_schema, object, text};
use super::super::wording::must;
use super::declared;
use super::trial::{PATCH_OP, Trial, changing, expect_taken, operation, pathless, remove};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

/// Checks of what is refused.
pub const CHECKS: &[Check] = &[
    changing(must("SC-212", "Removing without a path is refused with noTarget", "RFC 7644 §3.5.2.2", aimless_removal)),
    changing(must(
        "SC-213",
        "Removing what is required or read-only is refused with mutability",
        "RFC 7644 §3.5.2.2",
        removal_of_required,
    )),
    changing(must(
        "SC-214",
        "Writing what is read-only is refused with mutability",
        "RFC 7644 §3.5.2 and table 9",
        writes_of_read_only,
    )),
    changing(must(
        "SC-215",
        "A value that can't be changed is refused another value, and takes the same",
        "RFC 7644 §3.5.2 and table 9",
        writes_of_immutable,
    )),
    changing(must(
        "SC-216",
        "A path that is malformed or names no attribute is refused",
        "RFC 7644 §3.5.2 and table 9",
        invalid_paths,
    )),
    changing(must(
        "SC-217",
        "A body that isn't a PATCH is refused: unknown operations, none at all, and another message's schema",
        "RFC 7644 §3.5.2 and table 9",
        invalid_bodies,
    )),
    changing(must("SC-218", "If one operation is refused, none has an effect", "RFC 7644 §3.5.2", all_or_nothing)),
    changing(must(
        "SC-235",
        "A change to a userName that another user has is refused with 409 and uniqueness",
        "RFC 7644 §3.5.2 and §3.12; RFC 7643 §4.1.1",
        names_stay_unique,
    )),
    changing(must(
        "SC-236",
        "A PATCH of what isn't there is refused, and makes nothing",
        "RFC 7644 §3.5.2 and §3.12",
        unknown_ids,
    )),
    changing(must("SC-239", "PATCH can't take the base schema out of `schemas`", "RFC 7643 §3", base_schema_stays)),
];

/// That a PATCH was refused with 400 and one of these types.
fn expect_type(response: &Response, types: &[&str], what: &str) -> Verdict {
    expect_error(response, &[400], what)?;
    let json = response.json();
    let named = text(&json, "/scimType");
    expect(types.contains(&named), format!("{what}: `scimType` {}", types.join(" or ")), || response.summary())
}

/// That each operation, by itself, is refused with that type, and changes nothing.
fn each_is_refused(probe: &Probe<'_>, operations: &[Value], types: &[&str]) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    for operation in operations {
        let response = user.patch(std::slice::from_ref(operation))?;
        expect_type(&response, types, &format!("PATCH with {operation}"))?;
        user.is_unchanged()?;
    }
    Ok(())
}

fn aimless_removal(probe: &Probe<'_>) -> Verdict {
    each_is_refused(probe, &[json!({"op": "remove"})], &["noTarget"])
}

fn removal_of_required(probe: &Probe<'_>) -> Verdict {
    each_is_refused(probe, &[remove("userName"), remove("id")], &["mutability"])
}

fn writes_of_read_only(probe: &Probe<'_>) -> Verdict {
    let mut operations = vec![
        operation("replace", "id", nonce()),
        operation("replace", "meta.created", "2001-01-01T00:00:00Z"),
        operation("add", "meta.resourceType", "Conformance"),
    ];
    if declared::attribute(probe, USER, "groups")?.is_some() {
        operations.push(operation("add", "groups", vec![json!({"value": nonce()})]));
    }
    each_is_refused(probe, &operations, &["mutability"])
}

fn writes_of_immutable(probe: &Probe<'_>) -> Verdict {
    let described = declared::attribute(probe, GROUP, "members.value")?;
    if described.is_none_or(|value| text(&value, "/mutability") != "immutable") {
        return Err(Stop::skipped("the server's schema doesn't say that `members.value` is immutable"));
    }
    let trial = Trial::new(probe)?;
    let (first, second) = (trial.user(&json!({}))?, trial.user(&json!({}))?);
    let group = trial.group(&[&first])?;
    let path = format!("members[value eq \"{}\"].value", first.id());
    let other = operation("replace", &path, second.id());
    expect_refusal(&group.patch(std::slice::from_ref(&other))?, 400, "mutability", &format!("PATCH with {other}"))?;
    group.is_unchanged()?;
    group.patched(&[operation("replace", &path, first.id())])?;
    group.is_unchanged()
}

fn invalid_paths(probe: &Probe<'_>) -> Verdict {
    let unknown = [operation("replace", "conformanceUnknown", "x"), operation("add", "name.conformanceUnknown", "x")];
    // Table 9 gives both to a path that yields no attribute.
    each_is_refused(probe, &unknown, &["invalidPath", "noTarget"])?;
    let malformed = ["emails[", "emails[type eq", "emails[type eq \"work\"", "name..familyName"];
    let malformed = malformed.map(|path| operation("replace", path, "x"));
    each_is_refused(probe, &malformed, &["invalidPath", "invalidFilter"])
}

fn invalid_bodies(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    let title = operation("replace", "displayName", "Changed");
    for body in [
        json!({"schemas": [PATCH_OP], "Operations": [{"op": "upsert", "path": "displayName", "value": "Changed"}]}),
        json!({"schemas": [PATCH_OP], "Operations": [{"path": "displayName", "value": "Changed"}]}),
        json!({"schemas": [PATCH_OP]}),
        json!({"schemas": [PATCH_OP], "Operations": []}),
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "Operations": [title]}),
    ] {
        // Table 9 lets a wrong member be told as a wrong value.
        expect_type(&user.send(&body)?, &["invalidSyntax", "invalidValue"], &format!("PATCH with {body}"))?;
        user.is_unchanged()?;
    }
    Ok(())
}

fn all_or_nothing(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    let mut n_refused = 0;
    for last in [remove("userName"), operation("replace", "id", nonce()), operation("replace", "emails[", "x")] {
        let first = [operation("replace", "displayName", "Changed"), operation("add", "name.familyName", "Changed")];
        let response = user.patch(&[&first[..], &[last]].concat())?;
        if response.status >= 400 {
            n_refused += 1;
            user.is_unchanged()?;
        }
    }
    if n_refused == 0 { Err(Stop::skipped("the server refuses none of the operations that it should")) } else { Ok(()) }
}

fn names_stay_unique(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, other) = (trial.user(&json!({}))?, trial.user(&json!({}))?);
    let taken = text(&other.made, "/userName");
    for operations in [
        vec![operation("replace", "displayName", "Changed"), operation("replace", "userName", taken)],
        vec![pathless("replace", json!({"displayName": "Changed", "userName": taken}))],
    ] {
        let what = format!("PATCH with {}", Value::from(operations.clone()));
        expect_refusal(&user.patch(&operations)?, 409, "uniqueness", &what)?;
        user.is_unchanged()?;
    }
    Ok(())
}

fn unknown_ids(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let mut user = trial.user(&json!({}))?;
    user.path = format!("/Users/{}", nonce());
    let operations = [operation("replace", "displayName", "Changed")];
    expect_error(&user.patch(&operations)?, &[404], &format!("PATCH {}", user.path))?;
    expect_error(&probe.get(&user.path)?, &[404], &user.path)
}

fn base_schema_stays(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    for operation in [
        remove("schemas"),
        operation("remove", "schemas", vec![USER]),
        operation("replace", "schemas", vec![ENTERPRISE]),
    ] {
        let response = user.patch(std::slice::from_ref(&operation))?;
        if !(400..500).contains(&response.status) {
            expect_taken(&response, std::slice::from_ref(&operation))?;
        }
        let after = object(probe, &user.path)?;
        expect(names_schema(&after, USER), format!("after {operation}: `schemas` names {USER}"), || after.to_string())?;
    }
    Ok(())
}
