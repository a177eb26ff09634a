//! The values of a row by their columns' kinds.

use std::collections::HashMap;

use super::manifest::Mode;
use super::record::Record;
use super::relations::Relations;
use super::tables::{Column, Kind, Table};
use super::tally::{Place, Rule, Tally};
use super::value;

/// A row whose width is the header's.
pub struct Row<'r> {
    /// What its file is.
    pub table: &'static Table,
    /// The file's name.
    pub file: &'r str,
    /// Its fields.
    pub record: &'r Record,
    /// Where columns stand.
    pub positions: &'r HashMap<&'r str, usize>,
}

impl Row<'_> {
    /// A column's value; empty if there is no such column.
    pub fn get(&self, column: &str) -> &str {
        let place = self.positions.get(column);
        place.and_then(|place| self.record.fields.get(*place)).map_or("", String::as_str)
    }

    /// Where a column stands.
    pub fn place<'a>(&'a self, column: &'a str) -> Place<'a> {
        Place { file: self.file, line: self.record.line, column }
    }
}

/// Looks at all values of a row.
pub fn look_at_values(row: &Row<'_>, relations: &mut Relations<'_>, tally: &mut Tally) {
    look_at_mode(row, relations.mode(row.table.name), tally);
    let id = row.get("sourcedId");
    tally.look(Rule::Required, !id.is_empty(), || row.place("sourcedId").says("is blank"));
    tally.look(Rule::Identifier, id.is_empty() || value::is_identifier(id), || row.place("sourcedId").with(id));
    for column in row.table.columns.iter().filter(|column| row.positions.contains_key(column.name)) {
        let text = row.get(column.name);
        if column.is_required {
            tally.look(Rule::Required, !text.is_empty(), || row.place(column.name).says("is blank"));
        }
        if !text.is_empty() {
            look_at_value(row, column, text, relations, tally);
        }
    }
}

fn look_at_mode(row: &Row<'_>, mode: Option<Mode>, tally: &mut Tally) {
    let (status, modified) = (row.get("status"), row.get("dateLastModified"));
    match mode {
        Some(Mode::Bulk) => {
            tally.look(Rule::Bulk, status.is_empty(), || row.place("status").with(status));
            tally.look(Rule::Bulk, modified.is_empty(), || row.place("dateLastModified").with(modified));
        }
        Some(Mode::Delta) => {
            let is_status = matches!(status, "active" | "tobedeleted");
            tally.look(Rule::DeltaStatus, is_status, || row.place("status").with(status));
            tally.look(Rule::DeltaDate, value::is_moment(modified), || row.place("dateLastModified").with(modified));
        }
        Some(Mode::Absent) | None => {}
    }
}

fn look_at_value(row: &Row<'_>, column: &Column, text: &str, relations: &mut Relations<'_>, tally: &mut Tally) {
    let place = row.place(column.name);
    let mut look = |rule: Rule, holds: bool| tally.look(rule, holds, || place.with(text));
    match column.kind {
        Kind::Text => look(Rule::Length, text.chars().count() <= 255),
        Kind::Texts => look(Rule::List, items_are_filled(text)),
        Kind::Day => look(Rule::Day, value::is_day(text)),
        Kind::Year => look(Rule::Year, value::is_year(text)),
        Kind::Flag => look(Rule::Flag, matches!(text, "true" | "false")),
        Kind::Integer => look(Rule::Number, value::is_integer(text)),
        Kind::Fractional => look(Rule::Number, value::is_number(text)),
        Kind::Pairs => look(Rule::UserIds, value::are_pairs(text)),
        Kind::ScoreScale => look(Rule::Scales, value::are_pairs(text)),
        Kind::Word(words) => {
            look(Rule::Word, value::is_word(text, words, relations.version));
            look_at_own(text, &mut look);
        }
        Kind::Words(words) => {
            look(Rule::List, items_are_filled(text));
            look(
                Rule::Word,
                text.split(',').all(|word| word.is_empty() || value::is_word(word, words, relations.version)),
            );
            text.split(',').for_each(|word| look_at_own(word, &mut look));
        }
        Kind::Ref(target) => relations.refer(row, column.name, (target, text), tally),
        Kind::Refs(target) => {
            look(Rule::List, items_are_filled(text));
            for id in text.split(',').filter(|id| !id.is_empty()) {
                relations.refer(row, column.name, (target, id), tally);
            }
        }
    }
}

fn items_are_filled(text: &str) -> bool {
    text.split(',').all(|item| !item.is_empty())
}

fn look_at_own(word: &str, look: &mut impl FnMut(Rule, bool)) {
    if let Some(own) = word.strip_prefix("ext:") {
        look(Rule::Own, !own.trim().is_empty());
    }
}
