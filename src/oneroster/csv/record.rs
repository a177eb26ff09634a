//! RFC 4180 records with their line numbers, one line each, from bytes that may be anything.
//!
//! The binding allows no line break inside a field, so a record is a line; what breaks that, or the
//! quoting, or UTF-8, is told with its line and field and never stops the reading.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

/// No line is longer than this; a field may have 64 KiB.
const LONGEST_LINE: u64 = 2 * 1024 * 1024;

/// How far a quoted field is followed over line breaks, to tell a line break from a missing quote.
const LINES_AHEAD: usize = 16;

/// The same, for the whole file: following costs time, and a list names a thousand faults only.
const FOLLOWED: usize = 1_000;

/// The fields of one line, without their quotes.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    text: String,
    ends: Vec<usize>,
    line: u64,
}

/// What is wrong with a line, and in which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Not UTF-8; the record holds replacement characters in its place.
    Encoding(usize),
    /// A line break inside a field; the record holds the fields before it.
    LineBreak(usize),
    /// A quote where none may be, or none where one must be; the record holds the fields before it.
    Quoting(usize),
    /// Too long to be looked at.
    TooLong,
}

impl Record {
    /// About how many bytes it takes to hold the record.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.text.len() + size_of_val(self.ends.as_slice()) + 40
    }

    /// How many fields the record has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field at a position.
    pub(super) fn field(&self, position: usize) -> Option<&str> {
        let end = *self.ends.get(position)?;
        let start = match position.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// All fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|position| self.field(position))
    }

    /// The line on which the record begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    fn close_field(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// Reads records from bytes.
pub(super) struct Records<R> {
    input: R,
    ahead: VecDeque<(End, Vec<u8>)>,
    buffer: Vec<u8>,
    record: Record,
    lines: u64,
    bytes: u64,
    followed: usize,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            ahead: VecDeque::new(),
            buffer: Vec::new(),
            record: Record::default(),
            lines: 0,
            bytes: 0,
            followed: 0,
        }
    }

    /// How many bytes were read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next record that isn't an empty line, and what is wrong with it.
    pub(super) fn next(&mut self) -> io::Result<Option<(&Record, Option<Flaw>)>> {
        loop {
            let Some(end) = self.next_line()? else { return Ok(None) };
            self.lines += 1;
            self.record.line = self.lines;
            if self.lines == 1 && self.buffer.starts_with(b"\xEF\xBB\xBF") {
                self.buffer.drain(..3);
            }
            if end == End::TooLong {
                self.record.clear();
                let flaw = if self.buffer.contains(&b'\r') { Flaw::LineBreak(0) } else { Flaw::TooLong };
                return Ok(Some((&self.record, Some(flaw))));
            }
            trim_line_end(&mut self.buffer);
            if !self.buffer.is_empty() {
                break;
            }
        }
        let flaw = self.split_buffer()?;
        Ok(Some((&self.record, flaw)))
    }

    fn split_buffer(&mut self) -> io::Result<Option<Flaw>> {
        let (text, is_utf8) = match std::str::from_utf8(&self.buffer) {
            Ok(text) => (std::borrow::Cow::Borrowed(text), true),
            Err(_) => (String::from_utf8_lossy(&self.buffer), false),
        };
        let flaw = match split(&text, &mut self.record) {
            Err(Broken::Open(field)) => {
                let text = text.into_owned();
                return self.follow(text, field).map(Some);
            }
            Err(Broken::Stray(field)) => Some(Flaw::Quoting(field)),
            Ok(()) => None,
        };
        if flaw.is_none() && self.buffer.contains(&b'\r') {
            return Ok(Some(Flaw::LineBreak(position_of(&self.record, '\r'))));
        }
        if flaw.is_none() && !is_utf8 {
            return Ok(Some(Flaw::Encoding(position_of(&self.record, char::REPLACEMENT_CHARACTER))));
        }
        Ok(flaw)
    }

    /// A quoted field goes on after its line: over a line break, or because its closing quote is missing.
    ///
    /// It was a line break if the following lines complete the record; else they are records of their own.
    fn follow(&mut self, mut text: String, field: usize) -> io::Result<Flaw> {
        if self.followed >= FOLLOWED {
            return Ok(Flaw::Quoting(field));
        }
        self.followed += 1;
        let mut whole = Record::default();
        for taken in 1..=LINES_AHEAD {
            while self.ahead.len() < taken {
                let Some(end) = self.fill()? else { return Ok(Flaw::Quoting(field)) };
                self.ahead.push_back((end, self.buffer.clone()));
            }
            let Some((End::Line, line)) = self.ahead.get(taken - 1) else { break };
            text.push('\n');
            text.push_str(String::from_utf8_lossy(line).trim_end_matches(['\r', '\n']));
            match split(&text, &mut whole) {
                Ok(()) => {
                    self.lines += u64::try_from(taken).unwrap_or(0);
                    self.ahead.drain(..taken);
                    return Ok(Flaw::LineBreak(field));
                }
                Err(Broken::Stray(_)) => break,
                Err(Broken::Open(_)) => {}
            }
        }
        Ok(Flaw::Quoting(field))
    }

    fn next_line(&mut self) -> io::Result<Option<End>> {
        match self.ahead.pop_front() {
            Some((end, line)) => {
                self.buffer = line;
                Ok(Some(end))
            }
            None => self.fill(),
        }
    }

    /// Reads one line into the buffer; of a line that is too long, its begin.
    fn fill(&mut self) -> io::Result<Option<End>> {
        self.buffer.clear();
        let read = (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut self.buffer)?;
        self.bytes += u64::try_from(read).unwrap_or(0);
        if read == 0 {
            return Ok(None);
        }
        if self.buffer.ends_with(b"\n") || u64::try_from(read).unwrap_or(0) < LONGEST_LINE {
            return Ok(Some(End::Line));
        }
        self.bytes += skip_line(&mut self.input)?;
        Ok(Some(End::TooLong))
    }
}

/// How the reading of a line ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Line,
    TooLong,
}

/// Why a text is no record, with the field.
enum Broken {
    /// A quoted field isn't closed.
    Open(usize),
    /// A quote inside an unquoted field, or text after a closing quote.
    Stray(usize),
}

/// Splits a text into the fields of a record.
fn split(text: &str, record: &mut Record) -> Result<(), Broken> {
    record.clear();
    let mut rest = text;
    loop {
        let field = record.len();
        if let Some(quoted) = rest.strip_prefix('"') {
            rest = unquote(quoted, record).ok_or(Broken::Open(field))?;
            record.close_field();
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None if rest.is_empty() => return Ok(()),
                None => {
                    record.ends.pop();
                    return Err(Broken::Stray(field));
                }
            }
        } else {
            let (plain, next) = match rest.split_once(',') {
                Some((plain, next)) => (plain, Some(next)),
                None => (rest, None),
            };
            if plain.contains('"') {
                return Err(Broken::Stray(field));
            }
            record.text.push_str(plain);
            record.close_field();
            match next {
                Some(next) => rest = next,
                None => return Ok(()),
            }
        }
    }
}

/// Adds a field up to its closing quote to the record and gives what follows the quote.
fn unquote<'a>(mut rest: &'a str, record: &mut Record) -> Option<&'a str> {
    loop {
        let (before, after) = rest.split_once('"')?;
        record.text.push_str(before);
        match after.strip_prefix('"') {
            Some(next) => {
                record.text.push('"');
                rest = next;
            }
            None => return Some(after),
        }
    }
}

fn trim_line_end(line: &mut Vec<u8>) {
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            return Ok(skipped);
        }
        let end = chunk.iter().position(|&b| b == b'\n');
        let used = end.map_or(chunk.len(), |at| at + 1);
        input.consume(used);
        skipped += u64::try_from(used).unwrap_or(0);
        if end.is_some() {
            return Ok(skipped);
        }
    }
}

fn position_of(record: &Record, wanted: char) -> usize {
    record.fields().position(|field| field.contains(wanted)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Line = (u64, Vec<String>, Option<Flaw>);

    fn all(bytes: &[u8]) -> Vec<Line> {
        let mut records = Records::new(bytes);
        let mut found = Vec::new();
        while let Some((record, flaw)) = records.next().unwrap() {
            found.push((record.line(), record.fields().map(str::to_owned).collect(), flaw));
        }
        found
    }

    fn line(line: u64, fields: &[&str], flaw: Option<Flaw>) -> Line {
        (line, fields.iter().map(|&field| field.to_owned()).collect(), flaw)
    }

    #[test]
    fn both_line_ends_a_bom_and_a_missing_last_line_end_are_fine() {
        let found = all(b"\xEF\xBB\xBFa,b\r\n1,2\n3,");

        assert_eq!(found, [line(1, &["a", "b"], None), line(2, &["1", "2"], None), line(3, &["3", ""], None)]);
    }

    #[test]
    fn empty_lines_are_skipped_but_counted() {
        assert_eq!(all(b"a\n\n\r\nb\n"), [line(1, &["a"], None), line(4, &["b"], None)]);
    }

    #[test]
    fn quotes_keep_commas_and_doubled_quotes() {
        assert_eq!(all(b"\"a,b\",\"c \"\"d\"\"\",\"\"\n"), [line(1, &["a,b", "c \"d\"", ""], None)]);
    }

    #[test]
    fn a_line_break_in_a_quoted_field_is_one_flaw_and_the_next_record_is_sound() {
        let found = all(b"a,\"x\r\ny\",b\nc,d,e\n");

        assert_eq!(found, [line(1, &["a"], Some(Flaw::LineBreak(1))), line(3, &["c", "d", "e"], None)]);
    }

    #[test]
    fn a_missing_closing_quote_spoils_its_own_line_only() {
        let found = all(b"a,\"x,b\nc,d,e\nf,\"g\",h\n");

        assert_eq!(
            found,
            [line(1, &["a"], Some(Flaw::Quoting(1))), line(2, &["c", "d", "e"], None), line(3, &["f", "g", "h"], None)]
        );
    }

    #[test]
    fn a_quote_inside_an_unquoted_field_and_text_after_a_quote_are_flaws() {
        assert_eq!(all(b"a,b\"c\n"), [line(1, &["a"], Some(Flaw::Quoting(1)))]);
        assert_eq!(all(b"a,\"b\"c\n"), [line(1, &["a"], Some(Flaw::Quoting(1)))]);
    }

    #[test]
    fn a_bare_carriage_return_is_a_flaw() {
        assert_eq!(all(b"a,b\rc,d\n")[0].2, Some(Flaw::LineBreak(1)));
    }

    #[test]
    fn bytes_that_are_no_utf8_are_a_flaw_of_their_field() {
        assert_eq!(all(b"a,Ren\xE9,b\n")[0].2, Some(Flaw::Encoding(1)));
    }

    #[test]
    fn an_endless_line_takes_no_endless_memory() {
        let mut bytes = vec![b'x'; 5 * 1024 * 1024];
        bytes.extend_from_slice(b"\na,b\n");

        let found = all(&bytes);

        assert_eq!(found, [line(1, &[], Some(Flaw::TooLong)), line(2, &["a", "b"], None)]);
    }
}
