//! What one pass over a package found: for each rule how often it was looked at, and where it was broken.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many places a finding names.
const SHOWN: usize = 5;

/// A rule of the binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rule {
    /// The package can be opened.
    Opens,
    /// All files stand at the root.
    Root,
    /// Files are packed by deflate.
    Packing,
    /// The manifest is there.
    Manifest,
    /// It has two columns, `propertyName` and `value`.
    ManifestHeader,
    /// It names the versions.
    Versions,
    /// It names each file with its mode.
    Modes,
    /// It names nothing else, and nothing twice.
    Properties,
    /// It says what is there.
    Presence,
    /// Only files of the binding are there.
    Unknown,
    /// Their names are spelled as in the binding.
    Spelling,
    /// Text is UTF-8.
    Encoding,
    /// No field has a line break.
    LineBreaks,
    /// Lines end in CRLF or LF.
    LineEnds,
    /// Quotes stand around whole fields, doubled within.
    Quotes,
    /// All columns are there, in order.
    Header,
    /// No others are there but `metadata.…`, on the right.
    Extensions,
    /// No column is there twice.
    Repeated,
    /// A file has rows.
    Rows,
    /// Rows are as wide as the header.
    Width,
    /// Rows of a bulk file have neither status nor date.
    Bulk,
    /// Rows of a delta file have a status.
    DeltaStatus,
    /// Rows of a delta file have a date.
    DeltaDate,
    /// Identifiers are of the alphabet and short enough.
    Identifier,
    /// Days are days.
    Day,
    /// Years are years.
    Year,
    /// Flags are `true` or `false`.
    Flag,
    /// Numbers are numbers.
    Number,
    /// Lists have no empty item.
    List,
    /// Words are those of the list.
    Word,
    /// Words of one's own begin with `ext:` and go on.
    Own,
    /// What is required is there.
    Required,
    /// User ids are pairs.
    UserIds,
    /// Score scales are pairs.
    Scales,
    /// Objectives of CASE are UUID URNs.
    Case,
    /// Subjects and their codes are as many.
    Subjects,
    /// No identifier is there twice in a file.
    Duplicate,
    /// References lead to rows of the package.
    Reference,
    /// Demographics are those of users.
    Demographics,
    /// Files that a file needs are there.
    Needed,
    /// One primary role of a user at an org.
    PrimaryRole,
    /// A primary org is one where the user has a role.
    PrimaryOrg,
    /// A role's profile is the user's.
    Profile,
    /// What is said to be a school is one.
    School,
    /// What is said to be a school year is one.
    SchoolYear,
    /// One primary teacher of a class.
    PrimaryTeacher,
    /// Nothing ends before it begins.
    Period,
    /// A score lies within the range.
    Range,
    /// Texts are at most 255 characters long.
    Length,
}

/// What came of a rule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Count {
    /// How often it was looked at.
    pub n_seen: u64,
    /// How often it was broken.
    pub n_broken: u64,
    /// Where, the first few times.
    pub places: Vec<String>,
}

/// What came of every rule.
#[derive(Debug, Default)]
pub struct Tally(pub BTreeMap<Rule, Count>);

/// Where in a package something stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The file.
    pub file: &'a str,
    /// The line; the header is line 1.
    pub line: u64,
    /// The column's name; empty if the whole line is meant.
    pub column: &'a str,
}

impl Tally {
    /// Notes that a rule was looked at somewhere.
    pub fn saw(&mut self, rule: Rule) {
        self.0.entry(rule).or_default().n_seen += 1;
    }

    /// Notes that a rule is broken, and how.
    pub fn broke(&mut self, rule: Rule, how: impl FnOnce() -> String) {
        let count = self.0.entry(rule).or_default();
        count.n_broken += 1;
        if count.places.len() < SHOWN {
            count.places.push(how());
        }
    }

    /// Notes that a rule was looked at, and whether it holds.
    pub fn look(&mut self, rule: Rule, holds: bool, how: impl FnOnce() -> String) {
        self.saw(rule);
        if !holds {
            self.broke(rule, how);
        }
    }
}

impl Place<'_> {
    /// The place and the value that stands there, shortened.
    pub fn with(&self, value: &str) -> String {
        let shown: String = value.chars().take(40).collect();
        let rest = if shown.len() < value.len() { "…" } else { "" };
        let column = if self.column.is_empty() { String::new() } else { format!(" {}", self.column) };
        format!("{}:{}{column} is `{shown}{rest}`", self.file, self.line)
    }

    /// The place and what is the matter.
    pub fn says(&self, what: &str) -> String {
        let column = if self.column.is_empty() { String::new() } else { format!(" {}", self.column) };
        format!("{}:{}{column} {what}", self.file, self.line)
    }
}
