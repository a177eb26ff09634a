//! One row of a checked file, by the names of its columns and as it was written.

use chrono::NaiveDate;

use super::header::Layout;
use super::record::Record;
use super::value;

/// A row of a file.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub(super) layout: &'a Layout,
    pub(super) record: &'a Record,
}

impl<'a> Row<'a> {
    /// The line of the file on which the row stands.
    pub fn line(&self) -> u64 {
        self.record.line()
    }

    /// The sourcedId of the row.
    pub fn sourced_id(&self) -> &'a str {
        self.text("sourcedId").unwrap_or_default()
    }

    /// Whether the row of a delta takes its object away.
    pub fn is_removal(&self) -> bool {
        self.text("status") == Some("tobedeleted")
    }

    /// The text of a column as written; nothing if it is blank or the file has no such column.
    pub fn text(&self, column: &str) -> Option<&'a str> {
        let position = self.layout.position(column)?;
        self.at(position)
    }

    /// The items of a column that holds a list, without the spaces around them.
    pub fn list(&self, column: &str) -> impl Iterator<Item = &'a str> {
        value::items(self.text(column).unwrap_or_default())
    }

    /// The pairs of a column that holds `{left:right}` items, such as `userIds`.
    pub fn pairs(&self, column: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        value::Pairs::of(self.text(column).unwrap_or_default()).map_while(Result::ok)
    }

    /// The date of a column.
    pub fn date(&self, column: &str) -> Option<NaiveDate> {
        value::date(self.text(column)?)
    }

    /// Whether a column says `true` or `false`.
    pub fn flag(&self, column: &str) -> Option<bool> {
        value::flag(self.text(column)?)
    }

    /// The number of a column.
    pub fn number(&self, column: &str) -> Option<f64> {
        value::number(self.text(column)?)
    }

    /// The columns of the binding that the row fills, with their texts.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, &'a str)> {
        let row = *self;
        self.layout
            .columns
            .iter()
            .filter_map(move |&(column, position)| row.at(position).map(|text| (column.name, text)))
    }

    /// The extension columns that the row fills: their names without `metadata.`, and their texts.
    pub fn metadata(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let row = *self;
        self.layout
            .metadata
            .iter()
            .filter_map(move |(name, position)| row.at(*position).map(|text| (name.as_str(), text)))
    }

    pub(super) fn at(&self, position: usize) -> Option<&'a str> {
        self.record.field(position).filter(|text| !text.trim().is_empty())
    }
}
