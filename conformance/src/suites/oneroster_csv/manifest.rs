//! `manifest.csv`: the versions, and of each file whether it is there and what its rows mean.

use std::collections::{BTreeMap, HashSet};

use super::record::Records;
use super::tables::{Version, tables};
use super::tally::{Place, Rule, Tally};
use crate::check::Stop;

/// The manifest's name.
pub const NAME: &str = "manifest.csv";

/// What the rows of a file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// There is no such file.
    Absent,
    /// All objects.
    Bulk,
    /// What changed.
    Delta,
}

/// What the manifest says.
#[derive(Debug)]
pub struct Manifest {
    /// The version of the binding.
    pub version: Version,
    /// The mode of each file that it names so.
    pub modes: BTreeMap<&'static str, Mode>,
}

/// Reads the manifest; a package without versions is taken for what its files look like.
pub fn read(mut records: Records<'_>, looks_like: Version, tally: &mut Tally) -> Result<Manifest, Stop> {
    let header = records.next(tally)?.unwrap_or_default();
    tally.look(Rule::ManifestHeader, header.fields == ["propertyName", "value"], || {
        Place { file: NAME, line: 1, column: "" }.with(&header.fields.join(","))
    });
    let mut properties: Vec<(u64, String, String)> = Vec::new();
    while let Some(record) = records.next(tally)? {
        let place = Place { file: NAME, line: record.line, column: "" };
        tally.look(Rule::Width, record.fields.len() == 2, || place.says("hasn't two fields"));
        let mut fields = record.fields.into_iter();
        properties.push((record.line, fields.next().unwrap_or_default(), fields.next().unwrap_or_default()));
    }
    let value = |name: &str| properties.iter().find(|(_, named, _)| named == name).map(|(_, _, value)| value.as_str());
    tally.look(Rule::Versions, value("manifest.version") == Some("1.0"), || {
        format!("manifest.version is {:?}", value("manifest.version").unwrap_or("missing"))
    });
    let named = value("oneroster.version");
    tally.look(Rule::Versions, matches!(named, Some("1.1" | "1.2")), || {
        format!("oneroster.version is {:?}", named.unwrap_or("missing"))
    });
    let version = match named {
        Some("1.1") => Version::V1p1,
        Some("1.2") => Version::V1p2,
        _ => looks_like,
    };
    let mut modes = BTreeMap::new();
    for table in tables(version) {
        let mode = value(&format!("file.{}", table.name));
        tally.look(Rule::Modes, matches!(mode, Some("absent" | "bulk" | "delta")), || {
            format!("file.{} is {:?}", table.name, mode.unwrap_or("missing"))
        });
        let mode = match mode {
            Some("absent") => Mode::Absent,
            Some("bulk") => Mode::Bulk,
            Some("delta") => Mode::Delta,
            _ => continue,
        };
        modes.insert(table.name, mode);
    }
    let mut seen = HashSet::new();
    for (line, name, _) in &properties {
        let is_known =
            matches!(
                name.as_str(),
                "manifest.version" | "oneroster.version" | "source.systemName" | "source.systemCode"
            ) || name.strip_prefix("file.").is_some_and(|file| tables(version).iter().any(|table| table.name == file));
        let place = Place { file: NAME, line: *line, column: "" };
        tally.look(Rule::Properties, is_known && seen.insert(name.as_str()), || place.with(name));
    }
    Ok(Manifest { version, modes })
}
