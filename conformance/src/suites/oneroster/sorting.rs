//! Sorting: sort and orderBy (OneRoster 1.1 §3.4.2, OneRoster 1.2 REST §3.4.2).

use std::cmp::Ordering;

use serde_json::Value;

use super::brief::{must, policy, should};
use super::filters::KINDS;
use super::model::{Kind, Member};
use super::paging::{first_pages, ids};
use super::service::Service;
use super::subjects::{Subject, says, subject, subjects};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 REST §3.4.2; OneRoster 1.1 §3.4.2";
/// No member of anything.
pub const UNKNOWN: &str = "nosuchfield";

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    must("OR-309", "sort orders texts by Unicode, days, instants and numbers by value, both ways", CLAUSE, sort_orders),
    must("OR-310", "What is equal to sort keeps its place from page to page", CLAUSE, sort_is_stable),
    should("OR-313", "sort alone is ascending, and orderBy alone does no harm", CLAUSE, ascending_is_the_default),
    policy("OR-313b", "An orderBy that is neither asc nor desc is refused with 400", CLAUSE, bad_order_is_refused),
];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[must(
    "OR-311",
    "By an unknown field nothing is sorted: all data comes, with a warning",
    "OneRoster 1.1 §3.4.2",
    unknown_is_warned_about,
)];

/// Checks of 1.2.
pub const V1P2: &[Check] = &[policy(
    "OR-312",
    "An unknown field to sort by is ignored or refused",
    "OneRoster 1.2 REST §3.4.2",
    unknown_is_ignored_or_refused,
)];

/// Whether that order is wrong whatever Unicode order is meant: that of code points, or that of a collation.
fn is_surely_wrong(subject: &Subject, lower: &str, higher: &str) -> bool {
    if let Some(order) = subject.order(lower, higher) {
        return order == Ordering::Greater;
    }
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    lower.is_ascii() && higher.is_ascii() && lower > higher && letters(lower) > letters(higher)
}

fn sort_orders(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for is_one in KINDS {
        let Some(subject) = subjects(&service, is_one)?.into_iter().next() else { continue };
        for order in ["asc", "desc"] {
            let (path, field) = (subject.collection.path, &subject.field);
            let path = format!("{path}?limit={}&sort={field}&orderBy={order}", probe.target.sample);
            let page = service.page(&path, subject.collection.plural)?;
            let texts: Vec<String> = page.objects.iter().map(|object| subject.text(object)).collect();
            // Where those without a value go isn't written.
            let texts: Vec<&String> = texts.iter().filter(|text| !text.is_empty()).collect();
            let is_wrong = |one: &str, next: &str| match order {
                "asc" => is_surely_wrong(&subject, one, next),
                _ => is_surely_wrong(&subject, next, one),
            };
            let wrong = texts.iter().zip(texts.iter().skip(1)).find(|(one, next)| is_wrong(one, next));
            expect(wrong.is_none(), format!("GET {path}: in that order"), || {
                format!("one after the other: {wrong:?}")
            })?;
        }
    }
    Ok(())
}

/// A member that many objects have the same value of.
fn same_in_many(service: &Service<'_, '_>) -> Result<Subject, Stop> {
    let is_one = |member: &Member| matches!(member.kind, Kind::Word(_) | Kind::Flag | Kind::Time);
    let many = subjects(service, &is_one)?.into_iter().filter(|subject| subject.objects.len() >= 6);
    let many = many.max_by_key(|subject| (subject.is_in_all, subject.objects.len()));
    many.ok_or_else(|| Stop::skipped("no collection has six objects"))
}

fn sort_is_stable(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let subject = same_in_many(&service)?;
    let size = (subject.objects.len() / 3).min(20);
    let path = |limit: usize, offset: usize| {
        format!("{}?limit={limit}&offset={offset}&sort={}", subject.collection.path, subject.field)
    };
    let whole = service.page(&path(size * 3, 0), subject.collection.plural)?;
    let mut seen: Vec<Value> = Vec::new();
    for offset in [0, size, size * 2] {
        seen.extend(service.page(&path(size, offset), subject.collection.plural)?.objects);
    }
    expect(
        ids(&seen) == ids(&whole.objects),
        format!("GET {}: what three smaller pages hold", path(size * 3, 0)),
        || format!("{:?} and {:?}", ids(&whole.objects), ids(&seen)),
    )
}

fn ascending_is_the_default(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let subject = subject(&service, "sourcedId", &|member| member.name == "sourcedId")?;
    let page =
        |query: &str| service.page(&format!("{}?limit=10{query}", subject.collection.path), subject.collection.plural);
    let (alone, ascending) = (page("&sort=sourcedId")?, page("&sort=sourcedId&orderBy=asc")?);
    expect(ids(&alone.objects) == ids(&ascending.objects), "sort=sourcedId alone is orderBy=asc", || {
        format!("{:?} and {:?}", ids(&alone.objects), ids(&ascending.objects))
    })?;
    let unsorted = page("&orderBy=desc")?;
    expect(unsorted.objects.len() == alone.objects.len(), "orderBy=desc alone gives as many objects", || {
        unsorted.response.summary()
    })
}

fn bad_order_is_refused(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let path = format!("{}?sort=sourcedId&orderBy=sideways", service.first()?.path);
    service.expect_error(&service.get(&path)?, &[400], &format!("GET {path}"))
}

fn unknown_is_warned_about(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, plain) in first_pages(&service, 5)? {
        let path = format!("{}?limit=5&sort={UNKNOWN}", collection.path);
        let page = service.page(&path, collection.plural)?;
        let is_warned = says(&page.response, "invalid_sort_field") && says(&page.response, "warning");
        expect(
            is_warned && ids(&page.objects) == ids(&plain.objects),
            format!("GET {path}: the data in its own order, and a warning with invalid_sort_field"),
            || page.response.summary(),
        )?;
    }
    Ok(())
}

fn unknown_is_ignored_or_refused(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for (collection, plain) in first_pages(&service, 5)? {
        let path = format!("{}?limit=5&sort={UNKNOWN}", collection.path);
        let response = service.get(&path)?;
        if response.status == 200 {
            let page = service.page(&path, collection.plural)?;
            expect(ids(&page.objects) == ids(&plain.objects), format!("GET {path}: the same as without it"), || {
                format!("{:?} and {:?}", ids(&page.objects), ids(&plain.objects))
            })?;
        } else {
            service.expect_error(&response, &[400], &format!("GET {path}: 200, or"))?;
        }
    }
    Ok(())
}
