//! Media types and texts (RFC 7644 §3.1, §3.8 and §8.1).

use serde_json::json;

use super::discovery::ENDPOINTS;
use super::made::{Made, USERS, user, user_at};
use super::population::users;
use super::service::{MEDIA_TYPE, expect_error, object, text};
use super::wording::{must, policy, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::Request;
use crate::probe::{Probe, nonce};

const ENCODING: &str = "RFC 7644 §3.8";

/// Checks of media types.
pub const CHECKS: &[Check] = &[
    must(
        "SC-030",
        "Lists, resources, errors and what the server says of itself are application/scim+json",
        "RFC 7644 §3.1 and §8.1",
        answers_are_scim,
    ),
    writing(must("SC-031", "application/scim+json is taken, also with a charset", "RFC 7644 §3.1", scim_is_taken)),
    writing(practice(should("SC-032", "application/json is taken", ENCODING, json_is_taken))),
    writing(policy(should(
        "SC-033",
        "Bodies of other media types, or of none, are refused: 415",
        "RFC 9110 §15.5.16",
        other_types_are_refused,
    ))),
    must(
        "SC-034",
        "Clients that accept application/scim+json, anything or say nothing are served",
        ENCODING,
        accepting,
    ),
    should("SC-034b", "Clients that accept application/json are served", ENCODING, accepting_json),
    writing(must("SC-035", "Letters and signs beyond ASCII come back as they were sent", ENCODING, texts_come_back)),
    writing(should("SC-035b", "Combining marks come back as they were sent", ENCODING, marks_come_back)),
];

fn answers_are_scim(probe: &Probe<'_>) -> Verdict {
    let mut paths = vec!["/Users?count=1".to_owned(), "/Groups?count=1".to_owned()];
    paths.extend(ENDPOINTS.map(str::to_owned));
    paths.extend(users(probe)?.resources.first().map(|user| format!("/Users/{}", encode(text(user, "/id")))));
    paths.push(format!("/Users/{}", nonce()));
    for path in paths {
        let response = probe.send(Request::new("GET", probe.target.url(&path)).header("Accept", MEDIA_TYPE))?;
        expect(response.media_type() == MEDIA_TYPE, format!("GET {path}: Content-Type {MEDIA_TYPE}"), || {
            format!("{} {}", response.status, response.header("content-type").unwrap_or("no Content-Type"))
        })?;
    }
    Ok(())
}

fn expect_taken(probe: &Probe<'_>, media_types: &[&str]) -> Verdict {
    let made = Made::by(probe);
    for media_type in media_types {
        let body = user().to_string();
        let response = probe.send(Request::new("POST", probe.target.url(USERS)).body(media_type, body))?;
        made.note(USERS, &response);
        expect(response.status == 201, format!("POST /Users as {media_type}: 201"), || response.summary())?;
    }
    Ok(())
}

fn scim_is_taken(probe: &Probe<'_>) -> Verdict {
    expect_taken(probe, &[MEDIA_TYPE, "application/scim+json; charset=utf-8", "application/scim+json;charset=UTF-8"])
}

fn json_is_taken(probe: &Probe<'_>) -> Verdict {
    expect_taken(probe, &["application/json", "application/json; charset=utf-8"])
}

fn other_types_are_refused(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for media_type in ["text/plain", "application/xml", ""] {
        let mut request = Request::new("POST", probe.target.url(USERS));
        request.body = user().to_string().into_bytes();
        if !media_type.is_empty() {
            request = request.header("Content-Type", media_type);
        }
        let response = probe.send(request)?;
        made.note(USERS, &response);
        expect_error(&response, &[415], &format!("POST /Users as `{media_type}`"))?;
    }
    Ok(())
}

fn expect_accepted(probe: &Probe<'_>, accept: &str) -> Verdict {
    let request = Request::new("GET", probe.target.url("/Users?count=1"));
    let request = if accept.is_empty() { request } else { request.header("Accept", accept) };
    let response = probe.send(request)?;
    let is_list = response.status == 200 && response.json().get("totalResults").is_some();
    expect(is_list, format!("GET /Users with `Accept: {accept}`: 200 and a list"), || response.summary())
}

fn accepting(probe: &Probe<'_>) -> Verdict {
    [MEDIA_TYPE, "*/*", ""].iter().try_for_each(|accept| expect_accepted(probe, accept))
}

fn accepting_json(probe: &Probe<'_>) -> Verdict {
    expect_accepted(probe, "application/json")
}

fn expect_back(probe: &Probe<'_>, value: &str) -> Verdict {
    let made = Made::by(probe);
    let shown = made.user(&json!({"displayName": value}))?;
    let read = object(probe, &user_at(&shown))?;
    if read.get("displayName").is_none() {
        return Err(Stop::skipped("the server doesn't keep `displayName`"));
    }
    for (shown, how) in [(&shown, "POST"), (&read, "GET")] {
        let held = text(shown, "/displayName");
        expect(held == value, format!("{how}: displayName {}", value.escape_unicode()), || {
            held.escape_unicode().to_string()
        })?;
    }
    Ok(())
}

fn texts_come_back(probe: &Probe<'_>) -> Verdict {
    expect_back(probe, "Zoë Łuczak 漢字 Ωμέγα \u{1f469}\u{200d}\u{1f3eb}")
}

fn marks_come_back(probe: &Probe<'_>) -> Verdict {
    expect_back(probe, "Zoe\u{308} A\u{30a}sa")
}
