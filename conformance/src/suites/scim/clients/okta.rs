//! Okta: its own test of servers, and how it sends users and groups where it has no PATCH.

use serde_json::{Value, json};

use super::super::create::schema::parts;
use super::super::made::{GROUPS, Made, USERS, at, id, user_at, with};
use super::super::population::{Page, as_page, quoted};
use super::super::service::{LIST, MEDIA_TYPE, delete, expect_error, names_schema, object, send, text, with_query};
use super::super::wording::{practice, should, writing};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::Credentials;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

/// Checks of what Okta asks.
pub const CHECKS: &[Check] = &[
    writing(practice(should(
        "SC-953",
        "What Okta's SCIM 2.0 test asks is answered as it expects",
        "Okta, SCIM 2.0 SPEC test",
        spec_test,
    ))),
    writing(practice(should(
        "SC-960",
        "Okta makes a user, and changes, deactivates and activates them by sending back all that it read",
        "Okta, SCIM 2.0 reference",
        life_of_a_user,
    ))),
    writing(practice(should(
        "SC-961",
        "Okta makes an empty group, sends its members with the names that they show, and deletes it",
        "Okta, SCIM 2.0 reference",
        life_of_a_group,
    ))),
];

/// A GET as Okta sends it.
fn get(probe: &Probe<'_>, path: &str) -> Result<Response, Stop> {
    probe.send(
        Request::new("GET", probe.target.url(path))
            .header("Accept-Charset", "utf-8")
            .header("Content-Type", "application/scim+json; charset=utf-8")
            .header("Accept", MEDIA_TYPE),
    )
}

/// A list as Okta asks for it.
fn list(probe: &Probe<'_>, path: &str) -> Result<Page, Stop> {
    let response = get(probe, path)?;
    as_page(path, response.status, response.json(), || response.summary())
}

/// Users of that name, as Okta looks for them before it makes one.
fn named(probe: &Probe<'_>, name: &str) -> Result<Page, Stop> {
    let filter = format!("userName eq {}", quoted(name));
    list(probe, &with_query(USERS, &[("filter", &filter), ("startIndex", "1"), ("count", "100")]))
}

fn spec_test(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let (name, email) = (format!("{}@example.org", nonce()), format!("{}@example.net", nonce()));
    let none = named(probe, &name)?;
    expect(none.total == 0, "no user of a name that nobody has", || none.summary())?;

    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name, "name": {"givenName": "Okta", "familyName": nonce()},
        "emails": [{"primary": true, "value": email, "type": "work"}],
        "displayName": "Okta Probe", "active": true,
    });
    let post = || {
        let request = Request::new("POST", probe.target.url(USERS)).json("application/json", &body);
        let response = probe.send(request.header("Accept", "application/scim+json; charset=utf-8"))?;
        made.note(USERS, &response);
        Ok::<_, Stop>(response)
    };
    let first = post()?;
    let user = first.json();
    let holds = first.status == 201 && user.get("active") == Some(&true.into()) && !id(&user).is_empty();
    expect(holds, "POST of a user as application/json: 201, with an `id` and `active` true", || first.summary())?;
    let read = object(probe, &user_at(&user))?;
    for pointer in ["/userName", "/name/givenName", "/name/familyName", "/emails/0/value"] {
        expect(text(&read, pointer) == text(&body, pointer), format!("`{pointer}` as it was sent"), || {
            read.to_string()
        })?;
    }
    let second = post()?;
    expect(second.status == 409, "the same POST again: 409", || second.summary())?;
    named(probe, &name.to_ascii_uppercase())?;

    let one = list(probe, &with_query(USERS, &[("count", "1"), ("startIndex", "1")]))?;
    let numbers = ["itemsPerPage", "startIndex", "totalResults"];
    let holds = numbers.iter().all(|number| one.json.get(number).is_some_and(Value::is_u64));
    expect(holds && names_schema(&one.json, LIST), format!("a page with the numbers {}", numbers.join(", ")), || {
        one.json.to_string()
    })?;
    expect(one.resources.len() == 1, "one user with count=1", || one.summary())?;
    told(&get(probe, &at(USERS, &nonce()))?, 404)?;
    let groups = get(probe, GROUPS)?;
    expect(groups.status == 200, "GET /Groups: 200", || groups.summary())?;
    let wrong = Request::new("GET", probe.target.url(&user_at(&user))).header("Authorization", "non-token");
    told(&probe.send_as(&Credentials::None, wrong)?, 401)
}

/// That a refusal has its standard body and says something.
fn told(response: &Response, status: u16) -> Verdict {
    expect_error(response, &[status], "a request that Okta wants refused")?;
    let json = response.json();
    expect(!text(&json, "/detail").is_empty(), "an Error with a `detail`", || response.summary())
}

fn life_of_a_user(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let name = format!("conformance-{}@example.org", nonce());
    let user = made.resource(
        USERS,
        &json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": name, "name": {"givenName": "Okta", "familyName": "Probe"},
            "emails": [{"primary": true, "value": name, "type": "work"}],
            "displayName": "Okta Probe", "locale": "en-US", "externalId": format!("00u{}", nonce()),
            "groups": [], "password": format!("Ab1!{}", nonce()), "active": true,
        }),
    )?;
    let path = user_at(&user);
    let title = nonce();
    for change in [json!({"displayName": title}), json!({"active": false}), json!({"active": true})] {
        let read = object(probe, &path)?;
        let merged = with(read.clone(), &with(change.clone(), &json!({"schemas": read.get("schemas")})));
        let response = send(probe, "PUT", &path, &merged)?;
        let holds = response.status == 200 && id(&response.json()) == id(&user);
        expect(holds, format!("PUT of all that was read, with {change}: 200 and the user"), || response.summary())?;
        let read = object(probe, &path)?;
        let is_kept = merged.as_object().is_some_and(|members| {
            let own = members.iter().filter(|(name, _)| name.as_str() != "meta");
            own.into_iter().all(|(name, value)| read.get(name) == Some(value))
        });
        expect(is_kept, format!("the user with {change}, and all else as it was"), || read.to_string())?;
        let found = named(probe, &name)?;
        expect(found.ids() == [id(&user)], "the user found by name, active or not", || found.summary())?;
    }
    Ok(())
}

fn life_of_a_group(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let user = made.user(&json!({}))?;
    let name = format!("Okta {}", nonce());
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": [],
    });
    let group = made.resource(GROUPS, &body)?;
    let path = at(GROUPS, id(&group));
    let filter = format!("displayName eq {}", quoted(&name));
    let found = list(probe, &with_query(GROUPS, &[("filter", &filter), ("startIndex", "1"), ("count", "100")]))?;
    expect(found.ids() == [id(&group)], format!("{filter}: the group that was made"), || found.summary())?;
    let members = json!([{"value": id(&user), "display": text(&user, "/userName")}]);
    let body = with(body, &json!({"id": id(&group), "members": members}));
    let response = send(probe, "PUT", &path, &body)?;
    expect(response.status == 200, "PUT of the group with a member: 200", || response.summary())?;
    let read = object(probe, &path)?;
    let holds = matches!(parts(&read, "members").as_slice(), [one] if text(one, "/value") == id(&user));
    expect(holds, format!("`members` that are {}", id(&user)), || read.to_string())?;
    let gone = delete(probe, &path)?;
    expect(gone.status == 204, "DELETE of the group: 204", || gone.summary())
}
