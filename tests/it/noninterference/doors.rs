//! What a vendor is shown in a set of files it is shown by OneRoster 1.2 and 1.1 over REST, and the other way round.

use std::collections::{BTreeMap, BTreeSet};

use koppelvlak::catalogue::{Entity, Field, Kind, Presence, Version, word};
use koppelvlak::oneroster::csv::columns;
use serde_json::Value;

use super::pair::{COLLECTIONS, Pair};
use super::requests::file;
use crate::exporting::validator::Taken;
use crate::exporting::{fetched, texts};
use crate::harness::Server;
use crate::rostering::client::{id, objects};

/// Objects by identifier.
type Objects = BTreeMap<String, Value>;

/// Compares the doors of both servers.
pub fn compare(pair: &Pair) {
    for (server, token) in pair.servers() {
        let path = format!("/{}/ims/oneroster/csv/v1p2/bulk.zip", super::TENANT);
        let set = taken_apart(&fetched(server, token, &path));
        for (service, collection, entity) in COLLECTIONS {
            let of_v1p2 = shown(server, token, service, collection);
            compare_files(&set, entity, &of_v1p2);
            if entity != Entity::ScoreScale {
                compare_versions(entity, &of_v1p2, &shown(server, token, "v1p1", collection));
            }
        }
    }
}

/// The rows of a set. It need not be valid: a vendor may want what is withheld and required to stay blank.
fn taken_apart(zip: &[u8]) -> Taken {
    let rows = |text: &str| csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect();
    let files = texts(zip).iter().map(|(name, text)| (name.trim_end_matches(".csv").to_owned(), rows(text))).collect();
    Taken { files }
}

/// What a collection shows, without what has gone.
fn shown(server: &Server, token: &str, service: &str, collection: &str) -> Objects {
    let path = format!("/{}/ims/oneroster/{service}/{collection}?limit=10000", super::TENANT);
    let reply = server.get_as(token, &path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    let active = objects(&reply).into_iter().filter(|object| object["status"] == "active");
    active.map(|object| (id(&object), object)).collect()
}

fn compare_files(set: &Taken, entity: Entity, shown: &Objects) {
    let name = file(entity).name().trim_end_matches(".csv");
    let rows: BTreeMap<&str, _> = set.rows(name).iter().map(|row| (row["sourcedId"].as_str(), row)).collect();
    let unknown: Vec<_> = rows.keys().filter(|id| !shown.contains_key(**id)).collect();
    assert_eq!(unknown, Vec::<&&str>::new(), "{name} in files alone");
    for (id, object) in shown {
        let Some(row) = rows.get(id.as_str()) else {
            assert!(is_dead_end(set, entity, object), "{name}/{id} is not in files: {object}");
            continue;
        };
        let context = || format!("{name}/{id}: {row:?}\n{object}");
        let mut told = BTreeSet::new();
        for field in entity.fields().iter().filter(|field| !field.csv.is_empty() && told.insert(field.csv)) {
            if let Some(cell) = row.get(field.csv) {
                let expected = expected(object, field);
                let is_alike = parts(cell) == parts(&expected) || may_differ(field, cell, &expected, id);
                assert!(is_alike, "{}: {expected}: {}", field.name, context());
            }
        }
        let note = object["metadata"]["note"].as_str().unwrap_or_default();
        assert_eq!(row.get("metadata.note").map_or("", String::as_str), note, "{}", context());
        if entity == Entity::User {
            assert_eq!(roles_in_files(set, id), roles(object), "{}", context());
        }
    }
}

/// Whether a row would have to refer to what the set doesn't have: files have no rows with such gaps.
fn is_dead_end(set: &Taken, entity: Entity, object: &Value) -> bool {
    let is_required = |name: &str| columns(Version::V1p2, file(entity)).iter().any(|c| c.name == name && c.required);
    entity.fields().iter().filter(|field| is_required(field.csv)).any(|field| match field.kind {
        Kind::Reference(target) => {
            let rows = file(target).name().trim_end_matches(".csv");
            object[field.name]["sourcedId"].as_str().is_none_or(|id| !set.ids(rows).contains(&id))
        }
        _ => false,
    })
}

/// Where one door must say something and another need not: what stands for a withheld value, or for none, stands in
/// one of them; and in files a primary org needs a role there.
fn may_differ(field: &Field, cell: &str, expected: &str, id: &str) -> bool {
    let is_filled_in_files = match field.kind {
        Kind::Reference(Entity::Org) => field.name == "org",
        _ => is_stand_in(cell, id),
    };
    let is_left_out_of_files = field.name == "primaryOrg" || is_stand_in(expected, id);
    (expected.is_empty() && is_filled_in_files) || (cell.is_empty() && is_left_out_of_files)
}

/// Whether a text stands for one that is withheld or that there isn't.
fn is_stand_in(text: &str, id: &str) -> bool {
    text == id || text.starts_with("withheld-") || text.starts_with("C-")
}

/// A list's items, whose order is the door's own.
fn parts(cell: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = cell.split(',').collect();
    parts.sort_unstable();
    parts
}

/// What stands in a cell for a member of an object.
fn expected(object: &Value, field: &Field) -> String {
    let value = &object[field.name];
    if value.is_null() {
        return String::new();
    }
    let each =
        |text: &dyn Fn(&Value) -> String| value.as_array().unwrap().iter().map(text).collect::<Vec<_>>().join(",");
    let pair = |item: &Value, [left, right]: [&str; 2]| {
        format!("{{{}:{}}}", item[left].as_str().unwrap(), item[right].as_str().unwrap())
    };
    match field.kind {
        Kind::Reference(_) => value["sourcedId"].as_str().unwrap().to_owned(),
        Kind::ReferenceList(_) => each(&|item| item["sourcedId"].as_str().unwrap().to_owned()),
        Kind::TextList => each(&|item| item.as_str().unwrap().to_owned()),
        Kind::UserIds => each(&|item| pair(item, ["type", "identifier"])),
        Kind::ScoreScaleValues => each(&|item| pair(item, ["itemValueLHS", "itemValueRHS"])),
        Kind::Number => value.as_f64().unwrap().to_string(),
        Kind::DateTime => value.as_str().unwrap()[..10].to_owned(),
        _ => value.as_str().unwrap_or_else(|| panic!("{}: {value}", field.name)).to_owned(),
    }
}

fn roles_in_files(set: &Taken, person: &str) -> Vec<Vec<String>> {
    let of_person = set.rows("roles").iter().filter(|row| row["userSourcedId"] == person);
    let columns = ["roleType", "role", "orgSourcedId", "beginDate", "endDate"];
    let mut roles: Vec<Vec<String>> = of_person.map(|row| columns.map(|column| row[column].clone()).to_vec()).collect();
    roles.sort();
    roles
}

fn roles(person: &Value) -> Vec<Vec<String>> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let role = |role: &Value| {
        let org = text(&role["org"]["sourcedId"]);
        vec![text(&role["roleType"]), text(&role["role"]), org, text(&role["beginDate"]), text(&role["endDate"])]
    };
    let mut roles: Vec<Vec<String>> = person["roles"].as_array().into_iter().flatten().map(role).collect();
    roles.sort();
    roles
}

fn compare_versions(entity: Entity, of_v1p2: &Objects, of_v1p1: &Objects) {
    assert!(of_v1p2.keys().eq(of_v1p1.keys()), "{entity:?}: {:?}\n{:?}", of_v1p2.keys(), of_v1p1.keys());
    for (id, one) in of_v1p2 {
        let other = &of_v1p1[id];
        assert_eq!(one["dateLastModified"], other["dateLastModified"], "{entity:?}/{id}");
        for field in entity.fields().iter().filter(|field| is_common(entity, field)) {
            // Some texts are required by one version alone.
            if [one, other].iter().any(|object| is_stand_in(object[field.name].as_str().unwrap_or_default(), id)) {
                continue;
            }
            let [one, other] = [one, other].map(|object| plain(&object[field.name]));
            assert_eq!(one, other, "{entity:?}/{id}: {}", field.name);
        }
    }
}

/// Whether both versions have the field, and its words.
fn is_common(entity: Entity, field: &Field) -> bool {
    let is_in = |version| field.presence(version) != Presence::Absent;
    // 1.1 has one session of a line item, whichever it is.
    let is_session = entity == Entity::LineItem && field.name == "gradingPeriod";
    is_in(Version::V1p1) && is_in(Version::V1p2) && !word::differs(entity, field.name) && !is_session
}

/// A value without the addresses in it, which are each version's own.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "href")
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}
