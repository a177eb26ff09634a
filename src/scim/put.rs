//! PUT (RFC 7644 §3.5.1): the client's resource takes the place of the one that is there, but for what the server
//! knows itself and what clients are known to forget.

use serde_json::Value;

use super::element;
use super::path::Path;
use super::refusal::Refusal;
use super::resource::{self, Object};
use super::schema::{Mutability, ResourceType};

/// A resource after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// What it is now.
    pub resource: Object,
    /// Whether that is anything else than before.
    pub changed: bool,
}

/// What the stored resource becomes, if an accepted body takes its place.
///
/// What is read-only stays, and so do a `password` and `active` that the client left out: to clear the latter
/// would let in whoever left.
pub fn replace(stored: &Object, accepted: Object, resource_type: &ResourceType) -> Result<Changed, Refusal> {
    let mut resource = accepted;
    for path in resource::paths(resource_type) {
        let Some(old) = resource::get(stored, &path) else { continue };
        let new = resource::take(&mut resource, &path);
        resource::set(&mut resource, &path, succeed(&path, old, new)?);
    }
    resource::settle(&mut resource, resource_type);
    let changed = !same(stored, &resource, resource_type);
    Ok(Changed { resource, changed })
}

/// What an attribute's value becomes that has one.
fn succeed(path: &Path, old: &Value, new: Option<Value>) -> Result<Option<Value>, Refusal> {
    let attribute = path.attribute;
    match (attribute.mutability, new) {
        (Mutability::ReadOnly, Some(_)) => Ok(Some(old.clone())),
        (Mutability::Immutable, Some(new)) if new != *old => {
            Err(Refusal::mutability(format!("`{path}` can't be changed")))
        }
        (mutability, None) if mutability != Mutability::ReadWrite || path.is("active") => Ok(Some(old.clone())),
        (_, Some(Value::Array(elements))) if attribute.has_fixed_elements() => {
            Ok(Some(Value::Array(known_elements(path, old, elements))))
        }
        (_, Some(Value::Object(parts))) => succeed_parts(path, old, parts).map(Some),
        (_, new) => Ok(new),
    }
}

/// Parts that only the server knows stay with the value that they belong to.
fn succeed_parts(path: &Path, old: &Value, mut parts: Object) -> Result<Value, Refusal> {
    let same_value = old.get("value") == parts.get("value");
    for sub in path.attribute.sub_attributes {
        let Some(old) = old.get(sub.name) else { continue };
        match (sub.mutability, parts.get(sub.name)) {
            (Mutability::Immutable, Some(new)) if new != old => {
                return Err(Refusal::mutability(format!("`{}` can't be changed", path.with(sub))));
            }
            (Mutability::Immutable, None) => {
                parts.insert(sub.name.to_owned(), old.clone());
            }
            (Mutability::ReadOnly, _) if same_value => {
                parts.insert(sub.name.to_owned(), old.clone());
            }
            _ => {}
        }
    }
    Ok(Value::Object(parts))
}

/// Elements that were there before keep what was known of them.
pub(super) fn known_elements(path: &Path, old: &Value, new: Vec<Value>) -> Vec<Value> {
    let identity = |element: &Value| element::identity(path.attribute, element);
    let known: std::collections::HashMap<String, &Value> =
        old.as_array().into_iter().flatten().map(|element| (identity(element), element)).collect();
    new.into_iter().map(|element| known.get(&identity(&element)).map_or(element, |known| (*known).clone())).collect()
}

/// Whether two resources say the same: the order of lists and of `schemas`, and `meta`, say nothing.
pub fn same(a: &Object, b: &Object, resource_type: &ResourceType) -> bool {
    resource::paths(resource_type).filter(|path| !path.is("schemas") && !path.is("meta")).all(|path| {
        match (resource::get(a, &path), resource::get(b, &path)) {
            (Some(Value::Array(a)), Some(Value::Array(b))) => element::same(path.attribute, a, b),
            (a, b) => a == b,
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::consent::switches::Switches;
    use crate::scim::accept::accept;
    use crate::scim::schema::{GROUP, USER};

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    fn put(stored: &Value, body: Value, resource_type: &ResourceType) -> Changed {
        let accepted = accept(body, resource_type, &Switches::default()).unwrap();
        replace(stored.as_object().unwrap(), accepted, resource_type).unwrap()
    }

    fn ann() -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "id": "1",
            "externalId": "x",
            "userName": "ann",
            "active": false,
            "title": "Dr",
            "emails": [{"value": "a"}, {"value": "b", "primary": false}],
            "groups": [{"value": "g"}],
            "meta": {"version": "W/\"1\""},
            ENTERPRISE: {"manager": {"value": "m", "displayName": "M"}, "department": "Math"},
        })
    }

    #[test]
    fn what_is_left_out_is_cleared_but_for_what_clients_forget() {
        let Changed { resource, changed } = put(&ann(), json!({"userName": "Ann", "id": "2"}), &USER);
        assert!(changed);
        assert_eq!(
            Value::Object(resource),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "id": "1",
                "userName": "Ann",
                "active": false,
                "groups": [{"value": "g"}],
                "meta": {"version": "W/\"1\""},
            })
        );
    }

    #[test]
    fn what_was_read_can_be_written_back_without_a_change() {
        let Changed { resource, changed } = put(&ann(), ann(), &USER);
        assert!(!changed);
        assert_eq!(Value::Object(resource), ann());

        let mut shuffled = ann();
        shuffled["emails"] = json!([{"value": "b"}, {"value": "a", "primary": false}]);
        shuffled["title"] = json!("Dr");
        assert!(!put(&ann(), shuffled, &USER).changed);
    }

    #[test]
    fn the_name_of_a_manager_stays_only_with_the_manager() {
        let same = json!({"userName": "ann", ENTERPRISE: {"manager": "m"}});
        let other = json!({"userName": "ann", ENTERPRISE: {"manager": "n"}});
        assert_eq!(put(&ann(), same, &USER).resource[ENTERPRISE]["manager"]["displayName"], "M");
        assert_eq!(put(&ann(), other, &USER).resource[ENTERPRISE]["manager"], json!({"value": "n"}));
    }

    #[test]
    fn members_are_compared_as_a_set() {
        let stored = json!({
            "displayName": "g",
            "members": [{"value": "a", "type": "User", "display": "A"}, {"value": "b", "type": "User"}],
        });
        let same = put(&stored, json!({"displayName": "g", "members": [{"value": "b"}, {"value": "a"}]}), &GROUP);
        let fewer = put(&stored, json!({"displayName": "g", "members": ["a"]}), &GROUP);
        let none = put(&stored, json!({"displayName": "g"}), &GROUP);
        assert!(!same.changed);
        assert_eq!(fewer.resource["members"], json!([{"value": "a", "type": "User", "display": "A"}]));
        assert!(none.changed && none.resource.get("members").is_none());
    }
}
