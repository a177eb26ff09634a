//! Collections and single objects: where they are, what wraps them, which are not there (OneRoster 1.2 REST §2.2).

use super::brief::{must, policy, should};
use super::collection::{self, Collection};
use super::service::{Edition, Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "OneRoster 1.2 REST §2.2";

/// Checks of all suites.
pub const ALL: &[Check] = &[
    must("OR-101", "Each collection that a service must have is there", CLAUSE, collections_are_there),
    must("OR-102", "Many objects come as a list and one as an object, each in its wrapper", CLAUSE, wrappers),
    must("OR-104", "An unknown id is not found: 404", CLAUSE, unknown_id),
    must("OR-116", "If nothing fits, the answer is 200 with an empty list in its wrapper", CLAUSE, nothing_fits),
    should("OR-117", "An id with any character that ids may have leads to its object", CLAUSE, special_ids),
    policy("OR-118", "Ids that differ in case are different ids", "OneRoster 1.2 CSV §3", case_of_ids),
];

/// Checks of 1.2.
pub const V1P2: &[Check] =
    &[must("OR-101b", "An answer holds its wrapper and nothing beside it", CLAUSE, nothing_beside_wrapper)];

/// Checks of suites with rostering.
pub const ROSTERING: &[Check] = &[must(
    "OR-103",
    "Terms, schools, students and their like come in the wrapper of what they are",
    CLAUSE,
    derived_wrappers,
)];

/// Whether a service must have a collection: its own, but not those of other services that 1.1 holds as well.
fn is_required(edition: Edition, collection: Collection) -> bool {
    let of_rostering = collection::ROSTERING.contains(&collection) && collection.path != "demographics";
    of_rostering || edition == Edition::Resources
}

fn collections_are_there(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let served = service.served()?;
    for collection in collection::of(service.edition) {
        if is_required(service.edition, collection) || served.contains(&collection) {
            let response = service.get(&format!("{}?limit=1", collection.path))?;
            // 403: this client lacks the scope.
            let is_there = matches!(response.status, 200 | 403);
            expect(is_there, format!("GET {}: 200", collection.path), || response.summary())?;
        }
    }
    Ok(())
}

fn wrappers(probe: &Probe<'_>) -> Verdict {
    wrapped(probe, |_| true)
}

fn derived_wrappers(probe: &Probe<'_>) -> Verdict {
    wrapped(probe, |one| one.path != one.plural || one.plural == one.singular)
}

fn wrapped(probe: &Probe<'_>, is_asked: impl Fn(&Collection) -> bool) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()?.into_iter().filter(is_asked) {
        let page = service.page(&format!("{}?limit=1", collection.path), collection.plural)?;
        if let Some(first) = page.objects.first() {
            let object = service.single(collection, id_of(first))?;
            let expected = format!("GET {}/{}: an object in `{}`", collection.path, id_of(first), collection.singular);
            expect(object.is_object(), expected, || object.to_string())?;
        }
    }
    Ok(())
}

fn nothing_beside_wrapper(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let page = service.page(&format!("{}?limit=1", collection.path), collection.plural)?;
        let mut answers = vec![page.response];
        if let Some(first) = page.objects.first() {
            answers.push(service.get(&format!("{}/{}", collection.path, encode(id_of(first))))?);
        }
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            let n_members = answer.json().as_object().map_or(0, serde_json::Map::len);
            let expected = format!("GET of {}: an object with one member", collection.path);
            expect(n_members == 1, expected, || answer.summary())?;
        }
    }
    Ok(())
}

fn unknown_id(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let path = format!("{}/{}", collection.path, nonce());
        let response = service.get(&path)?;
        expect(response.status == 404, format!("GET {path}: 404"), || response.summary())?;
    }
    Ok(())
}

fn nothing_fits(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let path = format!("{}?filter=sourcedId%3D%27{}%27", collection.path, nonce());
        let page = service.page(&path, collection.plural)?;
        expect(page.objects.is_empty(), format!("GET {path}: an empty list"), || page.response.summary())?;
    }
    Ok(())
}

fn special_ids(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for collection in service.served()? {
        let sample = service.sample(collection)?;
        let objects = sample.as_array().cloned().unwrap_or_default();
        for special in ['.', '_', '/', '@', ':', ' ', '%', '+'] {
            if let Some(object) = objects.iter().find(|object| id_of(object).contains(special)) {
                let found = service.single(collection, id_of(object))?;
                let expected = format!("GET {}/{}: that object", collection.path, encode(id_of(object)));
                expect(id_of(&found) == id_of(object), expected, || found.to_string())?;
                n_seen += 1;
            }
        }
    }
    if n_seen == 0 { Err(Stop::skipped("all ids are of letters, digits and hyphens")) } else { Ok(()) }
}

fn case_of_ids(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let sample = service.sample(collection)?;
        let ids: Vec<&str> = sample.as_array().into_iter().flatten().map(id_of).collect();
        let turned = |id: &str| -> String { id.chars().map(turn).collect() };
        let other = ids.iter().map(|id| turned(id)).find(|other| !ids.contains(&other.as_str()));
        if let Some(other) = other.filter(|other| !other.is_empty()) {
            let path = format!("{}/{}", collection.path, encode(&other));
            let response = service.get(&path)?;
            let is_other =
                response.status != 200 || response.json().get(collection.singular).map(id_of) == Some(&other);
            return expect(is_other, format!("GET {path}, an id in the other case: 404"), || response.summary());
        }
    }
    Err(Stop::skipped("no id has letters"))
}

fn turn(letter: char) -> char {
    if letter.is_ascii_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
}
