//! Resources, and who refers to them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::brief::must;
use super::collection::RESOURCES;
use super::routes::named;
use super::service::{Edition, Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "OneRoster 1.2 Resources, ResourceDType; OneRoster 1.1 §4.11";

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    must("OR-551", "Every resource has the name that its vendor gave it, vendorResourceId", CLAUSE, vendor_names),
    must("OR-552", "The resources that a class names are those that stand below it", CLAUSE, |probe| {
        same_below(probe, "classes")
    }),
    must("OR-552b", "The resources that a course names are those that stand below it", CLAUSE, |probe| {
        same_below(probe, "courses")
    }),
];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    must("OR-552c", "The resources that a user names are those that stand below the user", CLAUSE, |probe| {
        same_below(probe, "users")
    }),
    must("OR-553", "Below a user who isn't there no resources are found: 404", CLAUSE, unknown_user),
];

/// How many are compared.
const MOST: usize = 5;

fn vendor_names(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let served = service.served()?;
    let mut is_served = false;
    for collection in RESOURCES.iter().filter(|one| served.contains(one)) {
        is_served = true;
        for resource in service.some(*collection)? {
            let name = resource.get("vendorResourceId").and_then(Value::as_str).unwrap_or_default();
            expect(!name.is_empty(), "a vendorResourceId", || resource.to_string())?;
        }
    }
    if is_served { Ok(()) } else { Err(Stop::skipped("the client may not read resources")) }
}

fn listed(object: &Value) -> BTreeSet<String> {
    let all = object.get("resources").and_then(Value::as_array).into_iter().flatten();
    all.map(|one| id_of(one).to_owned()).collect()
}

fn same_below(probe: &Probe<'_>, above: &str) -> Verdict {
    let service = Service::of(probe);
    let edition = if service.edition == Edition::V1p1 { Edition::V1p1 } else { Edition::Rostering };
    let roster = Service::at(probe, edition);
    let collection = named(above)?;
    let response = roster.get(&format!("{above}?limit=10000"))?;
    let json = response.json();
    let objects = json.get(collection.plural).and_then(Value::as_array).into_iter().flatten();
    let (with, without): (Vec<&Value>, Vec<&Value>) = objects.partition(|object| !listed(object).is_empty());
    if with.is_empty() {
        return Err(Stop::skipped(format!("the client sees no {above} that name resources")));
    }
    for object in with.into_iter().take(MOST).chain(without.into_iter().take(1)) {
        let path = format!("{above}/{}/resources", encode(id_of(object)));
        let below = service.get(&format!("{path}?limit=1000"))?;
        if matches!(below.status, 403 | 405 | 501) {
            return Err(Stop::skipped(format!("GET {path}: {}", below.status)));
        }
        let found = listed(&below.json());
        let wanted = listed(object);
        expect(below.status == 200 && found == wanted, format!("GET {path}: {wanted:?}"), || below.summary())?;
    }
    Ok(())
}

fn unknown_user(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let path = format!("users/{}/resources", nonce());
    let response = service.get(&path)?;
    if matches!(response.status, 403 | 405 | 501) {
        return Err(Stop::skipped(format!("GET {path}: {}", response.status)));
    }
    service.expect_error(&response, &[404], &format!("GET {path}"))
}
