//! A client that keeps a copy of what a vendor may see, and asks for what changed.

use std::collections::{BTreeMap, BTreeSet};

use koppelvlak::catalogue::{Entity, Version};
use serde_json::Value;

use crate::harness::{Reply, Server};
use crate::rostering::client::{encoded, id, objects};

/// The collections that a client keeps, by the service of 1.2 that has them; 1.1 has most in one.
pub const COLLECTIONS: [(&str, &str, Entity); 13] = [
    ("rostering/v1p2", "orgs", Entity::Org),
    ("rostering/v1p2", "academicSessions", Entity::AcademicSession),
    ("rostering/v1p2", "courses", Entity::Course),
    ("rostering/v1p2", "classes", Entity::Class),
    ("rostering/v1p2", "users", Entity::User),
    ("rostering/v1p2", "demographics", Entity::Demographics),
    ("rostering/v1p2", "enrollments", Entity::Enrollment),
    ("gradebook/v1p2", "categories", Entity::LineItemCategory),
    ("gradebook/v1p2", "lineItems", Entity::LineItem),
    ("gradebook/v1p2", "results", Entity::Result),
    ("gradebook/v1p2", "scoreScales", Entity::ScoreScale),
    ("gradebook/v1p2", "assessmentLineItems", Entity::AssessmentLineItem),
    ("gradebook/v1p2", "assessmentResults", Entity::AssessmentResult),
];

/// The addresses of the collections in a version, with the collections' names.
fn addresses(version: Version) -> impl Iterator<Item = (&'static str, &'static str)> {
    let only_in_v1p2 = [Entity::ScoreScale, Entity::AssessmentLineItem, Entity::AssessmentResult];
    COLLECTIONS
        .into_iter()
        .filter(move |(.., entity)| version == Version::V1p2 || !only_in_v1p2.contains(entity))
        .map(move |(service, collection, _)| (if version == Version::V1p1 { "v1p1" } else { service }, collection))
}

/// From when a client asks for changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// From the `Date` of the first answer of its last round.
    Date,
    /// From the greatest `dateLastModified` that it has of the collection.
    Greatest,
    /// After that.
    AfterGreatest,
}

/// Objects by collection and identifier.
pub type Copy = BTreeMap<(&'static str, String), Value>;

/// A client's copy.
pub struct Follower {
    /// Which vendor it is.
    pub vendor: &'static str,
    pub since: Since,
    pub version: Version,
    pub copy: Copy,
    date: Option<i64>,
    greatest: BTreeMap<&'static str, String>,
    /// When it asked last, as the number of a step of the history.
    pub last_step: Option<usize>,
}

/// What a client was told in one round.
#[derive(Debug, Default)]
pub struct Told {
    /// Objects that came anew or otherwise, with what was held of them.
    pub changed: Vec<((&'static str, String), Option<Value>, Value)>,
    /// Objects that are to be deleted, with whether one was held.
    pub gone: Vec<((&'static str, String), Value)>,
}

impl Follower {
    pub fn new(vendor: &'static str, since: Since, version: Version) -> Self {
        Self { vendor, since, version, copy: Copy::new(), date: None, greatest: BTreeMap::new(), last_step: None }
    }

    /// Asks for what changed since the last round, or for everything at first.
    pub fn ask(&mut self, server: &Server, token: &str, step: usize) -> Told {
        let mut told = Told::default();
        let mut first_date = None;
        for (service, collection) in addresses(self.version) {
            let filter = self.filter(collection);
            let reply = get(server, token, (service, collection), filter.as_deref());
            first_date.get_or_insert_with(|| instant(reply.header("date")));
            for object in objects(&reply) {
                self.take(collection, object, filter.is_some(), &mut told);
            }
        }
        // As a client with a sound mind: a date that goes back is not believed.
        self.date = self.date.max(first_date);
        self.last_step = Some(step);
        told
    }

    fn filter(&self, collection: &'static str) -> Option<String> {
        self.last_step?;
        let date = chrono::DateTime::from_timestamp(self.date?, 0)?.to_rfc3339();
        Some(match (self.since, self.greatest.get(collection)) {
            (Since::Date, _) => format!("dateLastModified>='{date}'"),
            (Since::Greatest, Some(greatest)) => format!("dateLastModified>='{greatest}'"),
            (Since::AfterGreatest, Some(greatest)) => format!("dateLastModified>'{greatest}'"),
            // Nothing came yet: everything is asked for.
            (Since::Greatest | Since::AfterGreatest, None) => return None,
        })
    }

    fn take(&mut self, collection: &'static str, object: Value, is_delta: bool, told: &mut Told) {
        let key = (collection, id(&object));
        let at = object["dateLastModified"].as_str().unwrap().to_owned();
        let greatest = self.greatest.entry(collection).or_default();
        if *greatest < at {
            *greatest = at;
        }
        if object["status"] == "tobedeleted" {
            told.gone.push((key.clone(), object));
            self.copy.remove(&key);
            return;
        }
        let held = self.copy.insert(key.clone(), object.clone());
        // Times are asked from and not after: what has the very time comes once more.
        if is_delta && held.as_ref() != Some(&object) {
            told.changed.push((key, held, object));
        }
    }
}

fn instant(date: &str) -> i64 {
    chrono::DateTime::parse_from_rfc2822(date).unwrap().timestamp()
}

fn get(server: &Server, token: &str, (service, collection): (&str, &str), filter: Option<&str>) -> Reply {
    let filter = filter.map(|filter| format!("&filter={}", encoded(filter))).unwrap_or_default();
    let path = format!("/noord/ims/oneroster/{service}/{collection}?limit=10000{filter}");
    let reply = server.get_as(token, &path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    reply
}

/// Everything that is there now, without tombstones.
pub fn read_all(server: &Server, token: &str, version: Version) -> Copy {
    let mut all = Copy::new();
    for (service, collection) in addresses(version) {
        for object in objects(&get(server, token, (service, collection), None)) {
            if object["status"] != "tobedeleted" {
                all.insert((collection, id(&object)), object);
            }
        }
    }
    all
}

/// Every identifier that an object tells.
pub fn identifiers(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| identifiers(item, found)),
        Value::Object(members) => {
            found.extend(members.get("sourcedId").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| identifiers(member, found));
        }
        _ => {}
    }
}
