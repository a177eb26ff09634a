//! Filters: a withheld value is compared as one that isn't there, whatever the operator.

use std::collections::BTreeSet;

use super::alike::{Ask, expect_alike};
use super::eye::{CLASSES, ENROLLMENTS, Eye, ORGS, USERS, id_of};
use super::withheld::{self, Withheld, invent};
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

/// Checks of filters.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-Q1",
        "Whoever filters for a withheld value finds as much as for one that nobody has",
        "GDPR art. 5(1)(c): Q1 filter oracle",
        RICHER,
        |probe| each_value(probe, |one, value| format!("{}='{value}'", one.field)),
    ),
    leak(
        "CO-Q1b",
        "Whoever filters for a part of a withheld value finds as much as for one that nobody has",
        "GDPR art. 5(1)(c): Q1 filter oracle",
        RICHER,
        |probe| each_value(probe, |one, value| format!("{}~'{value}'", one.field)),
    ),
    leak(
        "CO-Q1c",
        "A withheld value is on neither side of a comparison, so that bisection doesn't find it",
        "GDPR art. 5(1)(c): Q1 filter oracle",
        RICHER,
        withheld_values_are_not_ordered,
    ),
    leak(
        "CO-Q1d",
        "Whoever filters for the name of a hidden person finds as much as for a name that nobody has",
        "GDPR art. 5(1)(c): Q1 filter oracle",
        RICHER,
        names_of_hidden_people,
    ),
    leak(
        "CO-Q18",
        "Whoever filters for a withheld value in another case finds as much as for one that nobody has",
        "GDPR art. 5(1)(c): Q18 case, accent, collation",
        RICHER,
        |probe| each_value(probe, |one, value| format!("{}='{}'", one.field, other_case(value))),
    ),
    leak(
        "CO-Q2",
        "Whoever excludes a withheld value excludes as much as with one that nobody has",
        "GDPR art. 5(1)(c): Q2 negative filters",
        RICHER,
        |probe| each_value(probe, |one, value| format!("{}!='{value}'", one.field)),
    ),
    leak(
        "CO-Q2b",
        "A negative filter on a withheld field doesn't tell who has a value",
        "GDPR art. 5(1)(c): Q2 negative filters",
        RICHER,
        negation_does_not_split,
    ),
    leak(
        "CO-Q3",
        "OR doesn't reach beyond what the client may list",
        "GDPR art. 5(1)(c): Q3 bypass with OR",
        "",
        or_stays_within,
    ),
    leak(
        "CO-Q3b",
        "OR with a withheld value finds as much as with one that nobody has",
        "GDPR art. 5(1)(c): Q3 bypass with OR",
        RICHER,
        |probe| each_value(probe, |one, value| format!("{}='{value}' OR sourcedId='{value}'", one.field)),
    ),
    leak(
        "CO-Q4",
        "Whoever filters by the identifier of a hidden object finds as much as by one that never existed",
        "GDPR art. 5(1)(c): Q4 reference filters",
        RICHER,
        references_to_hidden,
    ),
    leak(
        "CO-Q6",
        "A metadata key that the client doesn't get is answered as a key that nobody has",
        "GDPR art. 5(1)(c): Q6 metadata filters",
        "--other: a client that sees metadata of people which the client doesn't",
        hidden_metadata,
    ),
];

/// That a filter made with a true value is answered as the same with an invented one.
fn each_value(probe: &Probe<'_>, filter: impl Fn(&Withheld, &str) -> String) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    for one in withheld::values(&client, &richer)? {
        both(&client, &one, "a withheld value", &filter)?;
    }
    Ok(())
}

/// A text with small letters for capitals, and the other way.
fn other_case(text: &str) -> String {
    let turn = |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
    text.chars().map(turn).collect()
}

fn both(client: &Eye<'_, '_>, one: &Withheld, what: &str, filter: impl Fn(&Withheld, &str) -> String) -> Verdict {
    let with = |value: &str| format!("users?limit=5&filter={}", encode(&filter(one, value)));
    let hidden = Ask::get(with(&one.value), &one.value);
    expect_alike(client, what, &hidden, &Ask::get(with(&one.invented), &one.invented))
}

fn withheld_values_are_not_ordered(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    for one in withheld::values(&client, &richer)? {
        for (without, with) in [(">", ">="), ("<", "<=")] {
            // Only objects that have the very value are in one list and not in the other.
            let ask = |operator: &str| {
                let filter = encode(&format!("{}{operator}'{}'", one.field, one.value));
                Ask::get(format!("users?limit=5&filter={filter}"), "")
            };
            expect_alike(&client, "a border at a withheld value", &ask(with), &ask(without))?;
        }
    }
    Ok(())
}

fn names_of_hidden_people(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let names = ["givenName", "familyName"];
    let mut values = withheld::values(&client, &richer)?;
    values.retain(|one| names.contains(&one.field.as_str()) && !one.is_whole_field);
    if values.is_empty() {
        return Err(Stop::skipped("every name that another party sees, the client sees too"));
    }
    for one in &values {
        for path in ["users", "students", "teachers"] {
            let with = |value: &str| format!("{path}?limit=5&filter={}", encode(&format!("{}='{value}'", one.field)));
            let hidden = Ask::get(with(&one.value), &one.value);
            expect_alike(&client, "a hidden name", &hidden, &Ask::get(with(&one.invented), &one.invented))?;
        }
    }
    Ok(())
}

fn negation_does_not_split(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let all = client.walk(USERS)?.whole("users")?.objects.len();
    for field in withheld::fields(&client, &richer)? {
        let filter = encode(&format!("{field}!='{}'", nonce()));
        let response = client.get(&format!("users?limit=5000&filter={filter}"))?;
        if response.status != 200 {
            continue;
        }
        let n_found = Eye::listed(&response, "users").len();
        let total = response.header("x-total-count").and_then(|total| total.parse().ok()).unwrap_or(n_found);
        expect(total == 0 || total == all, format!("`{field}!=` of a withheld field finds all {all} or none"), || {
            format!("{total} people")
        })?;
    }
    Ok(())
}

fn or_stays_within(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let everything = format!("sourcedId!='{0}' OR sourcedId='{0}'", nonce());
    for collection in [ORGS, CLASSES, USERS, ENROLLMENTS] {
        let seen = client.walk(collection)?.whole(collection.path)?;
        let shown = seen.ids();
        let ask = format!("{}?limit=5000&filter={}", collection.path, encode(&everything));
        let response = client.get(&ask)?;
        let found = Eye::listed(&response, collection.plural);
        let found: BTreeSet<&str> = found.iter().map(id_of).collect();
        let beyond: Vec<&&str> = found.difference(&shown).collect();
        let total = response.header("x-total-count").and_then(|total| total.parse::<usize>().ok());
        let is_within = beyond.is_empty() && total.is_none_or(|total| total <= shown.len());
        expect(
            is_within,
            format!("`{everything}` finds at most the {} {} of the list", shown.len(), collection.path),
            || format!("{total:?} in all, and of those listed {beyond:?} are not in the list"),
        )?;
    }
    Ok(())
}

fn references_to_hidden(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let paths = [
        (USERS, "enrollments", "user.sourcedId"),
        (USERS, "users", "agents.sourcedId"),
        (USERS, "users", "sourcedId"),
        (ORGS, "users", "roles.org.sourcedId"),
        (ORGS, "classes", "school.sourcedId"),
        (ORGS, "orgs", "parent.sourcedId"),
        (CLASSES, "enrollments", "class.sourcedId"),
    ];
    let mut n_asked = 0;
    for (collection, path, field) in paths {
        let hidden = match withheld::ids(&client, &richer, collection) {
            Err(Stop::Skipped(_)) => continue,
            other => other?,
        };
        for id in hidden {
            let invented = invent(&id);
            for operator in ["=", "!="] {
                let with = |id: &str| format!("{path}?limit=5&filter={}", encode(&format!("{field}{operator}'{id}'")));
                let ask = Ask::get(with(&id), &id);
                expect_alike(&client, "a hidden identifier", &ask, &Ask::get(with(&invented), &invented))?;
                n_asked += 1;
            }
        }
    }
    if n_asked == 0 { Err(Stop::skipped("no other party sees objects that the client doesn't")) } else { Ok(()) }
}

fn hidden_metadata(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let mut values = withheld::values(&client, &richer)?;
    values.retain(|one| one.is_whole_field && one.field.starts_with("metadata."));
    if values.is_empty() {
        return Err(Stop::skipped("no other party sees metadata of people that the client doesn't"));
    }
    for one in values {
        let key = one.field.trim_start_matches("metadata.");
        let other = invent(key);
        let with = |key: &str| format!("users?limit=5&filter={}", encode(&format!("metadata.{key}='{}'", one.value)));
        let hidden = Ask::get(with(key), key);
        expect_alike(&client, "a hidden metadata key", &hidden, &Ask::get(with(&other), &other))?;
    }
    Ok(())
}
