//! How filters are put together: and, or, not, and brackets.

use super::super::population::{quoted, two_names, users};
use super::super::service::{offers, require, text, with_query};
use super::super::wording::{must, needing};
use super::CLAUSE;
use super::found::{expect_names, expect_same, find};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const NEEDS: &str = "filters, two users";

/// Checks of what is put together.
pub const CHECKS: &[Check] = &[
    needing(
        NEEDS,
        must("SC-131", "The case of letters in operators and names of attributes doesn't matter", CLAUSE, any_case),
    ),
    needing(
        NEEDS,
        must(
            "SC-133",
            "Brackets go before not, not before and, and before or",
            "RFC 7644 §3.4.2.2, table 5",
            precedence,
        ),
    ),
    needing(NEEDS, must("SC-134", "After not there may be a space, or none", "RFC 7644 errata 7319", space_after_not)),
    needing(NEEDS, must("SC-154", "totalResults counts what the filter finds", "RFC 7644 §3.4.2", total_is_filtered)),
    needing(
        "no filters",
        must("SC-157", "Where there are no filters, none is passed over in silence", CLAUSE, none_is_passed_over),
    ),
];

/// Clauses that hold for one user, for another one, and for nobody.
fn clauses(probe: &Probe<'_>) -> Result<([String; 2], [String; 3]), Stop> {
    require(probe, "filter")?;
    let (a, b) = two_names(probe)?;
    let clause = |name: &str| format!("userName eq {}", quoted(name));
    let clauses = [clause(&a), clause(&b), clause("nobody-is-called-so")];
    Ok(([a, b], clauses))
}

fn any_case(probe: &Probe<'_>) -> Verdict {
    let (_, [a, b, _]) = clauses(probe)?;
    let (louder, quieter) = (a.replace("userName eq", "USERNAME EQ"), b.replace("userName eq", "username Eq"));
    expect_same(probe, &format!("{louder} OR {quieter}"), &format!("{a} or {b}"))?;
    expect_same(probe, &format!("USERNAME PR AND NOT ({quieter})"), &format!("userName pr and not ({b})"))?;
    expect_same(probe, "NAME.FAMILYNAME Pr", "name.familyName pr")
}

fn precedence(probe: &Probe<'_>) -> Verdict {
    let ([one, other], [a, b, c]) = clauses(probe)?;
    let (one, other) = (one.as_str(), other.as_str());
    for (filter, names) in [
        (format!("{a} or {b} and {c}"), &[one][..]),
        (format!("{c} and {b} or {a}"), &[one]),
        (format!("({a} or {b}) and {c}"), &[]),
        (format!("not ({a}) and {b}"), &[other]),
        (format!("({a} or {b}) and not ({a})"), &[other]),
        (format!("(({a}) or (({b})))"), &[one, other]),
        (format!("not (not ({a}))"), &[one]),
    ] {
        expect_names(probe, &filter, names)?;
    }
    Ok(())
}

fn space_after_not(probe: &Probe<'_>) -> Verdict {
    let ([_, other], [a, b, _]) = clauses(probe)?;
    for not in ["not", "not "] {
        expect_names(probe, &format!("{not}({a}) and {b}"), &[other.as_str()])?;
    }
    Ok(())
}

fn total_is_filtered(probe: &Probe<'_>) -> Verdict {
    let (_, [a, _, c]) = clauses(probe)?;
    for (filter, total) in [(a, 1), (c, 0)] {
        let found = find(probe, &filter)?;
        expect(found.total == total, format!("{filter}: totalResults {total}"), || found.summary())?;
    }
    Ok(())
}

fn none_is_passed_over(probe: &Probe<'_>) -> Verdict {
    if offers(probe, "filter")? {
        return Err(Stop::skipped("the server filters"));
    }
    let people = users(probe)?;
    let name = people.resources.first().map(|user| text(user, "/userName")).unwrap_or_default();
    let asked = with_query("/Users", &[("filter", &format!("userName ne {}", quoted(name)))]);
    let response = probe.get(&asked)?;
    let total = response.json().get("totalResults").and_then(serde_json::Value::as_u64);
    let is_whole = response.status == 200 && total.is_some_and(|total| total >= people.total as u64);
    expect(!is_whole, format!("GET {asked}: refused, or filtered"), || response.summary())
}
