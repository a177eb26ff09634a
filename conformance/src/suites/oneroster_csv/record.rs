//! Rows of a file, one at a time, and what is wrong with how they are written (RFC 4180 §2).

use std::io::{BufRead, BufReader, Read};

use super::tally::{Place, Rule, Tally};
use crate::check::Stop;

/// Reads rows.
pub struct Records<'r> {
    file: &'r str,
    lines: BufReader<Box<dyn Read + 'r>>,
    line: u64,
    raw: Vec<u8>,
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The line on which it begins.
    pub line: u64,
    /// Its fields.
    pub fields: Vec<String>,
}

/// What is wrong with how a row is written.
#[derive(Debug, Default)]
struct Flaws {
    quotes: bool,
    line_break: bool,
    lone_return: bool,
}

impl<'r> Records<'r> {
    /// The rows of that file.
    pub fn new(file: &'r str, content: Box<dyn Read + 'r>) -> Self {
        Self { file, lines: BufReader::with_capacity(1 << 16, content), line: 0, raw: Vec::new() }
    }

    /// The next row; none at the end, and no blank lines.
    pub fn next(&mut self, tally: &mut Tally) -> Result<Option<Record>, Stop> {
        loop {
            self.raw.clear();
            let begin = self.line + 1;
            if !self.take_line()? {
                return Ok(None);
            }
            if begin == 1 && self.raw.starts_with("\u{feff}".as_bytes()) {
                self.raw.drain(..3);
            }
            // A field that isn't closed goes on: what follows would else be told as faults of its own.
            let mut n_more = 0;
            while n_more < 50 && is_open(&self.raw) && self.take_line()? {
                n_more += 1;
            }
            let place = Place { file: self.file, line: begin, column: "" };
            let text = String::from_utf8_lossy(&self.raw);
            tally.look(Rule::Encoding, std::str::from_utf8(&self.raw).is_ok(), || place.says("isn't UTF-8"));
            let (fields, flaws) = split(&text);
            tally
                .look(Rule::LineBreaks, !flaws.line_break && n_more == 0, || place.says("has a line break in a field"));
            tally.look(Rule::LineEnds, !flaws.lone_return, || place.says("has a carriage return without a line feed"));
            tally
                .look(Rule::Quotes, !flaws.quotes, || place.says("has a quote within a field that isn't quoted right"));
            if fields.len() > 1 || fields.first().is_some_and(|field| !field.is_empty()) {
                return Ok(Some(Record { line: begin, fields }));
            }
        }
    }

    /// Appends the next line; whether there was one.
    fn take_line(&mut self) -> Result<bool, Stop> {
        let n_read = self.lines.read_until(b'\n', &mut self.raw);
        let n_read = n_read.map_err(|error| Stop::Broken(format!("{} can't be read: {error}", self.file)))?;
        self.line += 1;
        Ok(n_read > 0)
    }
}

/// Whether a quoted field goes on after the end.
fn is_open(raw: &[u8]) -> bool {
    let mut is_open = false;
    let mut is_start = true;
    let mut bytes = raw.iter().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, is_open) {
            (b'"', false) if is_start => is_open = true,
            (b'"', true) if bytes.peek() == Some(&&b'"') => drop(bytes.next()),
            (b'"', true) => is_open = false,
            _ => {}
        }
        is_start = *byte == b',' && !is_open;
    }
    is_open
}

/// The fields of a row.
fn split(text: &str) -> (Vec<String>, Flaws) {
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    let mut flaws = Flaws::default();
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = if rest.starts_with('"') { quoted(rest, &mut flaws) } else { bare(rest, &mut flaws) };
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return (fields, flaws),
        }
    }
}

/// A field without quotes, and what follows its comma.
fn bare<'t>(rest: &'t str, flaws: &mut Flaws) -> (String, Option<&'t str>) {
    let (field, after) = rest.split_once(',').map_or((rest, None), |(field, after)| (field, Some(after)));
    flaws.quotes |= field.contains('"');
    flaws.lone_return |= field.contains('\r');
    (field.to_owned(), after)
}

/// A field with quotes around it, and what follows its comma.
fn quoted<'t>(rest: &'t str, flaws: &mut Flaws) -> (String, Option<&'t str>) {
    let mut field = String::new();
    let mut inner = rest.get(1..).unwrap_or_default();
    loop {
        let Some((before, after)) = inner.split_once('"') else {
            flaws.quotes = true;
            field.push_str(inner);
            return (field, None);
        };
        field.push_str(before);
        flaws.line_break |= before.contains(['\n', '\r']);
        if let Some(more) = after.strip_prefix('"') {
            field.push('"');
            inner = more;
        } else if after.is_empty() {
            return (field, None);
        } else if let Some(next) = after.strip_prefix(',') {
            return (field, Some(next));
        } else {
            flaws.quotes = true;
            let (more, next) = bare(after, flaws);
            return (field + &more, next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Vec<String>>, Tally) {
        let mut tally = Tally::default();
        let mut records = Records::new("a.csv", Box::new(text.as_bytes()));
        let mut rows = Vec::new();
        while let Some(record) = records.next(&mut tally).unwrap() {
            rows.push(record.fields);
        }
        (rows, tally)
    }

    fn broken(tally: &Tally) -> Vec<Rule> {
        tally.0.iter().filter(|(_, count)| count.n_broken > 0).map(|(rule, _)| *rule).collect()
    }

    #[test]
    fn fields_are_those_of_rfc_4180() {
        let (rows, tally) = read("\u{feff}a,b\r\n\"x, \"\"y\"\"\",\n,\"\"\n");

        assert_eq!(rows, [["a", "b"], ["x, \"y\"", ""], ["", ""]]);
        assert_eq!(broken(&tally), []);
    }

    #[test]
    fn what_is_written_wrongly_is_told_once_and_read_on() {
        for (text, rule) in [
            ("a,\"b\nc\"\nd,e\n", Rule::LineBreaks),
            ("a,b\"c\nd,e\n", Rule::Quotes),
            ("a,\"b\"c\nd,e\n", Rule::Quotes),
            ("a,b\rc\nd,e\n", Rule::LineEnds),
        ] {
            let (rows, tally) = read(text);

            assert_eq!(broken(&tally), [rule], "{text:?}");
            assert_eq!(rows.last().unwrap(), &["d", "e"], "{text:?}");
        }
    }
}
