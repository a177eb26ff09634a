//! Bodies that a server has to refuse, and those that it has to understand (RFC 7643 §2, RFC 7644 §3.12).

use serde_json::{Value, json};

use super::super::made::{GROUP, GROUPS, Made, USER, USERS, user, user_at, with};
use super::super::service::{MEDIA_TYPE, expect_error, text};
use super::super::wording::{may, must, policy, practice, should, writing};
use super::schema::has;
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

/// Checks of bodies.
pub const CHECKS: &[Check] = &[
    writing(must(
        "SC-054",
        "A user without a user name, or with an empty one, is refused",
        "RFC 7643 §4.1.1; RFC 7644 §3.12",
        users_have_names,
    )),
    writing(should(
        "SC-054b",
        "A group without a name to show, or with an empty one, is refused",
        "RFC 7643 §4.2; RFC 7644 §3.12",
        groups_have_names,
    )),
    writing(must("SC-058", "A body that isn't a JSON object is refused", "RFC 7644 §3.12", what_is_no_object)),
    writing(must("SC-059", "A value of the wrong JSON type is refused", "RFC 7643 §2.3; RFC 7644 §3.12", wrong_types)),
    writing(should(
        "SC-059b",
        "A refusal of a body tells its kind: invalidSyntax, or invalidValue for what is missing or of the wrong type",
        "RFC 7644 §3.12, table 9",
        kinds_of_refusals,
    )),
    writing(policy(may(
        "SC-060",
        "A user without `schemas` is made as if it named the schema of users",
        "RFC 7643 §3",
        schemas_may_be_missing,
    ))),
    writing(policy(should(
        "SC-060b",
        "A user whose `schemas` doesn't name the schema of users is refused",
        "RFC 7643 §3",
        schemas_name_the_type,
    ))),
    writing(practice(should(
        "SC-061",
        "Attributes and schemas that the server doesn't know are ignored, or refused: they aren't kept",
        "RFC 7643 §3, RFC 7644 §3.3 leave it open",
        the_unknown_is_not_kept,
    ))),
    writing(must(
        "SC-062",
        "The case of attributes' names doesn't matter in what a client sends",
        "RFC 7643 §2.1",
        names_in_any_case,
    )),
    writing(should(
        "SC-062b",
        "Attributes are answered under the names of their schema, whatever case the client used",
        "RFC 7643 §2.1",
        names_as_in_the_schema,
    )),
];

/// The bodies of users whose name is missing in one way each.
fn nameless(name: &str, body: &Value) -> [(&'static str, Value); 3] {
    let instead = |value: Value| {
        let mut body = body.clone();
        if let Some(members) = body.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
        body
    };
    let mut without = body.clone();
    if let Some(members) = without.as_object_mut() {
        members.remove(name);
    }
    [("none", without), ("an empty one", instead("".into())), ("null", instead(Value::Null))]
}

fn users_have_names(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (what, body) in nameless("userName", &user()) {
        refused(&made.post(USERS, &body)?, &format!("POST {USERS} with {what} for `userName`"))?;
    }
    Ok(())
}

fn groups_have_names(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (what, body) in nameless("displayName", &json!({"schemas": [GROUP], "externalId": nonce()})) {
        refused(&made.post(GROUPS, &body)?, &format!("POST {GROUPS} with {what} for `displayName`"))?;
    }
    Ok(())
}

fn refused(response: &Response, what: &str) -> Verdict {
    expect_error(response, &[400], what)
}

/// Texts that aren't a JSON object.
fn objectless() -> [(&'static str, String); 3] {
    let whole = user().to_string();
    let half = whole.chars().take(whole.len() / 2).collect();
    [("half a JSON object", half), ("an array", format!("[{whole}]")), ("nothing", String::new())]
}

fn post_text(probe: &Probe<'_>, made: &Made<'_, '_>, body: &str) -> Result<Response, Stop> {
    let response = probe.send(Request::new("POST", probe.target.url(USERS)).body(MEDIA_TYPE, body))?;
    made.note(USERS, &response);
    Ok(response)
}

fn what_is_no_object(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (what, body) in objectless() {
        refused(&post_text(probe, &made, &body)?, &format!("POST {USERS} with {what}"))?;
    }
    Ok(())
}

/// Values of the wrong type for attributes that users have.
fn mistyped(probe: &Probe<'_>) -> Result<Vec<(&'static str, Value)>, Stop> {
    let all = [("active", json!(3)), ("emails", json!("x")), ("name", json!("x")), ("displayName", json!({"a": "x"}))];
    let mut known = Vec::new();
    for (name, value) in all {
        if has(probe, name)? {
            known.push((name, json!({ name: value })));
        }
    }
    Ok(known)
}

fn wrong_types(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (name, attributes) in mistyped(probe)? {
        let response = made.post(USERS, &with(user(), &attributes))?;
        refused(&response, &format!("POST {USERS} with the wrong type for `{name}`"))?;
    }
    Ok(())
}

fn kinds_of_refusals(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let told = |response: Response, kinds: &[&str], what: &str| {
        let json = response.json();
        let holds = response.status == 400 && kinds.contains(&text(&json, "/scimType"));
        expect(holds, format!("{what}: 400 with the `scimType` {}", kinds.join(" or ")), || response.summary())
    };
    for (what, body) in objectless() {
        told(post_text(probe, &made, &body)?, &["invalidSyntax"], what)?;
    }
    for (what, body) in nameless("userName", &user()) {
        told(made.post(USERS, &body)?, &["invalidValue"], &format!("{what} for `userName`"))?;
    }
    for (name, attributes) in mistyped(probe)? {
        // Table 9 has both for what doesn't fit the schema.
        let response = made.post(USERS, &with(user(), &attributes))?;
        told(response, &["invalidValue", "invalidSyntax"], &format!("the wrong type for `{name}`"))?;
    }
    Ok(())
}

fn schemas_may_be_missing(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let response = made.post(USERS, &with(user(), &json!({"schemas": null})))?;
    expect(response.status == 201, "POST of a user without `schemas`: 201", || response.summary())
}

fn schemas_name_the_type(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    // An empty list is as if there were none (RFC 7643 §2.5).
    for schemas in [json!(["urn:example:conformance"]), json!([GROUP])] {
        let what = format!("POST {USERS} with `schemas` {schemas}");
        refused(&made.post(USERS, &with(user(), &json!({"schemas": schemas})))?, &what)?;
    }
    Ok(())
}

fn the_unknown_is_not_kept(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let (name, value) = (format!("conformance{}", nonce()), nonce());
    let urn = format!("urn:example:conformance:{name}");
    for (what, body) in [
        ("an unknown attribute", with(user(), &json!({ name: value }))),
        ("an unknown schema", with(user(), &json!({"schemas": [USER, urn], urn.as_str(): {"x": value}}))),
    ] {
        let response = made.post(USERS, &body)?;
        if response.status != 201 {
            refused(&response, &format!("POST {USERS} with {what}, if it isn't made"))?;
            continue;
        }
        let read = probe.get(&user_at(&response.json()))?;
        for answer in [&response, &read] {
            let is_kept = answer.text().contains(&value) || answer.text().contains(&urn);
            expect(!is_kept, format!("{what}: an answer without it"), || answer.summary())?;
        }
    }
    Ok(())
}

/// Where values have to be found again, and the values.
type Sent = [(&'static str, Value); 3];

/// What a server answers to a user whose attributes' names are in other case; none may have been lost.
fn in_other_case(made: &Made<'_, '_>) -> Result<(Value, Sent), Stop> {
    let body = user();
    let whole = |pointer: &str| body.pointer(pointer).cloned().unwrap_or_default();
    let sent = json!({
        "schemas": [USER],
        "USERNAME": whole("/userName"),
        "DisplayName": whole("/displayName"),
        "Name": {"GIVENNAME": whole("/name/givenName"), "familyname": whole("/name/familyName")},
        "emails": [{"VALUE": whole("/emails/0/value"), "Type": "work"}],
    });
    let answer = made.resource(USERS, &sent)?;
    let values = ["/userName", "/name/givenName", "/emails/0/value"].map(|pointer| (pointer, whole(pointer)));
    Ok((answer, values))
}

fn names_in_any_case(probe: &Probe<'_>) -> Verdict {
    let (answer, values) = in_other_case(&Made::by(probe))?;
    for (pointer, value) in values {
        let found = in_whatever_case(&answer, pointer);
        expect(found == Some(&value), format!("`{pointer}` {value}, sent with its name in other case"), || {
            answer.to_string()
        })?;
    }
    Ok(())
}

/// What is there, under names in whatever case.
fn in_whatever_case<'v>(whole: &'v Value, pointer: &str) -> Option<&'v Value> {
    pointer.split('/').skip(1).try_fold(whole, |here, step| match here {
        Value::Object(members) => {
            members.iter().find(|(name, _)| name.eq_ignore_ascii_case(step)).map(|(_, value)| value)
        }
        _ => here.get(step.parse::<usize>().ok()?),
    })
}

fn names_as_in_the_schema(probe: &Probe<'_>) -> Verdict {
    let (answer, values) = in_other_case(&Made::by(probe))?;
    for (pointer, value) in values {
        expect(answer.pointer(pointer) == Some(&value), format!("{value} under the name `{pointer}`"), || {
            answer.to_string()
        })?;
    }
    Ok(())
}
