//! Queries over SCIM: filters, sorting, counts, chosen attributes and references are those of the client's view.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::alike::gist;
use super::doors::{expect_none, telling};
use super::eye::Eye;
use super::leak;
use super::scim::{SCIM, SCIM_AND_RICHER, ask, expect_door, walk};
use super::withheld::{self, Withheld};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

/// Checks of queries over SCIM.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-Q1e",
        "Whoever filters for a withheld value over SCIM finds as much as for one that nobody has",
        "GDPR art. 5(1)(c): Q1 filter oracle",
        SCIM_AND_RICHER,
        |probe| each_value(probe, |path, value| format!("{path} eq \"{value}\"")),
    ),
    leak(
        "CO-Q2c",
        "Whoever excludes a withheld value over SCIM excludes as much as with one that nobody has",
        "GDPR art. 5(1)(c): Q2 negative filters",
        SCIM_AND_RICHER,
        |probe| each_value(probe, |path, value| format!("not ({path} eq \"{value}\")")),
    ),
    leak(
        "CO-Q11b",
        "totalResults is the number of resources that the client can list",
        "GDPR art. 5(1)(c): Q11 total count",
        SCIM,
        totals_are_of_the_view,
    ),
    leak(
        "CO-Q15",
        "Whoever asks SCIM for attributes by name, or by .search, gets no withheld value",
        "GDPR art. 5(1)(c): Q15 attributes, excludedAttributes, .search",
        SCIM_AND_RICHER,
        chosen_attributes,
    ),
    leak(
        "CO-R2b",
        "Members, groups and managers are users and groups that the client sees over SCIM",
        "GDPR art. 5(1)(c): R2 dangling references",
        SCIM,
        references_are_visible,
    ),
    leak(
        "CO-R4",
        "The name beside a reference is one that its user or group shows itself",
        "GDPR art. 5(1)(c): R4 display names in references",
        "--scim, with references that have names",
        names_are_those_shown,
    ),
];

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Fields of OneRoster, and the attributes of SCIM that could hold their values.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("username", "userName"),
    ("givenName", "name.givenName"),
    ("familyName", "name.familyName"),
    ("middleName", "name.middleName"),
    ("preferredFirstName", "nickName"),
    ("email", "emails.value"),
    ("phone", "phoneNumbers.value"),
    ("sms", "phoneNumbers.value"),
    ("identifier", "externalId"),
    ("identifier", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"),
    ("userMasterIdentifier", "externalId"),
    ("userMasterIdentifier", "userName"),
];

fn each_value(probe: &Probe<'_>, filter: impl Fn(&str, &str) -> String) -> Verdict {
    expect_door(probe)?;
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let mut n_asked = 0;
    for one in withheld::values(&client, &richer)? {
        for (_, path) in ATTRIBUTES.iter().filter(|(field, _)| *field == one.field) {
            let found = |value: &str| {
                let url = format!("/Users?count=0&filter={}", encode(&filter(path, value)));
                Ok::<_, Stop>(gist(&ask(probe, "GET", &url, None)?, value))
            };
            let (unknown, hidden) = (found(&one.invented)?, found(&one.value)?);
            let asked = filter(path, &one.value);
            expect(hidden == unknown, format!("`{asked}` as with a value of nobody: {unknown}"), || {
                hidden.to_string()
            })?;
            n_asked += 1;
        }
    }
    if n_asked == 0 { Err(Stop::skipped("no withheld value could stand in an attribute of SCIM")) } else { Ok(()) }
}

fn totals_are_of_the_view(probe: &Probe<'_>) -> Verdict {
    expect_door(probe)?;
    for endpoint in ["/Users", "/Groups"] {
        let (resources, total) = walk(probe, endpoint)?;
        let n_listed = u64::try_from(resources.len()).unwrap_or(0);
        expect(total == Some(n_listed), format!("{endpoint}: totalResults {n_listed}, which are listed"), || {
            format!("totalResults {total:?}")
        })?;
    }
    Ok(())
}

fn chosen_attributes(probe: &Probe<'_>) -> Verdict {
    expect_door(probe)?;
    let client = Eye::client(probe)?;
    let values: Vec<Withheld> = telling(&client, probe)?;
    let mut all: Vec<&str> = ATTRIBUTES.iter().map(|(_, path)| *path).collect();
    all.extend(["addresses", "photos", "title", "password", ENTERPRISE]);
    let all = all.join(",");
    for query in [format!("attributes={}", encode(&all)), "excludedAttributes=displayName".to_owned()] {
        let response = ask(probe, "GET", &format!("/Users?count=200&{query}"), None)?;
        expect_none(&values, &response.text())?;
    }
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "attributes": all.split(',').collect::<Vec<_>>(), "startIndex": 1, "count": 200,
    });
    for path in ["/Users/.search", "/.search"] {
        let response = ask(probe, "POST", path, Some(&search))?;
        expect_none(&values, &response.text())?;
    }
    Ok(())
}

/// The references to users and groups: where each stands, what it leads to, and the name beside it.
fn references(resources: &[Value]) -> Vec<(String, String, String)> {
    let text = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for resource in resources {
        let place = text(resource, "id");
        for member in ["members", "groups"] {
            let all = resource.get(member).and_then(Value::as_array).into_iter().flatten();
            found.extend(all.map(|one| (format!("{member} of {place}"), text(one, "value"), text(one, "display"))));
        }
        if let Some(manager) = resource.get(ENTERPRISE).and_then(|more| more.get("manager")) {
            found.push((format!("manager of {place}"), text(manager, "value"), text(manager, "displayName")));
        }
    }
    found.retain(|(_, value, _)| !value.is_empty());
    found
}

/// Users and groups.
fn resources(probe: &Probe<'_>) -> Result<Vec<Value>, Stop> {
    expect_door(probe)?;
    let ((users, _), (groups, _)) = (walk(probe, "/Users")?, walk(probe, "/Groups")?);
    Ok([users, groups].concat())
}

fn references_are_visible(probe: &Probe<'_>) -> Verdict {
    let resources = resources(probe)?;
    let (shown, references) = (by_id(&resources), references(&resources));
    if references.is_empty() {
        return Err(Stop::skipped("the client sees no members, groups or managers"));
    }
    let hidden = references.iter().find(|(_, id, _)| !shown.contains_key(id.as_str()));
    expect(hidden.is_none(), "references to users and groups that are listed", || {
        hidden.map(|(place, id, _)| format!("{place}: {id}")).unwrap_or_default()
    })
}

fn names_are_those_shown(probe: &Probe<'_>) -> Verdict {
    let resources = resources(probe)?;
    let (shown, mut named) = (by_id(&resources), references(&resources));
    named.retain(|(_, _, name)| !name.is_empty());
    if named.is_empty() {
        return Err(Stop::skipped("no reference has a name beside it"));
    }
    for (place, id, name) in named {
        let Some(resource) = shown.get(id.as_str()) else { continue };
        let told = texts(resource).join("\n");
        let is_shown = told.contains(&name) || name.split_whitespace().all(|part| told.contains(part));
        expect(is_shown, format!("{place}: a name of {id}, as that shows it"), || format!("{name}; {told}"))?;
    }
    Ok(())
}

fn by_id(resources: &[Value]) -> BTreeMap<&str, &Value> {
    resources.iter().filter_map(|one| Some((one.get("id")?.as_str()?, one))).collect()
}

/// Every text within.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
