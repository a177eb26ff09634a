//! The schemas that a server publishes: that they are found, well-formed, and those of the standard (RFC 7643 §7).

use serde_json::Value;

use super::attributes::{ATTRIBUTES, Attribute};
use super::service::{names_schema, object, resources, text};
use super::wording::{may, must, practice, should};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

const SCHEMA: &str = "RFC 7643 §7";
const DISCOVERY: &str = "RFC 7644 §4";

/// Checks of schemas.
pub const CHECKS: &[Check] = &[
    must("SC-008", "/Schemas lists every schema that a resource type names", DISCOVERY, named_schemas_are_listed),
    must("SC-009", "Each schema is read by its URN, percent-encoded too, as one object", DISCOVERY, read_by_urn),
    practice(may(
        "SC-009b",
        "The case of letters in a schema's URN doesn't matter",
        "RFC 7644 §3.10",
        read_in_any_case,
    )),
    must("SC-014", "Attributes of schemas are described in the standard's own words", SCHEMA, attributes_are_described),
    must(
        "SC-016",
        "Attributes of User, Group and EnterpriseUser have the standard's types, and passwords aren't returned",
        "RFC 7643 §4 and §8.7.1",
        types_are_the_standards,
    ),
    should(
        "SC-016b",
        "Attributes of User, Group and EnterpriseUser have the standard's other characteristics",
        "RFC 7643 §4 and §8.7.1",
        characteristics_are_the_standards,
    ),
    must("SC-019", "No URN of a message is among the schemas", "RFC 7644 §3.1", messages_are_no_schemas),
    practice(may("SC-020", "Each `type` in User has canonical values", SCHEMA, types_have_canonical_values)),
];

fn named_schemas_are_listed(probe: &Probe<'_>) -> Verdict {
    let schemas = resources(probe, "/Schemas")?;
    for one in resources(probe, "/ResourceTypes")? {
        let extensions = one.get("schemaExtensions").and_then(Value::as_array).cloned().unwrap_or_default();
        let named = std::iter::once(&one).chain(&extensions).map(|holder| text(holder, "/schema"));
        for urn in named {
            let is_listed = schemas.iter().any(|schema| text(schema, "/id").eq_ignore_ascii_case(urn));
            expect(!urn.is_empty() && is_listed, format!("/Schemas lists `{urn}`, which a type names"), || {
                let ids: Vec<&str> = schemas.iter().map(|schema| text(schema, "/id")).collect();
                ids.join(", ")
            })?;
        }
    }
    Ok(())
}

fn expect_schema(probe: &Probe<'_>, path: &str, urn: &str) -> Verdict {
    let schema = object(probe, path)?;
    let is_it = text(&schema, "/id") == urn && !names_schema(&schema, super::service::LIST);
    expect(is_it, format!("GET {path}: one object whose `id` is {urn}"), || schema.to_string())
}

fn read_by_urn(probe: &Probe<'_>) -> Verdict {
    for schema in resources(probe, "/Schemas")? {
        let urn = text(&schema, "/id");
        expect(!urn.is_empty(), "each schema has an `id`", || schema.to_string())?;
        // An address of http needs its slashes hidden, but a URN may stand in a path as it is.
        if !urn.contains('/') {
            expect_schema(probe, &format!("/Schemas/{urn}"), urn)?;
        }
        expect_schema(probe, &format!("/Schemas/{}", encode(urn)), urn)?;
    }
    Ok(())
}

fn read_in_any_case(probe: &Probe<'_>) -> Verdict {
    for schema in resources(probe, "/Schemas")? {
        let urn = text(&schema, "/id");
        if urn.starts_with("urn:") {
            expect_schema(probe, &format!("/Schemas/{}", urn.to_uppercase()), urn)?;
        }
    }
    Ok(())
}

const WORDS: [(&str, &[&str]); 4] = [
    ("type", &["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"]),
    ("mutability", &["readOnly", "readWrite", "immutable", "writeOnly"]),
    ("returned", &["always", "never", "default", "request"]),
    ("uniqueness", &["none", "server", "global"]),
];

fn parts<'v>(holder: &'v Value, member: &str) -> &'v [Value] {
    holder.get(member).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// What is wrong with an attribute or one of its parts.
fn flaw(attribute: &Value) -> Option<String> {
    let has_name = attribute.get("name").is_some_and(Value::is_string);
    if !has_name || attribute.get("type").is_none() || !attribute.get("multiValued").is_some_and(Value::is_boolean) {
        return Some("no `name`, `type` or `multiValued`".to_owned());
    }
    for (member, words) in WORDS {
        let is_known =
            attribute.get(member).is_none_or(|value| value.as_str().is_some_and(|word| words.contains(&word)));
        if !is_known {
            return Some(format!("`{member}` is none of {}", words.join(", ")));
        }
    }
    if text(attribute, "/type") == "complex" && parts(attribute, "subAttributes").is_empty() {
        return Some("complex without `subAttributes`".to_owned());
    }
    parts(attribute, "subAttributes").iter().find_map(flaw)
}

fn attributes_are_described(probe: &Probe<'_>) -> Verdict {
    for schema in resources(probe, "/Schemas")? {
        for attribute in parts(&schema, "attributes") {
            let flaw = flaw(attribute);
            let what =
                format!("`{}` of {} is described as the standard says", text(attribute, "/name"), text(&schema, "/id"));
            expect(flaw.is_none(), what, || format!("{}: {attribute}", flaw.clone().unwrap_or_default()))?;
        }
    }
    Ok(())
}

/// The standard's attributes that the server publishes too.
fn published(probe: &Probe<'_>) -> Result<Vec<(&'static Attribute, Value)>, Stop> {
    let schemas = resources(probe, "/Schemas")?;
    let mut found = Vec::new();
    for attribute in ATTRIBUTES {
        let schema = schemas.iter().find(|one| text(one, "/id").eq_ignore_ascii_case(attribute.schema()));
        let (parent, part) = attribute.path().map_or((attribute.name, None), |(parent, part)| (parent, Some(part)));
        let Some(held) = schema.and_then(|schema| named(parts(schema, "attributes"), parent)) else { continue };
        let held = part.map_or(Some(held), |part| named(parts(held, "subAttributes"), part));
        found.extend(held.map(|held| (attribute, held.clone())));
    }
    if found.is_empty() { Err(Stop::skipped("no schema of the standard is published")) } else { Ok(found) }
}

fn named<'v>(attributes: &'v [Value], name: &str) -> Option<&'v Value> {
    attributes.iter().find(|one| text(one, "/name").eq_ignore_ascii_case(name))
}

/// A characteristic as it holds, given that some are left out (RFC 7643 §2.2).
fn word<'v>(attribute: &'v Value, member: &str, otherwise: &'v str) -> &'v str {
    attribute.get(member).and_then(Value::as_str).unwrap_or(otherwise)
}

fn types_are_the_standards(probe: &Probe<'_>) -> Verdict {
    for (attribute, held) in published(probe)? {
        let is_right = word(&held, "type", "string") == attribute.kind
            && held.get("multiValued").and_then(Value::as_bool).unwrap_or_default() == attribute.is_list;
        let list = if attribute.is_list { " in a list" } else { "" };
        let what = format!("`{}` of {} is {}{list}", attribute.name, attribute.schema(), attribute.kind);
        expect(is_right, what, || held.to_string())?;
        if attribute.name == "password" {
            let is_secret = word(&held, "returned", "default") == "never";
            expect(is_secret, "`password` is never returned", || held.to_string())?;
        }
    }
    Ok(())
}

fn characteristics_are_the_standards(probe: &Probe<'_>) -> Verdict {
    for (attribute, held) in published(probe)? {
        let mutability = word(&held, "mutability", "readWrite");
        let returned = word(&held, "returned", "default");
        let uniqueness = word(&held, "uniqueness", "none");
        let is_exact = held.get("caseExact").and_then(Value::as_bool).unwrap_or_default();
        // A server may refuse to have an attribute written, and may promise more than uniqueness in itself. Nobody
        // compares passwords, and references hold ids, whose case matters: to say so of them is no fault.
        let may_be_exact = matches!(attribute.name, "password" | "groups.value" | "members.value" | "manager.value");
        // RFC 7643 §2.4 has every `display` immutable, §8.7.1 doesn't.
        let is_display = attribute.name.ends_with(".display") && matches!(mutability, "readWrite" | "immutable");
        let is_right = (mutability == attribute.mutability || mutability == "readOnly" || is_display)
            && (returned == attribute.returned() || returned == "always")
            && (attribute.kind != "string" || may_be_exact || !is_exact)
            && (attribute.name != "userName" || uniqueness != "none");
        let what = format!(
            "`{}` of {}: {}, returned {}, not caseExact if a string, userName unique",
            attribute.name,
            attribute.schema(),
            attribute.mutability,
            attribute.returned()
        );
        expect(is_right, what, || held.to_string())?;
    }
    Ok(())
}

fn messages_are_no_schemas(probe: &Probe<'_>) -> Verdict {
    for schema in resources(probe, "/Schemas")? {
        let id = text(&schema, "/id").to_ascii_lowercase();
        expect(!id.starts_with("urn:ietf:params:scim:api:"), "no message among /Schemas", || id.clone())?;
    }
    Ok(())
}

fn types_have_canonical_values(probe: &Probe<'_>) -> Verdict {
    let schemas = resources(probe, "/Schemas")?;
    let user = schemas.iter().find(|one| text(one, "/id").ends_with(":core:2.0:User"));
    let Some(user) = user else { return Err(Stop::skipped("the schema of User isn't published")) };
    for attribute in parts(user, "attributes") {
        let Some(kind) = named(parts(attribute, "subAttributes"), "type") else { continue };
        let what = format!("`{}.type` has `canonicalValues`", text(attribute, "/name"));
        expect(!parts(kind, "canonicalValues").is_empty(), what, || kind.to_string())?;
    }
    Ok(())
}
