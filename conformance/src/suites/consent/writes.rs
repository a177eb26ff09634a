//! Writes: what is refused or taken tells nothing of what is hidden.

use serde_json::{Value, json};

use super::alike::gist;
use super::eye::{Eye, USERS, id_of};
use super::leak;
use super::scim::{ask, expect_door};
use super::withheld::{self, invent};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};
use crate::suites::oneroster::service::Edition;

/// Checks of writes.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-U1",
        "A user can be made under the name of a hidden person as under one that nobody has",
        "GDPR art. 5(1)(c): U1 SCIM uniqueness",
        "--scim and --other, and a hidden person with a username",
        uniqueness_over_the_view,
    )
    .writing(),
    leak(
        "CO-U10",
        "A result for a hidden person is refused as one for somebody who never existed",
        "GDPR art. 5(1)(c): U10",
        "--other, and line items that the client sees",
        results_for_hidden,
    )
    .writing(),
    leak(
        "CO-U3",
        "A change of a hidden user over SCIM is refused as that of one who never existed",
        "GDPR art. 5(1)(c): U3",
        "--scim and --other",
        changes_of_hidden,
    )
    .writing(),
];

/// The status of making a user under that name; it is deleted again.
fn made(probe: &Probe<'_>, name: &str) -> Result<Response, Stop> {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name, "externalId": nonce(), "active": true,
        "name": {"givenName": "Conformance", "familyName": "Probe"},
    });
    let response = ask(probe, "POST", "/Users", Some(&user))?;
    if let (201, Some(id)) = (response.status, response.json().get("id").and_then(Value::as_str)) {
        ask(probe, "DELETE", &format!("/Users/{}", encode(id)), None)?;
    }
    Ok(response)
}

fn uniqueness_over_the_view(probe: &Probe<'_>) -> Verdict {
    expect_door(probe)?;
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let mut values = withheld::values(&client, &richer)?;
    values.retain(|one| one.field == "username");
    if values.is_empty() {
        return Err(Stop::skipped("no other party sees a username that the client doesn't"));
    }
    for one in values {
        let (unknown, hidden) = (made(probe, &one.invented)?, made(probe, &one.value)?);
        expect(hidden.status == unknown.status, format!("POST Users {}: {}", one.value, unknown.status), || {
            hidden.summary()
        })?;
    }
    Ok(())
}

fn changes_of_hidden(probe: &Probe<'_>) -> Verdict {
    expect_door(probe)?;
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    // No server can carry that out, should the user be visible after all.
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "meta.resourceType", "value": "Conformance"}],
    });
    for id in withheld::ids(&client, &richer, USERS)? {
        let invented = invent(&id);
        let patch = |id: &str| {
            let response = ask(probe, "PATCH", &format!("/Users/{}", encode(id)), Some(&body))?;
            Ok::<_, Stop>(gist(&response, id))
        };
        let (unknown, hidden) = (patch(&invented)?, patch(&id)?);
        expect(hidden == unknown, format!("PATCH Users/{id} as that of an unknown user: {unknown}"), || {
            hidden.to_string()
        })?;
    }
    Ok(())
}

fn results_for_hidden(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let gradebook = client.at(if client.edition == Edition::V1p1 { Edition::V1p1 } else { Edition::Gradebook });
    let page = gradebook.get("lineItems?limit=1")?;
    let items = Eye::listed(&page, "lineItems");
    let Some(item) = items.first() else { return Err(Stop::skipped("the client sees no line items")) };
    for id in withheld::ids(&client, &richer, USERS)? {
        let invented = invent(&id);
        let put = |student: &str| {
            let own = nonce();
            let url = gradebook.url(&format!("results/{own}"));
            let result = json!({"result": {
                "sourcedId": own, "status": "active", "dateLastModified": "2026-01-01T00:00:00.000Z",
                "lineItem": {"href": gradebook.url("lineItems"), "sourcedId": id_of(item), "type": "lineItem"},
                "student": {"href": client.url("users"), "sourcedId": student, "type": "user"},
                "scoreStatus": "fully graded", "score": 1.0, "scoreDate": "2026-01-01",
            }});
            let response = gradebook.send(Request::new("PUT", url.as_str()).json("application/json", &result))?;
            if matches!(response.status, 200 | 201 | 204) {
                gradebook.ask("DELETE", &url)?;
            }
            Ok::<_, Stop>((response.status, gist(&response, student)))
        };
        let ((status, unknown), (_, hidden)) = (put(&invented)?, put(&id)?);
        if matches!(status, 401 | 403 | 405 | 501) {
            return Err(Stop::skipped("the client may not write results"));
        }
        expect(hidden == unknown, format!("a result of {id}: as one of an unknown pupil: {unknown}"), || {
            hidden.to_string()
        })?;
    }
    Ok(())
}
