//! The elements of a multi-valued attribute: which is which, and which is preferred (RFC 7643 §2.4).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::path::Path;
use super::refusal::Refusal;
use super::resource::Object;
use super::schema::Attribute;
use crate::consent::switches::SecondPrimary;

/// What makes an element the same as another one: its `value` and `type`; of a member its `value` alone, of what
/// has no `value` all but `primary`.
pub fn identity(attribute: &Attribute, element: &Value) -> String {
    let Some(parts) = element.as_object() else { return element.to_string() };
    let text = |name| parts.get(name).and_then(Value::as_str);
    match text("value") {
        Some(value) if attribute.has_fixed_elements() => value.to_owned(),
        Some(value) => format!("{value}\0{}", text("type").unwrap_or_default()),
        None => Value::Object(without_primary(parts)).to_string(),
    }
}

/// Whether nothing is left that would be worth an element: no `value`, and nothing but what it is for.
pub fn is_hollow(attribute: &Attribute, element: &Value) -> bool {
    element.as_object().is_some_and(|parts| {
        let is_label = |name: &String| attribute.value().is_some() && (name == "type" || name == "primary");
        parts.keys().all(is_label)
    })
}

/// Drops what is the same as an element before it, which is preferred if one of them is.
pub fn without_repetition(attribute: &Attribute, elements: Vec<Value>) -> Vec<Value> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(elements.len());
    let mut kept: Vec<Value> = Vec::with_capacity(elements.len());
    for element in elements {
        match places.entry(identity(attribute, &element)) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(element);
            }
            Entry::Occupied(place) if is_primary(&element) => {
                kept.get_mut(*place.get()).into_iter().for_each(|first| set_primary(first, true));
            }
            Entry::Occupied(_) => {}
        }
    }
    kept
}

/// Whether an element is the preferred one.
pub fn is_primary(element: &Value) -> bool {
    element.get("primary").and_then(Value::as_bool) == Some(true)
}

/// At most one element is preferred; of two the last, if the connection wants it so.
pub fn check_primary(path: &Path, elements: &mut [Value], second: SecondPrimary) -> Result<(), Refusal> {
    if elements.iter().filter(|element| is_primary(element)).count() < 2 {
        return Ok(());
    }
    match second {
        SecondPrimary::Reject => Err(Refusal::invalid_value(format!("`{path}` has two values that are `primary`"))),
        SecondPrimary::LastWins => {
            let mut found = false;
            for element in elements.iter_mut().rev().filter(|element| is_primary(element)) {
                if found {
                    set_primary(element, false);
                }
                found = true;
            }
            Ok(())
        }
    }
}

/// Makes an element preferred, or not.
pub fn set_primary(element: &mut Value, primary: bool) {
    if let Some(parts) = element.as_object_mut() {
        parts.insert("primary".to_owned(), primary.into());
    }
}

/// Whether two lists have the same elements, in whatever order; not being `primary` can be said or left out.
pub fn same(attribute: &Attribute, a: &[Value], b: &[Value]) -> bool {
    let keys = |elements: &[Value]| {
        let mut keys: Vec<String> = elements.iter().map(|element| content(attribute, element)).collect();
        keys.sort_unstable();
        keys
    };
    a.len() == b.len() && (a == b || keys(a) == keys(b))
}

fn content(attribute: &Attribute, element: &Value) -> String {
    match element.as_object() {
        Some(_) if attribute.has_fixed_elements() => identity(attribute, element),
        Some(parts) if !is_primary(element) => Value::Object(without_primary(parts)).to_string(),
        _ => element.to_string(),
    }
}

fn without_primary(parts: &Object) -> Object {
    let others = parts.iter().filter(|(name, _)| *name != "primary");
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}
