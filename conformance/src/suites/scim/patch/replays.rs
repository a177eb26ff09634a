//! Whole changes as identity providers send them, with all their peculiarities at once.

use serde_json::{Value, json};

use super::super::made::{ENTERPRISE, GROUP};
use super::super::wording::{practice, should};
use super::names::{extended, qualified, within};
use super::resource::{has, has_no, has_values, values};
use super::trial::{Subject, Trial, address, changing, email, operation, pathless, remove};
use crate::check::{Check, Stop, Verdict};
use crate::probe::{Probe, nonce};

/// Checks of what identity providers send.
pub const CHECKS: &[Check] = &[
    changing(practice(should(
        "SC-954",
        "A user is changed as Microsoft Entra ID does it by default",
        "Microsoft Entra ID, provisioning of users and groups",
        user_by_entra,
    ))),
    changing(practice(should(
        "SC-954b",
        "A user is changed as Microsoft Entra ID does it with aadOptscim062020",
        "Microsoft Entra ID, compatibility of provisioning with SCIM 2.0",
        user_by_entra_flagged,
    ))),
    changing(practice(should(
        "SC-954c",
        "A group is changed as Microsoft Entra ID does it",
        "Microsoft Entra ID, provisioning of users and groups",
        group_by_entra,
    ))),
    changing(practice(should(
        "SC-954d",
        "A user is deactivated and activated as Okta does it",
        "Okta, SCIM 2.0 reference",
        user_by_okta,
    ))),
    changing(practice(should(
        "SC-954e",
        "A group is changed as Okta does it",
        "Okta, SCIM 2.0 reference",
        group_by_okta,
    ))),
    changing(practice(should(
        "SC-954f",
        "A group is changed as authentik does it",
        "authentik, its SCIM client for groups",
        group_by_authentik,
    ))),
];

/// A user whose change an identity provider sends, and the one who becomes its manager.
fn pupil<'p, 't>(trial: &Trial<'p, 't>) -> Result<(Subject<'p, 't>, Subject<'p, 't>), Stop> {
    let manager = trial.user(&json!({}))?;
    // Whether the server keeps what is sent.
    extended(trial, &json!({"employeeNumber": "1", "manager": {"value": manager.id()}}))?;
    let user = trial.user(&json!({
        "name": {"givenName": "Before", "familyName": "Kept"},
        "emails": [email("work", &address("old")), email("home", &address("home"))],
        "active": true,
    }))?;
    Ok((user, manager))
}

fn user_by_entra(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, manager) = pupil(&trial)?;
    let new = address("new");
    let changed = user.patched(&[
        operation("Replace", "displayName", "After"),
        operation("Replace", "emails[type eq \"work\"].value", new.as_str()),
        operation("Replace", "name.givenName", "After"),
        operation("Add", "nickName", "Babs"),
        operation("Add", &qualified("manager"), manager.id()),
        operation("Replace", "active", "False"),
    ])?;
    has(&changed, "/displayName", "After")?;
    has(&changed, "/name/givenName", "After")?;
    has(&changed, "/name/familyName", "Kept")?;
    has(&changed, "/nickName", "Babs")?;
    has(&changed, &within("manager/value"), manager.id())?;
    has(&changed, "/active", false)?;
    work_is(&user, &changed, &new)
}

fn user_by_entra_flagged(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (user, _) = pupil(&trial)?;
    let new = address("new");
    let changed = user.patched(&[
        operation("replace", "emails[type eq \"work\"].value", new.as_str()),
        pathless(
            "replace",
            json!({"displayName": "After", "name.givenName": "After", qualified("employeeNumber"): "7"}),
        ),
        operation("replace", "active", false),
    ])?;
    has(&changed, "/displayName", "After")?;
    has(&changed, "/name/givenName", "After")?;
    has(&changed, "/name/familyName", "Kept")?;
    has(&changed, &format!("/{ENTERPRISE}/employeeNumber"), "7")?;
    has(&changed, "/active", false)?;
    work_is(&user, &changed, &new)
}

/// That of a user's addresses the one at work is new, and the one at home is the old one.
fn work_is(user: &Subject<'_, '_>, changed: &Value, new: &str) -> Verdict {
    let home = values(&user.made, "emails").into_iter().find(|one| one.contains("@home."));
    has_values(changed, "emails", &[new, home.as_deref().unwrap_or_default()])
}

fn unlinked(user: &Subject<'_, '_>) -> Value {
    json!({"$ref": null, "value": user.id()})
}

fn group_by_entra(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (ann, bob, cor) = (trial.user(&json!({}))?, trial.user(&json!({}))?, trial.user(&json!({}))?);
    let group = trial.group(&[])?;
    let name = format!("Conformance {}", nonce());
    has(&group.patched(&[operation("Replace", "displayName", name.as_str())])?, "/displayName", name.as_str())?;
    let added = [unlinked(&ann), unlinked(&bob), unlinked(&cor)].to_vec();
    let filled = group.patched(&[operation("Add", "members", added)])?;
    has_values(&filled, "members", &[ann.id(), bob.id(), cor.id()])?;
    let left = group.patched(&[operation("Remove", "members", vec![unlinked(&ann)])])?;
    has_values(&left, "members", &[bob.id(), cor.id()])?;
    let left = group.patched(&[remove(&format!("members[value eq \"{}\"]", bob.id()))])?;
    has_values(&left, "members", &[cor.id()])?;
    has_no(&group.patched(&[operation("Replace", "members", Value::Null)])?, "/members")
}

fn user_by_okta(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({"active": true}))?;
    for active in [false, true] {
        has(&user.patched(&[pathless("replace", json!({"active": active}))])?, "/active", active)?;
    }
    Ok(())
}

fn group_by_okta(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (ann, bob, cor) = (trial.user(&json!({}))?, trial.user(&json!({}))?, trial.user(&json!({}))?);
    let group = trial.group(&[&ann])?;
    let shown = |user: &Subject<'_, '_>| json!({"value": user.id(), "display": "Conformance"});
    let pushed = group.patched(&[
        remove(&format!("members[value eq \"{}\"]", ann.id())),
        operation("add", "members", vec![shown(&bob)]),
    ])?;
    has_values(&pushed, "members", &[bob.id()])?;
    let pushed = group.patched(&[operation("replace", "members", vec![shown(&ann), shown(&cor)])])?;
    has_values(&pushed, "members", &[ann.id(), cor.id()])?;
    let name = format!("Conformance {}", nonce());
    let renamed = group.patched(&[pathless("replace", json!({"id": group.id(), "displayName": name}))])?;
    has(&renamed, "/displayName", name.as_str())?;
    has_values(&renamed, "members", &[ann.id(), cor.id()])
}

fn group_by_authentik(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (ann, bob) = (trial.user(&json!({}))?, trial.user(&json!({}))?);
    let group = trial.group(&[])?;
    let name = format!("Conformance {}", nonce());
    let whole = json!({"schemas": [GROUP], "id": group.id(), "externalId": nonce(), "displayName": name});
    has(&group.patched(&[pathless("replace", whole)])?, "/displayName", name.as_str())?;
    let each = |op: &str| [&ann, &bob].map(|user| operation(op, "members", vec![json!({"value": user.id()})]));
    has_values(&group.patched(&each("add"))?, "members", &[ann.id(), bob.id()])?;
    has_no(&group.patched(&each("remove"))?, "/members")
}
