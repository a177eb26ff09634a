//! Paging by index (RFC 7644 §3.4.2.4).

use std::collections::BTreeSet;

use serde_json::Value;

use super::population::{Page, page, quoted, users};
use super::service::{expect_error, offers, require, text, with_query};
use super::wording::{may, must, needing, policy, practice, should};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const CLAUSE: &str = "RFC 7644 §3.4.2.4";

/// Checks of paging by index.
pub const CHECKS: &[Check] = &[
    needing("two users", must("SC-090", "Pages together hold every resource once", CLAUSE, pages_cover_all)),
    needing("two users", must("SC-091", "A startIndex below 1 is taken as 1, and told as 1", CLAUSE, low_start)),
    must("SC-092", "For a count of 0 or less there are no resources, but the right totalResults", CLAUSE, low_count),
    must("SC-093", "Past the end there is an empty page with the right totalResults", CLAUSE, past_the_end),
    needing(
        "two users",
        must("SC-094", "No page holds more than count, and a large count is no error", CLAUSE, count_is_kept),
    ),
    policy(should("SC-095", "What is no integer is refused: 400", CLAUSE, no_integer)),
    needing(
        "two users",
        practice(may("SC-096", "The case of letters in the parameters' names doesn't matter", CLAUSE, any_case)),
    ),
    policy(should("SC-097", "An integer beyond 64 bits isn't the server's fault", CLAUSE, huge_integers)),
    needing("three users, filters", must("SC-098", "Pages are cut after filtering and sorting", CLAUSE, cut_at_last)),
];

fn two_users(probe: &Probe<'_>) -> Result<usize, Stop> {
    let total = users(probe)?.total;
    if total < 2 { Err(Stop::skipped("there are fewer than two users")) } else { Ok(total) }
}

/// Pages of at most that size, one after the other, until there are enough resources or no more.
fn pages(
    probe: &Probe<'_>,
    size: usize,
    n_wanted: usize,
    parameters: &[(&str, &str)],
) -> Result<(Vec<Value>, BTreeSet<usize>), Stop> {
    let (mut resources, mut totals): (Vec<Value>, BTreeSet<usize>) = Default::default();
    let size = size.to_string();
    while resources.len() < n_wanted {
        let start = (resources.len() + 1).to_string();
        let mut asked = parameters.to_vec();
        asked.extend([("startIndex", start.as_str()), ("count", size.as_str())]);
        let next = page(probe, "/Users", &asked)?;
        totals.insert(next.total);
        if next.resources.is_empty() {
            break;
        }
        resources.extend(next.resources);
    }
    Ok((resources, totals))
}

fn pages_cover_all(probe: &Probe<'_>) -> Verdict {
    two_users(probe)?;
    let people = users(probe)?;
    let size = (people.resources.len() / 3).max(1);
    let (paged, totals) = pages(probe, size, people.resources.len(), &[])?;
    expect(totals.iter().eq([&people.total]), format!("`totalResults` {} on every page", people.total), || {
        format!("{totals:?}")
    })?;
    let ids: BTreeSet<&str> = paged.iter().map(|user| text(user, "/id")).collect();
    expect(ids.len() == paged.len(), format!("no user twice on pages of {size}"), || {
        format!("{} users, {} of them different", paged.len(), ids.len())
    })?;
    if people.is_whole() {
        let missing = people.resources.iter().find(|user| !ids.contains(text(user, "/id")));
        expect(missing.is_none() && ids.len() == people.total, format!("all users on pages of {size}"), || {
            format!("{} of {}, without {}", ids.len(), people.total, missing.unwrap_or(&Value::Null))
        })?;
    }
    Ok(())
}

fn low_start(probe: &Probe<'_>) -> Verdict {
    two_users(probe)?;
    let first = page(probe, "/Users", &[("startIndex", "1"), ("count", "1")])?;
    for start in ["0", "-5"] {
        let found = page(probe, "/Users", &[("startIndex", start), ("count", "1")])?;
        let told = found.json.get("startIndex");
        let is_first = found.ids() == first.ids() && told.is_none_or(|told| told == &Value::from(1));
        expect(is_first, format!("startIndex={start}: as from 1 on, and `startIndex` 1"), || {
            format!("startIndex {told:?}, {}", found.summary())
        })?;
    }
    Ok(())
}

fn low_count(probe: &Probe<'_>) -> Verdict {
    let total = page(probe, "/Users", &[("count", "1")])?.total;
    for count in ["0", "-3"] {
        expect_none(&page(probe, "/Users", &[("count", count)])?, total, &format!("count={count}"))?;
    }
    Ok(())
}

fn expect_none(found: &Page, total: usize, what: &str) -> Verdict {
    let n_told = found.json.get("itemsPerPage").and_then(Value::as_u64);
    let is_none = found.resources.is_empty() && found.total == total && n_told.is_none_or(|n| n == 0);
    expect(is_none, format!("{what}: no resources, totalResults {total}, itemsPerPage 0"), || {
        format!("itemsPerPage {n_told:?}, {}", found.summary())
    })
}

fn past_the_end(probe: &Probe<'_>) -> Verdict {
    let total = page(probe, "/Users", &[("count", "1")])?.total;
    let start = (total + 1000).to_string();
    let found = page(probe, "/Users", &[("startIndex", &start), ("count", "5")])?;
    expect_none(&found, total, &format!("startIndex={start}"))
}

fn count_is_kept(probe: &Probe<'_>) -> Verdict {
    two_users(probe)?;
    let found = page(probe, "/Users", &[("count", "1")])?;
    expect(found.resources.len() == 1, "count=1: one user", || found.summary())?;
    let found = page(probe, "/Users", &[("count", "1000000")])?;
    expect(!found.resources.is_empty(), "count=1000000: as many users as a page may hold", || found.summary())
}

const NUMBERS: [&str; 2] = ["startIndex", "count"];

fn no_integer(probe: &Probe<'_>) -> Verdict {
    for name in NUMBERS {
        for value in ["abc", "1.5"] {
            let asked = with_query("/Users", &[(name, value)]);
            expect_error(&probe.get(&asked)?, &[400], &format!("GET {asked}"))?;
        }
    }
    Ok(())
}

fn any_case(probe: &Probe<'_>) -> Verdict {
    two_users(probe)?;
    let known = page(probe, "/Users", &[("startIndex", "2"), ("count", "1")])?;
    let same = page(probe, "/Users", &[("startindex", "2"), ("COUNT", "1")])?;
    expect(same.ids() == known.ids(), "startindex=2&COUNT=1: as startIndex=2&count=1", || same.summary())
}

fn huge_integers(probe: &Probe<'_>) -> Verdict {
    for name in NUMBERS {
        let asked = with_query("/Users", &[(name, "99999999999999999999999999")]);
        let response = probe.get(&asked)?;
        expect(response.status < 500, format!("GET {asked}: a list, or 400"), || response.summary())?;
    }
    Ok(())
}

fn cut_at_last(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let people = users(probe)?;
    if people.total < 3 {
        return Err(Stop::skipped("there are fewer than three users"));
    }
    let name = people.resources.first().map(|user| text(user, "/userName")).unwrap_or_default();
    let filter = format!("userName ne {}", quoted(name));
    let mut parameters = vec![("filter", filter.as_str())];
    if offers(probe, "sort")? {
        parameters.extend([("sortBy", "userName"), ("sortOrder", "descending")]);
    }
    let (whole, _) = pages(probe, 60, 60, &parameters)?;
    let (parts, totals) = pages(probe, (whole.len() / 3).max(1), whole.len(), &parameters)?;
    let ids = |users: &[Value]| users.iter().map(|user| text(user, "/id").to_owned()).collect::<Vec<_>>();
    let is_right = ids(&whole) == ids(&parts) && totals.iter().eq([&(people.total - 1)]);
    expect(is_right, format!("small pages of {parameters:?}: what a large one holds, of {}", people.total - 1), || {
        format!("{} instead of {}, of {totals:?}", ids(&parts).join(", "), ids(&whole).join(", "))
    })
}
