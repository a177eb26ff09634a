//! The checks, each of which tells what the pass found of one rule.

use std::collections::BTreeMap;

use super::pass;
use super::tally::{Count, Rule};
use crate::check::{Basis, Check, Severity, Stop, Verdict, expect};
use crate::probe::Probe;

const MANIFEST: &str = "a manifest.csv";
const BULK: &str = "a file that the manifest calls bulk";
const DELTA: &str = "a file that the manifest calls delta";

const fn must(
    id: &'static str,
    title: &'static str,
    clause: &'static str,
    needs: &'static str,
    run: fn(&Probe<'_>) -> Verdict,
) -> Check {
    Check { id, title, clause, severity: Severity::Must, basis: Basis::Standard, needs, writes: false, run }
}

/// The same check of what readers in the field insist on.
const fn practice(check: Check) -> Check {
    Check { severity: Severity::Should, basis: Basis::Practice, ..check }
}

/// The same check of what readers are better off with.
const fn better(check: Check) -> Check {
    Check { severity: Severity::May, ..check }
}

/// The zip, its files and its manifest.
pub const PACKAGE: &[Check] = &[
    must("OR-601", "The package is a zip that can be opened", PACKED, "", |probe| told(probe, Rule::Opens)),
    must("OR-601b", "All files stand at the root of the package", PACKED, "", |probe| told(probe, Rule::Root)),
    must("OR-601c", "Files are packed by deflate", PACKED, "", |probe| told(probe, Rule::Packing)),
    must("OR-602", "There is a manifest.csv", LISTED, "", |probe| told(probe, Rule::Manifest)),
    must("OR-603", "The manifest's header is propertyName,value", LISTED, MANIFEST, |probe| {
        told(probe, Rule::ManifestHeader)
    }),
    must("OR-603b", "The manifest names its version 1.0 and OneRoster's, 1.1 or 1.2", LISTED, MANIFEST, |probe| {
        told(probe, Rule::Versions)
    }),
    must("OR-603c", "The manifest calls each file of the version absent, bulk or delta", LISTED, MANIFEST, |probe| {
        told(probe, Rule::Modes)
    }),
    practice(must(
        "OR-603d",
        "The manifest has no property twice, and none but the version's",
        LISTED,
        MANIFEST,
        |probe| told(probe, Rule::Properties),
    )),
    must("OR-604", "What the manifest says to be there is there, and nothing else is", LISTED, MANIFEST, |probe| {
        told(probe, Rule::Presence)
    }),
    practice(must("OR-605", "All files are files of the version", FILES, "", |probe| told(probe, Rule::Unknown))),
    must("OR-605b", "File names are spelled as in the binding, case included", FILES, "", |probe| {
        told(probe, Rule::Spelling)
    }),
];

/// How files are written.
pub const TEXT: &[Check] = &[
    must("OR-606", "Files are UTF-8", FORMAT, "", |probe| told(probe, Rule::Encoding)),
    must("OR-606b", "No field has a line break", FORMAT, "", |probe| told(probe, Rule::LineBreaks)),
    must("OR-606c", "Lines end in CRLF or LF, never in CR alone", "RFC 4180 §2", "", |probe| {
        told(probe, Rule::LineEnds)
    }),
    must("OR-607", "Quotes stand around whole fields, and are doubled within", "RFC 4180 §2", "", |probe| {
        told(probe, Rule::Quotes)
    }),
    must("OR-608", "Each header has all columns of the binding, in its order and case", COLUMNS, "", |probe| {
        told(probe, Rule::Header)
    }),
    must("OR-608b", "Further columns are named metadata.…, and stand to the right", COLUMNS, "", |probe| {
        told(probe, Rule::Extensions)
    }),
    must("OR-608c", "No header has a column twice", COLUMNS, "", |probe| told(probe, Rule::Repeated)),
    must("OR-609", "A file has rows; one without is absent", FILES, "", |probe| told(probe, Rule::Rows)),
    must("OR-610", "Each row has as many fields as the header", "RFC 4180 §2", "", |probe| told(probe, Rule::Width)),
    must("OR-611", "Rows of bulk files have neither status nor dateLastModified", MODES, BULK, |probe| {
        told(probe, Rule::Bulk)
    }),
    must("OR-612", "Rows of delta files are active or tobedeleted", MODES, DELTA, |probe| {
        told(probe, Rule::DeltaStatus)
    }),
    must("OR-612b", "Rows of delta files have a dateLastModified in UTC", MODES, DELTA, |probe| {
        told(probe, Rule::DeltaDate)
    }),
];

/// What stands in columns.
pub const VALUES: &[Check] = &[
    must("OR-613", "Identifiers are 1 to 255 letters, digits, and . - _ / @", TYPES, "", |probe| {
        told(probe, Rule::Identifier)
    }),
    must("OR-614", "Dates are days of the calendar, as YYYY-MM-DD", TYPES, "a date", |probe| told(probe, Rule::Day)),
    must("OR-614b", "Years have four digits", TYPES, "an academic session", |probe| told(probe, Rule::Year)),
    must("OR-614c", "Flags are true or false, in small letters", TYPES, "a flag", |probe| told(probe, Rule::Flag)),
    must("OR-614d", "Numbers are finite and in base 10", TYPES, "a number", |probe| told(probe, Rule::Number)),
    practice(must("OR-614e", "Lists have no empty items", TYPES, "a list", |probe| told(probe, Rule::List))),
    must("OR-615", "Words are those of the column's vocabulary, case included", TYPES, "", |probe| {
        told(probe, Rule::Word)
    }),
    must("OR-615b", "A word of one's own has a name after ext:", TYPES, "a word that begins with ext:", |probe| {
        told(probe, Rule::Own)
    }),
    must("OR-616", "Required columns are filled in every row", COLUMNS, "", |probe| told(probe, Rule::Required)),
    must("OR-617", "userIds are pairs of type and identifier, as {LDAP:ann}", COLUMNS, "userIds", |probe| {
        told(probe, Rule::UserIds)
    }),
    must("OR-617b", "Values of score scales are pairs, as {A:90}", COLUMNS, "a score scale", |probe| {
        told(probe, Rule::Scales)
    }),
    must("OR-617c", "Learning objectives of CASE are UUID URNs", COLUMNS, "an objective of CASE", |probe| {
        told(probe, Rule::Case)
    }),
    must("OR-618", "subjects and subjectCodes have as many items", COLUMNS, "subjects and their codes", |probe| {
        told(probe, Rule::Subjects)
    }),
    better(must("OR-629", "No text is longer than the 255 characters that each reader keeps", TYPES, "", |probe| {
        told(probe, Rule::Length)
    })),
];

/// What rows have to do with each other.
pub const RELATIONS: &[Check] = &[
    must("OR-619", "No sourcedId is twice in a file", COLUMNS, "", |probe| told(probe, Rule::Duplicate)),
    must("OR-620", "References of bulk files lead to rows of the package", MODES, BULK, |probe| {
        told(probe, Rule::Reference)
    }),
    must("OR-620b", "Demographics have the sourcedId of a user of the package", MODES, "bulk demographics", |probe| {
        told(probe, Rule::Demographics)
    }),
    must("OR-620c", "Files that a bulk file needs are there", "OneRoster 1.2 CSV, appendix A", BULK, |probe| {
        told(probe, Rule::Needed)
    }),
    must("OR-621", "A user has one primary role at an org at a time", COLUMNS, "roles.csv", |probe| {
        told(probe, Rule::PrimaryRole)
    }),
    practice(must(
        "OR-621b",
        "A user's primary org is one at which the user has a role",
        COLUMNS,
        "primary orgs",
        |probe| told(probe, Rule::PrimaryOrg),
    )),
    practice(must("OR-621c", "A role's profile is one of the same user", COLUMNS, "roles with profiles", |probe| {
        told(probe, Rule::Profile)
    })),
    must("OR-621d", "The school of a class, an enrollment or a line item is of type school", COLUMNS, "", |probe| {
        told(probe, Rule::School)
    }),
    must("OR-621e", "The school year of a course is of type schoolYear", COLUMNS, "courses with years", |probe| {
        told(probe, Rule::SchoolYear)
    }),
    must("OR-621f", "A class has one primary teacher at a time", COLUMNS, "primary teachers", |probe| {
        told(probe, Rule::PrimaryTeacher)
    }),
    practice(must("OR-621g", "Nothing ends before it begins", COLUMNS, "begins and ends", |probe| {
        told(probe, Rule::Period)
    })),
    practice(must(
        "OR-621h",
        "Scores are within the range of their line item",
        COLUMNS,
        "scores with a range",
        |probe| told(probe, Rule::Range),
    )),
];

const PACKED: &str = "OneRoster 1.2 CSV, zip file";
const LISTED: &str = "OneRoster 1.2 CSV, manifest file; OneRoster 1.1 CSV, manifest file";
const FILES: &str = "OneRoster 1.2 CSV, data files; OneRoster 1.1 CSV, data files";
const FORMAT: &str = "OneRoster 1.2 CSV, CSV format; RFC 4180 §2";
const COLUMNS: &str = "OneRoster 1.2 CSV, header definitions; OneRoster 1.1 CSV, header definitions";
const MODES: &str = "OneRoster 1.2 CSV, bulk and delta processing";
const TYPES: &str = "OneRoster 1.2 CSV, data types; OneRoster 1.1 CSV, data types";

/// What the pass found of a rule; the first check that asks makes the pass.
fn told(probe: &Probe<'_>, rule: Rule) -> Verdict {
    let found = probe.once("package", || {
        let tally = pass::inspect(probe)?;
        serde_json::to_value(tally.0).map_err(|error| Stop::Broken(error.to_string()))
    })?;
    let counts: BTreeMap<Rule, Count> =
        serde_json::from_value((*found).clone()).map_err(|error| Stop::Broken(error.to_string()))?;
    if rule != Rule::Opens && counts.get(&Rule::Opens).is_some_and(|count| count.n_broken > 0) {
        return Err(Stop::skipped("the package can't be opened"));
    }
    let Some(count) = counts.get(&rule) else { return Err(Stop::skipped("nothing in the package is about this")) };
    expect(count.n_broken == 0, "it holds everywhere in the package", || {
        let n_more = count.n_broken.saturating_sub(u64::try_from(count.places.len()).unwrap_or(0));
        let more = if n_more > 0 { format!("; and {n_more} more") } else { String::new() };
        format!("{}{more}", count.places.join("; "))
    })
}
