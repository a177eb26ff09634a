//! What a filter finds against what it should, as far as the target's own users tell.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::super::population::{Page, holds_for, page, users};
use super::super::service::{require, text};
use super::super::values::is_surely_less;
use crate::check::{Stop, Verdict, expect};
use crate::probe::Probe;

/// The users that a filter finds, on the first page of them.
pub fn find(probe: &Probe<'_>, filter: &str) -> Result<Page, Stop> {
    require(probe, "filter")?;
    page(probe, "/Users", &[("filter", filter), ("count", &probe.target.sample.to_string())])
}

/// That a filter finds who fits and nobody else; of whom nothing is said, either is right.
///
/// Gives back how many of the users who were looked at fit.
pub fn expect_fitting(probe: &Probe<'_>, filter: &str, fits: &dyn Fn(&Value) -> Option<bool>) -> Result<usize, Stop> {
    let people = users(probe)?;
    let found = find(probe, filter)?;
    let wrong = found.resources.iter().find(|user| fits(user) == Some(false));
    expect(wrong.is_none(), format!("{filter}: only who fits"), || wrong.unwrap_or(&Value::Null).to_string())?;
    let fitting: Vec<&Value> = people.resources.iter().filter(|user| fits(user) == Some(true)).collect();
    if people.is_whole() && found.total == found.resources.len() {
        let ids: BTreeSet<&str> = found.ids().into_iter().collect();
        let missing = fitting.iter().find(|user| !ids.contains(text(user, "/id")));
        expect(missing.is_none(), format!("{filter}: everybody who fits"), || {
            format!("{}, without {}", found.summary(), missing.copied().unwrap_or(&Value::Null))
        })?;
    } else if let Some(one) = fitting.first() {
        let name = text(one, "/userName");
        expect(holds_for(probe, name, filter)?, format!("{filter}: finds {name}"), || "no such user".to_owned())?;
    }
    Ok(fitting.len())
}

/// That a filter finds exactly these users, of those who were looked at.
pub fn expect_names(probe: &Probe<'_>, filter: &str, names: &[&str]) -> Verdict {
    expect_fitting(probe, filter, &|user| Some(names.contains(&text(user, "/userName")))).map(drop)
}

/// That two filters find the same users.
pub fn expect_same(probe: &Probe<'_>, filter: &str, known: &str) -> Verdict {
    let (one, other) = (find(probe, filter)?, find(probe, known)?);
    let ids = |page: &Page| page.ids().into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    expect(one.total == other.total && ids(&one) == ids(&other), format!("{filter}: the same as {known}"), || {
        format!("{}; and not {}", one.summary(), other.summary())
    })
}

/// How two texts compare whatever their case, if that can be told for sure.
pub fn order(one: &str, other: &str) -> Option<Ordering> {
    if one.to_lowercase() == other.to_lowercase() {
        Some(Ordering::Equal)
    } else if is_surely_less(one, other) {
        Some(Ordering::Less)
    } else if is_surely_less(other, one) {
        Some(Ordering::Greater)
    } else {
        None
    }
}

/// A user from the middle whose text there is of some length, in ASCII, and without signs that need care.
pub fn example(probe: &Probe<'_>, pointer: &str) -> Result<Value, Stop> {
    let people = users(probe)?.resources;
    let start = people.len() / 2;
    let is_plain = |user: &&Value| {
        let value = text(user, pointer);
        value.len() > 2 && value.chars().all(|sign| sign.is_ascii_alphanumeric() || " .@-_".contains(sign))
    };
    let found = people.iter().cycle().skip(start).take(people.len()).find(is_plain).cloned();
    found.ok_or_else(|| Stop::skipped(format!("no user has a plain {pointer}")))
}
