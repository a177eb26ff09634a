//! That tenants don't meet (RFC 7644 §6).

use serde_json::{Value, json};

use super::made::{Made, USERS, id, user_at};
use super::population::{quoted, users};
use super::service::{MEDIA_TYPE, object, text, with_query};
use super::wording::{must, needing, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::Credentials;
use crate::exchange::{Request, Response};
use crate::probe::Probe;

const CLAUSE: &str = "RFC 7644 §6";
const NEEDS: &str = "--stranger-token: a token of another tenant of the same server";

/// Checks of tenancy.
pub const CHECKS: &[Check] = &[
    needing(NEEDS, must("SC-352", "Nothing is read with the token of another tenant", CLAUSE, nothing_is_read)),
    needing(
        NEEDS,
        writing(must("SC-352b", "Nothing is changed with the token of another tenant", CLAUSE, nothing_is_changed)),
    ),
];

fn stranger<'t>(probe: &Probe<'t>) -> Result<&'t Credentials, Stop> {
    probe.target.stranger.as_ref().ok_or_else(|| Stop::skipped("the run has no token of another tenant"))
}

/// That an answer says that there is no such resource, or that there is nothing to be had.
fn expect_hidden(response: &Response, what: &str) -> Verdict {
    let is_hidden = matches!(response.status, 401 | 403 | 404);
    expect(is_hidden, format!("{what} by another tenant: 404, or 401 or 403"), || response.summary())
}

fn nothing_is_read(probe: &Probe<'_>) -> Verdict {
    let stranger = stranger(probe)?;
    let people = users(probe)?.resources;
    let Some(user) = people.first() else { return Err(Stop::skipped("there are no users")) };
    let path = user_at(user);
    let response = probe.send_as(stranger, Request::new("GET", probe.target.url(&path)))?;
    expect_hidden(&response, &format!("GET {path}"))?;
    let by_id = format!("id eq {}", quoted(id(user)));
    let by_name = format!("userName eq {}", quoted(text(user, "/userName")));
    for parameters in [("count", "200"), ("filter", by_id.as_str()), ("filter", by_name.as_str())] {
        let asked = with_query(USERS, &[parameters]);
        let response = probe.send_as(stranger, Request::new("GET", probe.target.url(&asked)))?;
        let json = response.json();
        let shown = json.get("Resources").and_then(Value::as_array).cloned().unwrap_or_default();
        // The other tenant may have users of its own, of the same names.
        let strange = shown.iter().find(|one| people.iter().any(|user| id(user) == id(one)));
        expect(strange.is_none(), format!("GET {asked} by another tenant: nobody of this one"), || response.summary())?;
    }
    Ok(())
}

fn nothing_is_changed(probe: &Probe<'_>) -> Verdict {
    let stranger = stranger(probe)?;
    let made = Made::by(probe);
    let user = made.user(&Value::Null)?;
    let path = user_at(&user);
    let before = object(probe, &path)?;
    let operation = json!({"op": "replace", "path": "displayName", "value": "Stranger"});
    let renaming = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]});
    for (method, body) in [("PATCH", Some(&renaming)), ("PUT", Some(&before)), ("DELETE", None)] {
        let request = Request::new(method, probe.target.url(&path));
        let request = body.map_or(request.clone(), |body| request.json(MEDIA_TYPE, body));
        let response = probe.send_as(stranger, request)?;
        // A server without PATCH says so to everybody.
        if !(method == "PATCH" && matches!(response.status, 405 | 501)) {
            expect_hidden(&response, &format!("{method} {path}"))?;
        }
        let after = object(probe, &path)?;
        expect(after == before, format!("the user as before a {method} by another tenant"), || after.to_string())?;
    }
    Ok(())
}
