//! Files and the other version of the interface: nothing comes by them that OneRoster hides from the same client.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use super::doors::{expect_none, telling};
use super::eye::{Eye, USERS, id_of};
use super::scim::names;
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;
use crate::suites::oneroster::service::Edition;

/// Checks of files, and of the other version.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-P18b",
        "Files show nobody whom OneRoster hides from the same client, and everybody whom it shows",
        "GDPR art. 5(1)(c): P18, D12",
        "csv/v1p2/bulk.zip",
        |probe| {
            let client = Eye::client(probe)?;
            let (written, shown) = (people(&files(&client, BULK)?)?, shown(&client)?);
            expect(written == shown, format!("the {} people of GET users", shown.len()), || {
                let differ: Vec<&String> = written.symmetric_difference(&shown).collect();
                format!("of {} in users.csv, these are not in both: {differ:?}", written.len())
            })
        },
    ),
    leak(
        "CO-P18c",
        "Files show no value that OneRoster hides from the same client",
        "GDPR art. 5(1)(c): P18, D12",
        RICHER,
        |probe| no_withheld_value(probe, BULK),
    ),
    leak(
        "CO-D12",
        "Files of changes show nobody whom OneRoster hides from the same client",
        "GDPR art. 5(1)(c): D12, D4",
        "csv/v1p2/delta.zip",
        |probe| {
            let client = Eye::client(probe)?;
            let (written, shown) = (people(&files(&client, DELTA)?)?, shown(&client)?);
            expect(written.is_subset(&shown), "people of GET users, and those who are gone", || {
                format!("{:?}", written.difference(&shown).collect::<Vec<_>>())
            })
        },
    ),
    leak(
        "CO-D12b",
        "Files of changes show no value that OneRoster hides from the same client",
        "GDPR art. 5(1)(c): D12, D4",
        RICHER,
        |probe| no_withheld_value(probe, DELTA),
    ),
    leak(
        "CO-P18d",
        "OneRoster 1.1 shows nobody whom 1.2 hides from the same client",
        "GDPR art. 5(1)(c): P18, P22 legacy interface",
        "both versions",
        |probe| {
            let (client, other) = both_versions(probe)?;
            let (shown, there) = (names(&client)?, names(&other)?);
            expect(there.is_subset(&shown), "people whose names 1.2 shows too", || {
                format!("{:?}", there.difference(&shown).collect::<Vec<_>>())
            })
        },
    ),
    leak(
        "CO-P18e",
        "OneRoster 1.1 shows no value that 1.2 hides from the same client",
        "GDPR art. 5(1)(c): P18, P22 legacy interface",
        "both versions, and --other",
        |probe| {
            let (client, other) = both_versions(probe)?;
            let values = telling(&client, probe)?;
            other.walk(USERS)?.objects.iter().try_for_each(|person| expect_none(&values, &person.to_string()))
        },
    ),
];

const BULK: &str = "csv/v1p2/bulk.zip";
/// Servers keep what is gone for some time only; if that is too long ago for one, it refuses.
const DELTA: &str = "csv/v1p2/delta.zip?since=2000-01-01T00:00:00Z";

/// The client at 1.2 and at 1.1.
fn both_versions<'p, 'a>(probe: &'p Probe<'a>) -> Result<(Eye<'p, 'a>, Eye<'p, 'a>), Stop> {
    let client = Eye::client(probe)?;
    let other = client.at(Edition::V1p1);
    if client.edition == Edition::V1p1 || other.walk(USERS)?.objects.is_empty() {
        return Err(Stop::skipped("the client reads people over one version only"));
    }
    Ok((client, other))
}

/// The files that the client gets, each with its text.
fn files(client: &Eye<'_, '_>, package: &str) -> Result<Vec<(String, String)>, Stop> {
    let response = client.ask("GET", &client.probe.target.url(package))?;
    if response.status != 200 {
        return Err(Stop::skipped(format!("the target has no {package} for the client")));
    }
    let broken = |error: zip::result::ZipError| Stop::Broken(format!("{package} can't be read: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(response.body)).map_err(broken)?;
    let mut found = Vec::new();
    for n in 0..archive.len() {
        let mut file = archive.by_index(n).map_err(broken)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| Stop::Broken(format!("{package} can't be read: {error}")))?;
        let name = file.name().map_err(broken)?.into_owned();
        found.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
    Ok(found)
}

/// The identifiers of people in files, but of those who are gone.
fn people(files: &[(String, String)]) -> Result<BTreeSet<String>, Stop> {
    let Some((_, users)) = files.iter().find(|(name, _)| name == "users.csv") else {
        return Err(Stop::skipped("the package has no users.csv"));
    };
    let mut rows = csv::Reader::from_reader(users.as_bytes());
    let heads = rows.headers().cloned().unwrap_or_default();
    let place = |name: &str| heads.iter().position(|head| head == name);
    let (Some(id), status) = (place("sourcedId"), place("status")) else {
        return Err(Stop::skipped("users.csv has no sourcedId"));
    };
    let is_gone = |row: &csv::StringRecord| status.and_then(|status| row.get(status)) == Some("tobedeleted");
    let there = rows.records().flatten().filter(|row| !is_gone(row));
    Ok(there.filter_map(|row| row.get(id).map(str::to_owned)).collect())
}

/// The identifiers of people that the client lists.
fn shown(client: &Eye<'_, '_>) -> Result<BTreeSet<String>, Stop> {
    let people = client.walk(USERS)?.whole("users")?;
    Ok(people.objects.iter().map(|one| id_of(one).to_owned()).collect())
}

fn no_withheld_value(probe: &Probe<'_>, package: &str) -> Verdict {
    let client = Eye::client(probe)?;
    let files = files(&client, package)?;
    let values = telling(&client, probe)?;
    files.iter().try_for_each(|(_, text)| expect_none(&values, text))
}
