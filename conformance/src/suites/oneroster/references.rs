//! References lead to what they name (OneRoster 1.2 Information Models §5, references).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::brief::must;
use super::collection::Collection;
use super::members::{listed, samples};
use super::service::{Edition, Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::Request;
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 Information Models §5, GUIDRef; OneRoster 1.1 §4.14";

/// How many references of one member of one collection are followed.
const MOST_FOLLOWED: usize = 3;
/// How many objects of one type are looked up.
const MOST_LOOKED_UP: usize = 15;

/// Checks that both versions have, of objects that refer to others.
pub const LINKED: &[Check] = &[
    must("OR-209", "The address of a reference holds the object that it names", CLAUSE, addresses_lead_there),
    must("OR-210", "What active objects refer to is there", CLAUSE, nothing_dangles),
];

/// A reference somewhere in an object.
#[derive(Debug, Clone)]
struct Reference {
    member: String,
    href: String,
    id: String,
    kind: String,
}

fn references(object: &Value) -> Vec<Reference> {
    fn walk(value: &Value, member: &str, found: &mut Vec<Reference>) {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        if let (Some(href), Some(id), Some(kind)) = (text("href"), text("sourcedId"), text("type")) {
            found.push(Reference { member: member.to_owned(), href, id, kind });
            return;
        }
        match value {
            Value::Array(values) => values.iter().for_each(|value| walk(value, member, found)),
            Value::Object(members) => {
                for (name, value) in members.iter().filter(|(name, _)| *name != "metadata") {
                    walk(value, name, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(object, "", &mut found);
    found
}

/// The scheme and host of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or(url)
}

fn addresses_lead_there(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut wrong = Vec::new();
    let mut n_followed = 0;
    for (collection, objects) in samples(&service)? {
        let mut followed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for reference in objects.iter().flat_map(references) {
            let of_member = followed.entry(reference.member.clone()).or_default();
            if of_member.len() >= MOST_FOLLOWED || !of_member.insert(reference.href.clone()) {
                continue;
            }
            // Credentials aren't told to whoever stands in an answer.
            if origin(&reference.href) != origin(&probe.target.address) {
                wrong.push(format!("{}: {} is on another host", collection.path, reference.href));
                continue;
            }
            let request = Request::new("GET", reference.href.as_str()).header("Accept", "application/json");
            let response = probe.send(request)?;
            n_followed += 1;
            let json = response.json();
            let mut wrapped = json.as_object().into_iter().flat_map(|members| members.values());
            let is_there = response.status == 200 && wrapped.any(|object| id_of(object) == reference.id);
            // A scope that the client lacks, or a service of the standard that the server lacks, is no broken address.
            if !is_there && response.status != 403 {
                wrong.push(format!(
                    "{}.{} {}: {}",
                    collection.path,
                    reference.member,
                    reference.href,
                    response.summary()
                ));
            }
        }
    }
    if n_followed == 0 && wrong.is_empty() {
        return Err(Stop::skipped("no object refers to another"));
    }
    expect(wrong.is_empty(), "200 and the object of that sourcedId", || listed(&wrong))
}

/// Where objects of a type are read.
fn place(edition: Edition, kind: &str) -> Option<(Edition, Collection)> {
    let kind = match kind {
        "term" | "gradingPeriod" => "academicSession",
        "student" | "teacher" => "user",
        kind => kind,
    };
    let editions: &[Edition] = match edition {
        Edition::V1p1 => &[Edition::V1p1],
        _ => &[Edition::Rostering, Edition::Gradebook, Edition::Resources],
    };
    let mut places = editions
        .iter()
        .flat_map(|edition| super::collection::of(*edition).into_iter().map(move |collection| (*edition, collection)));
    places.find(|(_, collection)| collection.singular == kind)
}

fn nothing_dangles(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    let mut named: BTreeMap<(String, String), String> = BTreeMap::new();
    for (collection, objects) in samples(&service)? {
        for object in &objects {
            known.insert((collection.singular.to_owned(), id_of(object).to_owned()));
            if object.get("status").and_then(Value::as_str) != Some("active") {
                continue;
            }
            for reference in references(object) {
                let from = format!("{}/{} {}", collection.path, id_of(object), reference.member);
                named.entry((reference.kind, reference.id)).or_insert(from);
            }
        }
    }
    if named.is_empty() {
        return Err(Stop::skipped("no object refers to another"));
    }
    let mut looked_up: BTreeMap<String, usize> = BTreeMap::new();
    let mut dangling = Vec::new();
    for ((kind, id), from) in named.into_iter().filter(|(reference, _)| !known.contains(reference)) {
        let Some((edition, collection)) = place(service.edition, &kind) else { continue };
        let n = looked_up.entry(kind.clone()).or_default();
        if *n >= MOST_LOOKED_UP {
            continue;
        }
        *n += 1;
        let response = Service::at(probe, edition).get(&format!("{}/{}", collection.path, encode(&id)))?;
        if response.status == 404 {
            dangling.push(format!("{from} refers to {kind} {id}"));
        }
    }
    expect(dangling.is_empty(), "each object that an active one refers to can be read", || listed(&dangling))
}
