//! References to operations of the same job: `bulkId:` and a name, wherever a value stands (RFC 7644 §3.7.2).

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

/// A reference that was left out because what it names isn't there yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unresolved {
    /// The attribute that it belongs to, as a path.
    pub path: String,
    /// The value with the reference in it.
    pub value: Value,
}

impl Unresolved {
    /// The change that puts the value in, once everything is known; `None` if it still isn't.
    pub fn patch(&self, known: &HashMap<String, String>) -> Option<Value> {
        let mut value = self.value.clone();
        replace(&mut value, known);
        named(&value).is_empty().then(|| json!({"Operations": [{"op": "add", "path": self.path, "value": value}]}))
    }
}

/// The operations that are named anywhere in a value.
pub fn named(value: &Value) -> HashSet<String> {
    let mut found = HashSet::new();
    each(value, &mut |text| found.extend(text.strip_prefix("bulkId:").map(str::to_owned)));
    found
}

fn each(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| each(item, visit)),
        Value::Object(members) => members.values().for_each(|member| each(member, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Puts ids in for the operations that are done; what names another is taken out of the resource.
pub fn resolve(resource: &mut Value, known: &HashMap<String, String>) -> Vec<Unresolved> {
    replace(resource, known);
    let mut left_out = Vec::new();
    if let Value::Object(attributes) = resource {
        take_out(attributes, "", &mut left_out);
    }
    left_out
}

fn replace(value: &mut Value, known: &HashMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix("bulkId:").and_then(|name| known.get(name)) {
                id.clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, known)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn take_out(attributes: &mut Map<String, Value>, prefix: &str, left_out: &mut Vec<Unresolved>) {
    let names: Vec<String> = attributes.keys().cloned().collect();
    for name in names {
        let Some(value) = attributes.get_mut(&name) else { continue };
        let path = format!("{prefix}{name}");
        match value {
            Value::Array(items) => {
                let (stays, goes): (Vec<Value>, Vec<Value>) =
                    std::mem::take(items).into_iter().partition(|item| named(item).is_empty());
                *items = stays;
                if !goes.is_empty() {
                    left_out.push(Unresolved { path, value: goes.into() });
                }
            }
            // An extension's attributes are one step further down.
            Value::Object(inner) if name.contains(':') => take_out(inner, &format!("{path}:"), left_out),
            other if !named(other).is_empty() => {
                left_out.push(Unresolved { path, value: other.take() });
                attributes.remove(&name);
            }
            Value::Object(_) | Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_put_in_and_the_rest_left_out_for_later() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let mut user = json!({"userName": "ann", urn: {"manager": {"value": "bulkId:b"}, "department": "Math"}});
        let mut group =
            json!({"displayName": "g", "members": [{"value": "bulkId:a"}, {"value": "bulkId:b"}, {"value": "7"}]});
        let known = HashMap::from([("a".to_owned(), "1".to_owned())]);

        let of_user = resolve(&mut user, &known);
        let of_group = resolve(&mut group, &known);

        assert_eq!(user, json!({"userName": "ann", urn: {"department": "Math"}}));
        assert_eq!(group, json!({"displayName": "g", "members": [{"value": "1"}, {"value": "7"}]}));
        let both = HashMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        assert_eq!(of_group[0].patch(&known), None);
        let patch = |path: &str, value: Value| json!({"Operations": [{"op": "add", "path": path, "value": value}]});
        assert_eq!(of_group[0].patch(&both), Some(patch("members", json!([{"value": "2"}]))));
        assert_eq!(of_user[0].patch(&both), Some(patch(&format!("{urn}:manager"), json!({"value": "2"}))));
    }
}
