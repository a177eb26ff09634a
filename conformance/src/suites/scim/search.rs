//! Searching by POST and at the root, and `/Me` (RFC 7644 §3.4.2.1, §3.4.3 and §3.11).

use serde_json::{Value, json};

use super::population::{Page, as_page, groups, page, two_names, users};
use super::service::{LIST, expect_error, names_schema, offers, require, send, text};
use super::wording::{may, must, needing, practice, should};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::Probe;

const BY_POST: &str = "RFC 7644 §3.4.3";
const ROOT: &str = "RFC 7644 §3.4.2.1";
const URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// Checks of searching by POST, and of `/Me`.
pub const CHECKS: &[Check] = &[
    needing("searches by POST", must("SC-170", "A search by POST finds what GET does", BY_POST, as_get)),
    needing(
        "a user and a group",
        must("SC-171", "A search at the root spans types, or isn't offered", ROOT, spans_types),
    ),
    needing(
        "a user and a group, filters",
        must("SC-172", "There, an attribute that one type has finds only that type", ROOT, one_type),
    ),
    needing("a user and a group, filters", should("SC-173", "There, types are chosen by name", ROOT, chosen_type)),
    needing(
        "searches by POST",
        must("SC-174", "A search whose parameters are of wrong types is refused", BY_POST, wrong_types),
    ),
    practice(may(
        "SC-175",
        "GET of .search is refused with 405, not as an unknown user",
        "RFC 7644 §3.2",
        get_of_search,
    )),
    must("SC-176", "/Me isn't offered, leads elsewhere, or says where it is", "RFC 7644 §3.11", me),
];

fn search(probe: &Probe<'_>, path: &str, parameters: Value) -> Result<Page, Stop> {
    let mut body = parameters;
    if let Some(members) = body.as_object_mut() {
        members.insert("schemas".to_owned(), json!([URN]));
    }
    let response = send(probe, "POST", path, &body)?;
    if matches!(response.status, 404 | 405 | 501) {
        return Err(Stop::skipped(format!("the server has no {path}")));
    }
    as_page(&format!("POST {path} of {body}"), response.status, response.json(), || response.summary())
}

fn as_get(probe: &Probe<'_>) -> Verdict {
    let found = search(probe, "/Users/.search", json!({"startIndex": 2, "count": 2}))?;
    let known = page(probe, "/Users", &[("startIndex", "2"), ("count", "2")])?;
    expect_same(&found, &known, "startIndex 2, count 2")?;
    let found = search(probe, "/Users/.search", json!({"attributes": ["userName"], "count": 3}))?;
    let known = page(probe, "/Users", &[("attributes", "userName"), ("count", "3")])?;
    expect_same(&found, &known, "attributes userName")?;
    let found = search(probe, "/Users/.search", json!({"excludedAttributes": ["userName", "meta"], "count": 3}))?;
    let known = page(probe, "/Users", &[("excludedAttributes", "userName,meta"), ("count", "3")])?;
    expect_same(&found, &known, "excludedAttributes userName, meta")?;
    if offers(probe, "filter")? {
        let (_, name) = two_names(probe)?;
        let filter = format!("userName eq {}", super::population::quoted(&name));
        let found = search(probe, "/Users/.search", json!({"filter": filter}))?;
        expect_same(&found, &page(probe, "/Users", &[("filter", &filter)])?, &filter)?;
    }
    if offers(probe, "sort")? {
        let found = search(probe, "/Users/.search", json!({"sortBy": "userName", "sortOrder": "descending"}))?;
        let known = page(probe, "/Users", &[("sortBy", "userName"), ("sortOrder", "descending")])?;
        expect_same(&found, &known, "sortBy userName, descending")?;
    }
    Ok(())
}

fn expect_same(found: &Page, known: &Page, what: &str) -> Verdict {
    let is_same = found.total == known.total && found.resources == known.resources;
    expect(is_same, format!("a search by POST with {what}: as GET, {}", known.summary()), || {
        Value::from(found.resources.clone()).to_string().chars().take(400).collect()
    })
}

fn both_types(probe: &Probe<'_>) -> Result<(usize, usize), Stop> {
    Ok((users(probe)?.total, groups(probe)?.total))
}

fn spans_types(probe: &Probe<'_>) -> Verdict {
    let (n_users, n_groups) = both_types(probe)?;
    let response = send(probe, "POST", "/.search", &json!({"schemas": [URN], "count": 10}))?;
    // So large an answer may be too large (RFC 7644 §3.12), and the whole may be left out.
    let is_refused = matches!(response.status, 501 | 404 | 403)
        || (response.status == 400 && response.json().get("scimType") == Some(&Value::from("tooMany")));
    if is_refused {
        return Ok(());
    }
    let found = as_page("POST /.search", response.status, response.json(), || response.summary())?;
    expect(found.total >= n_users + n_groups, format!("{n_users} users and {n_groups} groups"), || found.summary())?;
    let has_own = |one: &Value| one.get("schemas").is_some() && !names_schema(one, LIST);
    expect(found.resources.iter().all(has_own), "`schemas` of each resource", || found.json.to_string())
}

fn one_type(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let (n_users, n_groups) = both_types(probe)?;
    for (filter, most, kind) in [("userName pr", n_users, "User"), ("members pr", n_groups, "Group")] {
        let found = search(probe, "/.search", json!({"filter": filter, "count": 50}))?;
        let stranger = found.resources.iter().find(|one| text(one, "/meta/resourceType") != kind);
        expect(stranger.is_none() && found.total <= most, format!("{filter} at the root: only {kind}s"), || {
            found.summary()
        })?;
        expect(kind == "Group" || found.total == n_users, format!("{filter} at the root: {n_users}"), || {
            found.summary()
        })?;
    }
    Ok(())
}

fn chosen_type(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let (n_users, n_groups) = both_types(probe)?;
    for (kind, n) in [("User", n_users), ("Group", n_groups)] {
        let filter = format!("meta.resourceType eq \"{kind}\"");
        let found = search(probe, "/.search", json!({"filter": filter, "count": 5}))?;
        let stranger = found.resources.iter().find(|one| text(one, "/meta/resourceType") != kind);
        expect(stranger.is_none() && found.total == n, format!("{filter} at the root: {n} of {kind}"), || {
            found.summary()
        })?;
    }
    Ok(())
}

fn wrong_types(probe: &Probe<'_>) -> Verdict {
    search(probe, "/Users/.search", json!({"count": 1}))?;
    for body in [
        json!({"schemas": [URN], "count": "x"}),
        json!({"schemas": [URN], "attributes": 3}),
        json!({"schemas": [URN], "filter": ["x"]}),
        json!([]),
    ] {
        let response = send(probe, "POST", "/Users/.search", &body)?;
        expect_error(&response, &[400], &format!("a search by POST of {body}"))?;
    }
    Ok(())
}

fn get_of_search(probe: &Probe<'_>) -> Verdict {
    expect_error(&probe.get("/Users/.search")?, &[405], "GET /Users/.search")
}

fn me(probe: &Probe<'_>) -> Verdict {
    let response = probe.get("/Me")?;
    let is_right = match response.status {
        200 | 307 | 308 => response.header("location").or(response.header("content-location")).is_some(),
        status => matches!(status, 404 | 501),
    };
    expect(is_right, "GET /Me: 501 or 404, or 308 or 200 with Location", || response.summary())
}
