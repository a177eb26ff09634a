//! What is wrong with a set: where, against which rule, and what kind of value was expected.
//!
//! A fault never holds a value of the set: it may be shown, logged and mailed.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::file::File;
use super::record::{Flaw, Record};

/// How many faults a list names; the rest are counted.
const LISTED: usize = 1_000;

/// One fault of a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file's name, or the set's own name where no single file is meant.
    pub file: String,
    /// The line in the file; the header is line 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column's name; `#7` for a column that the binding has no name for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The rule that was broken.
    pub rule: Rule,
    /// What should have been there.
    pub expected: Cow<'static, str>,
    #[serde(skip)]
    order: (Place, u64, usize),
}

/// The file that a fault is in, in the order of a fault list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The folder or the zip as such, or a file that doesn't belong in it.
    Package,
    /// manifest.csv.
    Manifest,
    /// A data file.
    Data(File),
}

impl Fault {
    /// A fault of a file as a whole.
    pub(super) fn of(place: Place, rule: Rule, expected: impl Into<Cow<'static, str>>) -> Self {
        let file = match place {
            Place::Package => "the set",
            Place::Manifest => "manifest.csv",
            Place::Data(file) => file.name(),
        };
        Self { file: file.to_owned(), line: None, column: None, rule, expected: expected.into(), order: (place, 0, 0) }
    }

    /// The fault that a flaw of a line is; `name` gives the name of a column.
    pub(super) fn of_flaw(place: Place, record: &Record, flaw: Flaw, name: impl Fn(usize) -> String) -> Self {
        let (rule, expected, at) = match flaw {
            Flaw::Encoding(at) => (Rule::Encoding, "UTF-8", Some(at)),
            Flaw::LineBreak(at) => (Rule::LineBreak, "each row on one line", Some(at)),
            Flaw::Quoting(at) => (Rule::Quoting, "quotes around the whole field, and doubled inside it", Some(at)),
            Flaw::TooLong => (Rule::Length, "a line of at most 2 MiB", None),
        };
        let fault = Self::of(place, rule, expected).on(record.line());
        match at {
            Some(at) => fault.column(&name(at), at),
            None => fault,
        }
    }

    /// The same fault of a file that the binding has no place for.
    pub(super) fn in_file(mut self, name: &str) -> Self {
        const SHOWN: usize = 80;
        self.file = name.chars().take(SHOWN).flat_map(char::escape_debug).collect();
        self
    }

    /// The same fault on a line.
    pub(super) fn on(mut self, line: u64) -> Self {
        self.line = Some(line);
        self.order.1 = line;
        self
    }

    /// The same fault in a column, which is the `position`th of its file.
    pub(super) fn column(mut self, name: &str, position: usize) -> Self {
        self.column = Some(name.to_owned());
        self.order.2 = position.saturating_add(1);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ": {column}")?;
        }
        write!(f, ": {}; expected {} ({})", self.rule.says(), self.expected, self.rule.code())
    }
}

impl Ord for Fault {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order
            .cmp(&other.order)
            .then_with(|| self.rule.cmp(&other.rule))
            .then_with(|| self.file.cmp(&other.file))
            .then_with(|| self.expected.cmp(&other.expected))
            .then_with(|| self.column.cmp(&other.column))
            .then_with(|| self.line.cmp(&other.line))
    }
}

impl PartialOrd for Fault {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// All faults of a set, in the order of files, lines and columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct FaultList {
    /// The first thousand.
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more: u64,
}

impl fmt::Display for FaultList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            let end = if i == 0 { "" } else { "\n" };
            write!(f, "{end}{fault}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}

/// Collects faults as they are found and keeps those that come first in the list.
#[derive(Debug, Default)]
pub(super) struct Faults {
    first: BinaryHeap<Fault>,
    more: u64,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.first.push(fault);
        if self.first.len() > LISTED {
            self.first.pop();
            self.more += 1;
        }
    }

    pub(super) fn into_result(self) -> Result<(), FaultList> {
        if self.first.is_empty() {
            return Ok(());
        }
        Err(FaultList { faults: self.first.into_sorted_vec(), more: self.more })
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $says:literal;)*) => {
        /// A rule of the binding. Its code is stable: scripts may rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule { $($(#[$doc])* $name,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code that stands for the rule.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What a fault against the rule says.
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

rules! {
    /// The path is no folder and no zip, or can't be read.
    Unreadable = "unreadable", "can't be read";
    /// A name in the zip that leads out of its root.
    NestedFile = "nested-file", "isn't at the root of the set";
    /// A file that the binding of this version doesn't know.
    UnknownFile = "unknown-file", "isn't a file of the binding";
    /// The right name in the wrong case.
    FileName = "file-name", "is named in the wrong case";
    /// Two entries of one name.
    DuplicateFile = "duplicate-file", "is in the set twice";
    /// Beyond the limits on size and compression ratio.
    TooLarge = "too-large", "is too large";
    /// Encrypted, or compressed in another way than deflate.
    Compression = "compression", "is compressed or encrypted in a way that the binding doesn't allow";
    /// A file that the manifest promises, or the manifest itself.
    MissingFile = "missing-file", "is missing";
    /// A file that the manifest calls absent.
    AbsentFile = "absent-file", "is in the set, but the manifest says absent";
    /// A file that another one can't do without.
    Dependency = "dependency", "comes without a file that it needs";
    /// A property that the manifest must have.
    ManifestMissing = "manifest-missing", "lacks a property";
    /// A property that the manifest may not have.
    ManifestUnknown = "manifest-unknown", "is no property of the manifest";
    /// A property given twice.
    ManifestDuplicate = "manifest-duplicate", "repeats a property";
    /// A property with a value that it can't have.
    ManifestValue = "manifest-value", "isn't a value of the property";
    /// Bytes that are no UTF-8.
    Encoding = "encoding", "isn't UTF-8";
    /// A line break inside a field, or a bare carriage return.
    LineBreak = "line-break", "holds a line break";
    /// A quote that isn't closed, isn't doubled or stands in an unquoted field.
    Quoting = "quoting", "isn't quoted correctly";
    /// A row with more or fewer fields than the header.
    Width = "width", "has another number of fields than the header";
    /// A file without any row.
    NoRows = "no-rows", "has no rows";
    /// A first row that is no header.
    NoHeader = "no-header", "doesn't begin with the header";
    /// A column of the binding that isn't there.
    HeaderMissing = "header-missing", "is missing from the header";
    /// A column that the binding doesn't know.
    HeaderExtra = "header-extra", "isn't a column of the binding";
    /// The right name in the wrong case.
    HeaderCase = "header-case", "is spelled differently in the header";
    /// A column twice.
    HeaderDuplicate = "header-duplicate", "is in the header twice";
    /// The right columns in the wrong order.
    HeaderOrder = "header-order", "is out of order in the header";
    /// An extension column without a name of its own.
    HeaderMetadata = "header-metadata", "isn't the name of an extension column";
    /// A blank where a value must be.
    Required = "required", "is blank";
    /// A status or date in bulk, or a blank in delta.
    Mode = "mode", "doesn't fit the file's mode";
    /// A text beyond the limit.
    Length = "length", "is too long";
    /// A character that no text should have.
    Control = "control", "holds a control character";
    /// Not an identifier.
    Guid = "guid", "isn't a sourcedId";
    /// Not a day.
    Date = "date", "isn't a date";
    /// Not a moment in UTC.
    DateTime = "date-time", "isn't a date and time";
    /// Not a year.
    Year = "year", "isn't a year";
    /// Neither `true` nor `false`.
    Boolean = "boolean", "isn't true or false";
    /// Not a whole number.
    Integer = "integer", "isn't a whole number";
    /// Not a number.
    Number = "number", "isn't a number";
    /// A list with an empty item.
    List = "list", "has an empty item";
    /// Not a word of the vocabulary.
    Enumeration = "enumeration", "isn't a word of the vocabulary";
    /// Not `{type:identifier}`.
    UserIds = "user-ids", "isn't a list of typed identifiers";
    /// Not `{left:right}`.
    ScoreScale = "score-scale", "isn't a score scale";
    /// Not the URN of a UUID.
    CaseId = "case-id", "isn't an identifier of a CASE objective";
    /// Two lists that go together and differ in length.
    Pairs = "pairs", "has another number of items than subjects";
    /// Two rows with one sourcedId.
    Duplicate = "duplicate", "is in the file twice";
    /// A reference to a row that isn't there.
    Reference = "reference", "refers to a row that doesn't exist";
    /// A school that is an org of another type.
    School = "school", "refers to an org that isn't a school";
    /// A school year that is a session of another type.
    SchoolYear = "school-year", "refers to a session that isn't a school year";
    /// Two primary roles of one user at one org at one time.
    PrimaryRole = "primary-role", "is the second primary role of the user at the org";
    /// A primary org at which the user has no role.
    PrimaryOrg = "primary-org", "refers to an org at which the user has no role";
    /// A profile of somebody else.
    ProfileOwner = "profile-owner", "refers to a profile of another user";
    /// A result of somebody who is no student.
    Student = "student", "refers to a user who isn't a student";
    /// An end that isn't after its begin.
    Period = "period", "isn't after the begin";
    /// Two primary teachers of one class at one time.
    PrimaryTeacher = "primary-teacher", "is the second primary teacher of the class";
    /// A row that is its own ancestor.
    Cycle = "cycle", "makes the row its own ancestor";
    /// A maximum below its minimum.
    Range = "range", "is below the minimum";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(line: u64) -> Fault {
        Fault::of(Place::Data(File::Users), Rule::Required, "a text").on(line).column("email", 10)
    }

    #[test]
    fn a_fault_reads_as_a_sentence() {
        assert_eq!(fault(17).to_string(), "users.csv:17: email: is blank; expected a text (required)");
    }

    #[test]
    fn the_first_thousand_in_order_are_kept_however_late_they_were_found() {
        let mut faults = Faults::default();
        for line in (1..=1_500).rev() {
            faults.add(fault(line));
        }

        let list = faults.into_result().unwrap_err();

        assert_eq!(list.faults.len(), 1_000);
        assert_eq!(list.faults.first().unwrap().line, Some(1));
        assert_eq!(list.faults.last().unwrap().line, Some(1_000));
        assert_eq!(list.more, 500);
    }

    #[test]
    fn codes_are_distinct() {
        let mut codes: Vec<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        codes.sort_unstable();
        codes.dedup();

        assert_eq!(codes.len(), Rule::ALL.len());
    }

    #[test]
    fn a_fault_is_written_as_json_with_its_code() {
        let json = serde_json::to_value(fault(17)).unwrap();

        assert_eq!(
            json,
            serde_json::json!({
                "file": "users.csv", "line": 17, "column": "email", "rule": "required", "expected": "a text"
            })
        );
    }
}
