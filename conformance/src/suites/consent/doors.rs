//! Other doors: nothing comes by SCIM or in files that OneRoster hides from the same client.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use serde_json::Value;

use super::eye::{Eye, USERS, id_of};
use super::withheld::{self, Withheld};
use super::{RICHER, leak, scim};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

/// Checks of other doors.
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
    leak(
        "CO-P18b",
        "Files show nobody whom OneRoster hides from the same client, and everybody whom it shows",
        "GDPR art. 5(1)(c): P18, D12",
        "csv/v1p2/bulk.zip",
        files_show_the_same_people,
    ),
    leak(
        "CO-P18c",
        "Files show no value that OneRoster hides from the same client",
        "GDPR art. 5(1)(c): P18, D12",
        RICHER,
        files_show_no_withheld_value,
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

/// The files that the client gets, each with its text.
fn files(client: &Eye<'_, '_>) -> Result<Vec<(String, String)>, Stop> {
    let response = client.ask("GET", &client.probe.target.url("csv/v1p2/bulk.zip"))?;
    if response.status != 200 {
        return Err(Stop::skipped("the target has no csv/v1p2/bulk.zip for the client"));
    }
    let broken = |error: zip::result::ZipError| Stop::Broken(format!("bulk.zip can't be read: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(response.body)).map_err(broken)?;
    let mut found = Vec::new();
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).map_err(broken)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| Stop::Broken(format!("bulk.zip can't be read: {error}")))?;
        let name = file.name().map_err(broken)?.into_owned();
        found.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
    Ok(found)
}

fn files_show_the_same_people(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let files = files(&client)?;
    let Some((_, users)) = files.iter().find(|(name, _)| name == "users.csv") else {
        return Err(Stop::skipped("bulk.zip has no users.csv"));
    };
    let mut rows = csv::Reader::from_reader(users.as_bytes());
    let place = rows.headers().ok().and_then(|heads| heads.iter().position(|head| head == "sourcedId"));
    let Some(place) = place else { return Err(Stop::skipped("users.csv has no sourcedId")) };
    let written: BTreeSet<String> =
        rows.records().flatten().filter_map(|row| row.get(place).map(str::to_owned)).collect();
    let shown: BTreeSet<String> =
        client.walk(USERS)?.whole("users")?.objects.iter().map(|one| id_of(one).to_owned()).collect();
    expect(written == shown, format!("the {} people of GET users", shown.len()), || {
        format!("of {} in users.csv, these are not in both: {:?}", written.len(), written.symmetric_difference(&shown))
    })
}

fn files_show_no_withheld_value(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let files = files(&client)?;
    let values = telling(&client, probe)?;
    files.iter().try_for_each(|(_, text)| expect_none(&values, text))
}
