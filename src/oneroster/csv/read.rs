//! The rows of a checked file, one by one and as they were written.

use std::io::{self, BufRead};

use super::fault::{Fault, Place, Rule};
use super::file::File;
use super::header::Layout;
use super::package::Package;
use super::record::Records;
use super::row::Row;

/// Why the rows of a file weren't all read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// The file can't be read, or isn't the one that was checked.
    #[error("{file} can't be read")]
    Unreadable {
        /// The file's name.
        file: &'static str,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file has a fault: it wasn't checked, or changed since.
    #[error("{0}")]
    Fault(Fault),
    /// The consumer stopped.
    #[error("a row of {file} couldn't be used")]
    Visit {
        /// The file's name.
        file: &'static str,
        /// Why.
        #[source]
        source: E,
    },
}

/// Gives each row of a file to `visit`, and tells how many there were. An absent file has none.
///
/// Run [`check`](super::check()) before: only the shape of a row is looked at again here.
pub fn read<E>(
    package: &Package,
    file: File,
    visit: &mut dyn FnMut(Row<'_>) -> Result<(), E>,
) -> Result<u64, ReadError<E>> {
    if package.mode(file) == super::Mode::Absent {
        return Ok(0);
    }
    let read = package.with_bytes(file, |bytes| read_rows(package, file, bytes, visit));
    match read {
        Ok(outcome) => outcome,
        Err(source) => Err(ReadError::Unreadable { file: file.name(), source }),
    }
}

fn read_rows<E>(
    package: &Package,
    file: File,
    bytes: &mut dyn BufRead,
    visit: &mut dyn FnMut(Row<'_>) -> Result<(), E>,
) -> io::Result<Result<u64, ReadError<E>>> {
    let place = Place::Data(file);
    let mut records = Records::new(bytes);
    let layout = match records.next()? {
        Some((header, None)) => match Layout::of(package.version(), file, header) {
            (layout, faults) if faults.is_empty() => layout,
            (_, faults) => return Ok(Err(first(faults, place))),
        },
        Some(_) | None => return Ok(Err(first(Vec::new(), place))),
    };
    let mut rows = 0;
    while let Some((record, flaw)) = records.next()? {
        if let Some(flaw) = flaw {
            let fault = Fault::of_flaw(place, record, flaw, |position| layout.name(position));
            return Ok(Err(ReadError::Fault(fault)));
        }
        if record.len() != layout.width {
            return Ok(Err(ReadError::Fault(width_fault(place, record.line(), layout.width))));
        }
        if let Err(source) = visit(Row { layout: &layout, record }) {
            return Ok(Err(ReadError::Visit { file: file.name(), source }));
        }
        rows += 1;
    }
    Ok(Ok(rows))
}

pub(super) fn width_fault(place: Place, line: u64, width: usize) -> Fault {
    Fault::of(place, Rule::Width, format!("{width} fields")).on(line)
}

fn first<E>(faults: Vec<Fault>, place: Place) -> ReadError<E> {
    let none = || Fault::of(place, Rule::NoHeader, "the header of the binding").on(1);
    ReadError::Fault(faults.into_iter().next().unwrap_or_else(none))
}
