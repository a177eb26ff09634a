//! What single objects hold: the members of the model, each in its form.

use serde_json::Value;

use super::brief::{must, should};
use super::collection::{self, Collection};
use super::model::Entity;
use super::service::{Service, id_of};
use super::shape::{Flaw, Rule, flaws};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const MODEL: &str = "OneRoster 1.2 Information Models §5; OneRoster 1.1 §4";

/// Checks that both versions have, for every kind of object.
pub const BOTH: &[Check] = &[
    must(
        "OR-203",
        "Every object has sourcedId, dateLastModified and a status of active or tobedeleted",
        MODEL,
        |probe| none_of(probe, &[Rule::Base], "sourcedId, status and dateLastModified on each object"),
    ),
    must("OR-204", "dateLastModified and other instants are ISO 8601 in UTC", MODEL, |probe| {
        none_of(probe, &[Rule::Time], "instants such as 2026-01-05T08:00:00.000Z")
    }),
    must("OR-207", "Nothing is null: what has no value is left out", MODEL, |probe| {
        none_of(probe, &[Rule::Null], "no member that is null")
    }),
    must("OR-224", "Answers are UTF-8", "RFC 8259 §8.1", answers_are_utf_8),
];

/// Checks that both versions have, for objects that refer to others.
pub const LINKED: &[Check] = &[
    must("OR-206", "Days are YYYY-MM-DD, and schoolYear is a text of four digits", MODEL, |probe| {
        none_of(probe, &[Rule::Date], "days such as 2026-08-01, school years such as \"2027\"")
    }),
    must("OR-208", "A reference has href, sourcedId and the type of what it refers to", MODEL, |probe| {
        none_of(probe, &[Rule::Reference], "an absolute href, a sourcedId and the member's type, and nothing else")
    }),
    must("OR-211", "Lists that must hold something do: terms of classes, roles and orgs of users", MODEL, |probe| {
        none_of(probe, &[Rule::Empty], "at least one entry")
    }),
];

/// Checks of rostering in both versions.
pub const ROSTER: &[Check] = &[
    must("OR-205", "Members that are true or false are the texts \"true\" and \"false\"", MODEL, |probe| {
        none_of(probe, &[Rule::Flag], "\"true\" or \"false\" as text")
    }),
    must("OR-223", "metadata is an object, and the same in a list as on its own", MODEL, metadata_is_an_object),
    should("OR-222", "Passwords aren't told", MODEL, passwords_are_not_told),
];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    must(
        "OR-201",
        "Every object validates against its schema, which takes no other members",
        "OneRoster 1.2 OpenAPI, additionalProperties: false",
        |probe| none_of(probe, ALL, "an object that validates"),
    ),
    must("OR-213", "Tokens that begin with ext: stand only in vocabularies that take them", MODEL, |probe| {
        none_of(probe, &[Rule::Extension, Rule::Word], "a word of the vocabulary, or ext: and letters, digits, . - _")
    }),
];

/// Checks of 1.2 Rostering.
pub const V1P2_ROSTER: &[Check] = &[must(
    "OR-225",
    "org.identifier and course.courseCode are texts",
    "OneRoster 1.2 OpenAPI, OrgDType and CourseDType",
    |probe| {
        let is_one = |flaw: &Flaw| ["identifier", "courseCode"].contains(&flaw.at.as_str());
        no_flaw(probe, &is_one, "texts")
    },
)];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[
    must(
        "OR-202",
        "Every object has the members of 1.1 with their types, and none that came with 1.2",
        "OneRoster 1.1 §4",
        |probe| none_of(probe, ALL, "the members of 1.1"),
    ),
    must("OR-214", "No ext: tokens: the vocabularies of 1.1 are closed", "OneRoster 1.1 §4.13", |probe| {
        none_of(probe, &[Rule::Extension, Rule::Word], "a word of the vocabulary")
    }),
];

/// Checks of grades in both versions.
pub const GRADED: &[Check] = &[must("OR-226", "Scores, weights and bounds are JSON numbers", MODEL, |probe| {
    none_of(probe, &[Rule::Number], "a JSON number")
})];

const ALL: &[Rule] = &[
    Rule::Base,
    Rule::Missing,
    Rule::Unknown,
    Rule::Type,
    Rule::Null,
    Rule::Date,
    Rule::Time,
    Rule::Flag,
    Rule::Number,
    Rule::Reference,
    Rule::Empty,
    Rule::Word,
    Rule::Extension,
];

/// Samples of all collections; one that can't be read is left to the checks of endpoints.
pub fn samples(service: &Service<'_, '_>) -> Result<Vec<(Collection, Vec<Value>)>, Stop> {
    let mut found = Vec::new();
    for collection in collection::of(service.edition) {
        match service.some(collection) {
            Ok(objects) => found.push((collection, objects)),
            Err(Stop::Broken(why)) => return Err(Stop::Broken(why)),
            Err(_) => {}
        }
    }
    if found.is_empty() { Err(Stop::skipped("the target shows no objects")) } else { Ok(found) }
}

fn none_of(probe: &Probe<'_>, rules: &[Rule], expected: &str) -> Verdict {
    no_flaw(probe, &|flaw| rules.contains(&flaw.rule), expected)
}

fn no_flaw(probe: &Probe<'_>, counts: &dyn Fn(&Flaw) -> bool, expected: &str) -> Verdict {
    let service = Service::of(probe);
    let mut found = Vec::new();
    for (collection, objects) in samples(&service)? {
        let Some(entity) = Entity::named(collection.singular) else { continue };
        for object in &objects {
            let flaws = flaws(service.edition.is_v1p2(), entity, object);
            let flaws = flaws.iter().filter(|flaw| counts(flaw));
            found.extend(
                flaws.map(|flaw| format!("{}/{}: {} is {}", collection.path, id_of(object), flaw.at, flaw.what)),
            );
        }
    }
    expect(found.is_empty(), expected, || listed(&found))
}

/// The first findings, and how many more there are.
pub fn listed(found: &[String]) -> String {
    let first: Vec<&str> = found.iter().take(5).map(String::as_str).collect();
    match found.len() - first.len() {
        0 => first.join("; "),
        n => format!("{}; and {n} more", first.join("; ")),
    }
}

fn metadata_is_an_object(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for (collection, objects) in samples(&service)? {
        for object in objects.iter().filter(|object| object.get("metadata").is_some()).take(3) {
            n_seen += 1;
            let listed = object.get("metadata").unwrap_or(&Value::Null);
            expect(listed.is_object(), "`metadata` is an object", || object.to_string())?;
            let single = service.single(collection, id_of(object))?;
            expect(single.get("metadata") == Some(listed), format!("the same as in the list: {listed}"), || {
                single.to_string()
            })?;
        }
    }
    if n_seen == 0 { Err(Stop::skipped("no object has metadata")) } else { Ok(()) }
}

fn answers_are_utf_8(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in collection::of(service.edition) {
        let response = service.get(&format!("{}?limit={}", collection.path, probe.target.sample))?;
        let text = std::str::from_utf8(&response.body);
        let is_whole = text.is_ok_and(|text| !text.contains('\u{FFFD}'));
        let content_type = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let charset = content_type.split_once("charset=").map(|(_, name)| name.trim_matches('"').to_owned());
        let is_named = charset.is_none_or(|name| name.starts_with("utf-8"));
        expect(is_whole && is_named, format!("GET {}: UTF-8", collection.path), || {
            format!("Content-Type `{content_type}`, {}", response.summary())
        })?;
    }
    Ok(())
}

fn passwords_are_not_told(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, objects) in samples(&service)? {
        for object in objects.iter().filter(|_| collection.singular == "user") {
            let profiles = object.get("userProfiles").and_then(Value::as_array).into_iter().flatten();
            let credentials = profiles.filter_map(|profile| profile.get("credentials")?.as_array()).flatten();
            let mut holders = credentials.chain([object]);
            let is_told =
                |one: &Value| one.get("password").and_then(Value::as_str).is_some_and(|text| !is_hashed(text));
            expect(!holders.any(is_told), "no password, or only a hash", || format!("user {} has one", id_of(object)))?;
        }
    }
    Ok(())
}

/// Whether it looks like what is left of a password after hashing.
fn is_hashed(text: &str) -> bool {
    let is_hex = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.starts_with('$') || text.starts_with('{') || is_hex
}
