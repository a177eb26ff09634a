//! Queries of collections below other objects.

use std::collections::BTreeSet;

use serde_json::Value;

use super::brief::should;
use super::routes::{Asked, served};
use super::service::{Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "OneRoster 1.2 REST §3.4; OneRoster 1.1 §3.4";

/// Checks of all suites.
pub const ALL: &[Check] = &[
    should("OR-332", "Below other objects lists are paged, sorted and filtered as well", CLAUSE, queries),
    should("OR-332b", "A filter finds nothing but what stands below the object", CLAUSE, no_wider),
];

/// How long a list is that is looked at.
const MOST: usize = 200;

/// A list below another object, whole.
struct List {
    path: String,
    plural: &'static str,
    all: Vec<String>,
}

/// Those that aren't empty.
fn lists(service: &Service<'_, '_>) -> Result<Vec<List>, Stop> {
    let mut found = Vec::new();
    for Asked { route, path } in served(service)? {
        let page = service.page(&format!("{path}?limit={MOST}"), route.plural)?;
        let is_whole = page.total().is_none_or(|total| total == page.objects.len()) && page.objects.len() < MOST;
        if is_whole && !page.objects.is_empty() {
            let all = page.objects.iter().map(|object| id_of(object).to_owned()).collect();
            found.push(List { path, plural: route.plural, all });
        }
    }
    if found.is_empty() {
        Err(Stop::skipped("every list below another object is empty or too long"))
    } else {
        Ok(found)
    }
}

fn ids(service: &Service<'_, '_>, path: &str, plural: &str) -> Result<Vec<String>, Stop> {
    Ok(service.page(path, plural)?.objects.iter().map(|object| id_of(object).to_owned()).collect())
}

fn queries(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for List { path, plural, all } in lists(&service)? {
        let half = all.len().div_ceil(2);
        let mut paged = ids(&service, &format!("{path}?limit={half}"), plural)?;
        expect(paged.len() == half, format!("GET {path}?limit={half}: {half} objects"), || paged.len().to_string())?;
        paged.extend(ids(&service, &format!("{path}?limit={half}&offset={half}"), plural)?);
        let (one, other): (BTreeSet<&String>, BTreeSet<&String>) = (paged.iter().collect(), all.iter().collect());
        expect(one == other, format!("GET {path} in two pages: the same"), || format!("{paged:?}"))?;
        let sorted =
            |order: &str| ids(&service, &format!("{path}?limit={MOST}&sort=sourcedId&orderBy={order}"), plural);
        let (up, mut down) = (sorted("asc")?, sorted("desc")?);
        down.reverse();
        expect(up == down, format!("GET {path} by sourcedId: one order, and the other way"), || {
            format!("{up:?} {down:?}")
        })?;
        for id in all.iter().take(1) {
            let filtered = ids(&service, &format!("{path}?filter={}", encode(&format!("sourcedId='{id}'"))), plural)?;
            expect(filtered == [id.as_str()], format!("GET {path} by sourcedId='{id}': it"), || {
                format!("{filtered:?}")
            })?;
        }
        let none = ids(&service, &format!("{path}?filter={}", encode(&format!("sourcedId='{}'", nonce()))), plural)?;
        expect(none.is_empty(), format!("GET {path} by an unknown sourcedId: nothing"), || format!("{none:?}"))?;
    }
    Ok(())
}

fn no_wider(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for List { path, plural, all } in lists(&service)? {
        let whole = service.get(&format!("{plural}?limit={MOST}"))?.json();
        let others = whole.get(plural).and_then(Value::as_array).into_iter().flatten().map(id_of);
        let Some(other) = others.into_iter().find(|id| !all.iter().any(|own| own == id)) else { continue };
        let Some(own) = all.first() else { continue };
        n_seen += 1;
        let filter = encode(&format!("sourcedId='{own}' OR sourcedId='{other}'"));
        let found = ids(&service, &format!("{path}?filter={filter}"), plural)?;
        expect(found == [own.as_str()], format!("GET {path} by {own} or {other}: {own}"), || format!("{found:?}"))?;
    }
    if n_seen == 0 { Err(Stop::skipped("there is nothing but what stands below these objects")) } else { Ok(()) }
}
