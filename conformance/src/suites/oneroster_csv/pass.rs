//! One pass over a package, in which every rule is looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::manifest::{self, Manifest, Mode};
use super::package::{Entry, Package};
use super::record::{Record, Records};
use super::relations::Relations;
use super::row::{Row, look_at_values};
use super::tables::{DROPPED, FIRST, Table, Version, tables};
use super::tally::{Place, Rule, Tally};
use crate::check::Stop;
use crate::probe::Probe;

/// Files without which a file of a bulk package can't be understood (OneRoster 1.2 CSV, appendix A).
const NEEDED: &[(&str, &[&str])] = &[
    ("courses", &["orgs"]),
    ("classes", &["academicSessions", "courses", "orgs"]),
    ("users", &["orgs", "roles"]),
    ("roles", &["users", "orgs"]),
    ("userProfiles", &["users", "orgs"]),
    ("demographics", &["users", "roles", "orgs"]),
    ("enrollments", &["classes", "courses", "academicSessions", "orgs", "users", "roles"]),
    ("classResources", &["classes", "resources"]),
    ("courseResources", &["courses", "resources"]),
    ("userResources", &["users", "resources"]),
    ("lineItems", &["classes", "courses", "academicSessions", "orgs", "categories"]),
    ("results", &["lineItems", "users", "roles"]),
    ("scoreScales", &["classes", "courses", "academicSessions", "orgs"]),
    ("lineItemScoreScales", &["lineItems", "scoreScales"]),
    ("resultScoreScales", &["results", "scoreScales"]),
    ("lineItemLearningObjectiveIds", &["lineItems"]),
    ("resultLearningObjectiveIds", &["results"]),
];

/// Looks at every rule.
pub fn inspect(probe: &Probe<'_>) -> Result<Tally, Stop> {
    let mut tally = Tally::default();
    tally.saw(Rule::Opens);
    let mut package = match Package::open(probe) {
        Ok(package) => package,
        Err(Stop::Failed { observed, .. }) => {
            tally.broke(Rule::Opens, || observed);
            return Ok(tally);
        }
        Err(stop) => return Err(stop),
    };
    let entries = package.entries()?;
    look_at_entries(&entries, &mut tally);
    let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    let looks_like = if names.contains("roles.csv") { Version::V1p2 } else { Version::V1p1 };
    let has_manifest = names.contains(manifest::NAME);
    tally.look(Rule::Manifest, has_manifest, || "there is no manifest.csv".to_owned());
    let manifest = if has_manifest {
        manifest::read(Records::new(manifest::NAME, package.read(manifest::NAME)?), looks_like, &mut tally)?
    } else {
        Manifest { version: looks_like, modes: BTreeMap::new() }
    };
    look_at_names(&entries, manifest.version, &mut tally);
    let is_there = |table: &str| names.contains(format!("{table}.csv").as_str());
    look_at_presence(&manifest, &is_there, &mut tally);
    let mut relations = Relations::new(&manifest);
    for table in tables(manifest.version).iter().filter(|table| is_there(table.name)) {
        let file = format!("{}.csv", table.name);
        let mut records = Records::new(&file, package.read(&file)?);
        read_file(table, &file, &mut records, &mut relations, &mut tally)?;
    }
    relations.end(&mut tally);
    Ok(tally)
}

fn look_at_entries(entries: &[Entry], tally: &mut Tally) {
    for entry in entries {
        let is_at_root = !entry.name.contains(['/', '\\']);
        tally.look(Rule::Root, is_at_root, || format!("{} isn't at the root", entry.name));
        tally.look(Rule::Packing, entry.is_deflated, || format!("{} isn't deflated", entry.name));
    }
}

fn look_at_names(entries: &[Entry], version: Version, tally: &mut Tally) {
    let known: Vec<String> = tables(version).iter().map(|table| format!("{}.csv", table.name)).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).chain([manifest::NAME]).collect();
    for name in entries.iter().map(|entry| entry.name.as_str()) {
        let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let meant = known.iter().find(|other| other.eq_ignore_ascii_case(base));
        if let Some(meant) = meant {
            tally.look(Rule::Spelling, *meant == base, || format!("{name} should be {meant}"));
        }
        tally.look(Rule::Unknown, meant.is_some() || base.is_empty(), || format!("{name} is no file of the binding"));
    }
}

fn look_at_presence(manifest: &Manifest, is_there: &dyn Fn(&str) -> bool, tally: &mut Tally) {
    for (name, mode) in &manifest.modes {
        let said = *mode != Mode::Absent;
        tally.look(Rule::Presence, said == is_there(name), || {
            let (said, is) = if said { ("there", "isn't") } else { ("absent", "is there") };
            format!("{name}.csv is said to be {said}, and {is}")
        });
    }
    for (name, needed) in NEEDED {
        // What a delta refers to may have come before.
        if manifest.modes.get(name) != Some(&Mode::Bulk) {
            continue;
        }
        for other in *needed {
            if manifest.modes.contains_key(other) {
                tally.look(Rule::Needed, is_there(other), || format!("{name}.csv needs {other}.csv"));
            }
        }
    }
}

fn read_file(
    table: &'static Table,
    file: &str,
    records: &mut Records<'_>,
    relations: &mut Relations<'_>,
    tally: &mut Tally,
) -> Result<(), Stop> {
    let header = records.next(tally)?.unwrap_or_default();
    look_at_header(table, file, &header, tally);
    let positions: HashMap<&str, usize> =
        header.fields.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let mut n_rows: u64 = 0;
    while let Some(record) = records.next(tally)? {
        n_rows += 1;
        let place = Place { file, line: record.line, column: "" };
        let (n_fields, n_columns) = (record.fields.len(), header.fields.len());
        tally.look(Rule::Width, n_fields == n_columns, || {
            place.says(&format!("has {n_fields} fields, the header {n_columns}"))
        });
        if n_fields == n_columns {
            let row = Row { table, file, record: &record, positions: &positions };
            look_at_values(&row, relations, tally);
            relations.see(&row, tally);
        }
    }
    relations.end_file(table.name, file, tally);
    tally.look(Rule::Rows, n_rows > 0, || format!("{file} has no rows"));
    Ok(())
}

fn look_at_header(table: &Table, file: &str, header: &Record, tally: &mut Tally) {
    let fields: Vec<&str> = header.fields.iter().map(String::as_str).collect();
    let columns = table.columns.iter().map(|column| column.name);
    let mut wanted: Vec<&str> = FIRST.into_iter().chain(columns).collect();
    if table.name == "users" && !fields.contains(&DROPPED) {
        wanted.retain(|name| *name != DROPPED);
    }
    let own: Vec<&str> = fields.iter().copied().filter(|name| wanted.contains(name)).collect();
    let mut once = own.clone();
    let mut seen = BTreeSet::new();
    once.retain(|name| seen.insert(*name));
    tally.look(Rule::Repeated, fields.iter().collect::<BTreeSet<_>>().len() == fields.len(), || {
        format!("{file}: the header has a column twice: {}", fields.join(","))
    });
    tally.look(Rule::Header, once == wanted, || format!("{file}: {}", differing(&once, &wanted)));
    for (place, name) in fields.iter().enumerate().filter(|(_, name)| !wanted.contains(name)) {
        let is_extension = name.strip_prefix("metadata").is_some_and(|rest| !rest.trim_matches('.').is_empty());
        let is_on_the_right = place >= own.len();
        tally.look(Rule::Extensions, is_extension && is_on_the_right, || {
            format!("{file}: column {} is `{name}`", place + 1)
        });
    }
    tally.saw(Rule::Extensions);
}

/// How two headers differ.
fn differing(own: &[&str], wanted: &[&str]) -> String {
    let missing: Vec<&str> = wanted.iter().copied().filter(|name| !own.contains(name)).collect();
    if missing.is_empty() {
        return format!("the columns are in another order: {}", own.join(","));
    }
    format!("the header lacks {}", missing.join(", "))
}
