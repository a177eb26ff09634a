//! A TOML document whose tables are read key by key, so that one problem doesn't hide the next.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer, value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::consent::rules_file::Problem;
use crate::consent::rules_file::problem::suggestion;

/// A value and the line that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct At<T> {
    /// The line, from 1.
    #[serde(skip)]
    pub line: usize,
    /// The value.
    pub value: T,
}

/// Where each line of a text begins.
#[derive(Debug)]
pub struct Lines(Vec<usize>);

impl Lines {
    /// Finds the lines of a text.
    pub fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line, from 1, in which a span begins.
    pub fn line(&self, span: &Range<usize>) -> usize {
        self.0.partition_point(|start| *start <= span.start)
    }
}

/// A table that is being read.
pub struct Section<'a> {
    /// How messages name it, such as ``rule `atlas-1` ``.
    pub label: String,
    /// The line of its heading.
    pub line: usize,
    table: &'a DeTable<'a>,
    lines: &'a Lines,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Section<'a> {
    /// Begins to read a table; a key that is not among `keys` is a problem.
    pub fn open(
        label: &str,
        keys: &[&str],
        table: At<&'a DeTable<'a>>,
        lines: &'a Lines,
        problems: &'a mut Vec<Problem>,
    ) -> Self {
        let mut section = Self { label: label.to_owned(), line: table.line, table: table.value, lines, problems };
        // The name makes every later message easier to place.
        if let Some(DeValue::String(id)) = ["id", "slug", "person", "category"]
            .iter()
            .filter(|key| keys.contains(*key))
            .find_map(|key| section.table.get(*key))
            .map(Spanned::get_ref)
        {
            section.label = format!("{label} `{id}`");
        }
        for key in table.value.keys() {
            let name = key.get_ref();
            if !keys.contains(&name.as_ref()) {
                let hint = suggestion(name, keys.iter().copied());
                section.report(lines.line(&key.span()), &format!("there is no key `{name}`{hint}"));
            }
        }
        section
    }

    /// Notes a problem.
    pub fn report(&mut self, line: usize, text: &str) {
        self.problems.push(Problem { line, text: format!("{}: {text}", self.label) });
    }

    /// The line of a key's value, or of the heading if the key is absent.
    pub fn line_of(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.line, |value| self.lines.line(&value.span()))
    }

    /// Whether the key is there, in whatever form.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the key is a list without items.
    pub fn is_empty_list(&self, key: &str) -> bool {
        matches!(self.table.get(key).map(Spanned::get_ref), Some(DeValue::Array(items)) if items.is_empty())
    }

    /// Notes a problem for each of these keys that is absent.
    pub fn require(&mut self, keys: &[&str]) {
        for key in keys {
            if !self.has(key) {
                self.report(self.line, &format!("`{key}` is missing"));
            }
        }
    }

    /// A text.
    pub fn text(&mut self, key: &str) -> Option<At<String>> {
        let value = self.table.get(key)?;
        self.text_of(&format!("`{key}`"), value)
    }

    fn text_of(&mut self, what: &str, value: &Spanned<DeValue<'_>>) -> Option<At<String>> {
        let line = self.lines.line(&value.span());
        if let DeValue::String(text) = value.get_ref() {
            return Some(At { line, value: text.as_ref().to_owned() });
        }
        self.report(line, &format!("{what} must be a text in quotes, not {}", kind(value.get_ref())));
        None
    }

    /// A list of texts, each once.
    pub fn texts(&mut self, key: &str) -> Option<Vec<At<String>>> {
        let value = self.table.get(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            let text = format!("`{key}` must be a list of texts, not {}", kind(value.get_ref()));
            self.report(self.line_of(key), &text);
            return None;
        };
        let mut texts: Vec<At<String>> = Vec::new();
        let mut seen = BTreeSet::new();
        for item in items {
            let Some(text) = self.text_of(&format!("an item of `{key}`"), item) else { continue };
            if seen.insert(text.value.clone()) {
                texts.push(text);
            } else {
                self.report(text.line, &format!("`{}` stands twice in `{key}`", text.value));
            }
        }
        Some(texts)
    }

    /// A text that must be one of `words`, as their type's serde form.
    pub fn word<T: DeserializeOwned>(&mut self, key: &str, words: &[&str]) -> Option<At<T>> {
        let text = self.text(key)?;
        let parsed: Result<T, value::Error> = T::deserialize(text.value.as_str().into_deserializer());
        if let Ok(value) = parsed {
            return Some(At { line: text.line, value });
        }
        let hint = suggestion(&text.value, words.iter().copied());
        let words = words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
        self.report(text.line, &format!("`{key}` is `{}`; expected one of {words}{hint}", text.value));
        None
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &str) -> Option<bool> {
        let value = self.table.get(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        let text = format!("`{key}` must be true or false, not {}", kind(value.get_ref()));
        self.report(self.lines.line(&value.span()), &text);
        None
    }

    /// A day, as a text or as TOML's own date.
    pub fn date(&mut self, key: &str) -> Option<At<NaiveDate>> {
        let value = self.table.get(key)?;
        let line = self.lines.line(&value.span());
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref().to_owned(),
            DeValue::Datetime(date) => date.to_string(),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Array(_) | DeValue::Table(_) => {
                let text = format!("`{key}` must be a date such as \"2026-08-01\", not {}", kind(value.get_ref()));
                self.report(line, &text);
                return None;
            }
        };
        // NaiveDate alone would also read `2026-8-1`, and `+12026-08-01`.
        match text.parse() {
            Ok(value) if text.len() == 10 => Some(At { line, value }),
            Ok(_) | Err(_) => {
                self.report(line, &format!("`{key}` is `{text}`; expected a date such as 2026-08-01"));
                None
            }
        }
    }

    /// The tables under a heading in double brackets.
    pub fn tables(&mut self, key: &str) -> Vec<At<&'a DeTable<'a>>> {
        let Some(value) = self.table.get(key) else { return Vec::new() };
        let mut tables = Vec::new();
        if let DeValue::Array(items) = value.get_ref() {
            for item in items {
                if let DeValue::Table(table) = item.get_ref() {
                    tables.push(At { line: self.lines.line(&item.span()), value: table });
                }
            }
            if tables.len() == items.len() {
                return tables;
            }
        }
        let path = if self.line == 0 { key.to_owned() } else { format!("tenant.{key}") };
        self.report(self.line_of(key), &format!("`{key}` must be written as [[{path}]]"));
        tables
    }

    /// The table under a heading in single brackets.
    pub fn table(&mut self, key: &str) -> Option<At<&'a DeTable<'a>>> {
        let value = self.table.get(key)?;
        let line = self.lines.line(&value.span());
        if let DeValue::Table(table) = value.get_ref() {
            return Some(At { line, value: table });
        }
        let path = if self.line == 0 { key.to_owned() } else { format!("vendor.{key}") };
        self.report(line, &format!("`{key}` must be written as [{path}]"));
        None
    }

    /// Begins to read a table inside this one.
    pub fn inside(&mut self, label: &str, keys: &[&str], table: At<&'a DeTable<'a>>) -> Section<'_> {
        Section::open(label, keys, table, self.lines, self.problems)
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
