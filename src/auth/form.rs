//! The body of a token request: a form, or JSON as some clients send it.

use std::borrow::Cow;
use std::collections::HashMap;

use percent_encoding::percent_decode_str;

/// The parameters of a body, each at most once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Form(HashMap<String, String>);

impl Form {
    /// Reads a body; the error says what is wrong with it.
    pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, &'static str> {
        let media_type = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
        let text = std::str::from_utf8(body).map_err(|_| "the body is not UTF-8")?;
        if media_type.eq_ignore_ascii_case("application/json") { Self::json(text) } else { Self::urlencoded(text) }
    }

    /// A parameter that was sent and is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn json(text: &str) -> Result<Self, &'static str> {
        let object: HashMap<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|_| "the body is not a JSON object")?;
        let texts = object.into_iter().filter_map(|(name, value)| match value {
            serde_json::Value::String(text) => Some((name, text)),
            serde_json::Value::Array(words) => {
                let words: Option<Vec<&str>> = words.iter().map(serde_json::Value::as_str).collect();
                Some((name, words?.join(" ")))
            }
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::Object(_) => None,
        });
        Ok(Self(texts.collect()))
    }

    fn urlencoded(text: &str) -> Result<Self, &'static str> {
        let mut form = Self::default();
        for pair in text.trim().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // RFC 6749 §3.2: parameters must not be included more than once.
            if form.0.insert(decoded(name)?, decoded(value)?).is_some() {
                return Err("a parameter is there twice");
            }
        }
        Ok(form)
    }
}

fn decoded(text: &str) -> Result<String, &'static str> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(Cow::into_owned).map_err(|_| "a parameter is not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_json_read_alike() {
        let form = Form::read(
            Some("application/x-www-form-urlencoded; charset=UTF-8"),
            b"grant_type=client_credentials&scope=a+b%2Fc",
        );
        let json = Form::read(
            Some("Application/JSON;charset=utf-8"),
            br#"{"grant_type": "client_credentials", "scope": "a b/c", "n": 1}"#,
        );

        assert_eq!(form, json);
        assert_eq!(form.unwrap().get("scope"), Some("a b/c"));
    }

    #[test]
    fn a_parameter_sent_twice_is_refused() {
        assert_eq!(Form::read(None, b"a=1&a=2"), Err("a parameter is there twice"));
    }
}
