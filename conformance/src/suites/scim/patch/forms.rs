//! The forms in which clients in the field write what the standard writes otherwise.

use serde_json::{Value, json};

use super::super::made::ENTERPRISE;
use super::super::wording::{may, practice, should};
use super::names::{extended, qualified, within};
use super::resource::{elements, has, has_no, has_typed, has_values, is_unassigned, member};
use super::trial::{PATCH_OP, Trial, address, changing, email, expect_taken, operation, pathless, remove};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const ENTRA: &str = "Microsoft Entra ID sends it";

/// Checks of what clients write.
pub const CHECKS: &[Check] = &[
    changing(practice(should("SC-201", "The case of `op` doesn't matter", ENTRA, case_of_operations))),
    changing(practice(may(
        "SC-201b",
        "The case of `Operations`, `op`, `path` and `value` doesn't matter",
        "RFC 7643 §2.1",
        case_of_members,
    ))),
    changing(practice(should(
        "SC-228",
        "Names in a value without a path may have dots and URNs",
        "Microsoft Entra ID sends it with aadOptscim062020",
        paths_as_names,
    ))),
    changing(practice(may(
        "SC-228b",
        "Names in a value without a path may have filters",
        "Microsoft Entra ID is reported to send it with aadOptscim062020",
        filters_as_names,
    ))),
    changing(practice(should(
        "SC-229",
        "What is read-only in a value without a path is ignored, and the rest applies",
        "Okta sends `id`, authentik the whole resource",
        read_only_is_ignored,
    ))),
    changing(practice(should("SC-230", "\"True\" and \"False\" are taken for booleans", ENTRA, texts_as_booleans))),
    changing(practice(should(
        "SC-231",
        "A manager is set by a text, an object and a list of one, and removed by an empty value",
        ENTRA,
        forms_of_managers,
    ))),
    changing(practice(should(
        "SC-233",
        "Replacing an optional attribute by null or an empty text clears it",
        "RFC 7643 §2.5; Microsoft Entra ID sends it",
        nothing_clears,
    ))),
    changing(practice(may("SC-234", "Adding null changes nothing", ENTRA, adding_null))),
    changing(practice(should(
        "SC-237",
        "Members that a PATCH doesn't have are ignored",
        "Microsoft's collections of requests for SCIM send `name` and `id`",
        further_members,
    ))),
];

fn case_of_operations(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher", "nickName": "Nick"}))?;
    let changed = user.patched(&[
        operation("Replace", "title", "Head"),
        operation("Add", "displayName", "Added"),
        json!({"op": "Remove", "path": "nickName"}),
    ])?;
    has(&changed, "/title", "Head")?;
    has(&changed, "/displayName", "Added")?;
    has_no(&changed, "/nickName")?;
    has(&user.patched(&[operation("REPLACE", "title", "Tutor")])?, "/title", "Tutor")
}

fn case_of_members(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher"}))?;
    let operations = [json!({"Op": "replace", "Path": "title", "VALUE": "Head"})];
    let response = user.send(&json!({"Schemas": [PATCH_OP], "operations": operations}))?;
    expect_taken(&response, &operations)?;
    has(&user.read()?, "/title", "Head")
}

fn paths_as_names(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"name": {"givenName": "Before", "familyName": "Kept"}}))?;
    let replaced = user.patched(&[pathless("replace", json!({"displayName": "After", "name.givenName": "After"}))])?;
    has(&replaced, "/displayName", "After")?;
    has(&replaced, "/name/givenName", "After")?;
    has(&replaced, "/name/familyName", "Kept")?;
    let user = extended(&trial, &json!({"employeeNumber": "1", "department": "Kept"}))?;
    let replaced = user.patched(&[pathless("replace", json!({qualified("employeeNumber"): "2"}))])?;
    has(&replaced, &within("employeeNumber"), "2")?;
    has(&replaced, &within("department"), "Kept")
}

fn filters_as_names(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (work, home, new) = (address("work"), address("home"), address("new"));
    let user = trial.user(&json!({"emails": [email("work", &work), email("home", &home)]}))?;
    let replaced = user.patched(&[pathless("replace", json!({"emails[type eq \"work\"].value": new}))])?;
    has_values(&replaced, "emails", &[&new, &home])?;
    has_typed(&replaced, ("emails", "work", "value"), &new)
}

fn read_only_is_ignored(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    let with_id = user.patched(&[pathless("replace", json!({"id": user.id(), "displayName": "First"}))])?;
    has(&with_id, "/displayName", "First")?;
    let mut whole = user.made.clone();
    if let Some(member) = whole.get_mut("displayName") {
        *member = json!("Second");
    }
    let replaced = user.patched(&[pathless("replace", whole)])?;
    has(&replaced, "/displayName", "Second")?;
    has(&replaced, "/id", user.id())
}

fn texts_as_booleans(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"active": true}))?;
    has(&user.patched(&[operation("replace", "active", "False")])?, "/active", false)?;
    has(&user.patched(&[pathless("replace", json!({"active": "True"}))])?, "/active", true)?;
    let other = address("other");
    let new = json!({"type": "other", "value": other, "primary": "True"});
    let added = user.patched(&[operation("add", "emails", vec![new])])?;
    let holds = |one: &Value| member(one, "value") == other && one.get("primary") == Some(&json!(true));
    expect(elements(&added, "emails").iter().any(holds), format!("{other} is primary"), || added.to_string())
}

fn forms_of_managers(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (first, second) = (trial.user(&json!({}))?, trial.user(&json!({}))?);
    let user = extended(&trial, &json!({"manager": {"value": first.id()}}))?;
    let (path, pointer) = (qualified("manager"), within("manager/value"));
    let holder = [operation("replace", &path, json!({"value": first.id()}))];
    let mut wrong = Vec::new();
    for op in ["add", "replace"] {
        for form in [json!(second.id()), json!({"value": second.id()}), json!([{"value": second.id()}])] {
            user.patched(&holder)?;
            let asked = operation(op, &path, form);
            user.patch(std::slice::from_ref(&asked))?;
            if user.read()?.pointer(&pointer) != Some(&json!(second.id())) {
                wrong.push(asked);
            }
        }
    }
    let empty = [json!(""), json!({"value": ""}), json!(null)].map(|form| operation("replace", &path, form));
    for asked in empty.into_iter().chain([remove(&path)]) {
        user.patched(&holder)?;
        user.patch(std::slice::from_ref(&asked))?;
        if !is_cleared(user.read()?.pointer(&pointer)) {
            wrong.push(asked);
        }
    }
    expect(wrong.is_empty(), format!("each form changes or removes `{ENTERPRISE}:manager`"), || {
        format!("no effect of {}", Value::from(wrong))
    })
}

/// Whether there is no value, which some servers tell by an empty text.
fn is_cleared(held: Option<&Value>) -> bool {
    is_unassigned(held) || held == Some(&json!(""))
}

fn nothing_clears(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher", "nickName": "Nick"}))?;
    let cleared = user.patched(&[operation("replace", "title", Value::Null)])?;
    has_no(&cleared, "/title")?;
    has(&cleared, "/nickName", "Nick")?;
    let cleared = user.patched(&[operation("replace", "nickName", "")])?;
    let held = cleared.get("nickName");
    expect(is_cleared(held), "`nickName` has no value", || cleared.to_string())
}

fn adding_null(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher"}))?;
    has(&user.patched(&[operation("add", "title", Value::Null)])?, "/title", "Teacher")
}

fn further_members(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"title": "Teacher"}))?;
    let operations = [json!({"name": "setTitle", "op": "replace", "path": "title", "value": "Head"})];
    let response = user.send(&json!({"schemas": [PATCH_OP], "id": user.id(), "Operations": operations}))?;
    if matches!(response.status, 200 | 204) {
        return has(&user.read()?, "/title", "Head");
    }
    Err(Stop::failed("200 or 204 with `name` beside `op`, and `id` beside `Operations`", response.summary()))
}
