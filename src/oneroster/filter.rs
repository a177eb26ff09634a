//! The filter grammar of OneRoster, strict in what it means and lenient in how it is written.
//!
//! The standard has one or two clauses joined by AND or OR. Clients also write three and more, parentheses,
//! lower-case words, spaces around operators, unquoted values, and a quote inside a quoted value.

use crate::query::Op;
use crate::query::value::instant;

/// How deep parentheses may nest.
const DEEPEST: usize = 32;
/// How long a filter may be, in bytes.
const LONGEST: usize = 8192;

/// A filter whose names mean nothing yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Syntax {
    /// All of them.
    And(Vec<Syntax>),
    /// Any of them.
    Or(Vec<Syntax>),
    /// A name, how it compares, and a value.
    Clause(String, Op, String),
}

/// Where and why a filter can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the filter can't be read at character {at}: {expected}")]
pub struct Malformed {
    /// Counted from 1.
    pub at: usize,
    /// What should stand there.
    pub expected: &'static str,
}

/// Reads a filter that is percent-decoded already.
pub fn parse(text: &str) -> Result<Syntax, Malformed> {
    // Pages and word processors make typographic quotes of straight ones.
    let text = text.replace(['\u{2018}', '\u{2019}'], "'");
    let mut reader = Reader { text: &text, at: 0, depth: 0 };
    if text.len() > LONGEST {
        return Err(reader.expected("a filter of at most 8192 bytes"));
    }
    let filter = reader.any()?;
    reader.skip_spaces();
    if reader.rest().is_empty() { Ok(filter) } else { Err(reader.expected("AND, OR or the end")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn expected(&self, expected: &'static str) -> Malformed {
        let read = self.text.get(..self.at).map_or(0, |read| read.chars().count());
        Malformed { at: read + 1, expected }
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// `OR` binds less than `AND`, as everywhere.
    fn any(&mut self) -> Result<Syntax, Malformed> {
        self.joined("or", Self::all, Syntax::Or)
    }

    fn all(&mut self) -> Result<Syntax, Malformed> {
        self.joined("and", Self::clause, Syntax::And)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Syntax, Malformed>,
        join: fn(Vec<Syntax>) -> Syntax,
    ) -> Result<Syntax, Malformed> {
        let first = part(self)?;
        let mut parts = vec![first];
        while let Some(length) = keyword(self.rest(), word) {
            self.at += length;
            parts.push(part(self)?);
        }
        Ok(if let [_] = parts.as_slice() { parts.swap_remove(0) } else { join(parts) })
    }

    fn clause(&mut self) -> Result<Syntax, Malformed> {
        self.skip_spaces();
        if self.rest().starts_with('(') {
            return self.group();
        }
        let name = self.name()?;
        self.skip_spaces();
        let op = self.operator()?;
        self.skip_spaces();
        let value = if self.rest().starts_with('\'') { self.quoted()? } else { self.unquoted()? };
        Ok(Syntax::Clause(name, op, value))
    }

    fn group(&mut self) -> Result<Syntax, Malformed> {
        if self.depth == DEEPEST {
            return Err(self.expected("fewer nested parentheses"));
        }
        self.depth += 1;
        self.at += 1;
        let inside = self.any()?;
        self.skip_spaces();
        if !self.rest().starts_with(')') {
            return Err(self.expected("a closing parenthesis"));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(inside)
    }

    fn name(&mut self) -> Result<String, Malformed> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let length = self.rest().find(|c| !is_part(c)).unwrap_or(self.rest().len());
        let name = self.rest().get(..length).unwrap_or_default();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(self.expected("the name of a field"));
        }
        self.at += length;
        Ok(name.to_owned())
    }

    fn operator(&mut self) -> Result<Op, Malformed> {
        const OPERATORS: [(&str, Op); 7] = [
            ("!=", Op::Ne),
            (">=", Op::Ge),
            ("<=", Op::Le),
            ("=", Op::Eq),
            (">", Op::Gt),
            ("<", Op::Lt),
            ("~", Op::Contains),
        ];
        for (text, op) in OPERATORS {
            if self.rest().starts_with(text) {
                self.at += text.len();
                return Ok(op);
            }
        }
        Err(self.expected("one of = != > >= < <= ~"))
    }

    /// Up to the quote that the end, `)`, AND or OR follows. A doubled quote is one quote; a single one in a name, with
    /// a letter behind it (`O'Brien`, `van 't Hof`), is part of it. Any other would make a value of the rest of a
    /// filter that is none.
    fn quoted(&mut self) -> Result<String, Malformed> {
        let start = self.at + 1;
        let mut value = String::new();
        let mut characters = self.text.get(start..).unwrap_or_default().char_indices().peekable();
        while let Some((i, character)) = characters.next() {
            if character != '\'' {
                value.push(character);
                continue;
            }
            if characters.next_if(|(_, next)| *next == '\'').is_some() {
                value.push('\'');
                continue;
            }
            let after = start + i + 1;
            let rest = self.text.get(after..).unwrap_or_default();
            if ends_value(rest) {
                self.at = after;
                return Ok(value);
            }
            let is_in_name = rest.starts_with(char::is_alphabetic) && !value.trim_end().ends_with(IN_OPERATORS);
            if !is_in_name || begins_clause(rest) {
                self.at = after;
                return Err(self.expected("AND, OR or the end"));
            }
            value.push('\'');
        }
        Err(self.expected("a closing quote"))
    }

    /// Numbers, words and lists of them, without spaces; an instant may have one, as a `+` in an address is a space.
    fn unquoted(&mut self) -> Result<String, Malformed> {
        let rest = self.rest();
        let until = |ends: &dyn Fn(usize) -> bool| {
            let found =
                rest.char_indices().find(|(i, character)| *character == ')' || (character.is_whitespace() && ends(*i)));
            rest.get(..found.map_or(rest.len(), |(i, _)| i)).unwrap_or_default()
        };
        let goes_on = |i: usize| !ends_value(rest.get(i..).unwrap_or_default());
        let long = until(&|i| !goes_on(i));
        let text = if instant(long).is_ok() { long } else { until(&|_| true) };
        if text.is_empty() || text.contains('\'') || text.contains(IN_OPERATORS) {
            return Err(self.expected("a value, in single quotes"));
        }
        self.at += text.len();
        if goes_on(text.len()) {
            return Err(self.expected("AND, OR or the end"));
        }
        Ok(text.to_owned())
    }
}

/// The characters with which operators end.
const IN_OPERATORS: [char; 4] = ['=', '<', '>', '~'];

/// Whether a value ends here: nothing, a closing parenthesis, or AND or OR follows.
fn ends_value(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    trimmed.is_empty() || trimmed.starts_with(')') || keyword(rest, "and").is_some() || keyword(rest, "or").is_some()
}

/// Whether another clause follows, so that AND or OR was forgotten and the quote was no part of a name.
fn begins_clause(rest: &str) -> bool {
    let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let operator = name.trim_start();
    name.len() < rest.len() && (operator.starts_with("!=") || operator.starts_with(IN_OPERATORS))
}

/// The length of spaces, the word in any case, and the space or parenthesis after it.
fn keyword(rest: &str, word: &str) -> Option<usize> {
    let trimmed = rest.trim_start();
    let spaces = rest.len() - trimmed.len();
    let head = trimmed.get(..word.len())?;
    let after = trimmed.get(word.len()..)?;
    let is_word = head.eq_ignore_ascii_case(word) && after.starts_with(|c: char| c.is_whitespace() || c == '(');
    is_word.then_some(spaces + word.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clause(name: &str, op: Op, value: &str) -> Syntax {
        Syntax::Clause(name.into(), op, value.into())
    }

    #[test]
    fn one_and_two_clauses_are_read_as_the_standard_writes_them() {
        assert_eq!(parse("status='active'"), Ok(clause("status", Op::Eq, "active")));
        assert_eq!(
            parse("familyName='jones' AND dateLastModified>'2015-01-01'"),
            Ok(Syntax::And(vec![
                clause("familyName", Op::Eq, "jones"),
                clause("dateLastModified", Op::Gt, "2015-01-01")
            ]))
        );
    }

    #[test]
    fn what_clients_really_write_is_read_too() {
        assert_eq!(parse("score >= 5"), Ok(clause("score", Op::Ge, "5")));
        assert_eq!(parse("familyName='O''Brien'"), Ok(clause("familyName", Op::Eq, "O'Brien")));
        assert_eq!(parse("familyName='O'Brien'"), Ok(clause("familyName", Op::Eq, "O'Brien")));
        assert_eq!(parse("familyName=\u{2018}'t Hart\u{2019}"), Ok(clause("familyName", Op::Eq, "'t Hart")));
        assert_eq!(parse("title='a AND b=c > d'"), Ok(clause("title", Op::Eq, "a AND b=c > d")));
        assert_eq!(parse("familyName='van 't Hof'"), Ok(clause("familyName", Op::Eq, "van 't Hof")));
        assert_eq!(parse("city=''s-Hertogenbosch'"), Ok(clause("city", Op::Eq, "'s-Hertogenbosch")));
        assert_eq!(
            parse("a='O'Brien' OR a='d'Arc'"),
            Ok(Syntax::Or(vec![clause("a", Op::Eq, "O'Brien"), clause("a", Op::Eq, "d'Arc")]))
        );
        for at in ["2026-11-01", "2026-11-01T00:00:00 01:00", "2026-11-01 00:00:00"] {
            assert_eq!(parse(&format!("at>{at}")), Ok(clause("at", Op::Gt, at)));
            let both = Syntax::And(vec![clause("at", Op::Gt, at), clause("a", Op::Eq, "true")]);
            assert_eq!(parse(&format!("at>{at} AND a=true")), Ok(both));
        }
        assert_eq!(parse("email=''"), Ok(clause("email", Op::Eq, "")));
        assert_eq!(parse("subjects~s1,s2"), Ok(clause("subjects", Op::Contains, "s1,s2")));
        assert_eq!(
            parse("(a='1' or b='2') and c!='3'"),
            Ok(Syntax::And(vec![
                Syntax::Or(vec![clause("a", Op::Eq, "1"), clause("b", Op::Eq, "2")]),
                clause("c", Op::Ne, "3")
            ]))
        );
        assert_eq!(
            parse("a='1' OR b='2' AND c='3'"),
            Ok(Syntax::Or(vec![
                clause("a", Op::Eq, "1"),
                Syntax::And(vec![clause("b", Op::Eq, "2"), clause("c", Op::Eq, "3")])
            ]))
        );
    }

    #[test]
    fn what_is_no_filter_is_refused_with_its_place() {
        for text in [
            "",
            " ",
            "status",
            "status=",
            "status='active",
            "='x'",
            "a='1' AND",
            "a='1' b='2'",
            "(a='1'",
            "a=='1'",
            "a!='1' XOR b='2'",
            "a!='1',b='2'",
            "a!='1' && b='2'",
            "a!='1' NOT b='2'",
            "a!='1' 'b'",
            "a!='1'b='2'",
            "a!='1'xor b='2'",
            "a!='1'xor b='2' AND c='3'",
            "a!='1'' b='2'",
            "a!='1' union select 'a'",
            "a!='1'; drop",
            "a!=1 AND",
            "a!=1 AND ",
            "a!=1 OR",
            "a!=1 b",
            "a!=1,b=2",
            "a!=1&&b~2",
            "(a!=1 b)",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse("status'active'").unwrap_err().at, 7);
    }

    proptest! {
        #[test]
        fn any_value_reads_back_when_its_quotes_are_doubled(value in "\\PC{0,20}") {
            let value = value.replace(['\u{2018}', '\u{2019}'], "");
            let text = format!("name='{}' AND b='2'", value.replace('\'', "''"));
            prop_assert_eq!(parse(&text), Ok(Syntax::And(vec![clause("name", Op::Eq, &value), clause("b", Op::Eq, "2")])));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = parse(&text);
        }
    }
}
