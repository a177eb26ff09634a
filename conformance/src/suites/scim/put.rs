//! Replacing users and groups (RFC 7644 §3.5.1).

use serde_json::{Value, json};

use super::create::schema::{attributes, parts};
use super::made::{GROUPS, Made, USERS, at, group, group_at, id, members, user, user_at, with};
use super::service::{delete, expect_error, object, send, text};
use super::wording::{may, must, needing, policy, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::{Probe, nonce};

/// Checks of PUT.
pub const CHECKS: &[Check] = &[
    writing(must(
        "SC-270",
        "The values of a PUT replace those there were, and its lists the whole lists",
        "RFC 7644 §3.5.1",
        values_are_replaced,
    )),
    writing(policy(may(
        "SC-270b",
        "What a PUT leaves out is cleared",
        "RFC 7644 §3.5.1 lets a server clear or keep it",
        what_is_left_out_is_cleared,
    ))),
    writing(policy(should(
        "SC-270c",
        "A PUT that says nothing of `active` doesn't bring an inactive user back",
        "RFC 7644 §3.5.1 lets a server clear or keep it",
        nobody_comes_back,
    ))),
    writing(must(
        "SC-271",
        "A PUT is answered by 200 and the whole resource, with a new version if there are versions",
        "RFC 7644 §3.5.1, §3.14",
        the_whole_is_answered,
    )),
    writing(must(
        "SC-272",
        "Read-only attributes in a PUT are ignored: id, meta and groups",
        "RFC 7644 §3.5.1",
        read_only_is_ignored,
    )),
    needing(
        "an immutable attribute of users",
        writing(must(
            "SC-273",
            "A PUT doesn't change an immutable attribute that has a value",
            "RFC 7644 §3.5.1",
            immutable_stays,
        )),
    ),
    writing(must(
        "SC-274",
        "A PUT without a user name, or with an empty one, is refused and changes nothing",
        "RFC 7644 §3.5.1",
        names_are_required,
    )),
    writing(must(
        "SC-274b",
        "A PUT with the user name of another user is refused as a clash and changes nothing",
        "RFC 7644 §3.12",
        names_of_others,
    )),
    writing(must(
        "SC-275",
        "A PUT of what there isn't finds nothing, and makes nothing",
        "RFC 7644 §3.5.1",
        nothing_is_made,
    )),
    writing(practice(should(
        "SC-276",
        "What was read can be sent back as it is",
        "RFC 7644 §3.5.1; Okta sends back all that it reads",
        what_is_read_can_be_sent,
    ))),
    writing(policy(may(
        "SC-276b",
        "Sending back what was read changes neither the version nor when it was last changed",
        "RFC 7643 §3.1",
        nothing_new_is_no_change,
    ))),
    writing(must(
        "SC-277",
        "The members of a PUT replace those that a group had",
        "RFC 7644 §3.5.1",
        members_are_replaced,
    )),
    writing(policy(may(
        "SC-277b",
        "A PUT without members empties the group",
        "RFC 7644 §3.5.1 lets a server clear or keep it",
        groups_are_emptied,
    ))),
    writing(must("SC-278", "A collection can't be replaced", "RFC 7644 §3.2", collections_stay)),
];

/// A PUT that must succeed; what it answers.
fn put(probe: &Probe<'_>, path: &str, body: &Value) -> Result<Value, Stop> {
    let response = send(probe, "PUT", path, body)?;
    expect(response.status == 200 && response.json().is_object(), format!("PUT {path}: 200 and the resource"), || {
        response.summary()
    })?;
    Ok(response.json())
}

/// The body of somebody new, who keeps a user's name.
fn successor(of: &Value) -> Value {
    with(user(), &json!({"userName": of.get("userName")}))
}

/// The `value`s of a list, in order of their letters.
fn values(resource: &Value, list: &str) -> Vec<String> {
    let mut values: Vec<String> =
        parts(resource, list).iter().map(|element| text(element, "/value").to_owned()).collect();
    values.sort_unstable();
    values
}

fn values_are_replaced(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let address = |kind: &str| json!({"value": format!("{}@example.org", nonce()), "type": kind});
    let first = made.user(&json!({"emails": [address("work"), address("home")]}))?;
    let body = with(successor(&first), &json!({"emails": [address("other")]}));
    let answer = put(probe, &user_at(&first), &body)?;
    for user in [&answer, &object(probe, &user_at(&first))?] {
        for pointer in ["/userName", "/displayName", "/name/familyName"] {
            let wanted = body.pointer(pointer).cloned().unwrap_or_default();
            expect(user.pointer(pointer) == Some(&wanted), format!("`{pointer}` {wanted}"), || user.to_string())?;
        }
        let wanted = values(&body, "emails");
        expect(values(user, "emails") == wanted, format!("`emails` {}", wanted.join(", ")), || user.to_string())?;
    }
    Ok(())
}

/// Whether there is no value: null and an empty list are the same (RFC 7643 §2.5).
fn is_unassigned(value: Option<&Value>) -> bool {
    value.is_none_or(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty))
}

fn what_is_left_out_is_cleared(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let first = made.user(&json!({"title": nonce()}))?;
    if is_unassigned(first.get("title")) {
        return Err(Stop::skipped("users have no `title`"));
    }
    put(probe, &user_at(&first), &with(successor(&first), &json!({"externalId": null})))?;
    let user = object(probe, &user_at(&first))?;
    for name in ["title", "externalId"] {
        expect(is_unassigned(user.get(name)), format!("no `{name}`, which was left out"), || user.to_string())?;
    }
    Ok(())
}

fn nobody_comes_back(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let first = made.user(&json!({"active": false}))?;
    if first.get("active") != Some(&Value::Bool(false)) {
        return Err(Stop::skipped("users can't be made inactive"));
    }
    put(probe, &user_at(&first), &with(successor(&first), &json!({"active": null})))?;
    let user = object(probe, &user_at(&first))?;
    expect(user.get("active") != Some(&Value::Bool(true)), "`active` not true", || user.to_string())
}

fn the_whole_is_answered(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let first = made.user(&json!({}))?;
    let answer = put(probe, &user_at(&first), &successor(&first))?;
    let read = object(probe, &user_at(&first))?;
    // An instant may be told more exactly than it is stored.
    let is_whole = without_meta(&answer) == without_meta(&read);
    expect(is_whole, "what a GET answers afterwards", || format!("PUT: {answer}; GET: {read}"))?;
    let version = first.pointer("/meta/version");
    expect(
        version.is_none() || version != answer.pointer("/meta/version"),
        "another `meta.version` than before the change",
        || answer.to_string(),
    )
}

fn read_only_is_ignored(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let (first, group) = (made.user(&json!({}))?, made.group(&json!({}))?);
    let body = with(
        successor(&first),
        &json!({
            "id": nonce(),
            "meta": {"resourceType": "Conformance", "created": "1999-01-01T00:00:00Z", "version": "W/\"0-1\""},
            "groups": [{"value": id(&group)}],
        }),
    );
    let answer = put(probe, &user_at(&first), &body)?;
    expect(id(&answer) == id(&first), format!("the `id` {}", id(&first)), || answer.to_string())?;
    for pointer in ["/meta/resourceType", "/meta/created"] {
        expect(answer.pointer(pointer) == first.pointer(pointer), format!("`{pointer}` as it was"), || {
            answer.to_string()
        })?;
    }
    expect(text(&answer, "/meta/version") != "W/\"0-1\"", "a version of the server's own", || answer.to_string())?;
    let group = object(probe, &group_at(&group))?;
    expect(!values(&group, "members").contains(&id(&first).to_owned()), "a group without the user", || {
        group.to_string()
    })
}

fn immutable_stays(probe: &Probe<'_>) -> Verdict {
    let is_it = |one: &&Value| {
        (text(one, "/mutability"), text(one, "/type")) == ("immutable", "string")
            && one.get("multiValued") != Some(&Value::Bool(true))
    };
    let Some(attribute) = attributes(probe)?.iter().find(is_it).map(|one| text(one, "/name").to_owned()) else {
        return Err(Stop::skipped("users have no immutable attribute that is one text"));
    };
    let made = Made::by(probe);
    let first = made.user(&json!({ attribute.as_str(): nonce() }))?;
    let path = user_at(&first);
    let before = object(probe, &path)?;
    let response = send(probe, "PUT", &path, &with(successor(&first), &json!({ attribute.as_str(): nonce() })))?;
    if response.status != 200 {
        expect_error(&response, &[400], &format!("PUT that changes `{attribute}`, which is immutable"))?;
    }
    let after = object(probe, &path)?;
    expect(after.get(&attribute) == before.get(&attribute), format!("`{attribute}` as it was"), || after.to_string())
}

/// That a resource is still what it was.
fn is_unchanged(probe: &Probe<'_>, path: &str, before: &Value) -> Verdict {
    let after = object(probe, path)?;
    expect(after == *before, format!("{path} as before the refused request"), || after.to_string())
}

fn names_are_required(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let path = user_at(&made.user(&json!({}))?);
    let before = object(probe, &path)?;
    for name in [Value::Null, json!("")] {
        let response = send(probe, "PUT", &path, &with(user(), &json!({"userName": name})))?;
        expect_error(&response, &[400], "PUT without a user name, or with an empty one")?;
        is_unchanged(probe, &path, &before)?;
    }
    Ok(())
}

fn names_of_others(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let other = made.user(&json!({}))?;
    let path = user_at(&made.user(&json!({}))?);
    let before = object(probe, &path)?;
    let response = send(probe, "PUT", &path, &successor(&other))?;
    expect_error(&response, &[409], "PUT with the name of another user")?;
    let json = response.json();
    let kind = json.get("scimType").and_then(Value::as_str).unwrap_or("uniqueness");
    expect(kind == "uniqueness", "no other `scimType` than uniqueness", || json.to_string())?;
    is_unchanged(probe, &path, &before)
}

fn nothing_is_made(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (path, body) in [(USERS, user()), (GROUPS, group())] {
        let unknown = made.resource(path, &body)?;
        let unknown = at(path, id(&unknown));
        // An id of the server's own making, since it may refuse others for their form.
        delete(probe, &unknown)?;
        let response = send(probe, "PUT", &unknown, &body)?;
        if (200..300).contains(&response.status) {
            made.note_path(unknown.clone());
        }
        expect_error(&response, &[404], &format!("PUT {unknown}, which there isn't"))?;
        let read = probe.get(&unknown)?;
        expect(read.status == 404, format!("GET {unknown}: 404, since nothing was made"), || read.summary())?;
    }
    Ok(())
}

fn what_is_read_can_be_sent(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let group = made.group_of(&[&user])?;
    for path in [user_at(&user), group_at(&group)] {
        let read = object(probe, &path)?;
        let answer = put(probe, &path, &read)?;
        expect(without_meta(&answer) == without_meta(&read), format!("PUT {path}: what was sent"), || {
            answer.to_string()
        })?;
    }
    Ok(())
}

fn without_meta(resource: &Value) -> Value {
    with(resource.clone(), &json!({"meta": null, "schemas": resource.get("schemas")}))
}

fn nothing_new_is_no_change(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let group = made.group_of(&[&user])?;
    for path in [user_at(&user), group_at(&group)] {
        let read = object(probe, &path)?;
        let answer = put(probe, &path, &read)?;
        for pointer in ["/meta/version", "/meta/lastModified"] {
            let was = read.pointer(pointer).cloned().unwrap_or_default();
            let is = answer.pointer(pointer).cloned().unwrap_or_default();
            expect(was == is, format!("PUT {path}: `{pointer}` {was}"), || is.to_string())?;
        }
    }
    Ok(())
}

fn members_are_replaced(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let [first, second, third] = [made.user(&json!({}))?, made.user(&json!({}))?, made.user(&json!({}))?];
    let group = made.group_of(&[&first, &second])?;
    let body = with(self::group(), &json!({"members": members(&[&second, &third])}));
    put(probe, &group_at(&group), &body)?;
    let group = object(probe, &group_at(&group))?;
    let wanted = values(&body, "members");
    expect(values(&group, "members") == wanted, format!("`members` {}", wanted.join(", ")), || group.to_string())
}

fn groups_are_emptied(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let group = made.group_of(&[&user])?;
    put(probe, &group_at(&group), &self::group())?;
    let group = object(probe, &group_at(&group))?;
    expect(is_unassigned(group.get("members")), "no members", || group.to_string())
}

fn collections_stay(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (path, body) in [(USERS, user()), (GROUPS, group())] {
        let response = send(probe, "PUT", path, &body)?;
        made.note(path, &response);
        expect_error(&response, &[404, 405, 501], &format!("PUT {path}"))?;
    }
    Ok(())
}
