//! Clients that keep an account of what they made, and go by it: authentik, SURF's SRAM, and `PingFederate`.

use serde_json::{Value, json};

use super::super::create::schema::parts;
use super::super::made::{GROUPS, Made, USER, USERS, group, id, members, user, user_at, with};
use super::super::population::{page, quoted};
use super::super::service::{delete, object, require, send, text};
use super::super::wording::{may, needing, practice, should, writing};
use crate::check::{Check, Verdict, expect};
use crate::exchange::Request;
use crate::probe::{Probe, nonce};

/// How many of the last users of a list are looked at.
const LAST: usize = 100;

/// Checks of what they ask.
pub const CHECKS: &[Check] = &[
    needing(
        "`filter`",
        writing(practice(should(
            "SC-966",
            "authentik finds a group by its name, sends it with its members, and reads who they are",
            "authentik, its SCIM client for groups",
            adopts_a_group,
        ))),
    ),
    writing(practice(should(
        "SC-967",
        "authentik makes a user anew if a PUT doesn't find the one that it knows",
        "authentik, its SCIM client for users",
        makes_anew,
    ))),
    writing(practice(should(
        "SC-968",
        "SRAM sends changes to the address that it was told, and finds what it made in a list by its externalId",
        "SURF, Attributes in SRAM",
        sweeps,
    ))),
    needing(
        "`filter`",
        writing(practice(may(
            "SC-969",
            "PingFederate finds a user by an address, without naming the part of it",
            "PingFederate, SCIM connector; RFC 7644 §3.4.2.2",
            by_address,
        ))),
    ),
];

fn adopts_a_group(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let made = Made::by(probe);
    let (first, second) = (made.user(&json!({}))?, made.user(&json!({}))?);
    let known = made.group_of(&[&first])?;
    let filter = format!("displayName eq {}", quoted(text(&known, "/displayName")));
    let found = page(probe, GROUPS, &[("filter", &filter)])?;
    expect(found.ids() == [id(&known)], format!("{filter}: the group"), || found.summary())?;
    let path = format!("{GROUPS}/{}", id(&known));
    let whole = with(
        group(),
        &json!({
            "id": id(&known), "externalId": nonce(), "displayName": known.get("displayName"),
            "members": members(&[&first, &second]),
        }),
    );
    let response = send(probe, "PUT", &path, &whole)?;
    expect(response.status == 200, "PUT of the group with its members: 200", || response.summary())?;
    let read = object(probe, &path)?;
    let held = parts(&read, "members");
    let holds = held.len() == 2 && [&first, &second].iter().all(|user| refers(&held, user));
    expect(holds, format!("`members` that are {} and {}", id(&first), id(&second)), || read.to_string())
}

fn refers(elements: &[Value], to: &Value) -> bool {
    elements.iter().any(|element| text(element, "/value") == id(to))
}

fn makes_anew(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let body = user();
    let path = user_at(&made.resource(USERS, &body)?);
    delete(probe, &path)?;
    let put = send(probe, "PUT", &path, &body)?;
    expect(put.status == 404, "PUT of a user who was deleted: 404", || put.summary())?;
    let post = made.post(USERS, &body)?;
    expect(post.status == 201, "POST of the same user: 201", || post.summary())
}

fn sweeps(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let (name, external) = (format!("conformance-{}", nonce()), format!("{}@sram.surf.nl", nonce()));
    let body = json!({
        "schemas": [USER], "externalId": external, "userName": name, "active": true,
        "name": {"givenName": "Sram", "familyName": "Probe"}, "displayName": "Sram Probe",
        "emails": [{"value": format!("{name}@example.org"), "primary": true}],
        // A key for SSH, as base64.
        "x509Certificates": [{"value": "c3NoLWVkMjU1MTkgQUFBQQ=="}],
    });
    let user = made.resource(USERS, &body)?;
    let location = probe.target.resolve(text(&user, "/meta/location"));
    expect(!location.is_empty(), "a `meta.location`", || user.to_string())?;
    let changed = with(body, &json!({"id": id(&user), "displayName": "Sram Changed"}));
    let response = send(probe, "PUT", &location, &changed)?;
    expect(response.status == 200, format!("PUT {location}: 200"), || response.summary())?;
    let total = page(probe, USERS, &[("count", "1")])?.total;
    let start = (total.saturating_sub(LAST) + 1).to_string();
    let last = page(probe, USERS, &[("startIndex", &start), ("count", &LAST.to_string())])?;
    let listed = last.resources.iter().find(|one| text(one, "/externalId") == external);
    let holds = listed.is_some_and(|one| id(one) == id(&user) && text(one, "/displayName") == "Sram Changed");
    expect(holds, format!("the user with the externalId {external} in a list, as it was changed"), || last.summary())?;
    let gone = probe.send(Request::new("DELETE", location.as_str()))?;
    expect(gone.status == 204, format!("DELETE {location}: 204"), || gone.summary())
}

fn by_address(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let filter = format!("emails eq {}", quoted(text(&user, "/emails/0/value")));
    let found = page(probe, USERS, &[("filter", &filter)])?;
    expect(found.ids() == [id(&user)], format!("{filter}: the user"), || found.summary())
}
