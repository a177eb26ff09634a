//! Sorting (RFC 7644 §3.4.2.3).

use std::cmp::Ordering;

use serde_json::Value;

use super::made::USER;
use super::population::{Page, page, users};
use super::service::{expect_error, offers, require, text, with_query};
use super::values::{instant, is_surely_less, leading};
use super::wording::{may, must, needing, policy, should};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const CLAUSE: &str = "RFC 7644 §3.4.2.3";
const NEEDS: &str = "sorting";

/// Checks of sorting.
pub const CHECKS: &[Check] = &[
    needing(NEEDS, should("SC-120", "sortBy orders upwards, unless sortOrder is descending", CLAUSE, both_ways)),
    needing(NEEDS, should("SC-121", "Texts are in order whatever the case of their letters", CLAUSE, any_case)),
    needing(NEEDS, may("SC-121b", "Texts that are exact to their case are in order by it", CLAUSE, exact_case)),
    needing(NEEDS, should("SC-122", "Who has no value comes last upwards, and first downwards", CLAUSE, without_value)),
    needing(NEEDS, should("SC-123", "Parts, times and names with a URN are sorted by", CLAUSE, parts_and_times)),
    needing(NEEDS, should("SC-123b", "Lists are sorted by their primary value, or else their first", CLAUSE, lists)),
    needing(
        NEEDS,
        policy(should("SC-124", "An unknown sortBy or sortOrder is refused: 400", CLAUSE, unknown_is_refused)),
    ),
    needing(
        "no sorting",
        must("SC-125", "Where there is no sorting, its parameters are ignored", CLAUSE, ignored_without_sorting),
    ),
];

const WAYS: [&str; 2] = ["ascending", "descending"];

fn sorted(probe: &Probe<'_>, attribute: &str, order: &str) -> Result<Page, Stop> {
    require(probe, "sort")?;
    let count = probe.target.sample.to_string();
    page(probe, "/Users", &[("sortBy", attribute), ("sortOrder", order), ("count", &count)])
}

/// That the values that there are stand in order, as far as that can be told.
fn expect_order(
    found: &[Value],
    value: impl Fn(&Value) -> String,
    is_less: fn(&str, &str) -> bool,
    what: &str,
) -> Verdict {
    // Where letters beyond ASCII go, collations disagree.
    let values = found.iter().map(value).filter(|value| !value.is_empty() && value.is_ascii());
    let values: Vec<String> = values.collect();
    let wrong = values.iter().zip(values.iter().skip(1)).find(|(one, next)| is_less(next, one));
    expect(wrong.is_none(), format!("{what}: in order"), || format!("one after the other: {wrong:?}"))
}

fn upwards(mut resources: Vec<Value>, order: &str) -> Vec<Value> {
    if order == "descending" {
        resources.reverse();
    }
    resources
}

/// That users stand in the order of a text, both ways.
fn expect_sorted(probe: &Probe<'_>, attribute: &str, value: impl Fn(&Value) -> String) -> Verdict {
    for order in WAYS {
        let found = upwards(sorted(probe, attribute, order)?.resources, order);
        expect_order(&found, &value, is_surely_less, &format!("sortBy={attribute}, {order}"))?;
    }
    Ok(())
}

fn both_ways(probe: &Probe<'_>) -> Verdict {
    expect_sorted(probe, "userName", |user| text(user, "/userName").to_owned())?;
    let ascending = sorted(probe, "userName", "ascending")?;
    let count = probe.target.sample.to_string();
    let default = page(probe, "/Users", &[("sortBy", "userName"), ("count", &count)])?;
    expect(default.ids() == ascending.ids(), "sortBy=userName alone: ascending", || default.summary())
}

fn any_case(probe: &Probe<'_>) -> Verdict {
    require(probe, "sort")?;
    let people = users(probe)?.resources;
    let shown = ["displayName", "userName"].iter().map(|name| (*name, format!("/{name}")));
    let mixed = shown.into_iter().find(|(_, pointer)| {
        let values: Vec<&str> = people.iter().map(|user| text(user, pointer)).collect();
        values.iter().any(|one| values.iter().any(|other| is_surely_less(one, other) && one > other))
    });
    let Some((attribute, pointer)) = mixed else {
        return Err(Stop::skipped("the case of letters decides over no order"));
    };
    expect_sorted(probe, attribute, |user| text(user, &pointer).to_owned())
}

fn exact_case(probe: &Probe<'_>) -> Verdict {
    let is_less = |one: &str, other: &str| one.is_ascii() && other.is_ascii() && one < other;
    for order in WAYS {
        let found = upwards(sorted(probe, "externalId", order)?.resources, order);
        let value = |user: &Value| text(user, "/externalId").to_owned();
        expect_order(&found, value, is_less, &format!("sortBy=externalId, {order}"))?;
    }
    Ok(())
}

fn without_value(probe: &Probe<'_>) -> Verdict {
    require(probe, "sort")?;
    let people = users(probe)?.resources;
    let names = ["displayName", "title", "nickName", "externalId"];
    let has = |user: &Value, name: &str| !text(user, &format!("/{name}")).is_empty();
    let some = names.iter().find(|name| {
        let n_with = people.iter().filter(|user| has(user, name)).count();
        n_with > 0 && n_with < people.len()
    });
    let Some(name) = some else { return Err(Stop::skipped("no attribute that some users have and some haven't")) };
    for order in WAYS {
        let found = sorted(probe, name, order)?;
        let has_value: Vec<bool> = found.resources.iter().map(|user| has(user, name)).collect();
        // Downwards they come first: a page need not reach those who have a value.
        let is_right = has_value.is_sorted_by_key(|has| if order == "ascending" { !has } else { *has });
        expect(is_right, format!("sortBy={name}, {order}: who has none at the end that is theirs"), || {
            format!("whether each has one: {has_value:?}")
        })?;
    }
    Ok(())
}

fn parts_and_times(probe: &Probe<'_>) -> Verdict {
    expect_sorted(probe, "name.familyName", |user| text(user, "/name/familyName").to_owned())?;
    let qualified = format!("{USER}:userName");
    let (known, same) = (sorted(probe, "userName", "descending")?, sorted(probe, &qualified, "descending")?);
    expect(same.ids() == known.ids(), format!("sortBy={qualified}: as userName"), || same.summary())?;
    for order in WAYS {
        let found = upwards(sorted(probe, "meta.created", order)?.resources, order);
        let is_less = |one: &str, other: &str| match (instant(one), instant(other)) {
            (Some(one), Some(other)) => one.cmp(&other) == Ordering::Less,
            _ => false,
        };
        let value = |user: &Value| text(user, "/meta/created").to_owned();
        expect_order(&found, value, is_less, &format!("sortBy=meta.created, {order}"))?;
    }
    Ok(())
}

fn lists(probe: &Probe<'_>) -> Verdict {
    require(probe, "sort")?;
    if users(probe)?.resources.iter().filter(|user| !leading(user, "emails").is_empty()).count() < 2 {
        return Err(Stop::skipped("fewer than two users have emails"));
    }
    expect_sorted(probe, "emails", |user| leading(user, "emails").to_owned())
}

fn unknown_is_refused(probe: &Probe<'_>) -> Verdict {
    require(probe, "sort")?;
    for parameters in [&[("sortBy", "nosuch")][..], &[("sortBy", "userName"), ("sortOrder", "sideways")]] {
        let asked = with_query("/Users", parameters);
        expect_error(&probe.get(&asked)?, &[400], &format!("GET {asked}"))?;
    }
    Ok(())
}

fn ignored_without_sorting(probe: &Probe<'_>) -> Verdict {
    if offers(probe, "sort")? {
        return Err(Stop::skipped("the server sorts"));
    }
    let known = page(probe, "/Users", &[("count", "2")])?;
    let same = page(probe, "/Users", &[("count", "2"), ("sortBy", "userName"), ("sortOrder", "descending")])?;
    expect(same.total == known.total, "the same as without sortBy", || same.summary())
}
