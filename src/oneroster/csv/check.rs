//! Checks a whole set before any of it is used, in one pass over each file.
//!
//! A file comes after those that its rows refer to, so a reference is answered at once; only references
//! within a file wait for its end. What is kept of a row is its key and a few numbers.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use super::column::{Column, Kind};
use super::cross::{Cross, Link, Seen};
use super::fault::{Fault, FaultList, Faults, Place, Rule};
use super::file::{File, Mode};
use super::header::Layout;
use super::keys::{Index, Key, Keys};
use super::package::Package;
use super::read::width_fault;
use super::record::{Flaw, Record, Records};
use super::row::Row;
use super::value;

/// How many rows pass between two reports of progress.
const ROWS_A_REPORT: u64 = 4_096;

/// What a set without faults holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// The number of rows of each file that isn't absent.
    pub rows: BTreeMap<File, u64>,
}

/// What is known of rows that aren't in the set: a delta may refer to earlier data.
pub trait Known {
    /// Whether a row exists; nothing if that can't be told, and then the reference is let pass.
    fn has(&self, file: File, sourced_id: &str) -> Option<bool>;
}

/// Nothing is known of earlier data.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unknown;

impl Known for Unknown {
    fn has(&self, _file: File, _sourced_id: &str) -> Option<bool> {
        None
    }
}

/// Checks a set; `progress` is told the file, its bytes done and all its bytes.
pub fn check(package: &Package, progress: &mut dyn FnMut(File, u64, u64)) -> Result<Check, FaultList> {
    check_against(package, &Unknown, progress)
}

/// Checks a set whose delta files may refer to the rows that `known` knows.
pub fn check_against(
    package: &Package,
    known: &dyn Known,
    progress: &mut dyn FnMut(File, u64, u64),
) -> Result<Check, FaultList> {
    let mut checker = Checker {
        package,
        known,
        keys: Keys::default(),
        indexes: BTreeMap::new(),
        cross: Cross::new(package.version()),
        faults: Faults::default(),
        check: Check::default(),
    };
    for file in File::TARGETS_FIRST {
        if package.mode(file) != Mode::Absent {
            checker.file(file, progress);
        }
    }
    checker.cross.finish(package, &mut checker.faults);
    checker.faults.into_result()?;
    Ok(checker.check)
}

struct Checker<'a> {
    package: &'a Package,
    known: &'a dyn Known,
    keys: Keys,
    indexes: BTreeMap<File, Index>,
    cross: Cross,
    faults: Faults,
    check: Check,
}

/// One file while it is checked.
struct Open<'a> {
    file: File,
    mode: Mode,
    layout: &'a Layout,
    index: Index,
    /// References to rows of the same file that may still come.
    waiting: Vec<Waiting>,
    links: Vec<Link>,
}

/// A reference to a row of the same file.
struct Waiting {
    column: &'static Column,
    position: usize,
    target: Key,
    row: u32,
    line: u64,
}

/// Where the row is that a reference names.
enum Target {
    /// In the set.
    Row(u32),
    /// Outside the set, or in a part of it that can't be read.
    Elsewhere,
    /// Perhaps further down in the same file.
    Later(Key),
    /// Nowhere.
    Missing,
}

impl Checker<'_> {
    fn file(&mut self, file: File, progress: &mut dyn FnMut(File, u64, u64)) {
        self.dependencies(file);
        let package = self.package;
        let outcome = package.with_bytes(file, |bytes| self.bytes(file, bytes, progress));
        let index = outcome.unwrap_or_else(|_| {
            self.faults.add(Fault::of(Place::Data(file), Rule::Unreadable, "a file whose bytes are whole"));
            self.cross.not_sound(file);
            Index::default()
        });
        self.indexes.insert(file, index);
        let size = package.size(file);
        progress(file, size, size);
    }

    fn dependencies(&mut self, file: File) {
        if self.package.mode(file) != Mode::Bulk {
            return;
        }
        for needed in file.needs(self.package.version()) {
            if self.package.mode(needed) == Mode::Absent {
                self.faults.add(Fault::of(Place::Data(file), Rule::Dependency, needed.name()));
            }
        }
    }

    fn bytes(
        &mut self,
        file: File,
        bytes: &mut dyn BufRead,
        progress: &mut dyn FnMut(File, u64, u64),
    ) -> io::Result<Index> {
        let place = Place::Data(file);
        let mut records = Records::new(bytes);
        let Some(layout) = self.header(file, &mut records)? else {
            self.cross.not_sound(file);
            return Ok(Index::default());
        };
        let mut open = Open {
            file,
            mode: self.package.mode(file),
            layout: &layout,
            index: Index::default(),
            waiting: Vec::new(),
            links: Vec::new(),
        };
        open.index.is_whole = true;
        let size = self.package.size(file);
        let mut rows = 0;
        loop {
            let done = records.bytes();
            let Some((record, flaw)) = records.next()? else { break };
            self.record(&mut open, record, flaw);
            rows += 1;
            if rows % ROWS_A_REPORT == 0 {
                progress(file, done, size);
            }
        }
        if rows == 0 {
            // Told once, not for every row that refers to the file.
            open.index.is_whole = false;
            self.faults.add(Fault::of(place, Rule::NoRows, "rows, or absent in the manifest"));
        }
        self.check.rows.insert(file, rows);
        self.settle(&mut open);
        Ok(open.index)
    }

    /// The layout of a file; nothing if its rows can't be told apart by it.
    fn header<R: BufRead>(&mut self, file: File, records: &mut Records<R>) -> io::Result<Option<Layout>> {
        let place = Place::Data(file);
        let Some((record, flaw)) = records.next()? else {
            self.faults.add(Fault::of(place, Rule::NoHeader, "the header of the binding").on(1));
            return Ok(None);
        };
        if let Some(flaw) = flaw {
            self.faults.add(Fault::of_flaw(place, record, flaw, |position| format!("#{}", position + 1)));
            return Ok(None);
        }
        let (layout, faults) = Layout::of(self.package.version(), file, record);
        for fault in faults {
            self.faults.add(fault);
        }
        Ok(layout.position("sourcedId").is_some().then_some(layout))
    }

    fn record(&mut self, open: &mut Open<'_>, record: &Record, flaw: Option<Flaw>) {
        let place = Place::Data(open.file);
        if let Some(flaw) = flaw {
            self.faults.add(Fault::of_flaw(place, record, flaw, |position| open.layout.name(position)));
        } else if record.len() != open.layout.width {
            self.faults.add(width_fault(place, record.line(), open.layout.width));
        }
        let is_lossy = matches!(flaw, Some(Flaw::Encoding(_)));
        let is_whole = record.len() == open.layout.width && (flaw.is_none() || is_lossy);
        let row = Row { layout: open.layout, record };
        let number = self.number(open, row, is_whole);
        if !is_whole || number.is_none() {
            self.cross.not_sound(open.file);
        }
        if is_whole {
            self.row(open, row, number, is_lossy);
        }
    }

    /// Numbers a row by its sourcedId; nothing if it has none or another row had it before.
    fn number(&mut self, open: &mut Open<'_>, row: Row<'_>, is_whole: bool) -> Option<u32> {
        let Some(sourced_id) = row.text("sourcedId") else {
            // Without a name, the row may be the one that others refer to.
            open.index.is_whole = false;
            return None;
        };
        let number = open.index.add(self.keys.of(sourced_id));
        if number.is_none() && is_whole {
            self.add(open, row, "sourcedId", (Rule::Duplicate, "each sourcedId once".into()));
        }
        number
    }

    fn row(&mut self, open: &mut Open<'_>, row: Row<'_>, number: Option<u32>, is_lossy: bool) {
        let version = self.package.version();
        let is_deleted = open.mode == Mode::Delta && row.text("status") == Some("tobedeleted");
        open.links.clear();
        for &(column, position) in &open.layout.columns {
            let checked = match row.at(position) {
                // Whoever goes needs no more than a name; a row below another must say below which.
                None if is_deleted && !is_stamp(column.kind) && !names_parent(open.file, column.name) => Ok(()),
                None => value::check_blank(column.kind, column.required, open.mode),
                Some(text) if is_lossy && text.contains(char::REPLACEMENT_CHARACTER) => Ok(()),
                Some(text) if self.package.is_wide() && value::is_wide(column.kind, text) => Ok(()),
                Some(text) => value::check(column.kind, version, open.mode, text),
            };
            match checked {
                Ok(()) if !is_deleted => self.references(open, row, (column, position), number),
                Ok(()) => {}
                Err(wrong) => self.add(open, row, column.name, wrong),
            }
        }
        for (name, position) in &open.layout.metadata {
            let checked = row.at(*position).map_or(Ok(()), value::check_text);
            if let Err((rule, expected)) = checked {
                let fault = Fault::of(Place::Data(open.file), rule, expected).on(row.line());
                self.faults.add(fault.column(&format!("metadata.{name}"), *position));
            }
        }
        if let (Some(number), false) = (number, is_deleted) {
            let seen = Seen { file: open.file, row, number, links: &open.links };
            self.cross.see(&seen, self.package, &mut self.faults);
            if open.file == File::Demographics {
                self.owner(open, row);
            }
        }
    }

    /// Looks up the rows that a column refers to.
    fn references(
        &mut self,
        open: &mut Open<'_>,
        row: Row<'_>,
        (column, position): (&'static Column, usize),
        number: Option<u32>,
    ) {
        let (Kind::Ref(target) | Kind::Refs(target)) = column.kind else { return };
        let mut missing = false;
        for sourced_id in value::items(row.at(position).unwrap_or_default()) {
            match self.target(open, target, sourced_id) {
                Target::Row(row) => open.links.push(Link { column: column.name, row }),
                Target::Later(target) => {
                    if let Some(row_number) = number {
                        let line = row.line();
                        open.waiting.push(Waiting { column, position, target, row: row_number, line });
                    }
                }
                Target::Elsewhere => {}
                Target::Missing => missing = true,
            }
        }
        if missing {
            self.add(open, row, column.name, (Rule::Reference, format!("a row of {}", target.name()).into()));
        }
    }

    /// The demographics of a person bear the sourcedId of the person.
    fn owner(&mut self, open: &Open<'_>, row: Row<'_>) {
        let sourced_id = row.sourced_id();
        if value::check(Kind::Id, self.package.version(), open.mode, sourced_id).is_ok()
            && matches!(self.target(open, File::Users, sourced_id), Target::Missing)
        {
            self.add(open, row, "sourcedId", (Rule::Reference, "the sourcedId of a row of users.csv".into()));
        }
    }

    fn target(&self, open: &Open<'_>, file: File, sourced_id: &str) -> Target {
        let mode = self.package.mode(file);
        let is_delta = open.mode == Mode::Delta || mode == Mode::Delta;
        let known = || if is_delta { self.known.has(file, sourced_id) } else { Some(false) };
        if mode == Mode::Absent {
            // A file that must come along is told once, not for every row that misses it.
            let is_told = open.mode == Mode::Bulk && open.file.needs(self.package.version()).any(|f| f == file);
            return if is_told || known() != Some(false) { Target::Elsewhere } else { Target::Missing };
        }
        let key = self.keys.of(sourced_id);
        if file == open.file {
            return match open.index.find(key) {
                Some(row) => Target::Row(row),
                None if known() == Some(false) => Target::Later(key),
                None => Target::Elsewhere,
            };
        }
        let index = self.indexes.get(&file);
        match index.and_then(|index| index.find(key)) {
            Some(row) => Target::Row(row),
            None if index.is_none_or(|index| !index.is_whole) || known() != Some(false) => Target::Elsewhere,
            None => Target::Missing,
        }
    }

    /// Answers the references within a file, now that all its rows are known.
    fn settle(&mut self, open: &mut Open<'_>) {
        let mut told = None;
        for waiting in std::mem::take(&mut open.waiting) {
            let place = (waiting.line, waiting.position);
            match open.index.find(waiting.target) {
                Some(target) => self.cross.link(open.file, waiting.column.name, waiting.row, (target, waiting.line)),
                None if !open.index.is_whole || told == Some(place) => {}
                None => {
                    told = Some(place);
                    let expected = format!("a row of {}", open.file.name());
                    let fault = Fault::of(Place::Data(open.file), Rule::Reference, expected).on(waiting.line);
                    self.faults.add(fault.column(waiting.column.name, waiting.position));
                }
            }
        }
    }

    fn add(&mut self, open: &Open<'_>, row: Row<'_>, column: &str, (rule, expected): value::Wrong) {
        let position = open.layout.position(column).unwrap_or_default();
        self.faults.add(Fault::of(Place::Data(open.file), rule, expected).on(row.line()).column(column, position));
    }
}

/// Whether the rows of a file are values of rows of another.
/// Whether the column says below which row another stands.
fn names_parent(file: File, column: &str) -> bool {
    let mut children = super::import::plan::STEPS.iter().flat_map(|step| step.children);
    children.any(|child| child.file == file && child.parent == column)
}

const fn is_stamp(kind: Kind) -> bool {
    matches!(kind, Kind::Id | Kind::Status | Kind::Modified)
}
