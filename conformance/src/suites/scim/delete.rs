//! Deleting users and groups (RFC 7644 §3.6), and what is no deletion.

use serde_json::{Value, json};

use super::create::schema::parts;
use super::made::{GROUPS, Made, USERS, at, group, group_at, id, user, user_at, with};
use super::population::{page, quoted};
use super::service::{delete, expect_error, object, offers, send, text};
use super::wording::{must, needing, policy, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

/// How many of the last resources of a list are looked at.
const LAST: usize = 100;

/// Checks of DELETE.
pub const CHECKS: &[Check] = &[
    writing(must("SC-290", "A DELETE is answered by 204 without a body", "RFC 7644 §3.6", nothing_is_answered)),
    writing(must(
        "SC-291",
        "What was deleted is found by no operation: GET, PUT, PATCH and DELETE",
        "RFC 7644 §3.6",
        nothing_is_found,
    )),
    writing(must(
        "SC-291b",
        "What was deleted is in no list, and no filter finds it",
        "RFC 7644 §3.6",
        nothing_is_listed,
    )),
    writing(policy(should(
        "SC-291c",
        "Who was deleted is no member of a group any more",
        "RFC 7643 §4.2",
        nobody_stays_a_member,
    ))),
    writing(must("SC-292", "A DELETE of what there isn't finds nothing", "RFC 7644 §3.6", unknown_is_not_found)),
    writing(practice(should(
        "SC-293",
        "A user who is made inactive is still there, and found by a filter",
        "RFC 7643 §4.1.1; Microsoft Entra ID looks for inactive users",
        inactive_is_not_deleted,
    ))),
    needing(
        "groups that a user shows",
        writing(must(
            "SC-294",
            "Deleting a group leaves its members, who don't show it any more",
            "RFC 7644 §3.6; RFC 7643 §4.1.2",
            members_outlive_their_group,
        )),
    ),
];

/// A new user and a new group, and where each is.
fn two(made: &Made<'_, '_>) -> Result<[(String, Value); 2], Stop> {
    let (user, group) = (made.user(&json!({}))?, made.group(&json!({}))?);
    Ok([(user_at(&user), user), (group_at(&group), group)])
}

fn nothing_is_answered(probe: &Probe<'_>) -> Verdict {
    for (path, _) in two(&Made::by(probe))? {
        let response = delete(probe, &path)?;
        expect(
            response.status == 204 && response.body.is_empty(),
            format!("DELETE {path}: 204 without a body"),
            || response.summary(),
        )?;
    }
    Ok(())
}

fn nothing_is_found(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for ((path, _), body) in two(&made)?.into_iter().zip([user(), group()]) {
        delete(probe, &path)?;
        let gone = |method: &str, response: &Response| {
            expect_error(response, &[404], &format!("{method} {path}, which was deleted"))
        };
        gone("GET", &probe.get(&path)?)?;
        gone("PUT", &send(probe, "PUT", &path, &body)?)?;
        if offers(probe, "patch")? {
            let change = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "path": "displayName", "value": "Conformance"}],
            });
            gone("PATCH", &send(probe, "PATCH", &path, &change)?)?;
        }
        gone("DELETE", &delete(probe, &path)?)?;
    }
    Ok(())
}

fn nothing_is_listed(probe: &Probe<'_>) -> Verdict {
    for (path, resource) in two(&Made::by(probe))? {
        delete(probe, &path)?;
        let collection = if path.starts_with(USERS) { USERS } else { GROUPS };
        let total = page(probe, collection, &[("count", "1")])?.total;
        let (start, count) = (total.saturating_sub(LAST) + 1, LAST.to_string());
        let last = page(probe, collection, &[("startIndex", &start.to_string()), ("count", &count)])?;
        expect(!last.ids().contains(&id(&resource)), format!("a list without {path}"), || last.summary())?;
        if offers(probe, "filter")? {
            let name = if collection == USERS { "userName" } else { "displayName" };
            let filter = format!("{name} eq {}", quoted(text(&resource, &format!("/{name}"))));
            let found = page(probe, collection, &[("filter", &filter)])?;
            let is_empty = found.total == 0 && found.resources.is_empty();
            expect(is_empty, format!("{collection}, {filter}: nothing"), || found.summary())?;
        }
    }
    Ok(())
}

/// Whether a list of a resource has an element with that id.
fn refers(resource: &Value, list: &str, to: &Value) -> bool {
    parts(resource, list).iter().any(|element| text(element, "/value") == id(to))
}

fn nobody_stays_a_member(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let (leaves, stays) = (made.user(&json!({}))?, made.user(&json!({}))?);
    let group = made.group_of(&[&leaves, &stays])?;
    delete(probe, &user_at(&leaves))?;
    let group = object(probe, &group_at(&group))?;
    let holds = refers(&group, "members", &stays) && !refers(&group, "members", &leaves);
    expect(holds, format!("`members` of whom {} is left", id(&stays)), || group.to_string())
}

fn unknown_is_not_found(probe: &Probe<'_>) -> Verdict {
    for collection in [USERS, GROUPS] {
        let unknown = at(collection, &unused_id());
        expect_error(&delete(probe, &unknown)?, &[404], &format!("DELETE {unknown}, which there isn't"))?;
    }
    Ok(())
}

/// A UUID that nothing has: the form that most servers give their ids.
fn unused_id() -> String {
    let digits = format!("{}{}", nonce(), nonce());
    let groups = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    groups.map(|(from, to)| digits.get(from..to).unwrap_or_default()).join("-")
}

fn inactive_is_not_deleted(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let user = made.user(&json!({"active": true}))?;
    let path = user_at(&user);
    let body = with(user.clone(), &json!({"active": false, "meta": null, "schemas": user.get("schemas")}));
    let response = send(probe, "PUT", &path, &body)?;
    expect(response.status == 200, "PUT with `active` false: 200", || response.summary())?;
    let read = object(probe, &path)?;
    expect(read.get("active") == Some(&Value::Bool(false)), "a user with `active` false", || read.to_string())?;
    if offers(probe, "filter")? {
        let filter = format!("userName eq {}", quoted(text(&user, "/userName")));
        let found = page(probe, USERS, &[("filter", &filter)])?;
        expect(found.ids() == [id(&user)], format!("{filter}: the inactive user"), || found.summary())?;
    }
    Ok(())
}

fn members_outlive_their_group(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let group = made.group_of(&[&user])?;
    let shows = refers(&object(probe, &user_at(&user))?, "groups", &group);
    delete(probe, &group_at(&group))?;
    let user = object(probe, &user_at(&user))?;
    if !shows {
        return Err(Stop::skipped("users don't show their groups"));
    }
    expect(!refers(&user, "groups", &group), "`groups` without the one that was deleted", || user.to_string())
}
