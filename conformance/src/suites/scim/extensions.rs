//! Attributes that a server publishes, of the standard and of its own (RFC 7643 §7 and §10).

use serde_json::{Map, Value, json};

use super::made::{GROUPS, Made, USER, USERS, at, group, group_at, id, members, user, user_at, with};
use super::population::{holds_for, quoted};
use super::service::{delete, object, require, resources, send, text};
use super::values::elements;
use super::wording::{may, needing, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::{Probe, nonce};

const SCHEMA: &str = "RFC 7643 §7";

/// Checks of what is published.
pub const CHECKS: &[Check] = &[
    should("SC-380", "A schema of the server's own has a URN outside the registered ones", "RFC 7643 §10.3", own_urns),
    writing(should("SC-381", "Each attribute that is called writable is kept as it was written", SCHEMA, kept)),
    needing("filters", writing(should("SC-381b", "Each of them is found by", SCHEMA, found))),
    practice(may("SC-382", "Attributes of extensions are of kinds that clients write", SCHEMA, plain_kinds)),
    writing(practice(should(
        "SC-386",
        "Users and groups come, change and go in the order in which a school sends them",
        "RFC 7644 §3.2",
        school_year,
    ))),
    writing(practice(should(
        "SC-387",
        "Who leaves a group loses it from the groups shown, and its version changes",
        "RFC 7643 §4.1.2",
        leaving,
    ))),
];

const REGISTERED: [&str; 6] = [
    "core:2.0:User",
    "core:2.0:Group",
    "core:2.0:ServiceProviderConfig",
    "core:2.0:ResourceType",
    "core:2.0:Schema",
    "extension:enterprise:2.0:User",
];

fn own_urns(probe: &Probe<'_>) -> Verdict {
    for schema in resources(probe, "/Schemas")? {
        let urn = text(&schema, "/id").to_lowercase();
        let Some(name) = urn.strip_prefix("urn:ietf:params:scim:schemas:") else { continue };
        // RFC 9944 registers those of devices.
        let is_of_devices = ["device", "endpointapp", "ble", "wifi", "zigbee", "dpp", "fido"];
        let is_registered = REGISTERED.iter().any(|known| known.eq_ignore_ascii_case(name))
            || is_of_devices.iter().any(|part| name.contains(part));
        expect(is_registered, "no schema of one's own under urn:ietf:params:scim:schemas", || urn.clone())?;
    }
    Ok(())
}

/// The schemas of users: the base, and the extensions.
fn schemas_of_users(probe: &Probe<'_>) -> Result<Vec<Value>, Stop> {
    let types = resources(probe, "/ResourceTypes")?;
    let kind = types.iter().find(|one| text(one, "/name") == "User").cloned().unwrap_or_default();
    let urns: Vec<&str> = std::iter::once(text(&kind, "/schema"))
        .chain(elements(&kind, "schemaExtensions").iter().map(|one| text(one, "/schema")))
        .collect();
    let schemas = resources(probe, "/Schemas")?;
    Ok(schemas.into_iter().filter(|schema| urns.contains(&text(schema, "/id"))).collect())
}

/// A value for an attribute, if any text or number is as good as another for it.
fn value_for(attribute: &Value) -> Option<Value> {
    let is_written = text(attribute, "/mutability") == "readWrite" && text(attribute, "/returned") != "never";
    let is_single = attribute.get("multiValued") != Some(&Value::Bool(true));
    if !is_written || !is_single {
        return None;
    }
    let canonical = elements(attribute, "canonicalValues").first().cloned();
    match (text(attribute, "/type"), text(attribute, "/name")) {
        (_, "userName" | "active" | "password" | "manager") => None,
        ("string", "preferredLanguage") => Some(json!("nl")),
        ("string", "locale") => Some(json!("nl-NL")),
        ("string", "timezone") => Some(json!("Europe/Amsterdam")),
        ("string", _) => Some(canonical.unwrap_or_else(|| Value::from(format!("t{}", nonce())))),
        ("boolean", _) => Some(json!(true)),
        ("integer", _) => Some(json!(7)),
        ("reference", _) if elements(attribute, "referenceTypes").contains(&json!("external")) => {
            Some(Value::from(format!("https://example.org/{}", nonce())))
        }
        _ => None,
    }
}

/// An attribute that is written: its name in filters, its JSON pointer, and its value.
struct Written {
    name: String,
    pointer: String,
    value: Value,
}

/// A user with every attribute for which there is a value.
fn full_user(probe: &Probe<'_>) -> Result<(Value, Vec<Written>), Stop> {
    let (mut body, mut all, mut urns) = (user(), Vec::new(), vec![json!(USER)]);
    for schema in schemas_of_users(probe)? {
        let urn = text(&schema, "/id");
        let is_base = urn == USER;
        let mut held = Map::new();
        for attribute in elements(&schema, "attributes") {
            let Some(value) = value_for(attribute) else { continue };
            let name = text(attribute, "/name");
            let (name_in_filters, pointer) = if is_base {
                (name.to_owned(), format!("/{name}"))
            } else {
                (format!("{urn}:{name}"), format!("/{}/{name}", urn.replace('~', "~0").replace('/', "~1")))
            };
            held.insert(name.to_owned(), value.clone());
            all.push(Written { name: name_in_filters, pointer, value });
        }
        if is_base {
            body = with(body, &Value::Object(held));
        } else if !held.is_empty() {
            urns.push(json!(urn));
            body = with(body, &json!({urn: held}));
        }
    }
    if all.is_empty() {
        return Err(Stop::skipped("no attribute is published as writable"));
    }
    Ok((with(body, &json!({"schemas": urns})), all))
}

fn kept(probe: &Probe<'_>) -> Verdict {
    let (body, all) = full_user(probe)?;
    let made = Made::by(probe);
    let shown = made.resource(USERS, &body)?;
    let read = object(probe, &user_at(&shown))?;
    for written in all {
        let held = read.pointer(&written.pointer);
        expect(held == Some(&written.value), format!("`{}` is {}", written.name, written.value), || {
            format!("{held:?}")
        })?;
    }
    Ok(())
}

fn found(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let (body, all) = full_user(probe)?;
    let made = Made::by(probe);
    let shown = made.resource(USERS, &body)?;
    for written in all {
        let value = written.value.as_str().map_or_else(|| written.value.to_string(), quoted);
        for (operator, holds) in [("eq", true), ("ne", false)] {
            let filter = format!("{} {operator} {value}", written.name);
            let does = holds_for(probe, text(&shown, "/userName"), &filter)?;
            expect(does == holds, format!("{filter}: {holds}"), || does.to_string())?;
        }
    }
    Ok(())
}

fn plain_kinds(probe: &Probe<'_>) -> Verdict {
    for schema in schemas_of_users(probe)?.iter().filter(|schema| text(schema, "/id") != USER) {
        for attribute in elements(schema, "attributes").iter().filter(|one| text(one, "/mutability") != "readOnly") {
            let is_plain = attribute.get("multiValued") != Some(&Value::Bool(true))
                && !["dateTime", "decimal", "binary"].contains(&text(attribute, "/type"))
                && text(attribute, "/mutability") != "immutable"
                && text(attribute, "/returned") != "request";
            expect(is_plain, "a single text, number, truth, reference or complex value", || attribute.to_string())?;
        }
    }
    Ok(())
}

fn school_year(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let (pupil, teacher) = (made.user(&Value::Null)?, made.user(&Value::Null)?);
    let class = made.group_of(&[&pupil, &teacher])?;
    let path = group_at(&class);
    let shown = object(probe, &path)?;
    let has =
        |shown: &Value, user: &Value| elements(shown, "members").iter().any(|one| text(one, "/value") == id(user));
    expect(has(&shown, &pupil) && has(&shown, &teacher), "the class shows its two members", || shown.to_string())?;
    let body = with(group(), &json!({"members": members(&[&teacher])}));
    let put = send(probe, "PUT", &path, &body)?;
    expect(put.status == 200, format!("PUT {path}: 200"), || put.summary())?;
    let shown = object(probe, &path)?;
    expect(has(&shown, &teacher) && !has(&shown, &pupil), "the class without its pupil", || shown.to_string())?;
    for path in [path, user_at(&teacher), user_at(&pupil)] {
        let deleted = delete(probe, &path)?;
        expect(deleted.status == 204, format!("DELETE {path}: 204"), || deleted.summary())?;
    }
    Ok(())
}

fn leaving(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let pupil = made.user(&Value::Null)?;
    let class = made.group_of(&[&pupil])?;
    let path = at(GROUPS, id(&class));
    let before = object(probe, &path)?;
    let is_in = |user: &Value| elements(user, "groups").iter().any(|one| text(one, "/value") == id(&class));
    let shown = object(probe, &user_at(&pupil))?;
    expect(is_in(&shown), "the pupil's `groups` show the class", || shown.to_string())?;
    let put = send(probe, "PUT", &path, &with(group(), &json!({"members": []})))?;
    expect(put.status == 200, format!("PUT {path}: 200"), || put.summary())?;
    let shown = object(probe, &user_at(&pupil))?;
    expect(!is_in(&shown), "the pupil's `groups` without the class", || shown.to_string())?;
    let after = object(probe, &path)?;
    expect(elements(&after, "members").is_empty(), "a class without members", || after.to_string())?;
    let (old, new) = (before.pointer("/meta/version"), after.pointer("/meta/version"));
    expect(old.is_none() || old != new, "another version of the class", || format!("{new:?}"))
}
