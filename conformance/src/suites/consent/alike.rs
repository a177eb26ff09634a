//! Whether two answers say the same: status, total, relations of links, and body without what was asked for.

use serde_json::{Value, json};

use super::eye::Eye;
use crate::check::{Stop, Verdict};
use crate::credentials::encode;
use crate::exchange::Response;
use crate::suites::oneroster::service::links;

/// A request, and what an answer may echo of it.
pub struct Ask<'q> {
    /// The method.
    pub method: &'q str,
    /// The path with a query.
    pub path: String,
    /// What is taken out of the answer before it is compared.
    pub echo: &'q str,
}

impl<'q> Ask<'q> {
    /// A GET.
    pub fn get(path: String, echo: &'q str) -> Self {
        Self { method: "GET", path, echo }
    }

    /// What the answer says but for what an error may echo of either request.
    fn gist(&self, eye: &Eye<'_, '_>, other: &Ask<'_>) -> Result<Value, Stop> {
        let mut said = gist(&eye.ask(self.method, &self.path)?, self.echo);
        let is_error = said.get("status") != Some(&Value::from(200));
        if let Some(body) = said.get_mut("body").filter(|_| is_error) {
            *body = without(body.as_str().unwrap_or_default(), other.echo).into();
        }
        Ok(said)
    }
}

/// That a server answers both alike. A difference counts if it comes twice, and the second request's answer is stable.
pub fn expect_alike(eye: &Eye<'_, '_>, what: &str, hidden: &Ask<'_>, invented: &Ask<'_>) -> Verdict {
    let (first, one) = (invented.gist(eye, hidden)?, hidden.gist(eye, invented)?);
    if first == one {
        return Ok(());
    }
    let (second, two) = (invented.gist(eye, hidden)?, hidden.gist(eye, invented)?);
    if second == two || first != second || one != two {
        return Ok(());
    }
    Err(Stop::failed(
        format!("{what}: {} {} is answered as {} is: {}", hidden.method, hidden.path, invented.path, short(&second)),
        short(&two),
    ))
}

/// What an answer says.
pub fn gist(response: &Response, echo: &str) -> Value {
    let relations: Vec<String> =
        response.header("link").map(links).unwrap_or_default().into_iter().map(|(relation, _)| relation).collect();
    // Only errors say again what was asked for; in a list the same text may be somebody's name.
    let body = match response.status {
        200 => response.text(),
        _ => without_volatile(&without(&response.text(), echo)),
    };
    json!({
        "status": response.status, "total": response.header("x-total-count"), "allow": response.header("allow"),
        "links": relations, "body": body,
    })
}

fn short(gist: &Value) -> String {
    let text = gist.to_string();
    text.chars().take(500).collect()
}

/// The text without a word, plain or percent-encoded.
fn without(text: &str, word: &str) -> String {
    if word.is_empty() {
        return text.to_owned();
    }
    text.replace(word, "·").replace(&encode(word), "·")
}

/// The text without identifiers of requests and times: long words that have digits.
pub fn without_volatile(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '+');
    let mut kept = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if is_part(c) {
            word.push(c);
            continue;
        }
        let n_digits = word.chars().filter(char::is_ascii_digit).count();
        kept.push_str(if word.len() >= 16 && n_digits >= 4 { "·" } else { &word });
        kept.push(c);
        word.clear();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_list_is_no_echo() {
        let response = |status: u16| Response {
            status,
            headers: Vec::new(),
            body: b"Floris".to_vec(),
            took: std::time::Duration::ZERO,
        };

        assert_eq!(gist(&response(200), "Floris")["body"], "Floris");
        assert_eq!(gist(&response(404), "Floris")["body"], "\u{b7}\n");
    }

    #[test]
    fn identifiers_of_requests_and_times_are_not_compared() {
        let one = r#"{"requestId":"01a2138b02fb73e0ac62b0d083317ef2","at":"2026-11-25T16:28:46Z","what":"unknown"}"#;

        assert_eq!(without_volatile(one).trim(), r#"{"requestId":"·","at":"·","what":"unknown"}"#);
    }
}
