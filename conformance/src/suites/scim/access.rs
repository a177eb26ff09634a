//! Who is let in (RFC 7644 §2), and what a server keeps to itself.

use serde_json::Value;

use super::service::{ERROR, names_schema, text};
use super::wording::{must, needing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::Credentials;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "RFC 7644 §2";
const NEEDS: &str = "a target that takes tokens";

/// Checks of who is let in.
pub const CHECKS: &[Check] = &[
    needing(NEEDS, must("SC-350", "Without a token, or with a wrong one, nothing is served: 401", CLAUSE, strangers)),
    needing(NEEDS, must("SC-350b", "A 401 says in WWW-Authenticate how to come in", "RFC 9110 §11.6.1", challenge)),
    needing(NEEDS, must("SC-350c", "A 401 has a body of SCIM's errors", "RFC 7644 §3.12", body)),
    needing(NEEDS, must("SC-350d", "Half of a token is no token: 401", "RFC 6750 §3.1", half)),
];

/// What strangers are answered.
fn answers(probe: &Probe<'_>) -> Result<Vec<(String, Response)>, Stop> {
    if matches!(probe.target.credentials, Credentials::None) {
        return Err(Stop::skipped("the target takes no token"));
    }
    let mut found = Vec::new();
    let wrong = format!("Bearer {}", nonce());
    for (who, authorization) in
        [("nobody", None), ("a wrong token", Some(wrong.as_str())), ("no kind of token", Some("Bearer"))]
    {
        for path in ["/Users?count=1", "/Groups?count=1"] {
            let request = Request::new("GET", probe.target.url(path));
            let request = match authorization {
                Some(value) => request.header("Authorization", value),
                None => request,
            };
            found.push((format!("GET {path} by {who}"), probe.send_bare(request)?));
        }
    }
    Ok(found)
}

fn strangers(probe: &Probe<'_>) -> Verdict {
    for (what, response) in answers(probe)? {
        expect(response.status == 401, format!("{what}: 401"), || response.summary())?;
    }
    Ok(())
}

fn challenge(probe: &Probe<'_>) -> Verdict {
    for (what, response) in answers(probe)?.iter().filter(|(_, response)| response.status == 401) {
        let scheme = response.header("www-authenticate").unwrap_or_default();
        expect(!scheme.trim().is_empty(), format!("{what}: 401 with WWW-Authenticate"), || response.summary())?;
    }
    Ok(())
}

fn body(probe: &Probe<'_>) -> Verdict {
    for (what, response) in answers(probe)?.iter().filter(|(_, response)| response.status == 401) {
        let json = response.json();
        let is_error = names_schema(&json, ERROR) && text(&json, "/status") == "401";
        expect(is_error, format!("{what}: a body of SCIM's errors"), || response.summary())?;
    }
    Ok(())
}

fn half(probe: &Probe<'_>) -> Verdict {
    let scope = match &probe.target.credentials {
        Credentials::OAuth2(tokens) => tokens.scope.as_str(),
        Credentials::None | Credentials::Bearer(_) | Credentials::OAuth1(_) => "",
    };
    let token = probe.token(&probe.target.credentials, scope)?;
    let kept: String = token.chars().take(token.chars().count() / 2).collect();
    let request = Request::new("GET", probe.target.url("/Users?count=1"));
    let response = probe.send_as(&Credentials::Bearer(kept), request)?;
    let is_shown = response.json().get("Resources").is_some_and(Value::is_array);
    expect(response.status == 401 && !is_shown, "GET /Users with half a token: 401", || response.summary())
}
