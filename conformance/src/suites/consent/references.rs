//! References: they lead to what the client sees, at the client's own address, and never beyond it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::eye::{ALL, Eye, ORGS, USERS, id_of};
use super::withheld::{self, Withheld};
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;
use crate::suites::oneroster::collection::Collection;

/// Checks of references.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-R2",
        "Every reference leads to an object that the client sees",
        "GDPR art. 5(1)(c): R2 dangling references",
        "",
        references_lead_somewhere,
    ),
    leak("CO-R3", "Every href ends in the identifier beside it", "GDPR art. 5(1)(c): R3 href", "", hrefs_are_own)
        .advice(),
    leak(
        "CO-R10",
        "Orgs above and below are those that the client sees",
        "GDPR art. 5(1)(c): R10 org references",
        "",
        |probe| within(probe, |person| refers(person, &["parent", "children"]), ORGS),
    ),
    leak("CO-R12", "Agents are people that the client sees", "GDPR art. 5(1)(c): R12 agents", "", |probe| {
        within(probe, |person| refers(person, &["agents"]), USERS)
    }),
    leak(
        "CO-R13",
        "Roles are held at orgs that the client sees",
        "GDPR art. 5(1)(c): R13 roles elsewhere",
        "",
        |probe| within(probe, roles, ORGS),
    ),
    leak(
        "CO-Q5",
        "No withheld value of a person stands in another field, or in an identifier",
        "GDPR art. 5(1)(c): Q5, R6, R8",
        RICHER,
        no_value_stands_elsewhere,
    )
    .advice(),
];

/// References below an object, wherever they stand: what they name and where that is.
fn collect<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, found)),
        Value::Object(members) => {
            if members.contains_key("href") && members.contains_key("sourcedId") {
                found.push(value);
            }
            members.values().for_each(|one| collect(one, found));
        }
        _ => {}
    }
}

/// The identifiers that these members refer to.
fn refers(object: &Value, members: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    members.iter().filter_map(|name| object.get(*name)).for_each(|value| collect(value, &mut found));
    found.into_iter().map(|one| id_of(one).to_owned()).collect()
}

/// The orgs at which a person has roles: `roles` in 1.2, `orgs` in 1.1.
fn roles(person: &Value) -> Vec<String> {
    refers(person, &["roles", "orgs", "primaryOrg"])
}

fn within(probe: &Probe<'_>, references: fn(&Value) -> Vec<String>, of: Collection) -> Verdict {
    let client = Eye::client(probe)?;
    let shown = client.walk(of)?.whole(of.path)?;
    let ids = shown.ids();
    for collection in [ORGS, USERS] {
        for object in &client.walk(collection)?.objects {
            let beyond = references(object).into_iter().find(|id| !ids.contains(id.as_str()));
            expect(beyond.is_none(), format!("only {} that GET {} lists", of.path, of.path), || {
                format!("{} refers to {}", id_of(object), beyond.unwrap_or_default())
            })?;
        }
    }
    Ok(())
}

fn references_lead_somewhere(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let mut shown: BTreeSet<String> = BTreeSet::new();
    let mut wanted: BTreeMap<(String, String), String> = BTreeMap::new();
    for collection in ALL {
        for object in client.walk(*collection)?.objects {
            let mut found = Vec::new();
            collect(&object, &mut found);
            for one in found {
                let kind = one.get("type").and_then(Value::as_str).unwrap_or_default();
                wanted.insert((kind.to_owned(), id_of(one).to_owned()), id_of(&object).to_owned());
            }
            shown.insert(id_of(&object).to_owned());
        }
    }
    let missing = wanted.into_iter().filter(|((_, id), _)| !shown.contains(id));
    for ((kind, id), from) in missing.take(20) {
        let path = match kind.as_str() {
            "org" => "orgs",
            "academicSession" => "academicSessions",
            "course" => "courses",
            "class" => "classes",
            "user" | "student" => "users",
            _ => continue,
        };
        let response = client.get(&format!("{path}/{}", encode(&id)))?;
        expect(response.status == 200, format!("{path}/{id}, to which {from} refers, is there"), || {
            response.summary()
        })?;
    }
    Ok(())
}

fn hrefs_are_own(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    for collection in ALL {
        for object in client.walk(*collection)?.objects {
            let mut found = Vec::new();
            collect(&object, &mut found);
            for one in found {
                let href = one.get("href").and_then(Value::as_str).unwrap_or_default();
                let is_own = href.ends_with(id_of(one)) || href.ends_with(&encode(id_of(one)));
                expect(is_own, "an href that ends in its sourcedId", || one.to_string())?;
            }
        }
    }
    Ok(())
}

/// Values that nobody else has by chance: long ones with a digit or an at sign.
fn telling(values: Vec<Withheld>) -> Vec<Withheld> {
    let is_telling = |value: &str| value.len() >= 8 && value.contains(|c: char| c.is_ascii_digit() || c == '@');
    values.into_iter().filter(|one| is_telling(&one.value) && !one.field.starts_with("metadata")).collect()
}

fn no_value_stands_elsewhere(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let values = telling(withheld::values(&client, &richer)?);
    if values.is_empty() {
        return Err(Stop::skipped("no withheld value is long enough to be known again"));
    }
    for collection in ALL {
        for object in client.walk(*collection)?.objects {
            let text = object.to_string();
            let found = values.iter().find(|one| text.contains(&one.value));
            expect(found.is_none(), "none of the values that only others see", || {
                format!("{}: {}", found.map(|one| format!("{} {}", one.field, one.value)).unwrap_or_default(), text)
            })?;
        }
    }
    Ok(())
}
