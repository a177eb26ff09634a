//! Which comparison a name, an operator and a value make: the value becomes one of the attribute's kind, and what
//! can't be asked is refused (RFC 7644 §3.4.2.2, table 3).

use serde_json::Number;

use super::expression::{Comparison, Filter, Operand, Operator, Text};
use crate::scim::instant::Instant;
use crate::scim::path::Path;
use crate::scim::refusal::Refusal;
use crate::scim::schema::{Kind, Returned};

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// In quotes.
    Quoted(String),
    /// Without.
    Word(String),
}

/// Whether values of strings may go without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// They may.
    Accepted,
    /// They may not.
    Refused,
}

impl Literal {
    fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }

    fn text(self) -> String {
        match self {
            Self::Quoted(text) | Self::Word(text) => text,
        }
    }
}

/// The filter that there is a value.
pub fn present(path: Path) -> Result<Filter, Refusal> {
    askable(path)?;
    Ok(Filter::Present(path))
}

/// The filter that a value compares so.
pub fn comparison(path: Path, operator: Operator, literal: Literal, words: Words) -> Result<Filter, Refusal> {
    askable(path)?;
    if literal.is("null") {
        return match operator {
            Operator::Eq => Ok(Filter::Present(path).negated()),
            Operator::Ne => Ok(Filter::Present(path)),
            _ => Err(unfit(path, operator)),
        };
    }
    let path = single(path)?;
    let leaf = path.leaf();
    if !fits(leaf.kind, operator) {
        return Err(unfit(path, operator));
    }
    let operand = match leaf.kind {
        Kind::String | Kind::Reference | Kind::Binary => {
            Operand::Text(Text::new(text(path, literal, words)?, leaf.case_exact))
        }
        Kind::Boolean => Operand::Boolean(boolean(&literal.text()).ok_or_else(|| wanted(path, "true or false"))?),
        Kind::Integer | Kind::Decimal => {
            let number: Option<Number> = serde_json::from_str(&literal.text()).ok();
            Operand::Number(number.ok_or_else(|| wanted(path, "a number"))?)
        }
        Kind::DateTime => {
            let text = literal.text();
            let instant = Instant::parse_literal(&text);
            Operand::Instant(instant.ok_or_else(|| wanted(path, "a date and time"))?, text)
        }
        Kind::Complex => return Err(parts(path)),
    };
    Ok(Filter::Compare(Comparison { path, operator, operand }))
}

/// Whether values of a kind can be compared so.
fn fits(kind: Kind, operator: Operator) -> bool {
    match kind {
        Kind::String | Kind::Reference | Kind::Complex => true,
        Kind::Integer | Kind::Decimal | Kind::DateTime => !operator.is_textual(),
        Kind::Boolean | Kind::Binary => matches!(operator, Operator::Eq | Operator::Ne),
    }
}

/// What is never shown can't be guessed at either.
fn askable(path: Path) -> Result<(), Refusal> {
    match path.leaf().returned {
        Returned::Never => Err(Refusal::invalid_filter(format!("`{path}` can't be filtered on"))),
        Returned::Always | Returned::Default | Returned::Request => Ok(()),
    }
}

/// A complex attribute compares by its `value` (RFC 7644 figure 2), a manager too.
fn single(path: Path) -> Result<Path, Refusal> {
    match path.sub {
        None if path.attribute.kind == Kind::Complex => {
            path.attribute.value().map(|value| path.with(value)).ok_or_else(|| parts(path))
        }
        _ => Ok(path),
    }
}

fn text(path: Path, literal: Literal, words: Words) -> Result<String, Refusal> {
    match (literal, words) {
        (Literal::Word(_), Words::Refused) => Err(wanted(path, "a value in double quotes")),
        (literal, _) => Ok(literal.text()),
    }
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") { Some(true) } else { text.eq_ignore_ascii_case("false").then_some(false) }
}

fn unfit(path: Path, operator: Operator) -> Refusal {
    Refusal::invalid_filter(format!("`{path}` can't be compared with `{}`", operator.name()))
}

fn wanted(path: Path, what: &str) -> Refusal {
    Refusal::invalid_filter(format!("`{path}` is compared with {what}"))
}

fn parts(path: Path) -> Refusal {
    Refusal::invalid_filter(format!("`{path}` has parts; compare one of them"))
}
