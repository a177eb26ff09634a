//! What a resource holds after a change, as findings tell it.

use serde_json::Value;

use crate::check::{Verdict, expect};

/// That a resource has that value there; a list may be in any order.
pub fn has(resource: &Value, pointer: &str, wanted: impl Into<Value>) -> Verdict {
    let wanted = wanted.into();
    let held = resource.pointer(pointer);
    expect(held == Some(&wanted), format!("`{}` is {wanted}", dotted(pointer)), || shown(held))
}

/// That a resource has nothing there: null and an empty list are the same (RFC 7643 §2.5).
pub fn has_no(resource: &Value, pointer: &str) -> Verdict {
    let held = resource.pointer(pointer);
    expect(is_unassigned(held), format!("`{}` has no value", dotted(pointer)), || shown(held))
}

/// Whether there is no value.
pub fn is_unassigned(held: Option<&Value>) -> bool {
    match held {
        None | Some(Value::Null) => true,
        Some(Value::Array(elements)) => elements.is_empty(),
        Some(_) => false,
    }
}

/// The elements of a multi-valued attribute.
pub fn elements<'r>(resource: &'r Value, list: &str) -> &'r [Value] {
    resource.get(list).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The `value`s of a multi-valued attribute.
pub fn values(resource: &Value, list: &str) -> Vec<String> {
    elements(resource, list).iter().map(|element| member(element, "value").to_owned()).collect()
}

/// That a multi-valued attribute has these `value`s, each once, in whatever order.
pub fn has_values(resource: &Value, list: &str, wanted: &[&str]) -> Verdict {
    let (mut held, mut sorted) = (values(resource, list), wanted.to_vec());
    held.sort_unstable();
    sorted.sort_unstable();
    expect(held == sorted, format!("`{list}` has the values {wanted:?}"), || shown(resource.get(list)))
}

/// That of a multi-valued attribute one element has that type, and that member of it that value.
pub fn has_typed(resource: &Value, (list, kind, name): (&str, &str, &str), wanted: &str) -> Verdict {
    let typed: Vec<&Value> = elements(resource, list).iter().filter(|one| member(one, "type") == kind).collect();
    let holds = matches!(typed.as_slice(), [one] if member(one, name) == wanted);
    expect(holds, format!("`{list}` has one element of type {kind}, whose `{name}` is {wanted}"), || {
        shown(resource.get(list))
    })
}

/// A text member of an element.
pub fn member<'e>(element: &'e Value, name: &str) -> &'e str {
    element.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn shown(held: Option<&Value>) -> String {
    held.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}
