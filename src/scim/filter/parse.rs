//! Reads filters, as the grammar has them and as clients write them.
//!
//! Clients leave out quotes or use single ones, leave out the space before a quote, and go on after brackets
//! (`emails[type eq "work"].value eq "x"`). One pass over the text, bounded in length, terms and nesting.

use super::expression::{Filter, Operator};
use super::typed::{self, Literal, Words};
use crate::consent::switches::Switches;
use crate::scim::path::Path;
use crate::scim::refusal::{Refusal, told};
use crate::scim::schema::ResourceType;

/// How long a filter may be, in bytes.
const LONGEST: usize = 8192;
/// How many comparisons it may have.
const MOST_TERMS: usize = 100;
/// How deep parentheses and brackets may nest.
const DEEPEST: usize = 20;

/// What an attribute means that the kind of resource doesn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undefined {
    /// The filter is refused: an empty answer would read as "there is no such user".
    Refused,
    /// It has no value: the question is asked of several kinds of resources (RFC 7644 §3.4.2.1).
    Absent,
}

/// Of what a filter is asked, and how it may be written.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// The kind of resource.
    pub resource_type: &'static ResourceType,
    /// What it means if that doesn't have an attribute.
    pub undefined: Undefined,
    /// Whether values may go without double quotes.
    pub bare_words: bool,
}

impl Scope {
    /// One endpoint's, with values as clients write them.
    pub const fn of(resource_type: &'static ResourceType) -> Self {
        Self { resource_type, undefined: Undefined::Refused, bare_words: true }
    }

    /// The same where all kinds of resources are asked.
    #[must_use]
    pub const fn at_root(self) -> Self {
        Self { undefined: Undefined::Absent, ..self }
    }

    /// The same as a connection wants it.
    #[must_use]
    pub const fn under(self, switches: &Switches) -> Self {
        Self { bare_words: switches.filter_bare_words, ..self }
    }

    /// The same with values only as the grammar has them.
    #[must_use]
    pub const fn strict(self) -> Self {
        Self { bare_words: false, ..self }
    }
}

impl Filter {
    /// Reads a filter that is percent-decoded already.
    pub fn parse(text: &str, scope: Scope) -> Result<Self, Refusal> {
        let mut reader = Reader::new(text, scope)?;
        let filter = reader.any(Names::OfResource)?;
        reader.skip_spaces();
        if reader.rest().is_empty() { Ok(filter) } else { Err(reader.expected("`and`, `or` or the end")) }
    }
}

/// Reads the brackets that follow a list's name, as a PATCH has them in its paths, and says what follows them.
pub(crate) fn value_filter(text: &str, list: Path, scope: Scope) -> Result<(Filter, &str), Refusal> {
    let mut reader = Reader::new(text, scope)?;
    let filter = reader.brackets(Some(list))?;
    Ok((filter, reader.rest()))
}

/// What a name can mean at a place.
#[derive(Debug, Clone, Copy)]
enum Names {
    /// An attribute.
    OfResource,
    /// A part of this list's elements.
    OfElement(Path),
    /// Nothing, for the list itself is none.
    Nothing,
}

/// Where reading is.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    terms: usize,
    scope: Scope,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, scope: Scope) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(Refusal::invalid_filter("a filter has at most 8192 bytes"));
        }
        Ok(Self { text, at: 0, depth: 0, terms: 0, scope })
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn expected(&self, what: &str) -> Refusal {
        let read = self.text.get(..self.at).map_or(0, |read| read.chars().count());
        Refusal::invalid_filter(format!("at character {} {what} is expected", read + 1))
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn skip(&mut self, c: char) -> bool {
        let there = self.rest().starts_with(c);
        self.at += if there { c.len_utf8() } else { 0 };
        there
    }

    /// What goes on until one of these or a space.
    fn until(&mut self, ends: &[char]) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || ends.contains(&c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn any(&mut self, names: Names) -> Result<Filter, Refusal> {
        let first = self.all(names)?;
        let mut parts = Vec::new();
        while self.word("or") {
            parts.push(self.all(names)?);
        }
        Ok(if parts.is_empty() { first } else { Filter::any(std::iter::once(first).chain(parts)) })
    }

    fn all(&mut self, names: Names) -> Result<Filter, Refusal> {
        let first = self.one(names)?;
        let mut parts = Vec::new();
        while self.word("and") {
            parts.push(self.one(names)?);
        }
        Ok(if parts.is_empty() { first } else { Filter::all(std::iter::once(first).chain(parts)) })
    }

    /// Skips a word that isn't the beginning of a longer one.
    fn word(&mut self, word: &str) -> bool {
        self.skip_spaces();
        let Some((found, after)) = self.rest().split_at_checked(word.len()) else { return false };
        let is_whole = !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ':' | '_' | '-' | '$'));
        let there = is_whole && found.eq_ignore_ascii_case(word);
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn one(&mut self, names: Names) -> Result<Filter, Refusal> {
        if self.word("not") {
            self.skip_spaces();
            if !self.skip('(') {
                return Err(self.expected("`(` after `not`"));
            }
            return Ok(self.group(names, ')')?.negated());
        }
        if self.skip('(') { self.group(names, ')') } else { self.term(names) }
    }

    /// A filter up to its closing parenthesis or bracket.
    fn group(&mut self, names: Names, close: char) -> Result<Filter, Refusal> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected("less nesting"));
        }
        let filter = self.any(names)?;
        self.skip_spaces();
        if !self.skip(close) {
            return Err(self.expected(if close == ')' { "`)`" } else { "`]`" }));
        }
        self.depth -= 1;
        Ok(filter)
    }

    fn term(&mut self, names: Names) -> Result<Filter, Refusal> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(self.expected("at most 100 comparisons"));
        }
        let path = self.name(names)?;
        if self.rest().starts_with('[') {
            return match names {
                Names::OfResource => self.element(path),
                Names::OfElement(_) | Names::Nothing => Err(self.expected("an operator")),
            };
        }
        self.comparison(path)
    }

    /// Reads a name; none is one that the kind of resource doesn't have, where that is no mistake.
    fn name(&mut self, names: Names) -> Result<Option<Path>, Refusal> {
        let name = self.until(&['[', ']', '(', ')', '"', '\'']);
        if name.is_empty() {
            return Err(self.expected("the name of an attribute"));
        }
        self.resolve(name, names)
    }

    fn resolve(&self, name: &str, names: Names) -> Result<Option<Path>, Refusal> {
        let path = match names {
            Names::OfResource => Path::parse(name, self.scope.resource_type),
            Names::OfElement(list) => part(list, name),
            Names::Nothing => return Ok(None),
        };
        match (path, self.scope.undefined) {
            (None, Undefined::Refused) => {
                let kind = self.scope.resource_type.name;
                Err(Refusal::invalid_filter(format!("a {kind} has no attribute `{}` there", told(name))))
            }
            (path, _) => Ok(path),
        }
    }

    /// What follows a list: a filter in brackets, and perhaps a comparison of the elements that satisfy it.
    fn element(&mut self, path: Option<Path>) -> Result<Filter, Refusal> {
        let filter = self.brackets(path)?;
        let filter = if self.skip('.') {
            let part = self.name(path.map_or(Names::Nothing, Names::OfElement))?;
            Filter::all([filter, self.comparison(part)?])
        } else {
            filter
        };
        Ok(match path {
            Some(path) => Filter::Values { path, filter: Box::new(filter) },
            None => Filter::Constant(false),
        })
    }

    fn brackets(&mut self, path: Option<Path>) -> Result<Filter, Refusal> {
        let names = match path {
            Some(path) if !path.is_list() || path.sub.is_some() => {
                return Err(Refusal::invalid_filter(format!("`{path}` is no list")));
            }
            Some(path) => Names::OfElement(path),
            None => Names::Nothing,
        };
        self.skip('[');
        self.group(names, ']')
    }

    fn comparison(&mut self, path: Option<Path>) -> Result<Filter, Refusal> {
        self.skip_spaces();
        let begin = self.at;
        let word = self.until(&['[', ']', '(', ')', '"', '\'']);
        if word.eq_ignore_ascii_case("pr") {
            return path.map_or(Ok(Filter::Constant(false)), typed::present);
        }
        let Some(operator) = Operator::parse(word) else {
            self.at = begin;
            return Err(self.expected("one of the operators eq, ne, co, sw, ew, gt, ge, lt, le and pr"));
        };
        self.skip_spaces();
        let literal = self.literal()?;
        let words = if self.scope.bare_words { Words::Accepted } else { Words::Refused };
        match path {
            Some(path) => typed::comparison(path, operator, literal, words),
            None => Ok(Filter::Constant((operator == Operator::Ne) != is_null(&literal) && is_question(operator))),
        }
    }

    fn literal(&mut self) -> Result<Literal, Refusal> {
        let literal = match self.rest().chars().next() {
            Some('"') => self.quoted('"')?,
            Some('\'') if self.scope.bare_words => self.quoted('\'')?,
            _ => Literal::Word(self.until(&['[', ']', '(', ')', '"']).to_owned()),
        };
        match &literal {
            Literal::Word(word) if word.is_empty() => Err(self.expected("a value")),
            // No database keeps it, so nothing can be equal to it.
            Literal::Word(text) | Literal::Quoted(text) if text.contains('\0') => {
                Err(self.expected("a value without NUL"))
            }
            _ => Ok(literal),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Literal, Refusal> {
        let body = self.rest().get(1..).unwrap_or_default();
        let Some(length) = closing(body, quote) else { return Err(self.expected("a value with a closing quote")) };
        let inner = body.get(..length).unwrap_or_default();
        let text = if inner.contains('\\') { unescaped(inner, quote) } else { Some(inner.to_owned()) };
        let Some(text) = text else { return Err(self.expected("a value with the escapes of JSON")) };
        self.at += length + 2;
        Ok(Literal::Quoted(text))
    }
}

/// The part of a list's elements that a name means; those of a simple list are called `value`.
fn part(list: Path, name: &str) -> Option<Path> {
    let is_itself = list.attribute.sub_attributes.is_empty() && name.eq_ignore_ascii_case("value");
    if is_itself { Some(list) } else { list.attribute.sub(name).map(|sub| list.with(sub)) }
}

fn is_null(literal: &Literal) -> bool {
    matches!(literal, Literal::Word(word) if word.eq_ignore_ascii_case("null"))
}

/// Only `eq` and `ne` can hold for what isn't there.
fn is_question(operator: Operator) -> bool {
    matches!(operator, Operator::Eq | Operator::Ne)
}

/// Where the closing quote is.
fn closing(body: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    body.char_indices().find_map(|(at, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })
}

fn unescaped(inner: &str, quote: char) -> Option<String> {
    let mut json = String::with_capacity(inner.len() + 2);
    json.push('"');
    match quote {
        '"' => json.push_str(inner),
        _ => json.push_str(&inner.replace("\\'", "'").replace('"', "\\\"")),
    }
    json.push('"');
    serde_json::from_str(&json).ok()
}
