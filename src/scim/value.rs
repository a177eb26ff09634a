//! A value as a client sends it becomes one of its attribute's kind, or is refused (RFC 7643 §2.3, §2.5).
//!
//! Null, an empty list and, for what is a text, an empty text are the same: no value.

use serde_json::{Map, Value};

use super::element;
use super::fold::fold;
use super::instant::Instant;
use super::path::Path;
use super::refusal::{Refusal, told};
use super::resource::Object;
use super::schema::{Attribute, Kind};
use crate::consent::switches::{Switches, Unknown};

/// How many values a list may have, but for members. A user who has more is a mistake, or an attack on what
/// compares each with each.
const MOST_VALUES: usize = 500;

/// The parts of a complex value that a client sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parts {
    /// Those with a value, in the schema's spelling.
    pub set: Object,
    /// Those that are to have none.
    pub cleared: Vec<&'static Attribute>,
}

/// Whether one text may stand for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Single {
    /// Only within the list.
    Listed,
    /// Instead of it too.
    Alone,
}

/// One value of an attribute or of a part: for a list, that is one of its elements.
pub fn one(path: Path, value: Value, switches: &Switches) -> Result<Option<Value>, Refusal> {
    let leaf = path.leaf();
    match (leaf.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Complex, value) => {
            let Parts { set, .. } = parts(path, value, switches)?;
            Ok((!set.is_empty()).then_some(Value::Object(set)))
        }
        (Kind::String | Kind::Reference, Value::String(text)) if text.is_empty() => Ok(None),
        (Kind::Reference, Value::String(text)) if is_address(leaf) && !is_uri(&text) => Err(unfit(path, "a URI")),
        (Kind::String | Kind::Reference, Value::String(text)) => {
            check_text(path, &text)?;
            Ok(Some(Value::String(text)))
        }
        (Kind::String | Kind::Reference, _) => Err(unfit(path, "a text")),
        (Kind::Boolean, value) => boolean(path, value, switches).map(Some),
        (Kind::Decimal, value @ Value::Number(_)) => Ok(Some(value)),
        (Kind::Integer, Value::Number(number)) if !number.is_f64() => Ok(Some(Value::Number(number))),
        (Kind::Decimal, _) => Err(unfit(path, "a number")),
        (Kind::Integer, _) => Err(unfit(path, "a number without fraction")),
        (Kind::DateTime, Value::String(text)) if Instant::parse(&text).is_some() => Ok(Some(Value::String(text))),
        (Kind::DateTime, _) => Err(unfit(path, "a date and time")),
        (Kind::Binary, Value::String(text)) if text.is_empty() => Ok(None),
        (Kind::Binary, Value::String(text)) if is_base64(&text) => Ok(Some(Value::String(text))),
        (Kind::Binary, _) => Err(unfit(path, "a text in base64")),
    }
}

/// The elements of a list, without what is empty or repeated.
pub fn list(path: Path, value: Value, single: Single, switches: &Switches) -> Result<Vec<Value>, Refusal> {
    let given = match value {
        Value::Null => Vec::new(),
        Value::Array(elements) => elements,
        element @ Value::Object(_) => vec![element],
        _ if single == Single::Listed => return Err(unfit(path, "a list")),
        element => vec![element],
    };
    check_length(&path, &given)?;
    let mut elements = Vec::with_capacity(given.len());
    for element in given {
        elements.extend(one(path, element, switches)?);
    }
    Ok(element::without_repetition(path.attribute, elements))
}

/// Refuses a list that is longer than any should be.
pub fn check_length(path: &Path, elements: &[Value]) -> Result<(), Refusal> {
    if elements.len() <= MOST_VALUES || path.attribute.has_fixed_elements() {
        Ok(())
    } else {
        Err(Refusal::invalid_value(format!("`{path}` can have at most {MOST_VALUES} values")))
    }
}

/// A list as it can be kept: with what is more than a label, and one preferred element.
pub fn kept_list(path: Path, value: Value, single: Single, switches: &Switches) -> Result<Vec<Value>, Refusal> {
    let mut elements = list(path, value, single, switches)?;
    elements.retain(|element| !element::is_hollow(path.attribute, element));
    element::check_primary(&path, &mut elements, switches.second_primary)?;
    Ok(elements)
}

/// The parts of one complex value. A text is its `value`, and a list of one is that one: Entra sends managers so.
pub fn parts(path: Path, value: Value, switches: &Switches) -> Result<Parts, Refusal> {
    match (value, path.attribute.value()) {
        (Value::Object(parts), _) => named_parts(path, parts, switches),
        (text @ Value::String(_), Some(_)) => named_parts(path, Map::from_iter([("value".to_owned(), text)]), switches),
        (Value::Array(mut only), _) if only.len() == 1 => match only.pop() {
            Some(Value::Object(parts)) => named_parts(path, parts, switches),
            Some(text @ Value::String(_)) => parts(path, text, switches),
            _ => Err(unfit(path, "an object")),
        },
        _ => Err(unfit(path, "an object")),
    }
}

fn named_parts(path: Path, given: Object, switches: &Switches) -> Result<Parts, Refusal> {
    let mut parts = Parts::default();
    for (name, value) in given {
        let Some(sub) = path.attribute.sub(&name) else {
            unknown(&name, switches)?;
            continue;
        };
        if sub.is_read_only() {
            continue;
        }
        let again = if let Some(value) = one(path.with(sub), value, switches)? {
            parts.set.insert(sub.name.to_owned(), value).is_some() || parts.cleared.contains(&sub)
        } else {
            parts.cleared.push(sub);
            parts.set.contains_key(sub.name)
        };
        if again {
            return Err(twice(&path.with(sub)));
        }
    }
    Ok(parts)
}

/// A name that no schema has: left out or refused, as the connection wants it.
pub fn unknown(name: &str, switches: &Switches) -> Result<(), Refusal> {
    match switches.unknown_attributes {
        Unknown::Ignore => Ok(()),
        Unknown::Reject => Err(Refusal::invalid_syntax(format!("there is no attribute `{}`", told(name)))),
    }
}

/// An attribute that one object names in two spellings.
pub fn twice(path: &Path) -> Refusal {
    Refusal::invalid_syntax(format!("`{path}` is named twice"))
}

fn boolean(path: Path, value: Value, switches: &Switches) -> Result<Value, Refusal> {
    match value {
        Value::Bool(_) => Ok(value),
        Value::String(text) if switches.coerce_booleans && text.eq_ignore_ascii_case("true") => Ok(true.into()),
        Value::String(text) if switches.coerce_booleans && text.eq_ignore_ascii_case("false") => Ok(false.into()),
        _ => Err(unfit(path, "true or false")),
    }
}

fn unfit(path: Path, what: &str) -> Refusal {
    Refusal::invalid_value(format!("`{path}` must be {what}"))
}

/// Refuses a text that is longer than its index takes, as it is or as it is compared.
fn check_text(path: Path, text: &str) -> Result<(), Refusal> {
    match path.leaf().longest {
        Some(most) if text.len() > most || fold(text).len() > most => {
            Err(unfit(path, &format!("a text of at most {most} bytes")))
        }
        _ => Ok(()),
    }
}

/// Whether a reference leads somewhere else than to a resource. One to a resource goes by its `value`, whatever a
/// client has beside it.
fn is_address(attribute: &Attribute) -> bool {
    attribute.reference_types.iter().any(|kind| ["external", "uri"].contains(kind))
}

/// A URI or a relative reference (RFC 3986), or one with letters that it would have encoded (RFC 3987).
fn is_uri(text: &str) -> bool {
    let is_allowed = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        _ if c.is_ascii() => "-._~:/?#[]@!$&'()*+,;=%".contains(c),
        _ => !c.is_control() && !c.is_whitespace(),
    };
    let is_encoded = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let before_path = text.split(['/', '?', '#']).next().unwrap_or_default();
    let has_scheme = before_path.split_once(':').is_none_or(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    text.chars().all(is_allowed) && text.split('%').skip(1).all(is_encoded) && has_scheme
}

/// Both alphabets, with or without padding, and with the line breaks of certificates.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end().trim_end_matches('=');
    digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_\r\n".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_uris_or_relative_ones() {
        for good in [
            "https://example.org/a%20b?c=d#e",
            "/photos/1.png",
            "photo.png",
            "urn:x:y",
            "https://münchen.example/ß",
            "data:image/png;base64,AA==",
            "http://[::1]/",
            "?a=b:c",
        ] {
            assert!(is_uri(good), "{good}");
        }
        for bad in
            ["not a url with spaces", "http://a/b c", "http://a/\n", "a\"b", "<a>", "%zz", "%2", "1:2", "ä:b", ":x"]
        {
            assert!(!is_uri(bad), "{bad}");
        }
    }
}
