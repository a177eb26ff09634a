//! What a server answers to who makes a resource (RFC 7644 §3.3).

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::super::made::{GROUPS, Made, USER, USERS, at, group, group_at, id, user, user_at, with};
use super::super::service::{names_schema, object, offers, send, text, with_query};
use super::super::wording::{may, must, practice, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

/// Checks of answers.
pub const CHECKS: &[Check] = &[
    writing(must(
        "SC-050",
        "Making a user or a group is answered by 201 and what was made, with an id",
        "RFC 7644 §3.3",
        the_resource_is_answered,
    )),
    writing(practice(may(
        "SC-050b",
        "A user needs no more than a user name, and a group no more than a name to show",
        "RFC 7643 §4.1, §4.2",
        little_is_needed,
    ))),
    writing(must(
        "SC-051",
        "What was made is at the address that `Location` and `meta.location` name alike",
        "RFC 7644 §3.3",
        it_is_where_it_says,
    )),
    writing(must(
        "SC-052",
        "The metadata of what was made has its type, and when it was made and changed",
        "RFC 7643 §3.1",
        metadata,
    )),
    writing(must(
        "SC-053",
        "Read-only attributes that a client sends are ignored: id, meta and groups",
        "RFC 7644 §3.3",
        read_only_is_ignored,
    )),
    writing(must("SC-057", "No answer ever shows a password", "RFC 7643 §4.1.1", passwords_stay_hidden)),
    writing(must(
        "SC-070",
        "Who makes a resource may choose the attributes that are answered",
        "RFC 7644 §3.9",
        attributes_are_chosen,
    )),
];

fn the_resource_is_answered(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (path, body, name) in [(USERS, user(), "userName"), (GROUPS, group(), "displayName")] {
        let urn = text(&body, "/schemas/0");
        let response = made.post(path, &body)?;
        let json = response.json();
        let is_whole = response.status == 201
            && !id(&json).is_empty()
            && names_schema(&json, urn)
            && json.get(name) == body.get(name);
        expect(is_whole, format!("POST {path}: 201, with an `id`, `schemas` with {urn}, and the {name} sent"), || {
            response.summary()
        })?;
    }
    Ok(())
}

fn little_is_needed(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    made.resource(USERS, &json!({"schemas": [USER], "userName": format!("conformance-{}", nonce())}))?;
    made.resource(GROUPS, &group())?;
    Ok(())
}

fn it_is_where_it_says(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (path, body) in [(USERS, user()), (GROUPS, group())] {
        let response = made.post(path, &body)?;
        let json = response.json();
        let told = text(&json, "/meta/location");
        let location = response.header("location").unwrap_or_default();
        expect(
            response.status == 201 && !told.is_empty() && probe.target.resolve(location) == probe.target.resolve(told),
            format!("POST {path}: 201, with a `Location` that is `meta.location`"),
            || format!("Location: {location}; meta.location: {told}; {}", response.summary()),
        )?;
        let found = probe.get(&probe.target.resolve(location))?;
        expect(
            found.status == 200 && id(&found.json()) == id(&json),
            format!("GET {location}: the resource that was made"),
            || found.summary(),
        )?;
    }
    Ok(())
}

fn metadata(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (path, body, kind) in [(USERS, user(), "User"), (GROUPS, group(), "Group")] {
        let made = made.resource(path, &body)?;
        let meta = || made.get("meta").cloned().unwrap_or_default().to_string();
        expect(text(&made, "/meta/resourceType") == kind, format!("`meta.resourceType` {kind}"), meta)?;
        let instants = (instant(text(&made, "/meta/created")), instant(text(&made, "/meta/lastModified")));
        let holds = matches!(instants, (Some(created), Some(modified)) if created <= modified);
        expect(holds, "`meta.created` and then `meta.lastModified`, which are instants", meta)?;
    }
    Ok(())
}

/// An `xsd:dateTime` (RFC 7643 §2.3.5), whose offset may be missing.
fn instant(written: &str) -> Option<DateTime<Utc>> {
    let offset = DateTime::parse_from_rfc3339(written).ok().map(|instant| instant.to_utc());
    offset.or_else(|| Some(NaiveDateTime::parse_from_str(written, "%Y-%m-%dT%H:%M:%S%.f").ok()?.and_utc()))
}

fn read_only_is_ignored(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let group = made.group(&json!({}))?;
    let (sent_id, sent_version) = (nonce(), format!("W/\"{}\"", nonce()));
    let user = made.user(&json!({
        "id": sent_id,
        "meta": {
            "resourceType": "Conformance",
            "created": "1999-01-01T00:00:00Z",
            "lastModified": "1999-01-01T00:00:00Z",
            "location": format!("https://example.org/{sent_id}"),
            "version": sent_version,
        },
        "groups": [{"value": id(&group), "display": "Conformance"}],
    }))?;
    expect(id(&user) != sent_id, "an `id` of the server's own", || id(&user).to_owned())?;
    let meta = user.get("meta").cloned().unwrap_or_default().to_string();
    let is_own = !["Conformance", "1999-", &sent_id, &sent_version].iter().any(|sent| meta.contains(sent));
    expect(is_own, "`meta` without anything that the client sent", || meta.clone())?;
    let user = object(probe, &user_at(&user))?;
    let groups = user.get("groups").cloned().unwrap_or_default();
    expect(!groups.to_string().contains(id(&group)), "`groups` without the one that the client sent", || {
        groups.to_string()
    })?;
    let group = object(probe, &group_at(&group))?;
    let members = group.get("members").cloned().unwrap_or_default();
    expect(!members.to_string().contains(id(&user)), "a group that the user isn't a member of", || members.to_string())
}

fn passwords_stay_hidden(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let secret = format!("Ab1!{}", nonce());
    let response = made.post(USERS, &with(user(), &json!({"password": secret})))?;
    if response.status != 201 {
        return Err(Stop::skipped(format!("a user with a password can't be made: {}", response.summary())));
    }
    let user = response.json();
    let path = user_at(&user);
    let filter = format!("userName eq {}", json!(text(&user, "/userName")));
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": filter, "attributes": ["password"],
    });
    let replaced = with(user, &json!({"password": secret, "meta": null}));
    let change = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "password", "value": secret}],
    });
    hides(&response, &secret, "POST")?;
    hides(&probe.get(&path)?, &secret, "GET")?;
    hides(&probe.get(&with_query(&path, &[("attributes", "password")]))?, &secret, "GET with `attributes`")?;
    hides(&probe.get(&with_query(USERS, &[("filter", &filter)]))?, &secret, "GET of a list")?;
    hides(&send(probe, "POST", "/Users/.search", &search)?, &secret, "POST to .search")?;
    hides(&send(probe, "PUT", &path, &replaced)?, &secret, "PUT")?;
    if offers(probe, "patch")? {
        hides(&send(probe, "PATCH", &path, &change)?, &secret, "PATCH")?;
    }
    Ok(())
}

fn hides(response: &Response, secret: &str, what: &str) -> Verdict {
    let json = response.json();
    let resources = json.get("Resources").and_then(Value::as_array);
    let resources = resources.map_or(std::slice::from_ref(&json), Vec::as_slice);
    let is_named = resources.iter().any(|one| one.get("password").is_some());
    expect(!is_named && !response.text().contains(secret), format!("{what}: an answer without `password`"), || {
        response.text()
    })
}

fn attributes_are_chosen(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let members = |parameter, names| {
        let response = send(probe, "POST", &with_query(USERS, &[(parameter, names)]), &user())?;
        made.note(USERS, &response);
        let json = response.json();
        expect(response.status == 201 && json.is_object(), "201 and a resource", || response.summary())?;
        Ok::<_, Stop>(json)
    };
    let some = members("attributes", "userName")?;
    let is_chosen = some.get("userName").is_some() && some.get("displayName").is_none() && some.get("name").is_none();
    expect(is_chosen, "POST with attributes=userName: no `displayName`, no `name`", || some.to_string())?;
    let others = members("excludedAttributes", "displayName,name")?;
    let is_chosen = others.get("userName").is_some() && others.get("displayName").is_none();
    expect(
        is_chosen && others.get("name").is_none(),
        "POST with excludedAttributes=displayName,name: neither",
        || others.to_string(),
    )?;
    expect(at(USERS, id(&others)) != at(USERS, ""), "an `id`, which is always answered", || others.to_string())
}
