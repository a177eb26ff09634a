//! Which attributes come back: `attributes` and `excludedAttributes` (RFC 7644 §3.4.2.5 and §3.9).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::made::{ENTERPRISE, GROUPS, Made, USER, USERS, at, id, user, user_at, with};
use super::population::{groups, page, user_with, users};
use super::service::{object, offers, resources, send, text, with_query};
use super::values::elements;
use super::wording::{must, needing, policy, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const CLAUSE: &str = "RFC 7644 §3.9";
const RETURNED: &str = "RFC 7643 §7";

/// Checks of what comes back.
pub const CHECKS: &[Check] = &[
    needing("a user", must("SC-160", "With attributes there is nothing but these, id and schemas", CLAUSE, only_these)),
    needing("a user", must("SC-161", "excludedAttributes takes attributes away", CLAUSE, all_but_these)),
    needing("a user", must("SC-161b", "id and schemas can't be taken away", RETURNED, always_there)),
    needing("a user with emails", must("SC-162", "Parts of attributes are asked for one by one", CLAUSE, parts)),
    needing("a user", must("SC-162b", "So are names with a URN and in any case", "RFC 7644 §3.10", names)),
    needing(
        "a user of an enterprise",
        should("SC-162c", "An extension is asked for by its URN", "RFC 7644 §3.10", extensions),
    ),
    needing("a user", must("SC-163", "Lists obey attributes and excludedAttributes", CLAUSE, lists)),
    writing(must("SC-163b", "Answers to POST, PUT and PATCH obey attributes", CLAUSE, writes)),
    needing("a user", practice(should("SC-164", "Attributes that nobody knows are passed over", CLAUSE, unknown))),
    needing(
        "a group with members",
        practice(should("SC-165", "excludedAttributes=members spares the members", CLAUSE, without_members)),
    ),
    needing("a user", policy(should("SC-166", "Both at once are no fault of the server's", CLAUSE, both))),
    needing("a user", must("SC-167", "What is returned never or on request doesn't come unasked", RETURNED, hidden)),
];

fn keys(resource: &Value) -> BTreeSet<String> {
    resource.as_object().into_iter().flatten().map(|(name, _)| name.to_lowercase()).collect()
}

/// The attributes of users that are returned as the schema says so.
fn returned(probe: &Probe<'_>, how: &str) -> BTreeSet<String> {
    let schemas = resources(probe, "/Schemas").unwrap_or_default();
    let user = schemas.iter().find(|schema| text(schema, "/id").eq_ignore_ascii_case(USER));
    let attributes = user.map(|schema| elements(schema, "attributes")).unwrap_or_default();
    let named = attributes.iter().filter(|one| text(one, "/returned") == how);
    named.map(|one| text(one, "/name").to_lowercase()).collect()
}

fn first_user(probe: &Probe<'_>) -> Result<Value, Stop> {
    user_with(probe, "has a displayName", |user| !text(user, "/displayName").is_empty())
}

/// The user as it is shown with a parameter.
fn shown(probe: &Probe<'_>, user: &Value, parameter: (&str, &str)) -> Result<Value, Stop> {
    object(probe, &with_query(&user_at(user), &[parameter]))
}

/// That a resource shows `id` and these, and of others only what is always shown.
fn expect_only(probe: &Probe<'_>, resource: &Value, names: &[&str], what: &str) -> Verdict {
    let wanted: BTreeSet<String> = names.iter().chain(&["id"]).map(|name| name.to_lowercase()).collect();
    let mut always = returned(probe, "always");
    always.insert("schemas".to_owned());
    let found = keys(resource);
    let is_right = wanted.is_subset(&found) && found.iter().all(|name| wanted.contains(name) || always.contains(name));
    expect(is_right, format!("{what}: id, schemas and {}, and nothing else", names.join(", ")), || resource.to_string())
}

fn only_these(probe: &Probe<'_>) -> Verdict {
    let user = first_user(probe)?;
    for names in [&["userName"][..], &["displayName", "userName"]] {
        let asked = names.join(",");
        let found = shown(probe, &user, ("attributes", &asked))?;
        expect_only(probe, &found, names, &format!("attributes={asked}"))?;
        // RFC 7643 §3 requires it of every representation; that it is missing is told once, by this check.
        expect(found.get("schemas").is_some(), format!("attributes={asked}: also `schemas`"), || found.to_string())?;
    }
    Ok(())
}

fn all_but_these(probe: &Probe<'_>) -> Verdict {
    let user = first_user(probe)?;
    let always = returned(probe, "always");
    let whole = object(probe, &user_at(&user))?;
    let found = shown(probe, &user, ("excludedAttributes", "displayName,emails"))?;
    let mut wanted = keys(&whole);
    for name in ["displayname", "emails"] {
        if !always.contains(name) {
            wanted.remove(name);
        }
    }
    expect(keys(&found) == wanted, "excludedAttributes=displayName,emails: all but these", || found.to_string())
}

fn always_there(probe: &Probe<'_>) -> Verdict {
    let user = first_user(probe)?;
    let found = shown(probe, &user, ("excludedAttributes", "id,schemas,displayName"))?;
    let is_there = found.get("id") == user.get("id") && found.get("schemas").is_some();
    expect(is_there, "excludedAttributes=id,schemas,displayName: `id` and `schemas` all the same", || found.to_string())
}

fn parts(probe: &Probe<'_>) -> Verdict {
    let user = user_with(probe, "has emails of several parts", |user| {
        elements(user, "emails").iter().any(|email| keys(email).contains("value") && keys(email).len() > 1)
    })?;
    let found = shown(probe, &user, ("attributes", "emails.value"))?;
    expect_only(probe, &found, &["emails"], "attributes=emails.value")?;
    let is_value = |email: &Value| keys(email).iter().eq(["value"]);
    let emails = elements(&found, "emails");
    expect(!emails.is_empty() && emails.iter().all(is_value), "attributes=emails.value: only `value` of each", || {
        found.to_string()
    })?;
    let Ok(user) = user_with(probe, "has two parts of a name", |user| {
        ["/name/givenName", "/name/familyName"].iter().all(|part| !text(user, part).is_empty())
    }) else {
        return Ok(());
    };
    let found = shown(probe, &user, ("attributes", "name.givenName"))?;
    let name = found.get("name").cloned().unwrap_or_default();
    expect(keys(&name).iter().eq(["givenname"]), "attributes=name.givenName: only that part of `name`", || {
        found.to_string()
    })
}

fn names(probe: &Probe<'_>) -> Verdict {
    let user = first_user(probe)?;
    for asked in
        ["DISPLAYNAME".to_owned(), format!("{USER}:displayName"), format!("{}:displayname", USER.to_uppercase())]
    {
        let found = shown(probe, &user, ("attributes", &asked))?;
        expect_only(probe, &found, &["displayName"], &format!("attributes={asked}"))?;
    }
    Ok(())
}

fn extensions(probe: &Probe<'_>) -> Verdict {
    let user = user_with(probe, "is of an enterprise", |user| user.get(ENTERPRISE).is_some())?;
    let found = shown(probe, &user, ("attributes", ENTERPRISE))?;
    expect_only(probe, &found, &[ENTERPRISE], &format!("attributes={ENTERPRISE}"))?;
    expect(found.get(ENTERPRISE) == user.get(ENTERPRISE), "the whole extension", || found.to_string())
}

fn lists(probe: &Probe<'_>) -> Verdict {
    users(probe)?;
    let found = page(probe, USERS, &[("attributes", "userName"), ("count", "3")])?;
    for user in &found.resources {
        expect_only(probe, user, &["userName"], "a list with attributes=userName")?;
    }
    let always = returned(probe, "always");
    let found = page(probe, USERS, &[("excludedAttributes", "displayName,meta"), ("count", "3")])?;
    for user in &found.resources {
        let is_gone = ["displayname", "meta"].iter().all(|name| !keys(user).contains(*name) || always.contains(*name));
        expect(is_gone, "a list with excludedAttributes=displayName,meta: without these", || user.to_string())?;
    }
    Ok(())
}

fn writes(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let asked = [("attributes", "userName")];
    let body = user();
    let posted = send(probe, "POST", &with_query(USERS, &asked), &body)?;
    made.note(USERS, &posted);
    expect(posted.status == 201, "POST: 201", || posted.summary())?;
    expect_only(probe, &posted.json(), &["userName"], "POST with attributes=userName")?;
    let path = with_query(&at(USERS, id(&posted.json())), &asked);
    let put = send(probe, "PUT", &path, &with(body, &json!({"displayName": "Put"})))?;
    expect(put.status == 200, "PUT: 200", || put.summary())?;
    expect_only(probe, &put.json(), &["userName"], "PUT with attributes=userName")?;
    if !offers(probe, "patch")? {
        return Ok(());
    }
    let operation = json!({"op": "replace", "path": "displayName", "value": "Patched"});
    let urn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    let patched = send(probe, "PATCH", &path, &json!({"schemas": [urn], "Operations": [operation]}))?;
    expect(patched.status == 200, "PATCH with attributes: 200 and a body", || patched.summary())?;
    expect_only(probe, &patched.json(), &["userName"], "PATCH with attributes=userName")
}

fn unknown(probe: &Probe<'_>) -> Verdict {
    let user = first_user(probe)?;
    let found = shown(probe, &user, ("attributes", "userName,nosuch,nosuch.part"))?;
    expect_only(probe, &found, &["userName"], "attributes=userName,nosuch,nosuch.part")?;
    let found = shown(probe, &user, ("excludedAttributes", "nosuch"))?;
    expect(keys(&found) == keys(&user), "excludedAttributes=nosuch: everything", || found.to_string())
}

fn without_members(probe: &Probe<'_>) -> Verdict {
    let has_members = |group: &&Value| group.get("members").is_some();
    let Some(group) = groups(probe)?.resources.iter().find(has_members).cloned() else {
        return Err(Stop::skipped("no group shows members"));
    };
    let asked = [("excludedAttributes", "members")];
    let mut found = page(probe, GROUPS, &asked)?.resources;
    found.push(object(probe, &with_query(&at(GROUPS, id(&group)), &asked))?);
    for group in found {
        let is_right = group.get("members").is_none() && group.get("displayName").is_some();
        expect(is_right, "excludedAttributes=members: all but these", || group.to_string())?;
    }
    Ok(())
}

fn both(probe: &Probe<'_>) -> Verdict {
    let user = first_user(probe)?;
    let asked = with_query(&user_at(&user), &[("attributes", "userName"), ("excludedAttributes", "userName")]);
    let response = probe.get(&asked)?;
    expect(matches!(response.status, 200 | 400), format!("GET {asked}: 200 or 400"), || response.summary())
}

fn hidden(probe: &Probe<'_>) -> Verdict {
    let user = first_user(probe)?;
    let mut never = returned(probe, "never");
    never.insert("password".to_owned());
    let asked: Vec<&str> = never.iter().map(String::as_str).collect();
    let found = shown(probe, &user, ("attributes", &asked.join(",")))?;
    let shown: Vec<String> = keys(&found).intersection(&never).cloned().collect();
    expect(shown.is_empty(), "what is never returned, not even if it is asked for", || found.to_string())?;
    let hidden: BTreeSet<String> = returned(probe, "request").union(&never).cloned().collect();
    for user in users(probe)?.resources {
        let unasked: Vec<String> = keys(&user).intersection(&hidden).cloned().collect();
        expect(unasked.is_empty(), "what is returned only on request, not unasked", || unasked.join(", "))?;
    }
    Ok(())
}
