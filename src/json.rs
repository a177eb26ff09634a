//! Writes JSON straight into the bytes of an answer.
//!
//! Four fifths of an answer are names, addresses and identifiers that need no escape. A serializer that
//! looks at each of their bytes one by one costs as much as reading the rows.

use std::fmt;
use std::io::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986 unreserved characters stay as they are.
pub const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An answer in the making.
#[derive(Debug)]
pub struct Json {
    bytes: Vec<u8>,
}

impl Json {
    /// An empty answer with room for so many bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    /// How many bytes were written.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Writes what another has at some bytes.
    pub fn copy(&mut self, other: &Self, bytes: std::ops::Range<usize>) {
        self.bytes.extend_from_slice(other.bytes.get(bytes).unwrap_or_default());
    }

    /// Has something write bytes that are JSON already.
    pub fn written_by<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        write(&mut self.bytes)
    }

    /// What was written after so many bytes.
    pub fn since(&self, start: usize) -> &[u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// The bytes that were written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes text that is JSON already, such as a bracket, or a column that was JSON when it was stored.
    pub fn raw(&mut self, json: &str) {
        self.bytes.extend_from_slice(json.as_bytes());
    }

    /// Writes a comma unless a list or object has just begun, or nothing has been written.
    fn separate(&mut self) {
        if !matches!(self.bytes.last(), None | Some(b'{' | b'[' | b':')) {
            self.bytes.push(b',');
        }
    }

    /// Writes the name of a member; its value must follow.
    pub fn name(&mut self, name: &'static str) {
        self.separate();
        // Once for all four parts, because growing is asked for at each of them.
        self.bytes.reserve(name.len() + 3);
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    /// Begins an element of a list.
    pub fn element(&mut self) {
        self.separate();
    }

    /// Writes a string.
    pub fn text(&mut self, text: &str) {
        self.text_of(&[text]);
    }

    /// Writes a string that is made of parts.
    pub fn text_of(&mut self, parts: &[&str]) {
        self.bytes.push(b'"');
        for part in parts {
            // Sums instead of a way out at the first find, so that many bytes are looked at in one step.
            let needs_escape =
                part.bytes().fold(0, |any, b| any | u8::from(b < 0x20) | u8::from(b == b'"') | u8::from(b == b'\\'));
            if needs_escape == 0 {
                self.bytes.extend_from_slice(part.as_bytes());
            } else {
                // Text can't fail to be JSON.
                let escaped = serde_json::to_string(part).unwrap_or_default();
                self.raw(escaped.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default());
            }
        }
        self.bytes.push(b'"');
    }

    /// Writes a string of something whose form has nothing to escape, such as an address or a time.
    pub fn plain(&mut self, value: &impl fmt::Display) {
        self.bytes.push(b'"');
        drop(write!(self.bytes, "{value}"));
        self.bytes.push(b'"');
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// Writes a number.
    pub fn number(&mut self, number: f64) {
        drop(serde_json::to_writer(&mut self.bytes, &number));
    }

    /// Writes a member with a string.
    pub fn text_member(&mut self, name: &'static str, text: &str) {
        self.name(name);
        self.text(text);
    }
}

/// An identifier as a segment of an address (RFC 3986 §2.3).
pub fn segment(identifier: &str) -> impl fmt::Display {
    utf8_percent_encode(identifier, PATH_SEGMENT)
}

/// Percent-encodes an identifier for a path (RFC 3986 §2.3) and writes it.
pub fn write_segment(json: &mut Json, identifier: &str) {
    let is_plain = identifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
    if is_plain {
        json.raw(identifier);
    } else {
        json.raw(&segment(identifier).to_string());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn members_and_elements_are_separated_where_they_must_be() {
        let mut json = Json::with_capacity(0);
        json.raw("{");
        json.text_member("a", "x");
        json.name("b");
        json.raw("[");
        for text in ["1", "2"] {
            json.element();
            json.text(text);
        }
        json.raw("]}");

        assert_eq!(json.into_bytes(), br#"{"a":"x","b":["1","2"]}"#);
    }

    proptest! {
        #[test]
        fn any_text_reads_back(text in "\\PC{0,40}[\"\\\\\\x00-\\x1f]{0,3}\\PC{0,5}", more in "\\PC{0,3}") {
            let mut json = Json::with_capacity(0);
            json.text_of(&[&text, &more]);
            prop_assert_eq!(serde_json::from_slice::<String>(&json.into_bytes()).unwrap(), text + &more);
        }
    }
}
