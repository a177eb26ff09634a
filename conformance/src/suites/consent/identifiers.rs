//! Identifiers and the order of lists: neither is made of what is withheld.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::eye::{ALL, Eye, USERS};
use super::scim::name_of;
use super::{RICHER, leak, withheld};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

/// Checks of identifiers, and of the order of lists.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-R6",
        "Identifiers aren't numbers in a row, of which the missing ones tell what is hidden",
        "GDPR art. 32: R6 guessable ids",
        "",
        no_numbers_in_a_row,
    )
    .advice(),
    leak(
        "CO-R6b",
        "No identifier is the plain hash of a value that is withheld",
        "GDPR art. 4(5): R6 guessable ids",
        RICHER,
        no_plain_hashes,
    ),
    leak(
        "CO-Q9",
        "People don't come in the order of a withheld value",
        "GDPR art. 5(1)(c): Q9 default order, Q10",
        "--other, and people whom both clients know by name",
        no_order_of_withheld_values,
    ),
];

/// As few objects come in some order by chance.
const FEW: usize = 12;

fn no_numbers_in_a_row(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    for collection in ALL {
        let seen = client.walk(*collection)?;
        let numbers: Option<BTreeSet<u64>> = seen.ids().into_iter().map(|id| id.parse().ok()).collect();
        let Some(numbers) = numbers.filter(|numbers| numbers.len() >= FEW) else { continue };
        let (first, last) = (numbers.first().copied().unwrap_or(0), numbers.last().copied().unwrap_or(0));
        let n_numbers = u64::try_from(numbers.len()).unwrap_or(u64::MAX);
        expect(
            (last - first) / 10 > n_numbers,
            format!("ids of {} that can't be counted off", collection.path),
            || format!("{n_numbers} numbers from {first} to {last}"),
        )?;
    }
    Ok(())
}

/// The hashes of a text, as they are written.
fn hashes(text: &str) -> Vec<String> {
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let (short, long) = (Sha1::digest(text), Sha256::digest(text));
    vec![hex(&short), hex(&long), URL_SAFE_NO_PAD.encode(short), URL_SAFE_NO_PAD.encode(long)]
}

fn no_plain_hashes(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let fields = withheld::fields(&client, &richer)?;
    let ids: Vec<String> = client.walk(USERS)?.ids().into_iter().map(str::to_lowercase).collect();
    // Shortened ones are as easily found.
    let starts: BTreeSet<&str> = ids.iter().filter_map(|id| id.get(..16)).collect();
    for person in &richer.walk(USERS)?.objects {
        for field in &fields {
            let Some(value) = person.get(field).and_then(Value::as_str).filter(|value| !value.is_empty()) else {
                continue;
            };
            for text in [value.to_owned(), value.to_lowercase()] {
                let found = hashes(&text).into_iter().map(|hash| hash.to_lowercase());
                let found = found.into_iter().find(|hash| hash.get(..16).is_some_and(|start| starts.contains(start)));
                expect(found.is_none(), format!("no id that follows from `{field}` alone"), || {
                    format!("{} of {value}", found.unwrap_or_default())
                })?;
            }
        }
    }
    Ok(())
}

fn no_order_of_withheld_values(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let fields = withheld::fields(&client, &richer)?;
    let mut known: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for person in richer.walk(USERS)?.objects {
        known.entry(name_of(person.get("givenName"), person.get("familyName"))).or_default().push(person);
    }
    let response = client.get("users?limit=100")?;
    // Namesakes are left out: nobody can tell whose value is whose.
    let people: Vec<&Value> = Eye::listed(&response, "users")
        .iter()
        .filter_map(|one| known.get(&name_of(one.get("givenName"), one.get("familyName"))))
        .filter_map(|namesakes| if let [one] = namesakes.as_slice() { Some(one) } else { None })
        .collect();
    let mut n_looked_at = 0;
    for field in &fields {
        let values = people.iter().filter_map(|one| one.get(field)?.as_str()).filter(|value| !value.is_empty());
        let values: Vec<String> = values.map(str::to_lowercase).collect();
        if values.iter().collect::<BTreeSet<_>>().len() < FEW {
            continue;
        }
        n_looked_at += 1;
        let is_sorted = values.is_sorted() || values.iter().rev().is_sorted();
        expect(!is_sorted, format!("an order of people that has nothing to do with `{field}`"), || {
            format!("{} people in its order", values.len())
        })?;
    }
    if n_looked_at == 0 { Err(Stop::skipped("too few people are known by name to both clients")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_algorithms() {
        let hashes = hashes("abc");

        assert_eq!(hashes[0], "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(hashes[1].starts_with("ba7816bf8f01cfea"));
    }
}
