//! The header of a file against the binding: which column stands where.
//!
//! The binding wants the exact names in the exact order, and extension columns to their right. A header
//! with faults still tells where the columns are, so that the rows can be checked in the same run. A
//! cell that isn't a name of the binding is never repeated: a file without header begins with people.

use super::column::Column;
use super::fault::{Fault, Place, Rule};
use super::file::File;
use super::record::Record;
use super::tables::{DROPPED_IN_1P2P1, columns};
use crate::catalogue::Version;

/// More columns than any school has extensions.
const MOST_COLUMNS: usize = 1_000;

/// How the name of an extension column begins.
const METADATA: &str = "metadata.";

/// Which column stands where in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// The binding's columns that the header has, in the binding's order, with their positions.
    pub(super) columns: Vec<(&'static Column, usize)>,
    /// The names of the extension columns, without `metadata.`, with their positions.
    pub(super) metadata: Vec<(String, usize)>,
    /// The number of fields of the header, and so of every row.
    pub(super) width: usize,
}

impl Layout {
    /// The layout that a header gives, and the faults of the header.
    pub(super) fn of(version: Version, file: File, header: &Record) -> (Self, Vec<Fault>) {
        if header.len() > MOST_COLUMNS {
            let fault = Fault::of(Place::Data(file), Rule::TooLarge, format!("at most {MOST_COLUMNS} columns"));
            return (Self::default(), vec![fault.on(header.line())]);
        }
        let mut reading = Reading { file, header, layout: Self::default(), faults: Vec::new() };
        reading.layout.width = header.len();
        let mut taken = vec![false; header.len()];
        let wanted: Vec<&'static Column> =
            columns(version, file).iter().filter(|column| is_expected(version, file, column, header)).collect();
        for (at, column) in wanted.iter().enumerate() {
            reading.find(column, at, &mut taken);
        }
        if reading.layout.columns.is_empty() {
            let names: Vec<_> = wanted.iter().map(|column| column.name).collect();
            let fault = Fault::of(Place::Data(file), Rule::NoHeader, names.join(","));
            return (reading.layout, vec![fault.on(header.line())]);
        }
        reading.order();
        reading.others(&taken);
        (reading.layout, reading.faults)
    }

    /// Where a column of the binding stands.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().find(|(column, _)| column.name == name).map(|&(_, position)| position)
    }

    /// How a column is called in a fault: by its name, or by its number if it has none of its own.
    pub(super) fn name(&self, position: usize) -> String {
        let of_binding = self.columns.iter().find(|&&(_, at)| at == position);
        if let Some((column, _)) = of_binding {
            return column.name.to_owned();
        }
        let extension = self.metadata.iter().find(|&&(_, at)| at == position);
        match extension {
            Some((name, _)) => format!("{METADATA}{name}"),
            None => numbered(position),
        }
    }
}

/// The first release of 1.2 has a column in users.csv that 1.2.1 dropped: both headers are right.
fn is_expected(version: Version, file: File, column: &Column, header: &Record) -> bool {
    let is_dropped = version == Version::V1p2 && file == File::Users && column.name == DROPPED_IN_1P2P1;
    !is_dropped || header.fields().any(|cell| cell.trim().eq_ignore_ascii_case(column.name))
}

fn numbered(position: usize) -> String {
    format!("#{}", position.saturating_add(1))
}

/// A header that is being read.
struct Reading<'a> {
    file: File,
    header: &'a Record,
    layout: Layout,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn add(&mut self, rule: Rule, expected: String, column: &str, position: usize) {
        let fault = Fault::of(Place::Data(self.file), rule, expected);
        self.faults.push(fault.on(self.header.line()).column(column, position));
    }

    /// Finds a column of the binding, which is the `at`th, and marks its cells as taken.
    fn find(&mut self, column: &'static Column, at: usize, taken: &mut [bool]) {
        let cells = |is_it: fn(&str, &str) -> bool| {
            let found = self.header.fields().enumerate().filter(|(_, cell)| is_it(cell, column.name));
            found.map(|(position, _)| position).collect::<Vec<_>>()
        };
        let mut found = cells(|cell, name| cell == name);
        if found.is_empty() {
            found = cells(|cell, name| cell.trim().eq_ignore_ascii_case(name));
            if let Some(&position) = found.first() {
                self.add(Rule::HeaderCase, format!("exactly `{}`", column.name), column.name, position);
            }
        }
        for &position in &found {
            if let Some(mark) = taken.get_mut(position) {
                *mark = true;
            }
        }
        match found.as_slice() {
            [] => self.add(Rule::HeaderMissing, format!("`{}` as column {}", column.name, at + 1), column.name, at),
            [position] => self.layout.columns.push((column, *position)),
            [position, second, ..] => {
                self.layout.columns.push((column, *position));
                self.add(Rule::HeaderDuplicate, format!("`{}` once", column.name), column.name, *second);
            }
        }
    }

    /// The first column that doesn't stand where the binding has it among those that are there.
    fn order(&mut self) {
        let mut found = self.layout.columns.clone();
        found.sort_by_key(|&(_, position)| position);
        let misplaced = self.layout.columns.iter().zip(&found).find(|(wanted, found)| wanted.0.name != found.0.name);
        if let Some((wanted, found)) = misplaced {
            let (expected, name, position) = (format!("`{}` here", wanted.0.name), found.0.name, found.1);
            self.add(Rule::HeaderOrder, expected, name, position);
        }
    }

    /// The cells that are no columns of the binding.
    fn others(&mut self, taken: &[bool]) {
        let last = self.layout.columns.iter().map(|&(_, position)| position).max().unwrap_or(0);
        for (position, cell) in self.header.fields().enumerate() {
            if taken.get(position).copied().unwrap_or(false) {
                continue;
            }
            match cell.strip_prefix(METADATA) {
                Some(name) if is_extension_name(name) => {
                    if position < last {
                        let expected = "extension columns right of all others".to_owned();
                        self.add(Rule::HeaderOrder, expected, cell, position);
                    }
                    if self.layout.metadata.iter().any(|(other, _)| other == name) {
                        self.add(Rule::HeaderDuplicate, format!("`{cell}` once"), cell, position);
                    } else {
                        self.layout.metadata.push((name.to_owned(), position));
                    }
                }
                _ if cell.starts_with("metadata") => {
                    let expected = "`metadata.` and a name".to_owned();
                    self.add(Rule::HeaderMetadata, expected, &numbered(position), position);
                }
                _ => {
                    let expected = "no column here, or `metadata.` and a name".to_owned();
                    self.add(Rule::HeaderExtra, expected, &numbered(position), position);
                }
            }
        }
    }
}

fn is_extension_name(name: &str) -> bool {
    const LONGEST: usize = 255;
    !name.trim().is_empty() && name.len() <= LONGEST && !name.chars().any(char::is_control)
}
