//! Writes over SCIM: what is made of hidden people is what is made of those who never existed.

use serde_json::{Value, json};

use super::alike::gist;
use super::doors::{expect_none, telling};
use super::eye::{Eye, USERS};
use super::leak;
use super::scim::{SCIM_AND_RICHER, ask, expect_door};
use super::withheld::{self, invent};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

/// Checks of writes over SCIM.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-U2",
        "A user made under the name of a hidden person shows nothing of that person",
        "GDPR art. 5(1)(c): U2 matching at creation",
        "--scim and --other, and a hidden person with a username",
        nothing_comes_with_a_name,
    )
    .writing(),
    leak(
        "CO-U4",
        "A path that selects a hidden member is answered as one that selects nobody",
        "GDPR art. 5(1)(c): U4 PATCH with a path filter",
        SCIM_AND_RICHER,
        paths_select_over_the_view,
    )
    .writing(),
    leak(
        "CO-U8",
        "An operation of Bulk on a hidden user is answered as one on a user who never existed",
        "GDPR art. 5(1)(c): U8 Bulk",
        "--scim and --other, and Bulk",
        bulk_on_hidden,
    )
    .writing(),
    leak(
        "CO-U9",
        "A group with a hidden member is answered as one with a member who never existed",
        "GDPR art. 5(1)(c): U9 group member add",
        SCIM_AND_RICHER,
        hidden_members,
    )
    .writing(),
];

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Deletes what a POST made, whose answer this is.
fn delete(probe: &Probe<'_>, endpoint: &str, made: &Value) -> Verdict {
    if let Some(id) = made.get("id").and_then(Value::as_str) {
        ask(probe, "DELETE", &format!("{endpoint}/{}", encode(id)), None)?;
    }
    Ok(())
}

fn nothing_comes_with_a_name(probe: &Probe<'_>) -> Verdict {
    expect_door(probe)?;
    let client = Eye::client(probe)?;
    let mut values = withheld::values(&client, &Eye::richer(probe)?)?;
    values.retain(|one| one.field == "username");
    if values.is_empty() {
        return Err(Stop::skipped("no other party sees a username that the client doesn't"));
    }
    let hidden = telling(&client, probe)?;
    for one in values {
        let user = json!({
            "schemas": [USER], "userName": one.value, "externalId": nonce(), "active": true,
            "name": {"givenName": "Conformance", "familyName": "Probe"},
        });
        let response = ask(probe, "POST", "/Users", Some(&user))?;
        if response.status == 201 {
            delete(probe, "/Users", &response.json())?;
        }
        let others: Vec<_> = hidden.iter().filter(|other| !other.value.contains(&one.value)).cloned().collect();
        expect_none(&others, &response.text().replace(&one.value, "·"))?;
    }
    Ok(())
}

fn hidden_members(probe: &Probe<'_>) -> Verdict {
    expect_door(probe)?;
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    for id in withheld::ids(&client, &richer, USERS)? {
        let post = |member: &str| {
            let group = json!({
                "schemas": [GROUP], "displayName": format!("Conformance {}", nonce()),
                "members": [{"value": member, "type": "User"}],
            });
            let response = ask(probe, "POST", "/Groups", Some(&group))?;
            if response.status == 201 {
                delete(probe, "/Groups", &response.json())?;
                let n_members = response.json().get("members").and_then(Value::as_array).map_or(0, Vec::len);
                return Ok::<_, Stop>(json!({"status": 201, "members": n_members}));
            }
            Ok(gist(&response, member))
        };
        let (unknown, hidden) = (post(&invent(&id))?, post(&id)?);
        expect(hidden == unknown, format!("a group with {id}: as with an unknown member: {unknown}"), || {
            hidden.to_string()
        })?;
    }
    Ok(())
}

fn paths_select_over_the_view(probe: &Probe<'_>) -> Verdict {
    expect_door(probe)?;
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let ids = withheld::ids(&client, &richer, USERS)?;
    let group = json!({"schemas": [GROUP], "displayName": format!("Conformance {}", nonce())});
    let response = ask(probe, "POST", "/Groups", Some(&group))?;
    let made = response.json();
    let Some(own) = made.get("id").and_then(Value::as_str).filter(|_| response.status == 201) else {
        return Err(Stop::skipped("the client may make no groups"));
    };
    let compared = ids.iter().try_for_each(|id| {
        let patch = |member: &str| {
            let path = format!("members[value eq \"{member}\"]");
            let body = json!({"schemas": [PATCH], "Operations": [{"op": "remove", "path": path}]});
            let response = ask(probe, "PATCH", &format!("/Groups/{}", encode(own)), Some(&body))?;
            // The group's own date and version move with each request.
            let said = if response.status == 200 { Value::Null } else { gist(&response, member) };
            Ok::<_, Stop>(json!({"status": response.status, "said": said}))
        };
        let (unknown, hidden) = (patch(&invent(id))?, patch(id)?);
        expect(hidden == unknown, format!("a path that selects {id}: as one for nobody: {unknown}"), || {
            hidden.to_string()
        })
    });
    delete(probe, "/Groups", &made)?;
    compared
}

fn bulk_on_hidden(probe: &Probe<'_>) -> Verdict {
    expect_door(probe)?;
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    for id in withheld::ids(&client, &richer, USERS)? {
        let bulk = |user: &str| {
            // No server can carry that out, should the user be visible after all.
            let patch = json!({
                "schemas": [PATCH],
                "Operations": [{"op": "replace", "path": "meta.resourceType", "value": "Conformance"}],
            });
            let body = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "failOnErrors": 1,
                "Operations": [{"method": "PATCH", "path": format!("/Users/{user}"), "data": patch}],
            });
            let response = ask(probe, "POST", "/Bulk", Some(&body))?;
            if response.status != 200 {
                return Err(Stop::skipped(format!("Bulk is answered with {}", response.status)));
            }
            // Of a 200, all of the body counts.
            let told = response.text().replace(user, "·").replace(&encode(user), "·");
            Ok(super::alike::without_volatile(&told))
        };
        let (unknown, hidden) = (bulk(&invent(&id))?, bulk(&id)?);
        expect(hidden == unknown, format!("Bulk on {id}: as on an unknown user: {unknown}"), || hidden)?;
    }
    Ok(())
}
