//! A body of POST or PUT becomes a resource in canonical form (RFC 7644 §3.3, §3.5.1).
//!
//! What a client can't write is left out, not refused: clients send back whole what they have read.

use serde_json::Value;

use super::path::Path;
use super::refusal::Refusal;
use super::resource::{self, Object};
use super::schema::{Attribute, Kind, ResourceType, Schema};
use super::value::{self, Single};
use crate::consent::switches::Switches;

/// What a client wants a resource to be, without what only the server knows.
pub fn accept(body: Value, resource_type: &ResourceType, switches: &Switches) -> Result<Object, Refusal> {
    let Value::Object(body) = body else {
        return Err(Refusal::invalid_syntax("the body must be an object"));
    };
    let mut accepted = Object::new();
    for (name, value) in body {
        if name.eq_ignore_ascii_case("schemas") {
            check_schemas(&value, resource_type, switches)?;
        } else if let Some(schema) = resource_type.extension(&name) {
            extend(&mut accepted, schema, value, switches)?;
        } else if let Some(attribute) = resource_type.attribute(&name) {
            put(&mut accepted, Path::core(attribute), value, switches)?;
        } else {
            value::unknown(&name, switches)?;
        }
    }
    resource::settle(&mut accepted, resource_type);
    check_required(&accepted, resource_type)?;
    Ok(accepted)
}

/// The one URN of SCIM 1.1, which templates of old connectors still send (that of `OneLogin` among them).
const OF_SCIM_1: &str = "urn:scim:schemas:core:1.0";

/// `schemas` may be left out, but what is there must name the resource's own schema.
fn check_schemas(value: &Value, resource_type: &ResourceType, switches: &Switches) -> Result<(), Refusal> {
    let named = match value {
        Value::Null => return Ok(()),
        Value::Array(named) if named.is_empty() => return Ok(()),
        Value::Array(named) => named.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut has_own = false;
    for name in named {
        let Some(name) = name.as_str() else {
            return Err(Refusal::invalid_syntax("`schemas` must be a list of URNs"));
        };
        if [resource_type.schema.id, OF_SCIM_1].iter().any(|own| name.eq_ignore_ascii_case(own)) {
            has_own = true;
        } else if resource_type.extension(name).is_none() {
            value::unknown(name, switches)?;
        }
    }
    if has_own {
        Ok(())
    } else {
        Err(Refusal::invalid_syntax(format!("`schemas` must name {}", resource_type.schema.id)))
    }
}

fn extend(accepted: &mut Object, schema: &'static Schema, value: Value, switches: &Switches) -> Result<(), Refusal> {
    let attributes = match value {
        Value::Null => return Ok(()),
        Value::Object(attributes) => attributes,
        _ => return Err(Refusal::invalid_value(format!("`{}` must be an object", schema.id))),
    };
    if accepted.insert(schema.id.to_owned(), Object::new().into()).is_some() {
        return Err(Refusal::invalid_syntax(format!("`{}` is named twice", schema.id)));
    }
    for (name, value) in attributes {
        match schema.attribute(&name) {
            Some(attribute) => put(accepted, Path::of(schema, attribute), value, switches)?,
            None if name.eq_ignore_ascii_case("schemas") => {}
            None => value::unknown(&name, switches)?,
        }
    }
    Ok(())
}

fn put(accepted: &mut Object, path: Path, value: Value, switches: &Switches) -> Result<(), Refusal> {
    if path.attribute.is_read_only() {
        return Ok(());
    }
    let value = if path.attribute.multi_valued {
        let elements = value::kept_list(path, value, Single::Listed, switches)?;
        (!elements.is_empty()).then_some(Value::Array(elements))
    } else {
        value::one(path, blank(path.attribute, value), switches)?
    };
    match value {
        Some(_) if resource::get(accepted, &path).is_some() => Err(value::twice(&path)),
        Some(value) => {
            resource::set(accepted, &path, Some(value));
            Ok(())
        }
        None => Ok(()),
    }
}

/// An empty text instead of an object that has a `value` is none, as Entra takes a manager away.
fn blank(attribute: &Attribute, value: Value) -> Value {
    let is_blank = attribute.kind == Kind::Complex && attribute.value().is_some() && value.as_str() == Some("");
    if is_blank { Value::Null } else { value }
}

/// What a resource can't be without (RFC 7643 §2.2).
pub fn check_required(resource: &Object, resource_type: &ResourceType) -> Result<(), Refusal> {
    let missing = |path: &Path| {
        let is_expected = match path.schema {
            None => path.attribute.required,
            Some(schema) => path.attribute.required && resource.contains_key(schema.id),
        };
        is_expected && resource::get(resource, path).is_none()
    };
    if let Some(path) = resource::paths(resource_type).find(missing) {
        return Err(Refusal::invalid_value(format!("`{path}` is required")));
    }
    let is_blank = |path: &Path| {
        let text = resource::get(resource, path).and_then(Value::as_str);
        path.attribute.required && text.is_some_and(|text| text.trim().is_empty())
    };
    if let Some(path) = resource::paths(resource_type).find(is_blank) {
        return Err(Refusal::invalid_value(format!("`{path}` must be more than spaces")));
    }
    let extensions = resource_type.extensions.iter().filter(|extension| extension.required);
    match extensions.map(|extension| extension.schema.id).find(|id| !resource.contains_key(*id)) {
        Some(id) => Err(Refusal::invalid_value(format!("`{id}` is required"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::consent::switches::{SecondPrimary, Unknown};
    use crate::scim::refusal::ScimType;
    use crate::scim::schema::{GROUP, USER};

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    fn user(body: Value) -> Value {
        accept(body, &USER, &Switches::default()).unwrap().into()
    }

    fn refused(body: Value) -> Option<ScimType> {
        let refusal = accept(body, &USER, &Switches::default()).unwrap_err();
        assert_eq!(refusal.status, 400);
        refusal.scim_type
    }

    #[test]
    fn names_come_in_any_case_and_are_kept_in_the_schemas() {
        assert_eq!(
            user(json!({
                "USERNAME": "ann",
                "Name": {"GIVENNAME": "Ann"},
                "Emails": [{"VALUE": "a@x", "Type": "Parent"}],
                ENTERPRISE.to_uppercase(): {"Department": "Math"},
            })),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
                "userName": "ann",
                "name": {"givenName": "Ann"},
                "emails": [{"value": "a@x", "type": "Parent"}],
                ENTERPRISE: {"department": "Math"},
            })
        );
    }

    #[test]
    fn what_a_client_cannot_write_or_nobody_knows_is_left_out() {
        assert_eq!(
            user(json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:user", "http://schemas.microsoft.com/x"],
                "id": 3,
                "meta": {"resourceType": "User"},
                "groups": [{"value": "g"}],
                "userName": "ann",
                "nosuch": {"a": [1]},
                "department": null,
                ENTERPRISE: {"manager": {"value": "m", "displayName": "M"}, "schemas": [ENTERPRISE]},
                "urn:koppelvlak:params:scim:schemas:extension:education:2.0:User": {"gradeLevels": ["7"]},
            })),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
                "userName": "ann",
                ENTERPRISE: {"manager": {"value": "m"}},
            })
        );
    }

    #[test]
    fn null_empty_lists_and_empty_texts_are_no_values() {
        assert_eq!(
            user(json!({
                "userName": "ann",
                "title": "",
                "name": {"givenName": null, "familyName": ""},
                "emails": [{"type": "work", "primary": true, "value": null}, null],
                "phoneNumbers": null,
                "roles": [],
                ENTERPRISE: {"manager": "", "department": ""},
            })),
            json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann"})
        );
    }

    #[test]
    fn values_are_read_as_clients_write_them() {
        let body = json!({
            "userName": "ann",
            "active": "True",
            "emails": [{"value": "a@x", "primary": "FALSE"}],
            "roles": ["Student", "Student"],
            ENTERPRISE: {"manager": [{"value": "m"}]},
        });
        let read = user(body);
        assert_eq!(read["active"], true);
        assert_eq!(read["emails"][0]["primary"], false);
        assert_eq!(read["roles"], json!([{"value": "Student"}]));
        assert_eq!(read[ENTERPRISE]["manager"], json!({"value": "m"}));
        assert_eq!(user(json!({"userName": "a", ENTERPRISE: {"manager": "m"}}))[ENTERPRISE]["manager"]["value"], "m");
    }

    #[test]
    fn a_wrong_kind_of_value_is_refused() {
        for (name, value) in [
            ("userName", json!(3)),
            ("userName", json!("")),
            ("userName", json!(" \u{a0}\t")),
            ("profileUrl", json!("not a url with spaces")),
            ("photos", json!([{"value": "a b"}])),
            ("userName", json!(null)),
            ("active", json!(3)),
            ("active", json!("yes")),
            ("emails", json!("x")),
            ("emails", json!([3])),
            ("emails", json!([{"value": {"a": 1}}])),
            ("emails", json!([{"value": "a", "primary": true}, {"value": "b", "primary": "true"}])),
            ("name", json!([])),
            ("name", json!("x")),
            ("x509Certificates", json!([{"value": "n√t base64"}])),
            (ENTERPRISE, json!("x")),
        ] {
            let mut body = json!({"userName": "ann"});
            body[name] = value;
            assert_eq!(refused(body.clone()), Some(ScimType::InvalidValue), "{body}");
        }
        assert_eq!(refused(json!({})), Some(ScimType::InvalidValue));
    }

    #[test]
    fn a_body_that_is_no_user_is_refused() {
        for body in [
            json!([]),
            json!("x"),
            json!({"userName": "ann", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}),
            json!({"userName": "ann", "schemas": 3}),
            json!({"userName": "ann", "username": "bob"}),
            json!({"userName": "ann", "name": {"givenName": "A", "givenname": "B"}}),
        ] {
            assert_eq!(refused(body.clone()), Some(ScimType::InvalidSyntax), "{body}");
        }
        assert_eq!(user(json!({"userName": "ann", "schemas": []}))["userName"], "ann");
        let of_scim_1 = user(json!({"userName": "ann", "schemas": ["urn:scim:schemas:core:1.0"]}));
        assert_eq!(of_scim_1, user(json!({"userName": "ann"})));
    }

    #[test]
    fn a_connection_can_be_stricter_or_more_lenient() {
        let strict = Switches { unknown_attributes: Unknown::Reject, coerce_booleans: false, ..Switches::default() };
        for body in [
            json!({"userName": "ann", "nosuch": 1}),
            json!({"userName": "ann", "name": {"nosuch": 1}}),
            json!({"userName": "ann", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:x"]}),
        ] {
            assert_eq!(accept(body, &USER, &strict).unwrap_err().scim_type, Some(ScimType::InvalidSyntax));
        }
        assert!(accept(json!({"userName": "ann", "active": "true"}), &USER, &strict).is_err());

        let ping = Switches { second_primary: SecondPrimary::LastWins, ..Switches::default() };
        let two =
            json!({"userName": "a", "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]});
        let read = Value::from(accept(two, &USER, &ping).unwrap());
        assert_eq!((&read["emails"][0]["primary"], &read["emails"][1]["primary"]), (&json!(false), &json!(true)));
    }

    #[test]
    fn entra_creates_a_group() {
        let body = json!({
            "schemas": [
                "urn:ietf:params:scim:schemas:core:2.0:Group",
                "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
            ],
            "externalId": "8aa1",
            "displayName": "Staff",
            "meta": {"resourceType": "Group"},
            "members": ["u1", {"$ref": null, "value": "u2"}, {"value": "u1", "displayName": "Ann"}],
        });
        assert_eq!(
            Value::from(accept(body, &GROUP, &Switches::default()).unwrap()),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "externalId": "8aa1",
                "displayName": "Staff",
                "members": [{"value": "u1"}, {"value": "u2"}],
            })
        );
    }
}
