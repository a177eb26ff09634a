//! Reads a body as JSON, more strictly than JSON has to be.
//!
//! A member that an object names twice, a text with NUL and nesting that no resource has are refused here, so that
//! nothing behind this can read one body in two ways, or fail on it in the database.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::refusal::Refusal;

/// How deep objects and lists may nest; the deepest body is a bulk job with a PATCH in it.
const DEEPEST: usize = 24;

/// Reads a body; what is no such JSON is 400 `invalidSyntax`.
pub fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader);
    value
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| Refusal::invalid_syntax(format!("the body can't be read: {error}")))
}

/// Where reading is.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEEPEST { Err(E::custom("too deep nesting")) } else { Ok(Self { depth: self.depth + 1 }) }
    }

    fn text<E: Error>(text: String) -> Result<String, E> {
        if text.contains('\0') { Err(E::custom("a text with NUL")) } else { Ok(text) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Self::text(text.to_owned()).map(Value::String)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Self::text(text).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut elements = Vec::new();
        while let Some(element) = list.next_element_seed(deeper)? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let deeper = self.deeper()?;
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let value = object.next_value_seed(deeper)?;
            if members.insert(Self::text(name)?, value).is_some() {
                return Err(A::Error::custom("an object that names a member twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::refusal::ScimType;

    #[test]
    fn json_is_read_as_it_is() {
        let text = r#" {"a": [1, -2, 2.5, true, null, "é\n"], "b": {"$serde_json::private::RawValue": "{}"}} "#;
        let read = json!({"a": [1, -2, 2.5, true, null, "é\n"], "b": {"$serde_json::private::RawValue": "{}"}});
        assert_eq!(parse(text.as_bytes()), Ok(read.clone()));
        assert_eq!(parse(format!("\u{FEFF}{text}").as_bytes()), Ok(read));
    }

    #[test]
    fn what_could_be_read_in_two_ways_or_break_something_is_refused() {
        let bomb = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for text in [
            "",
            " ",
            "{",
            "nonsense",
            "{} {}",
            r#"{"a": 1, "a": 2}"#,
            r#"{"a": {"b": 1, "c": 2, "b": 1}}"#,
            r#""\u0000""#,
            r#"{"\u0000": 1}"#,
            r#""\ud800""#,
            r#""\udc00\ud800""#,
            "1e999",
            "[01]",
            &bomb,
            &"[".repeat(30),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().scim_type, Some(ScimType::InvalidSyntax), "{text:.40}");
        }
        assert!(parse(b"\"\xff\"").is_err());
    }

    #[test]
    fn a_refusal_holds_nothing_of_the_body() {
        let refusal = parse(br#"{"userName": "ann", "userName": "bob"}"#).unwrap_err();
        assert!(!refusal.detail.contains("ann") && !refusal.detail.contains("userName"), "{refusal}");
    }
}
