//! Pages: limit, offset, X-Total-Count and Link (OneRoster 1.1 §3.4.1, OneRoster 1.2 REST §3.4.1).

use std::collections::BTreeSet;

use serde_json::Value;

use super::brief::{must, policy, should};
use super::collection::{self, Collection};
use super::service::{Page, Service, id_of, links};
use super::subjects::clause;
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 REST §3.4.1; OneRoster 1.1 §3.4.1";
const TOTAL: &str = "OneRoster 1.2 OpenAPI, header X-Total-Count";

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    must("OR-301", "Without a limit at most 100 objects come, from the first on", CLAUSE, default_is_a_hundred),
    must("OR-302", "Pages hold as many as asked for, and together everything once", CLAUSE, pages_make_the_whole),
    must("OR-303", "A limit of 10000 is honored, or what is left can be paged to", CLAUSE, large_limit_is_honored),
    must("OR-304", "An offset beyond the end gives an empty list", CLAUSE, beyond_the_end_is_nothing),
    policy("OR-305", "A limit or an offset that is none is refused with 400", CLAUSE, bad_numbers_are_refused),
    should("OR-308", "Following next leads through everything, with the same query", CLAUSE, next_leads_through),
];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    must("OR-306", "X-Total-Count is what there is after filtering, on each page", TOTAL, totals_are_right),
    must("OR-307", "The Link header has first, prev, next and last where they lead somewhere", CLAUSE, links_are_right),
];

/// The collections that can be read, each with a first page of that many.
pub fn first_pages(service: &Service<'_, '_>, limit: usize) -> Result<Vec<(Collection, Page)>, Stop> {
    let mut pages = Vec::new();
    for collection in collection::of(service.edition) {
        match service.page(&format!("{}?limit={limit}", collection.path), collection.plural) {
            Ok(page) => pages.push((collection, page)),
            Err(Stop::Broken(why)) => return Err(Stop::Broken(why)),
            // Whether it is there at all, checks of endpoints look at.
            Err(_) => {}
        }
    }
    if pages.is_empty() { Err(Stop::skipped("no collection can be read")) } else { Ok(pages) }
}

/// The ids of a list.
pub fn ids(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(id_of).collect()
}

fn default_is_a_hundred(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, _) in first_pages(&service, 1)? {
        let page = service.page(collection.path, collection.plural)?;
        expect(page.objects.len() <= 100, format!("GET {}: at most 100 objects", collection.path), || {
            format!("{} objects", page.objects.len())
        })?;
        let path = format!("{}?limit=100&offset=0", collection.path);
        let same = service.page(&path, collection.plural)?;
        expect(
            ids(&page.objects) == ids(&same.objects),
            format!("GET {}: the same as {path}", collection.path),
            || format!("{:?} and {:?}", ids(&page.objects), ids(&same.objects)),
        )?;
    }
    Ok(())
}

fn pages_make_the_whole(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let most = probe.target.sample.saturating_mul(5);
    for (collection, whole) in first_pages(&service, most)? {
        let n_whole = whole.objects.len();
        let n_all = whole.total().unwrap_or(n_whole);
        for limit in [1, 7, 100] {
            let page = service.page(&format!("{}?limit={limit}", collection.path), collection.plural)?;
            let n = page.objects.len();
            expect(
                n == limit.min(n_all),
                format!("GET {}?limit={limit}: {}", collection.path, limit.min(n_all)),
                || format!("{n} objects"),
            )?;
        }
        // Ten pages at most, and none of them a whole sample of a collection that is larger.
        let size = if n_all > n_whole { 100 } else { n_whole.div_ceil(10).max(7) };
        let n_looked = if n_all > n_whole { size * 3 } else { n_whole };
        let mut seen: Vec<String> = Vec::new();
        for offset in (0..n_looked).step_by(size) {
            let path = format!("{}?limit={size}&offset={offset}", collection.path);
            let page = service.page(&path, collection.plural)?;
            seen.extend(page.objects.iter().map(|object| id_of(object).to_owned()));
        }
        let wanted: Vec<&str> = ids(&whole.objects).into_iter().take(n_looked).collect();
        let distinct: BTreeSet<&String> = seen.iter().collect();
        let is_whole = distinct.len() == seen.len() && wanted.iter().all(|id| seen.iter().any(|one| one == id));
        expect(is_whole, format!("pages of {size} of {} hold each object once", collection.path), || {
            format!("{} objects, {} of them different; on one page {}", seen.len(), distinct.len(), wanted.len())
        })?;
        if n_all > n_whole {
            probe.note_sample(collection.path, n_looked, n_all);
        }
    }
    Ok(())
}

fn large_limit_is_honored(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let pages = first_pages(&service, 1)?;
    let Some((collection, first)) = pages.into_iter().max_by_key(|(_, page)| page.total().unwrap_or_default()) else {
        return Err(Stop::skipped("no collection can be read"));
    };
    let page = service.page(&format!("{}?limit=10000", collection.path), collection.plural)?;
    let Some(n_all) = first.total() else {
        let one_more =
            service.page(&format!("{}?limit=1&offset={}", collection.path, page.objects.len()), collection.plural)?;
        let is_whole = one_more.objects.is_empty() || page.objects.len() >= 10_000 || page.link("next").is_some();
        return expect(is_whole, "10000 objects, all of them, or a link to the next page", || {
            format!("{} objects, without a link, though there are more", page.objects.len())
        });
    };
    let n = page.objects.len();
    let leads_on = page.link("next").is_some() && page.total() == Some(n_all);
    expect(
        n == n_all.min(10_000) || leads_on,
        format!("{} objects, or a right total and rel=next", n_all.min(10_000)),
        || format!("{n} of {n_all} objects of {}, and no link to the next page", collection.path),
    )
}

fn beyond_the_end_is_nothing(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, _) in first_pages(&service, 1)? {
        let path = format!("{}?limit=10&offset=100000000", collection.path);
        let page = service.page(&path, collection.plural)?;
        expect(page.objects.is_empty(), format!("GET {path}: an empty list"), || page.response.summary())?;
    }
    Ok(())
}

fn bad_numbers_are_refused(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let Some((collection, _)) = first_pages(&service, 1)?.into_iter().next() else { return Ok(()) };
    for query in [
        "limit=0",
        "limit=-1",
        "limit=abc",
        "limit=1e3",
        "limit=99999999999",
        "limit=1&limit=2",
        "offset=-1",
        "offset=abc",
    ] {
        let path = format!("{}?{query}", collection.path);
        service.expect_error(&service.get(&path)?, &[400], &format!("GET {path}"))?;
    }
    Ok(())
}

fn totals_are_right(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, first) in first_pages(&service, probe.target.sample)? {
        let n = first.objects.len();
        let total_of = |page: &Page, asked: &str, wanted: &str, is_right: &dyn Fn(usize) -> bool| {
            expect(page.total().is_some_and(is_right), format!("GET {asked}: X-Total-Count {wanted}"), || {
                format!("{:?}", page.response.header("x-total-count"))
            })
        };
        let path = format!("{}?limit=1&offset={n}", collection.path);
        let after = service.page(&path, collection.plural)?;
        let is_whole = after.objects.is_empty();
        let wanted = if is_whole { format!("{n}") } else { format!("more than {n}") };
        total_of(&first, collection.path, &wanted, &|total| if is_whole { total == n } else { total > n })?;
        total_of(&after, &path, "as on the first page", &|total| first.total() == Some(total))?;
        let Some(id) = first.objects.first().map(id_of) else { continue };
        let path = format!("{}?limit=1&filter={}", collection.path, clause("sourcedId", "=", id));
        total_of(&service.page(&path, collection.plural)?, &path, "1", &|total| total == 1)?;
    }
    Ok(())
}

/// The collection of which there is most, with at least so many objects.
fn one_of_many(service: &Service<'_, '_>, n_least: usize) -> Result<(Collection, usize), Stop> {
    let pages = first_pages(service, n_least)?.into_iter();
    let pages = pages.filter(|(_, page)| page.objects.len() >= n_least);
    // Of those that are there, the smallest: it is walked.
    let found = pages.map(|(collection, page)| (collection, page.total().unwrap_or(n_least))).min_by_key(|(_, n)| *n);
    found.ok_or_else(|| Stop::skipped(format!("no collection has {n_least} objects")))
}

fn links_are_right(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (collection, n_all) = one_of_many(&service, 3)?;
    for (offset, has_next) in [(0, true), (1, true), (n_all - 1, false)] {
        let path = format!("{}?limit=1&offset={offset}", collection.path);
        let page = service.page(&path, collection.plural)?;
        let Some(header) = page.response.header("link") else {
            // No text demands the header; whoever sends it sends it right.
            if offset == 0 {
                return Err(Stop::skipped("no Link header is sent"));
            }
            continue;
        };
        let relations = links(header);
        let has = |name: &str| relations.iter().any(|(relation, _)| relation == name);
        let are_known = relations.iter().all(|(name, _)| ["first", "prev", "next", "last"].contains(&name.as_str()));
        let is_right = are_known && has("next") == has_next && !(offset == 0 && has("prev"));
        let wanted = match (offset, has_next) {
            (0, _) => "next, and no prev",
            (_, true) => "next",
            (_, false) => "no next",
        };
        expect(is_right, format!("GET {path}: a link with {wanted}"), || format!("Link: {header}"))?;
        let places = [("next", offset + 1), ("prev", offset.saturating_sub(1)), ("first", 0), ("last", n_all - 1)];
        for (relation, place) in places {
            let Some(url) = page.link(relation) else { continue };
            let there = service.page_at(&url, collection.plural)?;
            let direct = service.page(&format!("{}?limit=1&offset={place}", collection.path), collection.plural)?;
            expect(ids(&there.objects) == ids(&direct.objects), format!("{relation} leads to offset {place}"), || {
                format!("{url} holds {:?}", ids(&there.objects))
            })?;
        }
    }
    Ok(())
}

fn next_leads_through(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (collection, n_all) = one_of_many(&service, 4)?;
    let most = probe.target.sample.max(4);
    let limit = n_all.min(most).div_ceil(8).max(1);
    let first = service.page(&format!("{}?limit=1&sort=sourcedId&orderBy=desc", collection.path), collection.plural)?;
    let filter = clause("sourcedId", "!=", first.objects.first().map(id_of).unwrap_or_default());
    let path = |limit: usize| {
        let path = collection.path;
        format!("{path}?limit={limit}&sort=sourcedId&orderBy=desc&fields=sourcedId,status&filter={filter}")
    };
    let whole = service.page(&path(most), collection.plural)?;
    let wanted = ids(&whole.objects);
    let mut page = service.page(&path(limit), collection.plural)?;
    if page.response.header("link").is_none() {
        return Err(Stop::skipped("no Link header is sent"));
    }
    let mut seen: Vec<String> = Vec::new();
    loop {
        seen.extend(page.objects.iter().map(|object| id_of(object).to_owned()));
        let mut members = page.objects.iter().filter_map(Value::as_object).flat_map(|object| object.keys());
        let is_cut = members.all(|name| ["sourcedId", "status"].contains(&name.as_str()));
        expect(is_cut && page.objects.len() <= limit, "links keep `fields` and `limit`", || page.response.summary())?;
        let Some(url) = page.link("next").filter(|_| seen.len() < wanted.len()) else { break };
        expect(!url.contains(','), "commas in links are encoded, so that the header can be split", || url.clone())?;
        page = service.page_at(&url, collection.plural)?;
        expect(!page.objects.is_empty(), "no next page is empty", || url.clone())?;
    }
    let is_whole = seen.len() >= wanted.len() && seen.iter().zip(&wanted).all(|(one, other)| one == other);
    expect(is_whole, format!("the {} objects of one page, in its order", wanted.len()), || {
        format!("{} objects: {}…", seen.len(), seen.iter().take(5).cloned().collect::<Vec<_>>().join(", "))
    })
}
