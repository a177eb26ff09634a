//! Paths, methods and parameters (RFC 7644 §3.2 and §3.4.2, RFC 9110).

use serde_json::{Map, Value};

use super::population::{page, users};
use super::service::{expect_error, send, text};
use super::wording::{may, must, policy, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

/// Checks of paths and methods.
pub const CHECKS: &[Check] = &[
    practice(may("SC-036", "A slash at the end of a collection's path doesn't matter", "RFC 7644 §3.2", slash_at_end)),
    practice(may("SC-036b", "The case of letters in a collection's path doesn't matter", "RFC 7644 §3.2", any_case)),
    practice(should("SC-037", "Unknown parameters are ignored", "RFC 7644 §3.4.2", unknown_parameters)),
    must("SC-038", "A path that nothing is at is not found: 404", "RFC 7644 §3.12", unknown_path),
    writing(must("SC-039", "A method that a path hasn't is refused", "RFC 7644 §3.2", methods_are_refused)),
    writing(practice(should(
        "SC-039b",
        "Such a method is refused with 405, and Allow names those that the path has",
        "RFC 9110 §15.5.6",
        methods_are_told,
    ))),
    policy(may("SC-040", "OPTIONS is answered, and tells the methods", "RFC 9110 §9.3.7", options)),
    practice(should("SC-041", "HEAD is as GET, without the body", "RFC 9110 §9.3.2", head)),
];

/// That a path gives as many users as `/Users` does.
fn expect_users(probe: &Probe<'_>, path: &str) -> Verdict {
    let known = page(probe, "/Users", &[("count", "1")])?;
    let same = page(probe, path, &[("count", "1")])?;
    expect(same.total == known.total && same.ids() == known.ids(), format!("GET {path}: the same as /Users"), || {
        format!("{} instead of {}", same.summary(), known.summary())
    })
}

fn slash_at_end(probe: &Probe<'_>) -> Verdict {
    expect_users(probe, "/Users/")
}

fn any_case(probe: &Probe<'_>) -> Verdict {
    expect_users(probe, "/users")
}

fn unknown_parameters(probe: &Probe<'_>) -> Verdict {
    let known = page(probe, "/Users", &[("count", "1")])?;
    let same = page(probe, "/Users", &[("aadOptscim062020", ""), ("nosuch", "1"), ("count", "1")])?;
    expect(same.total == known.total && same.ids() == known.ids(), "the same as without them", || same.summary())
}

fn unknown_path(probe: &Probe<'_>) -> Verdict {
    for path in [format!("/Nothing{}", nonce()), format!("/Nothing{}/1", nonce())] {
        expect_error(&probe.get(&path)?, &[404], &format!("GET {path}"))?;
    }
    Ok(())
}

/// Requests by methods that no such path has; none of them deletes, whatever it is taken for.
fn out_of_place(probe: &Probe<'_>) -> Result<Vec<(String, Response)>, Stop> {
    let one = users(probe)?.resources.first().map(|user| format!("/Users/{}", encode(text(user, "/id"))));
    let mut found = Vec::new();
    for (method, path) in [("PUT", "/Users"), ("PATCH", "/Users"), ("POST", &one.unwrap_or_default())] {
        found.push((format!("{method} {path}"), send(probe, method, path, &Value::Object(Map::new()))?));
    }
    Ok(found)
}

fn methods_are_refused(probe: &Probe<'_>) -> Verdict {
    for (what, response) in out_of_place(probe)? {
        expect(matches!(response.status, 400..=499 | 501), format!("{what}: refused"), || response.summary())?;
    }
    Ok(())
}

fn methods_are_told(probe: &Probe<'_>) -> Verdict {
    for (what, response) in out_of_place(probe)? {
        expect_error(&response, &[405], &what)?;
        let allowed = response.header("allow").unwrap_or_default();
        let has_get = allowed.split(',').any(|method| method.trim() == "GET");
        expect(has_get, format!("{what}: Allow, and GET in it"), || format!("Allow: {allowed}"))?;
    }
    Ok(())
}

fn options(probe: &Probe<'_>) -> Verdict {
    let response = probe.send(Request::new("OPTIONS", probe.target.url("/Users")))?;
    let is_told = matches!(response.status, 200 | 204) && response.header("allow").is_some();
    expect(is_told, "OPTIONS /Users: 204 with Allow", || format!("{} {:?}", response.status, response.header("allow")))
}

fn head(probe: &Probe<'_>) -> Verdict {
    let people = users(probe)?;
    let Some(user) = people.resources.first() else { return Err(Stop::skipped("there are no users")) };
    let url = probe.target.url(&format!("/Users/{}", encode(text(user, "/id"))));
    let get = probe.send(Request::new("GET", url.as_str()))?;
    let head = probe.send(Request::new("HEAD", url.as_str()))?;
    let is_same = head.status == get.status && head.media_type() == get.media_type();
    expect(is_same && head.header("etag") == get.header("etag"), format!("HEAD {url}: as GET"), || {
        format!("{} {}", head.status, head.media_type())
    })?;
    expect(head.body.is_empty(), format!("HEAD {url}: no body"), || head.summary())
}
