//! The token endpoint (OneRoster 1.2 REST §4, RFC 6749 §4.4 and §5).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::brief::{must, practice, should};
use super::service::{Edition, Service};
use crate::check::{Basis, Check, Severity, Stop, Verdict, expect};
use crate::credentials::{Credentials, Secret, Tokens, encode};
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

const NEEDS: &str = "an OAuth 2 client with a token endpoint";

const fn needing(check: Check) -> Check {
    Check { needs: NEEDS, ..check }
}

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    needing(must("OR-002", "The token endpoint gives a bearer token as JSON", "RFC 6749 §5.1", gives_a_token)),
    needing(should("OR-002b", "A token comes with its life time in seconds", "RFC 6749 §5.1", tells_life_time)),
    needing(must(
        "OR-002c",
        "A token's answer is not to be stored: Cache-Control: no-store",
        "RFC 6749 §5.1",
        no_store,
    )),
    needing(should("OR-003", "No scope is granted that wasn't asked for", "RFC 6749 §3.3", no_more_scope)),
    needing(must("OR-004", "A wrong secret is refused: 401 invalid_client", "RFC 6749 §5.2", wrong_secret)),
    needing(must(
        "OR-004b",
        "An unknown grant type is refused: 400 unsupported_grant_type",
        "RFC 6749 §5.2",
        wrong_grant,
    )),
    needing(must(
        "OR-004c",
        "An unknown scope is refused as invalid_scope, or not granted",
        "RFC 6749 §5.2",
        wrong_scope,
    )),
    needing(must("OR-004d", "A request for a token without a grant type is refused: 400", "RFC 6749 §5.2", no_grant)),
    needing(Check {
        severity: Severity::May,
        ..practice("OR-808", "A client may send its name and secret as a form", "RFC 6749 §2.3.1", secret_in_form)
    }),
    needing(practice("OR-808b", "Who asks for no scope still gets a token", "RFC 6749 §3.3", no_scope)),
];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[needing(Check {
    basis: Basis::Standard,
    ..must("OR-015", "A bearer token with a scope of 1.1 opens 1.1", "OneRoster 1.1 §5", scope_of_v1p1)
})];

/// The client's tokens; a skip if the run has no OAuth 2 client.
pub fn tokens<'a>(probe: &Probe<'a>) -> Result<&'a Arc<Tokens>, Stop> {
    match &probe.target.credentials {
        Credentials::OAuth2(tokens) => Ok(tokens),
        _ => Err(Stop::skipped("the run has no OAuth 2 client")),
    }
}

/// The scope with that end, as the version writes it.
pub fn scope(edition: Edition, end: &str) -> String {
    let version = if edition.is_v1p2() { "v1p2" } else { "v1p1" };
    format!("https://purl.imsglobal.org/spec/or/{version}/scope/{end}")
}

/// A token that has these scopes and no others; a skip where the client isn't granted just them.
pub fn only(probe: &Probe<'_>, edition: Edition, ends: &[&str]) -> Result<String, Stop> {
    let tokens = tokens(probe)?;
    let asked = ends.iter().map(|end| scope(edition, end)).collect::<Vec<_>>().join(" ");
    let answer = probe.once(&format!("token {asked}"), || Ok(probe.send_bare(tokens.request(&asked))?.json()))?;
    let not_granted = || Stop::skipped(format!("the client isn't granted just {}", ends.join(" and ")));
    let token = answer.get("access_token").and_then(Value::as_str).ok_or_else(not_granted)?;
    // RFC 6749 §5.1: without `scope` what was asked for is granted.
    let granted = answer.get("scope").and_then(Value::as_str).unwrap_or(&asked);
    if ends_of(granted) == ends_of(&asked) { Ok(token.to_owned()) } else { Err(not_granted()) }
}

fn ends_of(scopes: &str) -> BTreeSet<&str> {
    scopes.split_whitespace().map(|scope| scope.rsplit('/').next().unwrap_or(scope)).collect()
}

/// The narrowest scope that opens something of an edition.
pub fn narrowest(edition: Edition) -> &'static str {
    match edition {
        Edition::V1p1 | Edition::Rostering => "roster-core.readonly",
        Edition::Gradebook => "gradebook-core.readonly",
        Edition::Resources => "resource-core.readonly",
    }
}

fn granted(probe: &Probe<'_>) -> Result<Response, Stop> {
    let tokens = tokens(probe)?;
    probe.send_bare(tokens.request(&tokens.scope))
}

fn gives_a_token(probe: &Probe<'_>) -> Verdict {
    let response = granted(probe)?;
    let json = response.json();
    let text = |member: &str| json.get(member).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let is_good = response.status == 200
        && response.media_type() == "application/json"
        && !text("access_token").is_empty()
        && text("token_type") == "bearer";
    expect(is_good, "200 application/json with `access_token` and `token_type` Bearer", || response.summary())
}

fn tells_life_time(probe: &Probe<'_>) -> Verdict {
    let response = granted(probe)?;
    let seconds = response.json().get("expires_in").and_then(Value::as_f64).unwrap_or_default();
    expect(seconds > 0.0, "`expires_in` as a number above 0", || response.summary())
}

fn no_store(probe: &Probe<'_>) -> Verdict {
    let response = granted(probe)?;
    let control = response.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    expect(control.contains("no-store"), "Cache-Control: no-store", || format!("Cache-Control: {control}"))
}

fn no_more_scope(probe: &Probe<'_>) -> Verdict {
    let asked = scope(Service::of(probe).edition, narrowest(Edition::of(probe)));
    let response = probe.send_bare(tokens(probe)?.request(&asked))?;
    let json = response.json();
    if json.get("access_token").is_none() {
        return Err(Stop::skipped(format!("the client isn't granted {asked}")));
    }
    let granted = json.get("scope").and_then(Value::as_str).unwrap_or(&asked);
    expect(ends_of(granted).is_subset(&ends_of(&asked)), format!("no more than {asked}"), || granted.to_owned())
}

fn expect_refusal(response: &Response, status: u16, errors: &[&str], what: &str) -> Verdict {
    let json = response.json();
    let error = json.get("error").and_then(Value::as_str).unwrap_or_default();
    let expected = format!("{what}: {status} with `error` {}", errors.join(" or "));
    expect(response.status == status && errors.contains(&error), expected, || response.summary())
}

/// The client's request with another secret or form.
fn asked_with(probe: &Probe<'_>, secret: Option<&str>, form: &str) -> Result<Response, Stop> {
    let tokens = tokens(probe)?;
    let known = &tokens.client;
    let secret = secret.unwrap_or(&known.secret).to_owned();
    let other = Tokens::new(tokens.url.clone(), Secret { id: known.id.clone(), secret }, String::new());
    let mut request = other.request("");
    request.body = form.as_bytes().to_vec();
    probe.send_bare(request)
}

fn wrong_secret(probe: &Probe<'_>) -> Verdict {
    let response = asked_with(probe, Some(&nonce()), "grant_type=client_credentials")?;
    expect_refusal(&response, 401, &["invalid_client"], "a wrong secret in Authorization")
}

fn wrong_grant(probe: &Probe<'_>) -> Verdict {
    let response = asked_with(probe, None, "grant_type=urn%3Aexample%3Anone")?;
    expect_refusal(&response, 400, &["unsupported_grant_type"], "an unknown grant type")
}

fn no_grant(probe: &Probe<'_>) -> Verdict {
    let response = asked_with(probe, None, "scope=none")?;
    // The second is what many servers say of a type that is empty.
    expect_refusal(&response, 400, &["invalid_request", "unsupported_grant_type"], "no `grant_type`")
}

fn wrong_scope(probe: &Probe<'_>) -> Verdict {
    let unknown = format!("https://example.org/scope/none-{}", nonce());
    let response = probe.send_bare(tokens(probe)?.request(&unknown))?;
    let json = response.json();
    if response.status == 200 && json.get("access_token").is_some() {
        let granted = json.get("scope").and_then(Value::as_str).unwrap_or(&unknown);
        return expect(!granted.contains("none-"), "an unknown scope: invalid_scope, or `scope` without it", || {
            response.summary()
        });
    }
    expect_refusal(&response, 400, &["invalid_scope"], "an unknown scope")
}

fn secret_in_form(probe: &Probe<'_>) -> Verdict {
    let tokens = tokens(probe)?;
    let (id, secret) = (encode(&tokens.client.id), encode(&tokens.client.secret));
    let mut form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    if !tokens.scope.is_empty() {
        form = format!("{form}&scope={}", encode(&tokens.scope));
    }
    let request = Request::new("POST", tokens.url.as_str()).body("application/x-www-form-urlencoded", form);
    expect_token(&probe.send_bare(request)?, "`client_id` and `client_secret` in the form")
}

fn no_scope(probe: &Probe<'_>) -> Verdict {
    expect_token(&asked_with(probe, None, "grant_type=client_credentials")?, "no `scope`")
}

fn expect_token(response: &Response, what: &str) -> Verdict {
    let has_token = response.status == 200 && response.json().get("access_token").is_some();
    expect(has_token, format!("{what}: 200 with `access_token`"), || response.summary())
}

fn scope_of_v1p1(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let token = only(probe, Edition::V1p1, &[narrowest(Edition::V1p1)])?;
    let request = Request::new("GET", service.url("orgs?limit=1")).header("Authorization", format!("Bearer {token}"));
    let response = probe.send_bare(request)?;
    let is_open = response.status == 200 && response.json().get("orgs").is_some_and(Value::is_array);
    expect(is_open, "GET orgs with a token of `roster-core.readonly` of 1.1: 200", || response.summary())
}
