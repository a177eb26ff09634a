//! Objects that are gone, as clients learn of it: status `tobedeleted` (OneRoster 1.2 Information Models §5).

use serde_json::Value;

use super::brief::{must, needing, policy};
use super::collection::Collection;
use super::routes::named;
use super::service::{Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 Information Models §5, status; OneRoster 1.1 §4";
const NEEDS: &str = "users, classes or enrollments that are gone, with status tobedeleted";

/// Checks of suites with rostering.
pub const ROSTER: &[Check] = &[
    needing(NEEDS, must("OR-702", "What is gone is read by its id, as tobedeleted", CLAUSE, read_by_id)),
    needing(NEEDS, must("OR-702b", "What is gone isn't found by status='active'", CLAUSE, not_active)),
    needing(NEEDS, must("OR-702c", "What is gone is found by when that changed", CLAUSE, found_by_change)),
    needing(NEEDS, policy("OR-707", "No active enrollment is of a user or class that is gone", CLAUSE, no_orphans)),
];

/// How many of a collection are looked at.
const MOST: usize = 3;

/// What is gone, of the collections that the client reads.
fn gone(service: &Service<'_, '_>) -> Result<Vec<(Collection, Value)>, Stop> {
    let mut found = Vec::new();
    for collection in service.served()? {
        let path = format!("{}?limit={MOST}&filter={}", collection.path, encode("status='tobedeleted'"));
        let page = service.page(&path, collection.plural)?;
        found.extend(page.objects.into_iter().take(MOST).map(|object| (collection, object)));
    }
    // What a gradebook deletes is not found any more; the standard has tombstones for the roster.
    found.retain(|(collection, _)| !["categories", "lineItems", "results"].contains(&collection.path));
    if found.is_empty() { Err(Stop::skipped("nothing is gone")) } else { Ok(found) }
}

fn text<'v>(object: &'v Value, member: &str) -> &'v str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn read_by_id(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, object) in gone(&service)? {
        let read = service.single(collection, id_of(&object))?;
        let expected = format!("GET {}/{}: status tobedeleted", collection.path, id_of(&object));
        expect(text(&read, "status") == "tobedeleted", expected, || read.to_string())?;
    }
    Ok(())
}

/// How many objects a filter and an object's id find together.
fn n_found(service: &Service<'_, '_>, collection: Collection, object: &Value, clause: &str) -> Result<usize, Stop> {
    let filter = encode(&format!("{clause} AND sourcedId='{}'", id_of(object)));
    Ok(service.page(&format!("{}?filter={filter}", collection.path), collection.plural)?.objects.len())
}

fn not_active(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, object) in gone(&service)? {
        let n = n_found(&service, collection, &object, "status='active'")?;
        let expected = format!("{} by status='active': not {}", collection.path, id_of(&object));
        expect(n == 0, expected, || "it is found".to_owned())?;
    }
    Ok(())
}

fn found_by_change(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, object) in gone(&service)? {
        let clause = format!("dateLastModified>='{}'", text(&object, "dateLastModified"));
        let n = n_found(&service, collection, &object, &clause)?;
        let expected = format!("{} by {clause}: also {}", collection.path, id_of(&object));
        expect(n == 1, expected, || format!("{n} objects"))?;
    }
    Ok(())
}

fn no_orphans(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let enrollments = named("enrollments")?;
    let mut n_seen = 0;
    for (collection, object) in gone(&service)? {
        let member = collection.singular;
        if !["user", "class"].contains(&member) {
            continue;
        }
        n_seen += 1;
        let filter = encode(&format!("{member}.sourcedId='{}' AND status='active'", id_of(&object)));
        let page = service.page(&format!("{}?limit=1&filter={filter}", enrollments.path), enrollments.plural)?;
        let expected = format!("no active enrollment of the {member} {}, which is gone", id_of(&object));
        expect(page.objects.is_empty(), expected, || page.response.summary())?;
    }
    if n_seen == 0 { Err(Stop::skipped("no user and no class is gone")) } else { Ok(()) }
}
