//! Values that a server has to take and give back (RFC 7643 §2), and what clients in the field send.

use serde_json::{Map, Value, json};

use super::super::made::{ENTERPRISE, GROUPS, Made, USER, USERS, user, user_at, with};
use super::super::service::{expect_error, names_schema, object, text};
use super::super::wording::{may, must, needing, practice, should, writing};
use super::schema::{attributes, parts, require_enterprise};
use crate::check::{Check, Stop, Verdict, expect};
use crate::probe::{Probe, nonce};

/// What checks of the extension need.
const EXTENSION: &str = "the enterprise extension";

/// Checks of values.
pub const CHECKS: &[Check] = &[
    needing(
        EXTENSION,
        writing(must(
            "SC-063",
            "Attributes of an extension are kept under its URN, which `schemas` names",
            "RFC 7643 §3.3",
            extensions_are_kept,
        )),
    ),
    needing(
        EXTENSION,
        writing(practice(may(
            "SC-064",
            "The case of an extension's URN doesn't matter",
            "RFC 7644 §3.10; RFC 8141 §3.1",
            urns_in_any_case,
        ))),
    ),
    writing(must("SC-065", "Null and an empty list are as if nothing were sent", "RFC 7643 §2.5", null_is_nothing)),
    writing(practice(may(
        "SC-066",
        "The words \"True\" and \"False\" are understood as booleans",
        "RFC 7643 §2.3.2; Microsoft Entra ID sends them",
        booleans_in_words,
    ))),
    writing(must(
        "SC-067",
        "No user gets two values that are primary: they are refused, or one of them isn't",
        "RFC 7643 §2.4",
        one_is_primary,
    )),
    writing(practice(should(
        "SC-068",
        "A `type` that isn't among the suggested ones is taken and given back",
        "RFC 7643 §7",
        types_are_suggestions,
    ))),
    writing(practice(may(
        "SC-069",
        "Every text of a user takes any text and gives it back",
        "RFC 7643 §4.1.1",
        texts_are_free,
    ))),
    writing(practice(should(
        "SC-071",
        "Users and groups are made as Microsoft Entra ID sends them: with nulls, empty lists and a schema of its own",
        "RFC 7643 §2.5, RFC 7644 §3.3",
        as_entra_sends_them,
    ))),
];

fn extensions_are_kept(probe: &Probe<'_>) -> Verdict {
    require_enterprise(probe)?;
    let made = Made::by(probe);
    let extension = json!({"employeeNumber": nonce(), "department": nonce()});
    let answer = made.user(&json!({ENTERPRISE: extension}))?;
    for user in [&answer, &object(probe, &user_at(&answer))?] {
        let holds = user.get(ENTERPRISE).is_some_and(|kept| within(&extension, kept)) && names_schema(user, ENTERPRISE);
        expect(holds, format!("{extension} under {ENTERPRISE}, which `schemas` names"), || user.to_string())?;
    }
    Ok(())
}

/// Whether all members of one object are in another.
fn within(part: &Value, whole: &Value) -> bool {
    part.as_object().is_some_and(|members| members.iter().all(|(name, value)| whole.get(name) == Some(value)))
}

fn urns_in_any_case(probe: &Probe<'_>) -> Verdict {
    require_enterprise(probe)?;
    let made = Made::by(probe);
    let extension = json!({"employeeNumber": nonce()});
    let urn = ENTERPRISE.to_ascii_lowercase();
    let answer = made.user(&json!({"schemas": [USER, urn], urn.as_str(): extension}))?;
    let is_kept = answer.get(ENTERPRISE).is_some_and(|kept| within(&extension, kept));
    expect(is_kept, format!("{extension} under {ENTERPRISE}, sent under {urn}"), || answer.to_string())
}

fn null_is_nothing(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let mut body = user();
    if let Some(members) = body.as_object_mut() {
        members.extend([("title".to_owned(), Value::Null), ("nickName".to_owned(), Value::Null)]);
        members.extend([("phoneNumbers".to_owned(), json!([])), ("addresses".to_owned(), Value::Null)]);
    }
    let answer = made.resource(USERS, &body)?;
    for user in [&answer, &object(probe, &user_at(&answer))?] {
        for name in ["title", "nickName", "phoneNumbers", "addresses"] {
            // Whether it is left out, null or empty is the server's choice.
            let holds =
                user.get(name).is_none_or(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty));
            expect(holds, format!("no value for `{name}`"), || user.to_string())?;
        }
    }
    Ok(())
}

fn booleans_in_words(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    for (word, value) in [("True", true), ("False", false)] {
        let user = made.user(&json!({"active": word}))?;
        expect(user.get("active") == Some(&value.into()), format!("`active` {value}, sent as \"{word}\""), || {
            user.to_string()
        })?;
    }
    Ok(())
}

fn one_is_primary(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let email = |kind: &str| json!({"value": format!("{}@example.org", nonce()), "type": kind, "primary": true});
    let response = made.post(USERS, &with(user(), &json!({"emails": [email("work"), email("home")]})))?;
    if response.status != 201 {
        return expect_error(&response, &[400], "POST with two values that are primary, if it isn't made");
    }
    let user = object(probe, &user_at(&response.json()))?;
    let n_primary = parts(&user, "emails").iter().filter(|one| one.get("primary") == Some(&true.into())).count();
    expect(n_primary <= 1, "at most one of `emails` is primary", || user.to_string())
}

fn types_are_suggestions(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let email = json!({"value": format!("{}@example.org", nonce()), "type": "conformance"});
    let user = made.user(&json!({"emails": [email]}))?;
    expect(text(&user, "/emails/0/type") == "conformance", "a value of `emails` with the type `conformance`", || {
        user.to_string()
    })
}

fn texts_are_free(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let all = attributes(probe)?;
    let mut sent = texts(&all);
    for name in ["name", "addresses"] {
        let Some(whole) = all.iter().find(|one| text(one, "/name") == name) else { continue };
        let value = Value::Object(texts(&parts(whole, "subAttributes")));
        sent.insert(name.to_owned(), if name == "name" { value } else { json!([value]) });
    }
    if sent.is_empty() {
        return Err(Stop::skipped("the server shows no schema of users"));
    }
    let sent = Value::Object(sent);
    let user = made.user(&sent)?;
    for (name, value) in sent.as_object().into_iter().flatten() {
        let kept = user.get(name).cloned().unwrap_or_default();
        let holds = match (value, &kept) {
            (Value::Array(_), Value::Array(elements)) => {
                value.get(0).zip(elements.first()).is_some_and(|(sent, kept)| within(sent, kept))
            }
            (Value::Object(_), _) => within(value, &kept),
            _ => *value == kept,
        };
        expect(holds, format!("`{name}` {value}, as it was sent"), || kept.to_string())?;
    }
    Ok(())
}

/// A text of its own for each attribute that takes any.
fn texts(attributes: &[Value]) -> Map<String, Value> {
    let is_free = |one: &&Value| {
        let is = |member: &str, value: Value| one.get(member).is_none_or(|told| *told == value);
        text(one, "/type") == "string"
            && is("multiValued", false.into())
            && is("mutability", "readWrite".into())
            && is("returned", "default".into())
            && is("uniqueness", "none".into())
            && parts(one, "canonicalValues").is_empty()
    };
    attributes.iter().filter(is_free).map(|one| (text(one, "/name").to_owned(), nonce().into())).collect()
}

fn as_entra_sends_them(probe: &Probe<'_>) -> Verdict {
    let made = Made::by(probe);
    let name = nonce();
    let address = format!("conformance-{name}@example.org");
    let user = json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": name, "userName": address, "active": true, "displayName": "C Probe",
        "emails": [{"primary": true, "type": "work", "value": address}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "C Probe", "familyName": "Probe", "givenName": "C"},
        "phoneNumbers": null, "addresses": null, "roles": [], "department": null, "manager": null,
    });
    let group = json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
        ],
        "externalId": name, "displayName": format!("Conformance {name}"), "meta": {"resourceType": "Group"},
    });
    for (path, body) in [(USERS, user), (GROUPS, group)] {
        let response = made.post(path, &body)?;
        expect(response.status == 201, format!("POST {path} as Entra sends it: 201"), || response.summary())?;
    }
    Ok(())
}
