//! manifest.csv: the version of a set and the mode of each file.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use super::fault::{Fault, Faults, Place, Rule};
use super::file::{File, Mode};
use super::record::{Flaw, Record, Records};
use super::value;
use crate::catalogue::Version;

const HEADER: [&str; 2] = ["propertyName", "value"];
const MANIFEST_VERSION: &str = "manifest.version";
const ONEROSTER_VERSION: &str = "oneroster.version";
const SYSTEM_NAME: &str = "source.systemName";
const SYSTEM_CODE: &str = "source.systemCode";

/// What a manifest says.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) version: Version,
    /// Only the files whose mode was told.
    pub(super) modes: BTreeMap<File, Mode>,
    pub(super) system_name: Option<String>,
}

impl Manifest {
    /// Reads a manifest; nothing if its version isn't known, and then there is a fault.
    pub(super) fn read(bytes: &mut dyn BufRead, faults: &mut Faults) -> io::Result<Option<Self>> {
        let mut records = Records::new(bytes);
        let mut reading = Reading { faults, properties: BTreeMap::new() };
        match records.next()? {
            Some((header, None)) if header.fields().eq(HEADER) => {}
            Some((header, _)) => {
                let fault = Fault::of(Place::Manifest, Rule::NoHeader, "propertyName,value");
                reading.faults.add(fault.on(header.line()));
            }
            None => {
                reading.faults.add(Fault::of(Place::Manifest, Rule::NoHeader, "propertyName,value").on(1));
                return Ok(None);
            }
        }
        while let Some((record, flaw)) = records.next()? {
            reading.row(record, flaw);
        }
        Ok(reading.finish())
    }
}

/// A manifest that is being read: its properties with their lines and values.
struct Reading<'a> {
    faults: &'a mut Faults,
    properties: BTreeMap<String, (u64, String)>,
}

impl Reading<'_> {
    fn row(&mut self, record: &Record, flaw: Option<Flaw>) {
        if let Some(flaw) = flaw {
            let fault = Fault::of_flaw(Place::Manifest, record, flaw, |position| {
                HEADER.get(position).copied().map_or_else(|| format!("#{}", position + 1), str::to_owned)
            });
            self.faults.add(fault);
            return;
        }
        let (Some(name), Some(value), 2) = (record.field(0), record.field(1), record.len()) else {
            self.faults.add(Fault::of(Place::Manifest, Rule::Width, "2 fields").on(record.line()));
            return;
        };
        let fault = |rule, expected| Fault::of(Place::Manifest, rule, expected).on(record.line());
        if !is_property(name) {
            let unknown = fault(Rule::ManifestUnknown, "a property of the manifest");
            self.faults.add(unknown.column("propertyName", 0));
        } else if self.properties.contains_key(name) {
            let twice = fault(Rule::ManifestDuplicate, "each property once");
            self.faults.add(twice.column("propertyName", 0));
        } else {
            self.properties.insert(name.to_owned(), (record.line(), value.to_owned()));
        }
    }

    fn finish(mut self) -> Option<Manifest> {
        let _ = self.value(MANIFEST_VERSION, "1.0", |value| (value == "1.0").then_some(()));
        let version = self.value(ONEROSTER_VERSION, "1.1 or 1.2", |value| match value {
            "1.1" => Some(Version::V1p1),
            "1.2" => Some(Version::V1p2),
            _ => None,
        });
        let mut modes = BTreeMap::new();
        for file in File::ALL {
            let name = property(file);
            if file.is_in(version.unwrap_or(Version::V1p1)) || self.properties.contains_key(&name) {
                self.mode(file, &name, version, &mut modes);
            }
        }
        for name in [SYSTEM_NAME, SYSTEM_CODE] {
            if self.properties.contains_key(name) {
                let _ = self.value(name, "a text", |value| value::check_text(value).ok());
            }
        }
        let system_name = self.properties.remove(SYSTEM_NAME).map(|(_, value)| value).filter(|name| !name.is_empty());
        Some(Manifest { version: version?, modes, system_name })
    }

    fn mode(&mut self, file: File, name: &str, version: Option<Version>, modes: &mut BTreeMap<File, Mode>) {
        if let (Some((line, _)), false) = (self.properties.get(name), file.is_in(version.unwrap_or(Version::V1p2))) {
            let fault = Fault::of(Place::Manifest, Rule::ManifestUnknown, "a property of the manifest of 1.1");
            self.faults.add(fault.on(*line).column("propertyName", 0));
            return;
        }
        let mode = self.value(name, "absent, bulk or delta", |value| match value {
            "absent" => Some(Mode::Absent),
            "bulk" => Some(Mode::Bulk),
            "delta" => Some(Mode::Delta),
            _ => None,
        });
        if let Some(mode) = mode {
            modes.insert(file, mode);
        }
    }

    /// The value of a property that must be there.
    fn value<T>(&mut self, name: &str, expected: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let Some((line, value)) = self.properties.get(name) else {
            self.faults.add(Fault::of(Place::Manifest, Rule::ManifestMissing, format!("`{name}`: {expected}")));
            return None;
        };
        let parsed = parse(value);
        if parsed.is_none() {
            let expected = format!("`{name}`: {expected}");
            self.faults.add(Fault::of(Place::Manifest, Rule::ManifestValue, expected).on(*line).column("value", 1));
        }
        parsed
    }
}

/// A manifest that says the mode of each file.
pub(in crate::oneroster) fn text(version: Version, mode: impl Fn(File) -> Mode) -> String {
    let mut text = format!("{}\r\n", HEADER.join(","));
    let mut tell = |name: &str, value: &str| {
        text.push_str(name);
        text.push(',');
        text.push_str(value);
        text.push_str("\r\n");
    };
    tell(MANIFEST_VERSION, "1.0");
    tell(
        ONEROSTER_VERSION,
        match version {
            Version::V1p1 => "1.1",
            Version::V1p2 => "1.2",
        },
    );
    for file in File::ALL.into_iter().filter(|file| file.is_in(version)) {
        tell(&property(file), mode(file).word());
    }
    text
}

/// The property that tells the mode of a file.
fn property(file: File) -> String {
    format!("file.{}", file.name().trim_end_matches(".csv"))
}

/// Whether this is a property of any version.
fn is_property(name: &str) -> bool {
    [MANIFEST_VERSION, ONEROSTER_VERSION, SYSTEM_NAME, SYSTEM_CODE].contains(&name)
        || File::ALL.into_iter().any(|file| property(file) == name)
}
