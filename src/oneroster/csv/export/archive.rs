//! The zip of a set. Its bytes follow from its rows: no clock, no user, no system shows in it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::error::ExportError;
use crate::oneroster::csv::manifest;
use crate::oneroster::csv::package::MANIFEST;
use crate::oneroster::csv::{File, Mode, Version};

/// One cell for each column of a file.
pub(super) type Cells = Vec<String>;

/// A set that is being written.
pub(super) struct Archive<W: Write + Seek> {
    zip: ZipWriter<W>,
    buffer: Vec<u8>,
    written: Vec<File>,
}

impl<W: Write + Seek> Archive<W> {
    pub(super) fn new(out: W) -> Self {
        Self { zip: ZipWriter::new(out), buffer: Vec::new(), written: Vec::new() }
    }

    /// Adds rows to a file. A file without rows is not in the set (§ bulk and delta of the binding), so that
    /// it begins with its first row.
    pub(super) fn add(&mut self, file: File, header: &[Cow<'_, str>], rows: &[Cells]) -> Result<(), ExportError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(buffer);
        if self.written.last() != Some(&file) {
            self.zip.start_file(file.name(), options())?;
            self.written.push(file);
            writer.write_record(header.iter().map(|name| name.as_bytes()))?;
        }
        for row in rows {
            writer.write_record(row)?;
        }
        self.buffer = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(self.zip.write_all(&self.buffer)?)
    }

    /// Whether the set has rows of the file.
    pub(super) fn has(&self, file: File) -> bool {
        self.written.contains(&file)
    }

    /// Adds the manifest, which tells of the rows that are there, and ends the set.
    /// `n_people` is what a planted leak tells.
    pub(super) fn finish(mut self, version: Version, mode: Mode, n_people: Option<u32>) -> Result<W, ExportError> {
        let mut text = manifest::text(version, |file| if self.has(file) { mode } else { Mode::Absent });
        if let Some(n_people) = n_people {
            _ = write!(text, "source.people,{n_people}\r\n");
        }
        self.zip.start_file(MANIFEST, options())?;
        self.zip.write_all(text.as_bytes())?;
        Ok(self.zip.finish()?)
    }
}

/// The time in the directory of the zip is that of no event: 1980-01-01.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .large_file(false)
}
