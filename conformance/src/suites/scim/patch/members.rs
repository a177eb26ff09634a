//! What PATCH does to the members of groups (RFC 7644 §3.5.2).

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::service::text;
use super::super::wording::{may, must, practice, should};
use super::resource::{elements, has, has_no, has_values, values};
use super::trial::{A_SECOND, Subject, Trial, changing, expect_taken, operation, pathless, remove};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::{Probe, nonce};

/// How long a PATCH of many members may take.
const LONGEST: Duration = Duration::from_secs(2);

/// Checks of members.
pub const CHECKS: &[Check] = &[
    changing(must(
        "SC-250",
        "Members are added one at a time, several at once and without a path",
        "RFC 7644 §3.5.2.1",
        members_are_added,
    )),
    changing(practice(should(
        "SC-250b",
        "A member may be added that isn't in a list",
        "RFC 7644 §3.5.2.1 shows lists; clients send one object",
        a_member_by_itself,
    ))),
    changing(should(
        "SC-251",
        "Adding a member that is there succeeds, and it is there once",
        "RFC 7644 §3.5.2.1",
        members_are_there_once,
    )),
    changing(practice(should(
        "SC-251c",
        "The same holds for a member that comes with its `value` alone",
        "RFC 7644 §3.5.2.1; clients send nothing else",
        known_by_value,
    ))),
    changing(must(
        "SC-251b",
        "Adding a member that is there leaves meta.lastModified",
        "RFC 7644 §3.5.2.1",
        no_change_of_time,
    )),
    changing(must(
        "SC-252",
        "Removing a member by a filter on its value leaves the others",
        "RFC 7644 §3.5.2.2",
        removed_by_filter,
    )),
    changing(practice(should(
        "SC-253",
        "Removing `members` with a list removes those in the list, and no others",
        "Microsoft Entra ID and authentik send it",
        removed_by_list,
    ))),
    changing(must(
        "SC-254",
        "Members are removed all at once, and replaced by a list and by an empty one",
        "RFC 7644 §3.5.2.2, §3.5.2.3; RFC 7643 §2.5",
        all_at_once,
    )),
    changing(practice(should(
        "SC-254b",
        "Replacing `members` by null removes all",
        "RFC 7643 §2.5; Microsoft Entra ID sends it",
        null_is_nobody,
    ))),
    changing(practice(should(
        "SC-255",
        "Members may come with `$ref` null and with parts that the standard doesn't have",
        "Microsoft Entra ID sends `$ref` null, its collection of requests `displayName`",
        forms_of_members,
    ))),
    changing(practice(may(
        "SC-255b",
        "Members may be texts",
        "Microsoft's collection of requests for SCIM sends it",
        texts_as_members,
    ))),
    changing(practice(may(
        "SC-256",
        "Members that don't exist don't keep others from being added",
        "RFC 7643 §2.3.7 leaves it open; scim-sanity wants it",
        unknown_members,
    ))),
    changing(practice(should(
        "SC-257",
        "50 changes of members in one request take less than 2 s",
        "IPSIE and Microsoft Entra ID send many at once",
        fifty_changes,
    ))),
    changing(practice(may(
        "SC-257b",
        "1000 changes of members in one request take less than 2 s",
        "Microsoft Entra ID sends many at once",
        a_thousand_changes,
    ))),
];

/// Users who are to be members.
fn users<'p, 't>(trial: &Trial<'p, 't>, n_users: usize) -> Result<Vec<Subject<'p, 't>>, Stop> {
    (0..n_users).map(|_| trial.user(&json!({}))).collect()
}

/// Three of them.
fn three<'p, 't>(trial: &Trial<'p, 't>) -> Result<[Subject<'p, 't>; 3], Stop> {
    Ok([trial.user(&json!({}))?, trial.user(&json!({}))?, trial.user(&json!({}))?])
}

fn one(user: &Subject<'_, '_>) -> Value {
    json!({"value": user.id()})
}

fn members_are_added(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, cor] = three(&trial)?;
    let last = trial.user(&json!({}))?;
    let group = trial.group(&[])?;
    let added = group.patched(&[operation("add", "members", vec![one(&ann)])])?;
    has_values(&added, "members", &[ann.id()])?;
    let added = group.patched(&[operation("add", "members", vec![one(&bob), one(&cor)])])?;
    has_values(&added, "members", &[ann.id(), bob.id(), cor.id()])?;
    let added = group.patched(&[pathless("add", json!({"members": [one(&last)]}))])?;
    has_values(&added, "members", &[ann.id(), bob.id(), cor.id(), last.id()])
}

fn a_member_by_itself(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, _] = three(&trial)?;
    let group = trial.group(&[&ann])?;
    let added = group.patched(&[operation("add", "members", one(&bob))])?;
    has_values(&added, "members", &[ann.id(), bob.id()])
}

fn members_are_there_once(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, cor] = three(&trial)?;
    let group = trial.group(&[&ann, &bob])?;
    // As the server shows it: without its type it might be another value.
    let shown = elements(&group.made, "members").first().cloned();
    let members: Vec<Value> = shown.into_iter().chain([one(&cor)]).collect();
    let added = group.patched(&[operation("add", "members", members)])?;
    has_values(&added, "members", &[ann.id(), bob.id(), cor.id()])
}

fn known_by_value(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, cor] = three(&trial)?;
    let group = trial.group(&[&ann, &bob])?;
    let added = group.patched(&[operation("add", "members", vec![one(&ann), one(&cor)])])?;
    has_values(&added, "members", &[ann.id(), bob.id(), cor.id()])
}

fn no_change_of_time(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, _] = three(&trial)?;
    let group = trial.group(&[&ann, &bob])?;
    let before = text(&group.made, "/meta/lastModified");
    if before.is_empty() {
        return Err(Stop::skipped("the server shows no meta.lastModified"));
    }
    sleep(A_SECOND);
    let after = group.patched(&[operation("add", "members", elements(&group.made, "members").to_vec())])?;
    has(&after, "/meta/lastModified", before)
}

fn removed_by_filter(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, cor] = three(&trial)?;
    let group = trial.group(&[&ann, &bob, &cor])?;
    let removed = group.patched(&[remove(&format!("members[value eq \"{}\"]", bob.id()))])?;
    has_values(&removed, "members", &[ann.id(), cor.id()])
}

fn removed_by_list(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, cor] = three(&trial)?;
    let group = trial.group(&[&ann, &bob, &cor])?;
    let removed = group.patched(&[operation("remove", "members", vec![one(&ann)])])?;
    has_values(&removed, "members", &[bob.id(), cor.id()])?;
    let bob_too = json!({"$ref": null, "value": bob.id()});
    let removed = group.patched(&[operation("Remove", "members", vec![bob_too])])?;
    has_values(&removed, "members", &[cor.id()])
}

fn all_at_once(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, cor] = three(&trial)?;
    let group = trial.group(&[&ann, &bob])?;
    has_no(&group.patched(&[remove("members")])?, "/members")?;
    let replaced = group.patched(&[operation("add", "members", vec![one(&ann)])])?;
    has_values(&replaced, "members", &[ann.id()])?;
    let replaced = group.patched(&[operation("replace", "members", vec![one(&bob), one(&cor)])])?;
    has_values(&replaced, "members", &[bob.id(), cor.id()])?;
    has_no(&group.patched(&[operation("replace", "members", json!([]))])?, "/members")
}

fn null_is_nobody(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, _] = three(&trial)?;
    let group = trial.group(&[&ann, &bob])?;
    has_no(&group.patched(&[operation("replace", "members", Value::Null)])?, "/members")
}

fn forms_of_members(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, _] = three(&trial)?;
    let group = trial.group(&[])?;
    let added = group.patched(&[operation("Add", "members", vec![json!({"$ref": null, "value": ann.id()})])])?;
    has_values(&added, "members", &[ann.id()])?;
    let named = json!({"value": bob.id(), "displayName": "Bob"});
    let added = group.patched(&[operation("add", "members", vec![named])])?;
    has_values(&added, "members", &[ann.id(), bob.id()])
}

fn texts_as_members(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, _] = three(&trial)?;
    let group = trial.group(&[])?;
    let added = group.patched(&[operation("add", "members", vec![ann.id()])])?;
    has_values(&added, "members", &[ann.id()])?;
    let added = group.patched(&[operation("add", "members", bob.id())])?;
    has_values(&added, "members", &[ann.id(), bob.id()])
}

fn unknown_members(probe: &Probe<'_>) -> Verdict {
    let trial = Trial::new(probe)?;
    let [ann, bob, _] = three(&trial)?;
    let group = trial.group(&[&ann])?;
    let added = group.patched(&[operation("add", "members", vec![json!({"value": nonce()}), one(&bob)])])?;
    let members = values(&added, "members");
    let both = [ann.id(), bob.id()].iter().all(|id| members.iter().any(|member| member == id));
    expect(both, format!("{} and {} are members", ann.id(), bob.id()), || added.to_string())
}

fn fifty_changes(probe: &Probe<'_>) -> Verdict {
    changes_in_time(probe, 50)
}

fn a_thousand_changes(probe: &Probe<'_>) -> Verdict {
    changes_in_time(probe, 1000)
}

/// Adds ten users one by one, removes them again, and so on.
fn changes_in_time(probe: &Probe<'_>, n_changes: usize) -> Verdict {
    let trial = Trial::new(probe)?;
    let users = users(&trial, 10)?;
    let group = trial.group(&[])?;
    let rounds = (0..).flat_map(|round| users.iter().map(move |user| (round, user)));
    let changes: Vec<Value> = rounds
        .take(n_changes)
        .map(|(round, user)| match round % 2 {
            0 => operation("add", "members", vec![one(user)]),
            _ => remove(&format!("members[value eq \"{}\"]", user.id())),
        })
        .collect();
    let response = group.patch(&changes)?;
    expect_taken(&response, changes.get(..2).unwrap_or_default())?;
    let ends_with_adding = (n_changes / users.len()) % 2 == 1;
    let wanted: Vec<&str> = users.iter().filter(|_| ends_with_adding).map(Subject::id).collect();
    has_values(&group.read()?, "members", &wanted)?;
    expect(response.took < LONGEST, format!("{n_changes} changes in less than {} s", LONGEST.as_secs()), || {
        format!("{} ms", response.took.as_millis())
    })
}
