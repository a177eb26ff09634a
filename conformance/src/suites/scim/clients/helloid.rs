//! `HelloID`, by the code of its generic SCIM connector: much used by schools in the Netherlands.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::create::schema::parts;
use super::super::made::{ENTERPRISE, Made, USER, USERS, group_at, id, user_at};
use super::super::population::{as_page, users};
use super::super::service::{object, require, text};
use super::super::wording::{may, needing, practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

/// How many users it asks for at once.
const TAKE: usize = 20;
/// How many pages are looked at.
const MOST_PAGES: usize = 200;

/// Checks of what `HelloID` asks.
pub const CHECKS: &[Check] = &[
    writing(practice(should(
        "SC-962",
        "HelloID makes a user with a part of the name that no schema has, null and an empty list",
        "HelloID, generic SCIM connector",
        makes_a_user,
    ))),
    needing(
        "PATCH",
        writing(practice(may(
            "SC-963",
            "HelloID changes and disables a user, and takes it for done if the answer shows the user",
            "HelloID, generic SCIM connector; RFC 7644 §3.5.2 allows 204",
            changes_a_user,
        ))),
    ),
    practice(may(
        "SC-964",
        "HelloID counts users from 0, at /users, and finds each of them",
        "HelloID, generic SCIM connector; RFC 7644 §3.4.2.4",
        imports_users,
    )),
    needing(
        "PATCH",
        writing(practice(may(
            "SC-965",
            "HelloID adds a member to a group at /groups, as application/json",
            "HelloID, generic SCIM connector",
            grants_a_group,
        ))),
    ),
];

/// A request as it sends them.
fn send(probe: &Probe<'_>, method: &str, path: &str, body: &Value) -> Result<Response, Stop> {
    probe.send(Request::new(method, probe.target.url(path)).json("application/json", body))
}

fn makes_a_user(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let (name, family) = (format!("conformance-{}@example.org", nonce()), nonce());
    let body = json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": nonce(), "userName": name, "active": true,
        "emails": [{"primary": true, "type": "Work", "display": name, "value": name}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": null, "familyName": family, "familyNamePrefix": "", "givenName": "HelloID"},
        "roles": [],
    });
    let response = send(probe, "POST", USERS, &body)?;
    made.note(USERS, &response);
    let user = response.json();
    let holds = response.status == 201 && !id(&user).is_empty() && text(&user, "/name/familyName") == family;
    expect(holds, "POST as HelloID sends it: 201, with an `id` and the name that was sent", || response.summary())
}

fn patch(operations: &Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
}

fn changes_a_user(probe: &Probe<'_>) -> Verdict {
    require(probe, "patch")?;
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let address = format!("{}@example.org", nonce());
    for operations in [
        json!([
            {"op": "Replace", "path": "name.givenName", "value": "HelloID"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": address},
        ]),
        json!([{"op": "Replace", "path": "active", "value": false}]),
    ] {
        let response = send(probe, "PATCH", &user_at(&user), &patch(&operations))?;
        let holds = response.status == 200 && id(&response.json()) == id(&user);
        expect(holds, "PATCH as HelloID sends it: 200 and the user", || response.summary())?;
    }
    let read = object(probe, &user_at(&user))?;
    let holds = text(&read, "/name/givenName") == "HelloID"
        && text(&read, "/emails/0/value") == address
        && read.get("active") == Some(&false.into());
    expect(holds, "the user with the new name and address, and inactive", || read.to_string())
}

fn imports_users(probe: &Probe<'_>) -> Verdict {
    let known = users(probe)?;
    let (mut start, mut seen, mut total) = (0, HashSet::new(), usize::MAX);
    for _ in 0..MOST_PAGES {
        if start >= total {
            break;
        }
        let path = format!("/users?startIndex={start}&count={TAKE}");
        let request = Request::new("GET", probe.target.url(&path)).header("Accept", "application/json");
        let response = probe.send(request)?;
        let page = as_page(&path, response.status, response.json(), || response.summary())?;
        total = page.total;
        if page.resources.is_empty() || seen.len() >= known.resources.len() + TAKE {
            break;
        }
        // It goes on by how many it got, though the first is 1 for the server: one of each page comes again.
        start += page.resources.len();
        seen.extend(page.resources.iter().map(|user| id(user).to_owned()));
    }
    let missing = known.resources.iter().map(id).filter(|id| !seen.contains(*id)).collect::<Vec<_>>();
    expect(missing.is_empty(), "every user that is listed from 1", || format!("all but {}", missing.join(", ")))
}

fn grants_a_group(probe: &Probe<'_>) -> Verdict {
    require(probe, "patch")?;
    let made = Made::by(probe);
    let (user, group) = (made.user(&json!({}))?, made.group(&json!({}))?);
    let add = json!([{"op": "add", "path": "members", "value": [{"value": id(&user)}]}]);
    let response = send(probe, "PATCH", &format!("/groups/{}", encode(id(&group))), &patch(&add))?;
    expect(matches!(response.status, 200 | 204), "PATCH of a group at /groups: 200 or 204", || response.summary())?;
    let read = object(probe, &group_at(&group))?;
    let holds = matches!(parts(&read, "members").as_slice(), [one] if text(one, "/value") == id(&user));
    expect(holds, format!("`members` that are {}", id(&user)), || read.to_string())
}
