//! What membership means beyond the group: for its users, for other groups, and for clients that write at once.

use std::thread;

use serde_json::{Value, json};

use super::super::made::USER;
use super::super::service::{delete, object, send};
use super::super::wording::{must, policy, practice, should};
use super::declared;
use super::resource::{elements, has, has_no, has_values, member, values};
use super::trial::{Trial, changing, message, operation, pathless, remove};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::{Probe, nonce};

/// Checks of membership.
pub const CHECKS: &[Check] = &[
    changing(must(
        "SC-258",
        "Members have a `value`, a `$ref` that leads to them, and the type User or Group",
        "RFC 7643 §4.2",
        members_lead_to_users,
    )),
    // No sentence obliges a server to have `groups`: those that leave it out are many.
    changing(should("SC-259", "A user's `groups` follow the members of groups", "RFC 7643 §4.1.2", groups_follow)),
    changing(must(
        "SC-259b",
        "A user's `groups` can't be changed by a PATCH of the user",
        "RFC 7643 §4.1.2",
        groups_are_not_written,
    )),
    changing(policy(should(
        "SC-260",
        "A user that is deleted is no member any more",
        "RFC 7644 §3.6; RFC 7643 §2.3.7 leaves it open",
        deleted_users_leave,
    ))),
    changing(practice(should(
        "SC-261",
        "A group is renamed by a value without a path that holds its id, also to the name that it has",
        "Okta sends it",
        renamed_by_okta,
    ))),
    changing(should(
        "SC-262",
        "A group in a group is refused with 400, or kept with its type, and a circle of groups does no harm",
        "RFC 7643 §4.1.2 and §4.2",
        groups_in_groups,
    )),
    changing(practice(should(
        "SC-263",
        "Of members that are added at the same time none is lost",
        "RFC 7644 §3.5.2; clients write side by side",
        side_by_side,
    ))),
];

fn members_lead_to_users(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    let group = trial.group(&[])?.patched(&[operation("add", "members", vec![json!({"value": user.id()})])])?;
    has_values(&group, "members", &[user.id()])?;
    for one in elements(&group, "members") {
        let kind = one.get("type").and_then(Value::as_str).unwrap_or("User");
        expect(["User", "Group"].contains(&kind), "`type` User or Group", || one.to_string())?;
        let Some(link) = one.get("$ref").and_then(Value::as_str) else { continue };
        // An address elsewhere is never followed: it would be told the credentials.
        let path = link.strip_prefix(&probe.target.address).or((!link.contains("://")).then_some(link));
        let Some(path) = path else { return Err(Stop::skipped(format!("{link} isn't below the target's address"))) };
        has(&object(probe, path)?, "/id", user.id())?;
    }
    Ok(())
}

/// A skip unless the server's schema has `groups` of users.
fn require_groups(probe: &Probe<'_>) -> Verdict {
    match declared::attribute(probe, USER, "groups")? {
        Some(_) => Ok(()),
        None => Err(Stop::skipped("the server's schema has no `groups` of users")),
    }
}

fn groups_follow(probe: &Probe<'_>) -> Verdict {
    require_groups(probe)?;
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    has_no(&user.made, "/groups")?;
    let group = trial.group(&[])?;
    group.patched(&[operation("add", "members", vec![json!({"value": user.id()})])])?;
    has_values(&user.read()?, "groups", &[group.id()])?;
    group.patched(&[remove(&format!("members[value eq \"{}\"]", user.id()))])?;
    has_no(&user.read()?, "/groups")
}

fn groups_are_not_written(probe: &Probe<'_>) -> Verdict {
    require_groups(probe)?;
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    let group = trial.group(&[])?;
    // Whether that is refused as it should be is for another check to say.
    user.patch(&[operation("add", "groups", vec![json!({"value": group.id()})])])?;
    user.patch(&[pathless("add", json!({"groups": [{"value": group.id()}]}))])?;
    has_no(&user.read()?, "/groups")?;
    has_no(&group.read()?, "/members")
}

fn deleted_users_leave(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let (first, second) = (trial.user(&json!({}))?, trial.user(&json!({}))?);
    let group = trial.group(&[&first, &second])?;
    has_values(&group.made, "members", &[first.id(), second.id()])?;
    let response = delete(probe, &first.path)?;
    if !(200..300).contains(&response.status) {
        return Err(Stop::skipped("the server deletes no users"));
    }
    has_values(&group.read()?, "members", &[second.id()])
}

fn renamed_by_okta(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    let group = trial.group(&[&user])?;
    let name = format!("Conformance {}", nonce());
    for _ in 0..2 {
        let renamed = group.patched(&[pathless("replace", json!({"id": group.id(), "displayName": name}))])?;
        has(&renamed, "/displayName", name.as_str())?;
        has_values(&renamed, "members", &[user.id()])?;
    }
    Ok(())
}

fn groups_in_groups(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let user = trial.user(&json!({}))?;
    let inner = trial.group(&[&user])?;
    let outer = trial.group(&[])?;
    let holding = |held: &str| [operation("add", "members", vec![json!({"value": held, "type": "Group"})])];
    let response = outer.patch(&holding(inner.id()))?;
    if response.status == 400 {
        return has_no(&outer.read()?, "/members");
    }
    expect(matches!(response.status, 200 | 204), "a group in a group: 200, 204 or 400", || response.summary())?;
    let held = outer.read()?;
    has_values(&held, "members", &[inner.id()])?;
    typed(&held, ("members", inner.id()), "Group")?;
    let shown = user.read()?;
    typed(&shown, ("groups", inner.id()), "direct")?;
    typed(&shown, ("groups", outer.id()), "indirect")?;
    let response = inner.patch(&holding(outer.id()))?;
    expect(response.status < 500, "a circle of groups: no failure of the server", || response.summary())?;
    for subject in [&user, &inner, &outer] {
        subject.read()?;
    }
    Ok(())
}

/// That an element, if it is there and has a type, has that one.
fn typed(resource: &Value, (list, value): (&str, &str), kind: &str) -> Verdict {
    let found = elements(resource, list).iter().find(|one| member(one, "value") == value);
    let told = found.and_then(|one| one.get("type"));
    expect(told.is_none_or(|told| told == kind), format!("in `{list}` {value} has the type {kind}"), || {
        resource.to_string()
    })
}

fn side_by_side(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let users = (0..8).map(|_| trial.user(&json!({}))).collect::<Result<Vec<_>, Stop>>()?;
    let group = trial.group(&[])?;
    let path = group.path.as_str();
    let answers = thread::scope(|scope| {
        let asked: Vec<_> = users
            .iter()
            .map(|user| {
                let (own, id) = (probe.towards(probe.target), user.id().to_owned());
                scope.spawn(move || {
                    let body = message(&[operation("add", "members", vec![json!({"value": id})])]);
                    send(&own, "PATCH", path, &body).map(|response| (id, response))
                })
            })
            .collect();
        let joined = asked.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|one| one.map_err(|_| Stop::Broken("a request was never made".to_owned()))?).collect::<Vec<_>>()
    });
    let members = values(&group.read()?, "members");
    for answer in answers {
        let (id, response) = answer?;
        // Who is told to try again knows that nothing was done.
        let holds = match response.status {
            200 | 204 => members.contains(&id),
            409 | 412 | 429 | 503 => true,
            _ => false,
        };
        expect(holds, format!("{id} is a member, or was refused with 409, 412, 429 or 503"), || {
            format!("{}, members {}", response.summary(), members.join(", "))
        })?;
    }
    Ok(())
}
