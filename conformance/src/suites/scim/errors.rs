//! How a server refuses (RFC 7644 §3.12), and what it doesn't let slip while it does.

use serde_json::{Value, json};

use super::made::{Made, USERS, user};
use super::service::{ERROR, MEDIA_TYPE, offers, send, text, with_query};
use super::wording::{must, needing, policy, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::Credentials;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "RFC 7644 §3.12";

/// Checks of refusals.
pub const CHECKS: &[Check] = &[
    must("SC-901", "An error has the URN of errors, and no other", CLAUSE, errors_have_their_urn),
    must("SC-902", "An error's status is that of HTTP, as a text", CLAUSE, status_is_text),
    should("SC-903", "An error says in words what is wrong", CLAUSE, detail_is_there),
    must("SC-904", "An error's scimType is one of the standard's", "RFC 7644 §3.12, table 9", types_are_known),
    should("SC-904b", "Bodies and filters that can't be read have theirs", "RFC 7644 §3.12, table 9", types_are_told),
    policy(should("SC-357", "No error shows the server's insides", CLAUSE, insides_are_hidden)),
    writing(policy(should("SC-358", "Bodies that can't be read are the client's fault", CLAUSE, odd_bodies))),
    needing(
        "a target that limits bodies",
        writing(policy(should("SC-358b", "A body beyond measure is refused", CLAUSE, large_body))),
    ),
];

/// Refusals of many kinds.
fn refusals(probe: &Probe<'_>) -> Result<Vec<(String, Response)>, Stop> {
    let mut found = Vec::new();
    let mut get = |path: String| -> Result<(), Stop> {
        let response = probe.get(&path)?;
        found.push((format!("GET {path}"), response));
        Ok(())
    };
    get(format!("/Users/{}", nonce()))?;
    get(format!("/Nothing{}", nonce()))?;
    get(format!("/Schemas/urn:example:{}", nonce()))?;
    // Some servers put that byte into a header, and so answer nothing that is HTTP; it says nothing of other refusals.
    drop(get("/Users/%00".to_owned()));
    get(with_query("/Schemas", &[("filter", "id pr")]))?;
    if offers(probe, "filter")? {
        get(with_query("/Users", &[("filter", "userName eq")]))?;
        get(with_query("/Users", &[("filter", "' or 1=1 --")]))?;
    }
    let request = Request::new("POST", probe.target.url("/Users")).body(MEDIA_TYPE, "{\"userName\":");
    found.push(("POST of half a body".to_owned(), probe.send(request)?));
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []});
    found.push(("PATCH of nobody".to_owned(), send(probe, "PATCH", &format!("/Users/{}", nonce()), &body)?));
    found.push(("PUT of all users".to_owned(), send(probe, "PUT", "/Users", &json!({}))?));
    if !matches!(probe.target.credentials, Credentials::None) {
        let stranger = probe.send_bare(Request::new("GET", probe.target.url("/Users")))?;
        found.push(("GET /Users by nobody".to_owned(), stranger));
    }
    found.retain(|(_, response)| response.status >= 400);
    if found.is_empty() { Err(Stop::skipped("nothing is refused")) } else { Ok(found) }
}

fn errors_have_their_urn(probe: &Probe<'_>) -> Verdict {
    for (what, response) in refusals(probe)? {
        let is_error = response.json().get("schemas") == Some(&json!([ERROR]));
        expect(is_error, format!("{what}: `schemas` [\"{ERROR}\"]"), || response.summary())?;
    }
    Ok(())
}

fn status_is_text(probe: &Probe<'_>) -> Verdict {
    for (what, response) in refusals(probe)? {
        let is_right = response.json().get("status") == Some(&Value::from(response.status.to_string()));
        expect(is_right, format!("{what}: `status` \"{}\"", response.status), || response.summary())?;
    }
    Ok(())
}

fn detail_is_there(probe: &Probe<'_>) -> Verdict {
    for (what, response) in refusals(probe)? {
        let json = response.json();
        expect(!text(&json, "/detail").trim().is_empty(), format!("{what}: `detail` in words"), || response.summary())?;
    }
    Ok(())
}

const SCIM_TYPES: [&str; 13] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
];

fn types_are_known(probe: &Probe<'_>) -> Verdict {
    for (what, response) in refusals(probe)? {
        let named = response.json().get("scimType").cloned();
        let is_known = named.is_none_or(|named| named.as_str().is_some_and(|named| SCIM_TYPES.contains(&named)));
        expect(is_known, format!("{what}: a `scimType` of the standard, or none"), || response.summary())?;
    }
    Ok(())
}

fn types_are_told(probe: &Probe<'_>) -> Verdict {
    let wanted = [("POST of half a body", "invalidSyntax"), ("userName%20eq", "invalidFilter")];
    for (what, response) in refusals(probe)? {
        let Some((_, scim_type)) = wanted.iter().find(|(part, _)| what.ends_with(part)) else { continue };
        let is_told = text(&response.json(), "/scimType") == *scim_type;
        expect(is_told, format!("{what}: `scimType` {scim_type}"), || response.summary())?;
    }
    Ok(())
}

/// What only a program's own words hold.
const INSIDES: [&str; 14] = [
    "Traceback (most recent",
    "stack trace",
    "stacktrace",
    "\tat ",
    "    at ",
    "SELECT ",
    "INSERT INTO",
    "syntax error at or near",
    "SQLSTATE",
    "/usr/",
    "/home/",
    "node_modules",
    "NullPointer",
    "panicked at",
];

fn insides_are_hidden(probe: &Probe<'_>) -> Verdict {
    for (what, response) in refusals(probe)? {
        let text = response.text();
        let slip = INSIDES.iter().find(|inside| text.contains(**inside));
        expect(slip.is_none(), format!("{what}: nothing of the server's insides"), || response.summary())?;
    }
    Ok(())
}

fn post(probe: &Probe<'_>, made: &Made<'_, '_>, body: impl Into<Vec<u8>>) -> Result<Response, Stop> {
    let response = probe.send(Request::new("POST", probe.target.url(USERS)).body(MEDIA_TYPE, body))?;
    made.note(USERS, &response);
    Ok(response)
}

fn odd_bodies(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let with = |extra: &str| {
        let body = user().to_string();
        let body = body.strip_suffix('}').unwrap_or_default();
        format!("{body},{extra}}}").into_bytes()
    };
    let deep = format!("\"x\":{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let mut latin = with("\"nickName\":\"?\"");
    for byte in &mut latin {
        if *byte == b'?' {
            *byte = 0xff;
        }
    }
    for (what, body) in [
        ("no body", Vec::new()),
        ("half a body", b"{\"userName\":\"x".to_vec()),
        ("a list", b"[]".to_vec()),
        ("20,000 brackets", with(&deep)),
        ("a name twice", with("\"nickName\":\"a\",\"nickName\":\"b\"")),
        ("half a surrogate", with("\"nickName\":\"a\\ud800b\"")),
        ("a NUL", with("\"nickName\":\"a\\u0000b\"")),
        ("no UTF-8", latin),
    ] {
        let response = post(probe, &made, body)?;
        let is_right = response.status < 500 || response.status == 501;
        expect(is_right, format!("POST of {what}: 400, or what it means"), || response.summary())?;
        let is_unreadable = ["no body", "half a body", "a list"].contains(&what);
        expect(!is_unreadable || response.status == 400, format!("POST of {what}: 400"), || response.summary())?;
    }
    Ok(())
}

fn large_body(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let mut body = user();
    if let Some(members) = body.as_object_mut() {
        members.insert("nickName".to_owned(), Value::from("x".repeat(4_000_000)));
    }
    let response = post(probe, &made, body.to_string())?;
    if response.status == 201 {
        return Err(Stop::skipped("4 MB are taken"));
    }
    let is_right = matches!(response.status, 400 | 413);
    expect(is_right, "POST of a user of 4 MB: 413, or 400", || response.summary())
}
