//! Hides what a report shouldn't show: secrets always, personal values on demand.

use clap::ValueEnum;
use serde_json::Value;

use crate::exchange::{Exchange, Request, Response};

/// What is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mask {
    /// Passwords, secrets and tokens.
    Secrets,
    /// These, and every value of a body or an address that may be about a person.
    Personal,
}

/// What stands in place of a hidden value.
const HIDDEN: &str = "•••";

/// Members whose values say nothing of anybody.
const STRUCTURE: [&str; 34] = [
    "schemas",
    "status",
    "type",
    "role",
    "roleType",
    "primary",
    "active",
    "enabledUser",
    "op",
    "path",
    "method",
    "scimType",
    "detail",
    "resourceType",
    "totalResults",
    "itemsPerPage",
    "startIndex",
    "supported",
    "dateLastModified",
    "created",
    "lastModified",
    "imsx_codeMajor",
    "imsx_severity",
    "imsx_codeMinorFieldName",
    "imsx_codeMinorFieldValue",
    "imsx_description",
    "error",
    "error_description",
    "scope",
    "token_type",
    "expires_in",
    "mutability",
    "returned",
    "uniqueness",
];

/// Members that are secrets wherever they stand.
const SECRETS: [&str; 5] = ["password", "client_secret", "access_token", "refresh_token", "secret"];

impl Mask {
    /// The exchange without what is to be hidden.
    pub fn exchange(self, exchange: &Exchange) -> Exchange {
        let Exchange { request, response } = exchange;
        Exchange {
            request: Request {
                method: request.method.clone(),
                url: self.url(&request.url),
                headers: masked_headers(&request.headers),
                body: self.body(&request.body, request.header_value("content-type").unwrap_or_default()),
            },
            response: Response {
                headers: masked_headers(&response.headers),
                body: self.body(&response.body, &response.media_type()),
                ..response.clone()
            },
        }
    }

    /// A remark without what is to be hidden: what was observed may quote a body.
    pub fn remark(self, text: &str) -> String {
        match self {
            Self::Secrets => text.to_owned(),
            Self::Personal => {
                let shown = text.find(['{', '"', '\'', '[']).unwrap_or(text.len());
                let (plain, quoted) = text.split_at(shown);
                if quoted.is_empty() { plain.to_owned() } else { format!("{plain}{HIDDEN}") }
            }
        }
    }

    fn url(self, url: &str) -> String {
        let Some((address, query)) = url.split_once('?') else { return url.to_owned() };
        if self == Self::Secrets {
            return url.to_owned();
        }
        let pairs: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name @ ("limit" | "offset" | "count" | "startIndex" | "orderBy" | "sortOrder"), value)) => {
                    format!("{name}={value}")
                }
                Some((name, _)) => format!("{name}={HIDDEN}"),
                None => HIDDEN.to_owned(),
            })
            .collect();
        format!("{address}?{}", pairs.join("&"))
    }

    fn body(self, body: &[u8], media_type: &str) -> Vec<u8> {
        if media_type.starts_with("application/x-www-form-urlencoded") {
            let text = String::from_utf8_lossy(body);
            let pairs: Vec<String> = text.split('&').map(masked_pair).collect();
            return pairs.join("&").into_bytes();
        }
        match serde_json::from_slice::<Value>(body) {
            Ok(mut json) => {
                self.value(&mut json, "");
                json.to_string().into_bytes()
            }
            Err(_) if self == Self::Personal && !body.is_empty() => HIDDEN.as_bytes().to_vec(),
            Err(_) => body.to_vec(),
        }
    }

    fn value(self, value: &mut Value, member: &str) {
        match value {
            Value::Object(members) => members.iter_mut().for_each(|(name, value)| self.value(value, name)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item, member)),
            Value::String(text) => {
                let is_secret = SECRETS.iter().any(|name| member.eq_ignore_ascii_case(name));
                if is_secret || (self == Self::Personal && !STRUCTURE.contains(&member)) {
                    HIDDEN.clone_into(text);
                }
            }
            Value::Number(_) if self == Self::Personal && !STRUCTURE.contains(&member) => *value = HIDDEN.into(),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn masked_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if SECRETS.contains(&name) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    }
}

fn masked_headers(headers: &[(String, String)]) -> Vec<(String, String)> {
    let mask = |(name, value): &(String, String)| {
        let shown = if name.eq_ignore_ascii_case("authorization") {
            format!("{} {HIDDEN}", value.split(' ').next().unwrap_or_default())
        } else if name.eq_ignore_ascii_case("cookie") || name.eq_ignore_ascii_case("set-cookie") {
            HIDDEN.to_owned()
        } else {
            value.clone()
        };
        (name.clone(), shown)
    };
    headers.iter().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn exchange() -> Exchange {
        let request = Request::new("POST", "https://a.example/users?filter=familyName%3D'Vos'&limit=3")
            .header("Authorization", "Bearer abc")
            .body("application/json", r#"{"userName":"vos","password":"pw","active":true}"#);
        let response = Response {
            status: 200,
            headers: vec![("set-cookie".to_owned(), "a=b".to_owned())],
            body: br#"{"totalResults":3,"name":{"familyName":"Vos"},"scimType":"x"}"#.to_vec(),
            took: Duration::ZERO,
        };
        Exchange { request, response }
    }

    #[test]
    fn secrets_are_never_shown() {
        let shown = format!("{:?}", Mask::Secrets.exchange(&exchange()));

        assert!(!shown.contains("abc") && !shown.contains("a=b"), "{shown}");
        let body = String::from_utf8(Mask::Secrets.exchange(&exchange()).request.body).unwrap();
        assert!(body.contains("vos") && !body.contains("pw"), "{body}");
    }

    #[test]
    fn personal_values_are_hidden_and_what_a_finding_is_about_is_not() {
        let masked = Mask::Personal.exchange(&exchange());
        let body = masked.response.text();

        assert!(!masked.request.url.contains("Vos") && masked.request.url.contains("limit=3"));
        assert!(!body.contains("Vos") && body.contains(r#""totalResults":3"#) && body.contains("familyName"), "{body}");
    }
}
