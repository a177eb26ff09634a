//! Sorting, counting, paging and selecting: all of it happens over what the client sees.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::alike::{Ask, expect_alike, gist};
use super::eye::{ALL, ENROLLMENTS, Eye, USERS, id_of};
use super::withheld;
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

/// Checks of lists.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-Q8",
        "Sorting by a withheld field leaves the order as it is, or is refused",
        "GDPR art. 5(1)(c): Q8 sort oracle",
        RICHER,
        withheld_does_not_sort,
    ),
    leak(
        "CO-Q11",
        "X-Total-Count is the number of objects that the client can list",
        "GDPR art. 5(1)(c): Q11 total count",
        "",
        totals_are_of_the_view,
    ),
    leak(
        "CO-Q12",
        "Only the last page is short",
        "GDPR art. 5(1)(c): Q12 filter after paging",
        "",
        only_the_last_page_is_short,
    ),
    leak(
        "CO-Q13",
        "Every offset beyond the client's last object is answered alike",
        "GDPR art. 5(1)(c): Q13 offset probing",
        RICHER,
        offsets_beyond_the_end,
    ),
    leak(
        "CO-Q14",
        "Whoever selects a withheld field gets nothing in its place, or the error of an unknown field",
        "GDPR art. 5(1)(c): Q14 fields=",
        RICHER,
        withheld_fields_are_absent,
    ),
];

fn order(client: &Eye<'_, '_>, query: &str) -> Result<Option<Vec<String>>, Stop> {
    let response = client.get(&format!("users?limit=50{query}"))?;
    let ids = Eye::listed(&response, "users").iter().map(|one| id_of(one).to_owned()).collect();
    Ok((response.status == 200).then_some(ids))
}

fn withheld_does_not_sort(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let fields = withheld::fields(&client, &richer)?;
    let Some(usual) = order(&client, "")? else { return Err(Stop::skipped("the client can't list users")) };
    if order(&client, "")?.as_ref() != Some(&usual) {
        return Err(Stop::skipped("the server has no fixed order of its own"));
    }
    let mut sorted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for field in &fields {
        let query = format!("&sort={field}&orderBy=asc");
        let (Some(found), again) = (order(&client, &query)?, order(&client, &query)?) else { continue };
        if found != usual && !is_monotone(&found) && again.as_ref() == Some(&found) {
            sorted.insert(field, found);
        }
    }
    // A server may have an order of its own for equals; it is no leak if all fields have it.
    let orders: BTreeSet<&Vec<String>> = sorted.values().collect();
    let is_own_order = orders.len() == 1 && sorted.len() == fields.len();
    expect(orders.is_empty() || is_own_order, "one order, since nobody has a value that the client sees", || {
        let names: Vec<&&str> = sorted.keys().collect();
        format!("another order of people when sorted by {names:?}")
    })
}

fn is_monotone(ids: &[String]) -> bool {
    ids.is_sorted() || ids.iter().rev().is_sorted()
}

fn totals_are_of_the_view(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let mut n_counted = 0;
    for collection in ALL {
        let seen = client.walk(*collection)?;
        let (Some(total), true) = (seen.total, seen.is_whole) else { continue };
        n_counted += 1;
        expect(
            total == seen.objects.len(),
            format!("X-Total-Count of {} counts what is listed", collection.path),
            || format!("{total}, of which {} are listed", seen.objects.len()),
        )?;
    }
    if n_counted == 0 { Err(Stop::skipped("no list has X-Total-Count, or all are too long to walk")) } else { Ok(()) }
}

fn only_the_last_page_is_short(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    for collection in [USERS, ENROLLMENTS] {
        let mut short: Option<usize> = None;
        for n in 0..20 {
            let response = client.get(&format!("{}?limit=5&offset={}", collection.path, n * 5))?;
            let n_found = Eye::listed(&response, collection.plural).len();
            if n_found == 0 {
                break;
            }
            expect(short.is_none(), format!("pages of 5 {} before the last one", collection.path), || {
                format!("{} on page {n}, and more after it", short.unwrap_or_default())
            })?;
            short = (n_found < 5).then_some(n_found);
        }
    }
    Ok(())
}

fn offsets_beyond_the_end(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let Some(total) = client.walk(USERS)?.total else { return Err(Stop::skipped("no X-Total-Count")) };
    let real = richer.walk(USERS)?.total.unwrap_or(total);
    if real <= total {
        return Err(Stop::skipped("no other party sees more people than the client"));
    }
    let ask = |offset: usize| Ask::get(format!("users?limit=5&offset={offset}"), "");
    for offset in [total, total + 1, real.saturating_sub(1), real] {
        expect_alike(&client, "an offset beyond the end", &ask(offset), &ask(real + 1_000_000))?;
    }
    Ok(())
}

fn withheld_fields_are_absent(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let unknown = nonce();
    for field in withheld::fields(&client, &richer)? {
        let name = field.split('.').next().unwrap_or_default().to_owned();
        if name != field {
            continue;
        }
        let path = format!("users?limit=50&fields={}", encode(&name));
        let response = client.get(&path)?;
        if response.status == 200 {
            let found = Eye::listed(&response, "users");
            let shown = found.iter().find_map(|one| one.get(&name));
            expect(shown.is_none(), format!("GET {path}: nobody has `{name}`, not even as null"), || {
                shown.map(Value::to_string).unwrap_or_default()
            })?;
        } else {
            let other = client.get(&format!("users?limit=50&fields={unknown}"))?;
            expect(gist(&response, &name) == gist(&other, &unknown), "the same error as for an unknown field", || {
                response.summary()
            })?;
        }
    }
    Ok(())
}
