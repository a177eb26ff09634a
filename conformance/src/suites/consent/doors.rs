//! The other door: nothing comes by SCIM that OneRoster hides from the same client.

use serde_json::Value;

use super::eye::Eye;
use super::withheld::{self, Withheld};
use super::{leak, scim};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

/// Checks of the other door.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-P18",
        "SCIM shows nobody whom OneRoster hides from the same client",
        "GDPR art. 5(1)(c): P18 protocol mismatch",
        scim::SCIM,
        scim_shows_the_same_people,
    ),
    leak(
        "CO-P18a",
        "SCIM shows no value that OneRoster hides from the same client",
        "GDPR art. 5(1)(c): P18 protocol mismatch",
        scim::SCIM_AND_RICHER,
        scim_shows_no_withheld_value,
    ),
];

fn scim_shows_the_same_people(probe: &Probe<'_>) -> Verdict {
    let (users, _) = scim::walk(probe, "/Users")?;
    let client = Eye::client(probe)?;
    let shown = scim::names(&client)?;
    for user in users {
        // What the client made itself is no person of the school's.
        let Some(name) = user.get("name").filter(|name| name.get("familyName").is_some()) else { continue };
        let name = scim::name_of(name.get("givenName"), name.get("familyName"));
        expect(shown.contains(&name), "people whose name GET users shows too", || user.to_string())?;
    }
    Ok(())
}

/// Withheld values that are long enough to be known again.
pub fn telling(client: &Eye<'_, '_>, probe: &Probe<'_>) -> Result<Vec<Withheld>, Stop> {
    let mut values = withheld::values(client, &Eye::richer(probe)?)?;
    let is_telling = |value: &str| value.len() >= 8 && value.contains(|c: char| c.is_ascii_digit() || c == '@');
    values.retain(|one| is_telling(&one.value) && !one.field.starts_with("metadata"));
    if values.is_empty() {
        return Err(Stop::skipped("no withheld value is long enough to be known again"));
    }
    Ok(values)
}

/// That none of those values stands in a text.
pub fn expect_none(values: &[Withheld], text: &str) -> Verdict {
    let found = values.iter().find(|one| text.contains(&one.value));
    expect(found.is_none(), "none of the values that OneRoster hides", || {
        found.map(|one| format!("{} {}", one.field, one.value)).unwrap_or_default()
    })
}

fn scim_shows_no_withheld_value(probe: &Probe<'_>) -> Verdict {
    let (users, _) = scim::walk(probe, "/Users")?;
    let client = Eye::client(probe)?;
    expect_none(&telling(&client, probe)?, &Value::from(users).to_string())
}
