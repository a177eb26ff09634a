//! What comes before any object: who is let in, media types, methods and paths (OneRoster 1.2 REST §2 and §4).

use serde_json::Value;

use super::brief::{must, policy, practice, should};
use super::service::Service;
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::{Credentials, encode};
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

/// Checks that both versions have.
pub const BOTH: &[Check] = &[
    must("OR-005", "Without a token nothing is served: 401", "OneRoster 1.2 REST §4", no_token),
    must("OR-005b", "A 401 says in WWW-Authenticate how to come in", "RFC 9110 §11.6.1", challenge),
    must("OR-006", "A token that was never issued is refused: 401", "RFC 6750 §3.1", invented_token),
    must("OR-006b", "A token that was cut short is refused: 401", "RFC 6750 §3.1", cut_token),
    should("OR-006c", "A refused token is called invalid_token in WWW-Authenticate", "RFC 6750 §3.1", invalid_token),
    must("OR-018", "Collections, objects and errors are application/json", "OneRoster 1.2 REST §2.3", media_type),
    policy("OR-019", "A method that a path hasn't is refused: 405", "RFC 9110 §15.5.6", wrong_method),
    policy("OR-019b", "A 405 lists the methods that the path has in Allow", "RFC 9110 §15.5.6", allowed_methods),
    policy("OR-019c", "A path that isn't of OneRoster is not found: 404", "RFC 9110 §15.5.5", unknown_path),
    policy("OR-020", "A token in the query string opens nothing", "RFC 6750 §2.3", token_in_query),
    practice("OR-120", "A GET that carries a body is served as if it had none", "RFC 9110 §9.3.1", body_in_get),
];

/// A page of one object from a collection that is served.
fn page_of_one(service: &Service<'_, '_>) -> Result<Request, Stop> {
    let url = service.url(&format!("{}?limit=1", service.first()?.path));
    Ok(Request::new("GET", url).header("Accept", "application/json"))
}

fn expect_status(response: &Response, status: u16, what: &str) -> Verdict {
    expect(response.status == status, format!("{what}: {status}"), || response.summary())
}

fn no_token(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let request = Request::new("GET", service.url(&format!("{}?limit=1", collection.path)));
        expect_status(&probe.send_bare(request)?, 401, &format!("GET {} without a token", collection.path))?;
    }
    Ok(())
}

fn challenge(probe: &Probe<'_>) -> Verdict {
    let response = probe.send_bare(page_of_one(&Service::of(probe))?)?;
    if response.status != 401 {
        return Err(Stop::skipped("a request without a token isn't answered by 401"));
    }
    let scheme = response.header("www-authenticate").and_then(|value| value.split_whitespace().next());
    expect(scheme.is_some(), "401 with WWW-Authenticate", || format!("{:?}", response.headers))
}

fn with_token(probe: &Probe<'_>, token: &str) -> Result<Response, Stop> {
    let request = page_of_one(&Service::of(probe))?;
    probe.send_bare(request.header("Authorization", format!("Bearer {token}")))
}

fn invented_token(probe: &Probe<'_>) -> Verdict {
    expect_status(&with_token(probe, &nonce())?, 401, "GET with a token that was never issued")
}

/// The token with which the run's client reads.
fn own_token(probe: &Probe<'_>) -> Result<String, Stop> {
    let scope = match &probe.target.credentials {
        Credentials::OAuth2(tokens) => tokens.scope.as_str(),
        _ => "",
    };
    probe.token(&probe.target.credentials, scope)
}

fn cut_token(probe: &Probe<'_>) -> Verdict {
    let token = own_token(probe)?;
    let kept: String = token.chars().take(token.chars().count() / 2).collect();
    expect_status(&with_token(probe, &kept)?, 401, "GET with half a token")
}

fn invalid_token(probe: &Probe<'_>) -> Verdict {
    let response = with_token(probe, &nonce())?;
    if response.status != 401 {
        return Err(Stop::skipped("an invented token isn't answered by 401"));
    }
    let challenges = response.headers.iter().filter(|(name, _)| name == "www-authenticate");
    let is_told = challenges.clone().any(|(_, value)| value.contains("error=\"invalid_token\""));
    expect(is_told, "401 with WWW-Authenticate: Bearer error=\"invalid_token\"", || {
        format!("{:?}", challenges.map(|(_, value)| value).collect::<Vec<_>>())
    })
}

fn media_type(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in service.served()? {
        let path = collection.path;
        let page = service.get(&format!("{path}?limit=1"))?;
        expect_json(&page, path)?;
        let id = page.json().get(collection.plural).and_then(|list| list.get(0)).map(super::service::id_of).map(encode);
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            expect_json(&service.get(&format!("{path}/{id}"))?, &format!("{path}/{id}"))?;
        }
        expect_json(&service.get(&format!("{path}/{}", nonce()))?, &format!("{path}/ with an unknown id"))?;
    }
    Ok(())
}

fn expect_json(response: &Response, path: &str) -> Verdict {
    if response.body.is_empty() {
        return Ok(());
    }
    expect(response.media_type() == "application/json", format!("GET {path}: Content-Type application/json"), || {
        format!("{} {}", response.status, response.header("content-type").unwrap_or("no Content-Type"))
    })
}

/// PATCH is a method of no path of OneRoster, and an empty object changes nothing where it is taken.
fn patched(probe: &Probe<'_>) -> Result<Response, Stop> {
    let service = Service::of(probe);
    let url = service.url(service.first()?.path);
    probe.send(Request::new("PATCH", url).json("application/json", &Value::Object(serde_json::Map::new())))
}

fn wrong_method(probe: &Probe<'_>) -> Verdict {
    let response = patched(probe)?;
    expect(matches!(response.status, 405 | 501), "PATCH of a collection: 405, or 501", || response.summary())
}

fn allowed_methods(probe: &Probe<'_>) -> Verdict {
    let response = patched(probe)?;
    if response.status != 405 {
        return Err(Stop::skipped("PATCH of a collection isn't answered by 405"));
    }
    let allowed = response.header("allow").unwrap_or_default();
    let has_get = allowed.split(',').any(|method| method.trim() == "GET");
    expect(has_get, "405 with Allow, and GET in it", || format!("Allow: {allowed}"))
}

fn unknown_path(probe: &Probe<'_>) -> Verdict {
    let response = Service::of(probe).get(&format!("nothing{}", nonce()))?;
    expect_status(&response, 404, "GET of a path that isn't of OneRoster")
}

fn token_in_query(probe: &Probe<'_>) -> Verdict {
    let token = own_token(probe)?;
    let mut request = page_of_one(&Service::of(probe))?;
    request.url = format!("{}&access_token={}", request.url, encode(&token));
    let response = probe.send_bare(request)?;
    expect(matches!(response.status, 400 | 401 | 403), "a token in the query: 401, or 400", || response.summary())
}

fn body_in_get(probe: &Probe<'_>) -> Verdict {
    let request = page_of_one(&Service::of(probe))?;
    let plain = probe.send(request.clone())?;
    let body = "grant_type=client_credentials&scope=none";
    let loaded = probe.send(request.body("application/x-www-form-urlencoded", body))?;
    let same = loaded.status == plain.status && loaded.json() == plain.json();
    expect(same, "a GET with a form as its body: the same answer as without", || loaded.summary())
}
