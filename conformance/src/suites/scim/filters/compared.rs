//! What filters compare, and how: texts, times, truth, and what isn't there.

use std::cmp::Ordering;

use chrono::{Duration, FixedOffset};
use serde_json::Value;

use super::super::population::{holds_for, quoted, user_with, users};
use super::super::service::{expect_refusal, require, text, with_query};
use super::super::values::instant;
use super::super::wording::{may, must, needing, policy, practice, should};
use super::CLAUSE;
use super::found::{example, expect_fitting, expect_names, expect_same, find, order};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const NEEDS: &str = "filters";
const TABLE: &str = "RFC 7644 §3.4.2.2, table 3";

/// Checks of comparisons.
pub const CHECKS: &[Check] = &[
    needing(NEEDS, must("SC-130", "eq, ne, co, sw, ew, gt, ge, lt, le and pr compare texts", TABLE, operators)),
    needing(NEEDS, must("SC-132", "Texts are compared whatever the case of their letters", CLAUSE, any_case)),
    needing(NEEDS, must("SC-132b", "Ids and resource types are compared exactly", "RFC 7643 §3.1", exact_case)),
    needing(
        NEEDS,
        must("SC-140", "Times are compared as instants, whatever their offset and their fraction", TABLE, times),
    ),
    needing(NEEDS, practice(may("SC-141", "Early years and seven digits of a second are times too", TABLE, odd_times))),
    needing(NEEDS, must("SC-142", "true and false are compared with eq", TABLE, truth)),
    needing(NEEDS, must("SC-142b", "true isn't greater than anything: 400 invalidFilter", TABLE, truth_has_no_order)),
    needing(NEEDS, practice(may("SC-143", "\"True\" is true", TABLE, truth_in_quotes))),
    needing(
        NEEDS,
        must("SC-144", "eq null is the contrary of pr, and ne null is pr", "RFC 7643 §2.5", null_is_absence),
    ),
    needing(
        NEEDS,
        policy(should("SC-145", "What isn't there differs from a value, and is in no other relation", CLAUSE, absence)),
    ),
];

fn name(user: &Value) -> &str {
    text(user, "/userName")
}

fn operators(probe: &Probe<'_>) -> Verdict {
    let value = name(&example(probe, "/userName")?).to_owned();
    let (head, tail) = (value.get(..3).unwrap_or_default(), value.get(value.len() - 3..).unwrap_or_default());
    let inner = value.get(1..value.len() - 1).unwrap_or_default();
    let lower = |user: &Value| name(user).to_lowercase();
    let has = |needle: &str, holds: fn(&str, &str) -> bool| {
        let needle = needle.to_lowercase();
        move |user: &Value| Some(holds(&lower(user), &needle))
    };
    let ask = |operator: &str, operand: &str, fits: &dyn Fn(&Value) -> Option<bool>| {
        expect_fitting(probe, &format!("userName {operator} {}", quoted(operand)), fits)
    };
    ask("eq", &value, &has(&value, |text, needle| text == needle))?;
    ask("ne", &value, &has(&value, |text, needle| text != needle))?;
    ask("co", inner, &has(inner, |text, needle| text.contains(needle)))?;
    ask("sw", head, &has(head, |text, needle| text.starts_with(needle)))?;
    // Each end is sought at the other end too, so that none of the three passes for another.
    ask("sw", tail, &has(tail, |text, needle| text.starts_with(needle)))?;
    ask("ew", head, &has(head, |text, needle| text.ends_with(needle)))?;
    ask("ew", tail, &has(tail, |text, needle| text.ends_with(needle)))?;
    let compares = |holds: fn(Ordering) -> bool| {
        let value = value.clone();
        move |user: &Value| order(name(user), &value).map(holds)
    };
    ask("gt", &value, &compares(Ordering::is_gt))?;
    ask("ge", &value, &compares(Ordering::is_ge))?;
    ask("lt", &value, &compares(Ordering::is_lt))?;
    ask("le", &value, &compares(Ordering::is_le))?;
    expect_fitting(probe, "displayName pr", &|user| Some(!text(user, "/displayName").is_empty())).map(drop)
}

fn other_case(text: &str) -> String {
    if text.to_uppercase() == text { text.to_lowercase() } else { text.to_uppercase() }
}

fn any_case(probe: &Probe<'_>) -> Verdict {
    let user = example(probe, "/userName")?;
    for (operator, operand) in [("eq", name(&user)), ("sw", name(&user).get(..3).unwrap_or_default())] {
        let other = format!("userName {operator} {}", quoted(&other_case(operand)));
        expect_same(probe, &other, &format!("userName {operator} {}", quoted(operand)))?;
    }
    Ok(())
}

fn exact_case(probe: &Probe<'_>) -> Verdict {
    let user = example(probe, "/id")?;
    let id = text(&user, "/id");
    expect_names(probe, &format!("id eq {}", quoted(id)), &[name(&user)])?;
    let mut others = vec!["meta.resourceType eq \"USER\"".to_owned()];
    if other_case(id) != id {
        others.push(format!("id eq {}", quoted(&other_case(id))));
    }
    for filter in others {
        let found = find(probe, &filter)?;
        expect(found.total == 0, format!("{filter}: nobody"), || found.summary())?;
    }
    Ok(())
}

fn times(probe: &Probe<'_>) -> Verdict {
    let user = user_with(probe, "tells when it was made", |user| instant(text(user, "/meta/created")).is_some())?;
    let Some(at) = instant(text(&user, "/meta/created")) else { return Ok(()) };
    let east = FixedOffset::east_opt(2 * 3600).map(|offset| at.with_timezone(&offset).to_rfc3339());
    let literals = [at.to_rfc3339(), east.unwrap_or_default()];
    for (operator, wanted) in
        [("gt", Ordering::Greater), ("ge", Ordering::Greater), ("lt", Ordering::Less), ("le", Ordering::Less)]
    {
        for literal in &literals {
            // A server may know finer fractions than it shows, so that nothing is said of equal ones.
            let fits = |user: &Value| match instant(text(user, "/meta/created"))?.cmp(&at) {
                Ordering::Equal => None,
                order => Some(order == wanted),
            };
            expect_fitting(probe, &format!("meta.created {operator} \"{literal}\""), &fits)?;
        }
    }
    let (before, after) = (at - Duration::seconds(2), at + Duration::seconds(2));
    for (operator, bound, is_in) in [("gt", before, true), ("lt", after, true), ("gt", after, false)] {
        let filter = format!("meta.created {operator} \"{}\"", bound.format("%Y-%m-%dT%H:%M:%SZ"));
        let does = holds_for(probe, name(&user), &filter)?;
        expect(does == is_in, format!("{filter}: {is_in} for {at}"), || does.to_string())?;
    }
    Ok(())
}

fn odd_times(probe: &Probe<'_>) -> Verdict {
    let total = users(probe)?.total;
    for attribute in ["meta.lastModified", "meta.lastmodified"] {
        let filter = format!("{attribute} gt \"0001-01-03T00:00:00.0000000Z\"");
        let found = find(probe, &filter)?;
        expect(found.total == total, format!("{filter}: all {total}"), || found.summary())?;
    }
    Ok(())
}

fn truth(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    user_with(probe, "tells whether it is active", |user| user.get("active").is_some())?;
    for value in [true, false] {
        let fits = |user: &Value| user.get("active").and_then(Value::as_bool).map(|active| active == value);
        expect_fitting(probe, &format!("active eq {value}"), &fits)?;
    }
    Ok(())
}

fn truth_has_no_order(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let asked = with_query("/Users", &[("filter", "active gt true")]);
    expect_refusal(&probe.get(&asked)?, 400, "invalidFilter", "active gt true")
}

fn truth_in_quotes(probe: &Probe<'_>) -> Verdict {
    expect_same(probe, "active eq \"True\"", "active eq true")
}

/// An attribute that some users have and some haven't.
fn optional(probe: &Probe<'_>) -> Result<&'static str, Stop> {
    let people = users(probe)?.resources;
    let names = ["title", "nickName", "displayName", "externalId"];
    let found = names.into_iter().find(|name| {
        let n_with = people.iter().filter(|user| user.get(name).is_some()).count();
        n_with > 0 && n_with < people.len()
    });
    found.ok_or_else(|| Stop::skipped("no attribute that some users have and some haven't"))
}

fn null_is_absence(probe: &Probe<'_>) -> Verdict {
    let attribute = optional(probe)?;
    for (filter, is_there) in [
        (format!("{attribute} pr"), true),
        (format!("{attribute} ne null"), true),
        (format!("{attribute} eq null"), false),
        (format!("not ({attribute} pr)"), false),
    ] {
        expect_fitting(probe, &filter, &|user| Some(user.get(attribute).is_some() == is_there))?;
    }
    Ok(())
}

fn absence(probe: &Probe<'_>) -> Verdict {
    let attribute = optional(probe)?;
    let user = user_with(probe, "lacks it", |user| user.get(attribute).is_none())?;
    for (operator, holds) in [
        ("eq", false),
        ("ne", true),
        ("co", false),
        ("sw", false),
        ("ew", false),
        ("gt", false),
        ("ge", false),
        ("lt", false),
        ("le", false),
    ] {
        let filter = format!("{attribute} {operator} \"m\"");
        expect(holds_for(probe, name(&user), &filter)? == holds, format!("{filter}: {holds} without a value"), || {
            (!holds).to_string()
        })?;
    }
    Ok(())
}
