//! What changed since when: how clients keep up.

use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::brief::{must, policy, writing};
use super::super::routes::named;
use super::super::service::{Service, id_of};
use super::desk::{Desk, with};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 Information Models §5, dateLastModified; OneRoster 1.1 §4";

/// Checks of what is written.
pub const WRITTEN: &[Check] = &[
    writing(must("OR-701", "What changed since an instant is found by it, and what didn't isn't", CLAUSE, changed)),
    writing(policy(
        "OR-705",
        "Who reads what changed page by page misses nothing that changes meanwhile",
        CLAUSE,
        meanwhile,
    )),
];

/// Checks of all suites.
pub const ALL: &[Check] =
    &[must("OR-703", "dateLastModified compares as it is printed: > leaves it out, >= has it", CLAUSE, boundary)];

fn modified(object: &Value) -> &str {
    object.get("dateLastModified").and_then(Value::as_str).unwrap_or_default()
}

fn changed(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let desk = Desk::open(&service, "lineItems")?;
    let collection = named("lineItems")?;
    let (untouched, touched) = (desk.make("lineItems")?, desk.make("lineItems")?);
    sleep(Duration::from_millis(1100));
    let since = modified(&service.single(collection, id_of(&touched))?).to_owned();
    desk.must_put(collection, &with(&touched, &json!({"title": "Conformance, changed"})))?;
    let found = |object: &Value| -> Result<bool, Stop> {
        let filter = format!("dateLastModified>'{since}' AND sourcedId='{}'", id_of(object));
        let page = service.page(&format!("lineItems?filter={}", encode(&filter)), "lineItems")?;
        Ok(!page.objects.is_empty())
    };
    let seen = (found(&touched)?, found(&untouched)?);
    expect(seen == (true, false), format!("by dateLastModified>'{since}': what changed, not what didn't"), || {
        format!("what changed: {}, what didn't: {}", seen.0, seen.1)
    })
}

fn boundary(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let sample = service.sample(collection)?;
        let Some(object) = sample.as_array().and_then(|all| all.last()) else { continue };
        let (id, at) = (id_of(object), modified(object));
        for (predicate, is_found) in [(">", false), (">=", true), ("<", false), ("<=", true), ("=", true)] {
            let filter = format!("dateLastModified{predicate}'{at}' AND sourcedId='{id}'");
            let path = format!("{}?filter={}", collection.path, encode(&filter));
            let n_found = service.page(&path, collection.plural)?.objects.len();
            let expected = format!("{} by {filter}: {}", collection.path, usize::from(is_found));
            expect(n_found == usize::from(is_found), expected, || n_found.to_string())?;
        }
    }
    Ok(())
}

fn meanwhile(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let desk = Desk::open(&service, "lineItems")?;
    let collection = named("lineItems")?;
    let made = (0..6).map(|_| desk.make("lineItems")).collect::<Result<Vec<Value>, Stop>>()?;
    let Some(first) = made.first() else { return Ok(()) };
    let since = modified(&service.single(collection, id_of(first))?).to_owned();
    let filter = encode(&format!("dateLastModified>='{since}'"));
    let path = format!("lineItems?limit=2&sort=dateLastModified&orderBy=asc&filter={filter}");
    let mut page = service.page(&path, "lineItems")?;
    if page.link("next").is_none() {
        return Err(Stop::skipped("the target gives no link to the next page"));
    }
    let mut seen = BTreeSet::new();
    // Others may write as well; who writes without end is waited for no longer.
    for n in 0..100 {
        seen.extend(page.objects.iter().map(|object| id_of(object).to_owned()));
        if n == 0 {
            // What was read already moves to the end, and what comes next moves up.
            desk.must_put(collection, &with(first, &json!({"title": "Conformance, changed"})))?;
        }
        match page.link("next") {
            Some(next) => page = service.page_at(&next, "lineItems")?,
            None => break,
        }
    }
    let missed: Vec<&str> = made.iter().map(id_of).filter(|id| !seen.contains(*id)).collect();
    expect(missed.is_empty(), format!("GET {path} and what follows: all that was made since"), || {
        format!("not {missed:?}")
    })
}
