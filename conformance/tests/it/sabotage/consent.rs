//! What sabotages of consent have in common: a proxy that knows the tokens of several vendors, and so can leak.

use std::sync::OnceLock;
use std::time::Duration;

use koppelvlak_conformance::client::Client;
use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::Value;

use crate::proxy::edit;

/// The tokens that a proxy leaks with.
#[derive(Debug)]
pub struct Tokens {
    /// Of the vendor that sees more.
    pub richer: String,
    /// Of the vendor that sees only names.
    pub names_only: String,
}

/// Those of the demo that is running; there is one for all tests of consent.
pub static TOKENS: OnceLock<Tokens> = OnceLock::new();

/// Whether the client under test asks.
pub fn is_client(request: &Request) -> bool {
    let richer = TOKENS.get().map(|tokens| format!("Bearer {}", tokens.richer));
    request.header_value("authorization").is_some() && request.header_value("authorization") != richer.as_deref()
}

/// What another vendor is answered.
fn answer_to(request: &Request, token: &str) -> Response {
    let mut request = request.clone();
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    let request = request.header("Authorization", format!("Bearer {token}"));
    Client::new(Duration::from_secs(30)).send_once(&request).unwrap()
}

/// What the vendor that sees more is answered.
pub fn as_richer(request: &Request) -> Response {
    answer_to(request, &TOKENS.get().unwrap().richer)
}

/// What the vendor that sees only names is answered.
pub fn as_names_only(request: &Request) -> Response {
    answer_to(request, &TOKENS.get().unwrap().names_only)
}

/// Whether the vendor that sees more finds something that the client doesn't: where the request leads, in a GET.
pub fn is_hidden(request: &Request, response: &Response) -> bool {
    let mut get = request.clone();
    get.method = "GET".to_owned();
    get.body.clear();
    get.headers.retain(|(name, _)| name.eq_ignore_ascii_case("accept"));
    is_client(request) && response.status != 200 && as_richer(&get).status == 200
}

/// The filter that is asked for, as it is meant.
pub fn filter(request: &Request) -> Option<String> {
    let (_, after) = request.url.split_once("filter=")?;
    let filter = after.split('&').next()?;
    Some(percent_encoding::percent_decode_str(filter).decode_utf8_lossy().into_owned())
}

/// Sets a header.
pub fn set(response: &mut Response, name: &str, value: &str) {
    response.headers.retain(|(other, _)| other != name);
    response.headers.push((name.to_owned(), value.to_owned()));
}

/// Tells the client how many objects the other vendor's filter finds.
pub fn count_over_all(request: &Request, response: &mut Response, is_leaky: fn(&str) -> bool) {
    if is_client(request) && filter(request).is_some_and(|filter| is_leaky(&filter)) {
        let theirs = as_richer(request);
        if let (200, Some(total)) = (theirs.status, theirs.header("x-total-count")) {
            set(response, "x-total-count", total);
        }
    }
}

/// Changes each object of the client's list of that name.
pub fn each(request: &Request, response: &mut Response, list: &str, change: impl Fn(&mut Value)) {
    if is_client(request) && request.method == "GET" && response.status == 200 {
        edit(response, |body| {
            body.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten().for_each(change);
        });
    }
}
