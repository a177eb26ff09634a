//! Whether what a server says of its features is true (RFC 7643 §5).

use serde_json::json;

use super::population::{page, quoted, users};
use super::service::{offers, text, with_query};
use super::wording::{must, needing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

/// Checks of what is said about features.
pub const CHECKS: &[Check] = &[needing(
    "a user",
    must(
        "SC-018",
        "Each feature that is called supported works, and each that isn't is refused",
        "RFC 7643 §5",
        flags_are_true,
    ),
)];

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

fn flags_are_true(probe: &Probe<'_>) -> Verdict {
    let people = users(probe)?;
    let Some(user) = people.resources.first() else { return Err(Stop::skipped("there are no users")) };
    let path = format!("/Users/{}", encode(text(user, "/id")));
    filter_is_true(probe, text(user, "/userName"), people.total)?;
    sort_is_true(probe)?;
    etag_is_true(probe, &path)?;
    patch_is_true(probe)?;
    bulk_is_true(probe)
}

fn filter_is_true(probe: &Probe<'_>, user_name: &str, n_all: usize) -> Verdict {
    let filter = format!("userName eq {}", quoted(user_name));
    if offers(probe, "filter")? {
        let found = page(probe, "/Users", &[("filter", &filter)])?;
        return expect(found.total == 1, format!("{filter} finds one user, as filters are supported"), || {
            found.summary()
        });
    }
    let response = probe.get(&with_query("/Users", &[("filter", &filter)]))?;
    let n_found = response.json().get("totalResults").and_then(serde_json::Value::as_u64);
    let is_unfiltered = response.status == 200 && n_all > 1 && n_found != Some(1);
    expect(!is_unfiltered, format!("{filter}: refused, or one user"), || response.summary())
}

fn sort_is_true(probe: &Probe<'_>) -> Verdict {
    let order = |order: &str| page(probe, "/Users", &[("sortBy", "userName"), ("sortOrder", order), ("count", "2")]);
    let (up, down) = (order("ascending")?, order("descending")?);
    if offers(probe, "sort")? && up.total > 1 {
        let first = |page: &super::population::Page| page.ids().first().map(|id| (*id).to_owned());
        expect(first(&up) != first(&down), "two orders that differ, as sorting is supported", || {
            format!("{} and {}", up.summary(), down.summary())
        })?;
    }
    Ok(())
}

fn etag_is_true(probe: &Probe<'_>, path: &str) -> Verdict {
    if !offers(probe, "etag")? {
        return Ok(());
    }
    let response = probe.get(path)?;
    let Some(etag) = response.header("etag") else {
        return Err(Stop::failed(format!("GET {path}: an ETag, as versions are supported"), "no ETag"));
    };
    let again = probe.send(Request::new("GET", probe.target.url(path)).header("If-None-Match", etag))?;
    expect(again.status == 304, format!("GET {path} with If-None-Match: {etag}: 304"), || again.summary())
}

/// That a request about nobody is served where its feature is supported, and is refused where it isn't.
fn expect_told(is_offered: bool, served: &[u16], response: &Response, what: &str) -> Verdict {
    let statuses = if is_offered { served } else { &[400, 403, 404, 405, 501] };
    let told = if is_offered { "supported" } else { "not supported" };
    expect(statuses.contains(&response.status), format!("{what}, which is {told}: one of {statuses:?}"), || {
        response.summary()
    })
}

fn patch_is_true(probe: &Probe<'_>) -> Verdict {
    let body = json!({
        "schemas": [PATCH_OP],
        "Operations": [{"op": "replace", "path": "displayName", "value": "nobody"}],
    });
    let url = probe.target.url(&format!("/Users/{}", nonce()));
    let response = probe.send(Request::new("PATCH", url).json("application/scim+json", &body))?;
    expect_told(offers(probe, "patch")?, &[404], &response, "PATCH of nobody")
}

fn bulk_is_true(probe: &Probe<'_>) -> Verdict {
    let delete = json!({"method": "DELETE", "path": format!("/Users/{}", nonce())});
    let body = json!({"schemas": [BULK_REQUEST], "Operations": [delete]});
    let request = Request::new("POST", probe.target.url("/Bulk")).json("application/scim+json", &body);
    expect_told(offers(probe, "bulk")?, &[200], &probe.send(request)?, "Bulk that deletes nobody")
}
