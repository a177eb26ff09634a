//! The ways in which clients walk through a list, which lead to the same objects.

use std::collections::BTreeSet;

use super::super::brief::practice;
use super::super::service::{Page, Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 REST §3.4.1; OneRoster 1.1 §3.4.1";

/// Checks of all suites.
pub const ALL: &[Check] = &[
    practice(
        "OR-805",
        "Who walks until a page isn't full, and who walks until one is empty, sees the same",
        CLAUSE,
        offset_walks,
    ),
    practice("OR-805b", "Who follows the links to the next page sees what the total tells", CLAUSE, link_walk),
];

/// How many pages a walk takes at most.
const MOST_PAGES: usize = 60;

/// The collection that is walked through: one of more than one page, but not of too many.
fn walked(service: &Service<'_, '_>) -> Result<(&'static str, &'static str, usize), Stop> {
    for collection in service.served()? {
        let page = service.page(&format!("{}?limit=200", collection.path), collection.plural)?;
        let n_objects = page.objects.len();
        // Who tells no total may have cut the list at a round number.
        let is_whole = page.total().map_or(!n_objects.is_multiple_of(50), |total| total == n_objects);
        if n_objects > 2 && is_whole {
            let limit = n_objects.div_ceil(4).max(2);
            return Ok((collection.path, collection.plural, limit));
        }
    }
    Err(Stop::skipped("no list has more than one object, and few enough to walk through"))
}

fn add(seen: &mut BTreeSet<String>, page: &Page, path: &str) -> Verdict {
    for object in &page.objects {
        let is_new = seen.insert(id_of(object).to_owned());
        expect(is_new, format!("{path}: each object on one page"), || format!("{} on two", id_of(object)))?;
    }
    Ok(())
}

/// Walks by offset; until a page isn't full, or until one is empty.
fn by_offset(
    service: &Service<'_, '_>,
    (path, plural, limit): (&str, &str, usize),
    is_last: fn(usize, usize) -> bool,
) -> Result<BTreeSet<String>, Stop> {
    let mut seen = BTreeSet::new();
    for n in 0..MOST_PAGES {
        let asked = format!("{path}?limit={limit}&offset={}", n * limit);
        let page = service.page(&asked, plural)?;
        add(&mut seen, &page, &asked)?;
        if is_last(page.objects.len(), limit) {
            return Ok(seen);
        }
    }
    Err(Stop::failed(format!("GET {path}: a last page"), format!("none of {MOST_PAGES}")))
}

fn offset_walks(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let walked = walked(&service)?;
    let until_short = by_offset(&service, walked, |n_listed, limit| n_listed != limit)?;
    let until_empty = by_offset(&service, walked, |n_listed, _| n_listed == 0)?;
    let all = service.page(&format!("{}?limit=200", walked.0), walked.1)?;
    let all: BTreeSet<String> = all.objects.iter().map(|object| id_of(object).to_owned()).collect();
    expect(until_short == all && until_empty == all, format!("{}: {} objects", walked.0, all.len()), || {
        format!("{} until a page isn't full, {} until one is empty", until_short.len(), until_empty.len())
    })
}

fn link_walk(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (path, plural, limit) = walked(&service)?;
    let mut page = service.page(&format!("{path}?limit={limit}"), plural)?;
    let (Some(n_objects), Some(_)) = (page.total(), page.link("next")) else {
        return Err(Stop::skipped("the target tells no total or no next page"));
    };
    let mut seen = BTreeSet::new();
    for _ in 0..MOST_PAGES {
        add(&mut seen, &page, path)?;
        match page.link("next") {
            Some(next) => page = service.page_at(&next, plural)?,
            None => break,
        }
    }
    expect(seen.len() == n_objects, format!("{path}: {n_objects} objects by rel=next"), || seen.len().to_string())
}
