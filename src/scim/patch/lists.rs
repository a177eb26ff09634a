//! Changes of multi-valued attributes: the whole list, every element, or those that a filter chooses.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::apply::{Left, clear, merge};
use super::change::{Change, New, Op, Rules};
use crate::scim::element::{self, identity, is_primary, set_primary};
use crate::scim::filter::{Filter, Operand, Operator};
use crate::scim::fold::fold;
use crate::scim::path::Path;
use crate::scim::put::known_elements;
use crate::scim::refusal::Refusal;
use crate::scim::resource::{self, Object};
use crate::scim::schema::Attribute;
use crate::scim::value::Parts;

/// Elements that a filter chooses, or a part of them.
pub(super) struct Chosen<'a> {
    pub path: &'a Path,
    pub filter: &'a Filter,
    pub sub: Option<&'static Attribute>,
}

/// Takes a list's elements out of the resource.
pub(super) fn elements(resource: &mut Object, path: &Path) -> Vec<Value> {
    match resource::take(resource, path) {
        Some(Value::Array(elements)) => elements,
        Some(element) => vec![element],
        None => Vec::new(),
    }
}

/// Puts elements back; a list without any is none.
pub(super) fn put_back(resource: &mut Object, path: &Path, elements: Vec<Value>) {
    resource::set(resource, path, (!elements.is_empty()).then_some(Value::Array(elements)));
}

/// A change of the list itself.
pub(super) fn change_whole(resource: &mut Object, path: &Path, change: &Change) -> Result<(), Refusal> {
    let (op, given) = match (&change.new, change.op) {
        (New::List(given), op) if op == Op::Add || !given.is_empty() => (op, given),
        // An empty list of elements to remove is no order to remove all.
        (New::List(_), Op::Remove) => return Ok(()),
        (_, op) => return clear(resource, path, op),
    };
    let old = elements(resource, path);
    let new = match op {
        Op::Add => added(path, old, given)?,
        Op::Replace => replaced(path, old, given),
        Op::Remove => without(path.attribute, old, given),
    };
    if new.is_empty() && path.attribute.required {
        return clear(resource, path, op);
    }
    put_back(resource, path, new);
    Ok(())
}

/// Adds what isn't there yet. What is there gets the parts that the client gives it now.
fn added(path: &Path, mut list: Vec<Value>, given: &[Value]) -> Result<Vec<Value>, Refusal> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(list.len());
    for (place, element) in list.iter().enumerate() {
        places.entry(identity(path.attribute, element)).or_insert(place);
    }
    let mut preferred = None;
    for element in given {
        let identity = identity(path.attribute, element);
        let place = places.get(&identity).copied();
        if is_primary(element) {
            preferred = Some(place.unwrap_or(list.len()));
        }
        match (place.and_then(|place| list.get_mut(place)), element) {
            (None, element) => {
                places.insert(identity, list.len());
                list.push(element.clone());
            }
            (Some(_), _) if path.attribute.has_fixed_elements() => {}
            (Some(Value::Object(old)), Value::Object(parts)) => {
                merge(path, old, &Parts { set: parts.clone(), cleared: Vec::new() })?;
            }
            (Some(_), _) => {}
        }
    }
    if let Some(preferred) = preferred {
        prefer(&mut list, |place| place == preferred);
    }
    Ok(list)
}

fn replaced(path: &Path, old: Vec<Value>, given: &[Value]) -> Vec<Value> {
    if element::same(path.attribute, &old, given) {
        return old;
    }
    if path.attribute.has_fixed_elements() {
        known_elements(path, &Value::Array(old), given.to_vec())
    } else {
        given.to_vec()
    }
}

/// Leaves out the elements with a given `value`; one that is given without it must be given as it is.
fn without(attribute: &Attribute, list: Vec<Value>, given: &[Value]) -> Vec<Value> {
    let case_exact = attribute.value().is_some_and(|value| value.case_exact);
    let key = |value: &str| if case_exact { value.to_owned() } else { fold(value).into_owned() };
    let value_of = |element: &Value| element.get("value").and_then(Value::as_str).map(key);
    let values: HashSet<String> = given.iter().filter_map(value_of).collect();
    let others: Vec<&Value> = given.iter().filter(|given| value_of(given).is_none()).collect();
    let is_given = |element: &Value| {
        value_of(element).is_some_and(|value| values.contains(&value))
            || others.iter().any(|given| has_all_of(element, given))
    };
    list.into_iter().filter(|element| !is_given(element)).collect()
}

fn has_all_of(element: &Value, given: &Value) -> bool {
    match (element, given) {
        (Value::Object(element), Value::Object(given)) => {
            given.iter().all(|(name, value)| element.get(name) == Some(value))
        }
        (element, given) => element == given,
    }
}

/// A change of one part of every element.
pub(super) fn change_every(resource: &mut Object, path: &Path, change: &Change) -> Result<(), Refusal> {
    let parts = change.new.clone().into_parts(path.sub);
    let mut list = elements(resource, path);
    if list.is_empty() && !parts.set.is_empty() {
        list.push(Value::Object(Object::new()));
    }
    let list = merged(path, list, &parts, |_| true)?;
    put_back(resource, path, list);
    Ok(())
}

/// A change of the elements that a filter chooses.
pub(super) fn change_chosen(
    resource: &mut Object,
    chosen: &Chosen<'_>,
    change: &Change,
    rules: Rules,
) -> Result<(), Refusal> {
    let path = chosen.path;
    let mut list = elements(resource, path);
    let holds: Vec<bool> = list.iter().map(|element| chosen.filter.holds_for_element(element)).collect();
    let is_chosen = |place: usize| holds.get(place) == Some(&true);
    let finds = holds.contains(&true);
    let list = match (&change.new, chosen.sub) {
        _ if !finds && change.op == Op::Remove => list,
        (New::Nothing, _) if !finds => list,
        (new, sub) if !finds => {
            if change.op == Op::Replace && !rules.create_on_replace {
                return Err(Refusal::no_target(format!("`{path}` has no element for which the filter holds")));
            }
            let element = created(path, chosen.filter, &new.clone().into_parts(sub))?;
            let preferred = is_primary(&element).then_some(list.len());
            list.push(element);
            if let Some(preferred) = preferred {
                prefer(&mut list, |place| place == preferred);
            }
            list
        }
        (New::Nothing, None) => {
            let mut chosen = holds.iter();
            list.retain(|_| chosen.next() != Some(&true));
            list
        }
        (new, sub) => {
            let parts = new.clone().into_parts(sub);
            let prefers = parts.set.get("primary") == Some(&Value::Bool(true));
            if prefers {
                prefer(&mut list, is_chosen);
            }
            merged(path, list, &parts, is_chosen)?
        }
    };
    if list.is_empty() && path.attribute.required {
        return clear(resource, path, change.op);
    }
    put_back(resource, path, list);
    Ok(())
}

/// The list with these parts in some of its elements; an element of which nothing is left goes.
fn merged(
    path: &Path,
    list: Vec<Value>,
    parts: &Parts,
    is_chosen: impl Fn(usize) -> bool,
) -> Result<Vec<Value>, Refusal> {
    let mut kept = Vec::with_capacity(list.len());
    for (place, mut element) in list.into_iter().enumerate() {
        let left = match element.as_object_mut() {
            Some(object) if is_chosen(place) => merge(path, object, parts)?,
            _ => Left::Something,
        };
        if left == Left::Something {
            kept.push(element);
        }
    }
    Ok(kept)
}

/// Of the preferred elements only these stay so.
fn prefer(list: &mut [Value], is_preferred: impl Fn(usize) -> bool) {
    for (place, element) in list.iter_mut().enumerate() {
        if is_primary(element) && !is_preferred(place) {
            set_primary(element, false);
        }
    }
}

/// An element for which the filter holds, with these parts.
fn created(path: &Path, filter: &Filter, parts: &Parts) -> Result<Value, Refusal> {
    let mut object = Object::new();
    demand(filter, &mut object);
    merge(path, &mut object, parts)?;
    let element = Value::Object(object);
    if filter.holds_for_element(&element) {
        Ok(element)
    } else {
        Err(Refusal::no_target(format!("`{path}` has no element for which the filter holds, and none can be made")))
    }
}

/// Gives an element what the filter says that it is equal to.
fn demand(filter: &Filter, element: &mut Object) {
    match filter {
        Filter::And(parts) => parts.iter().for_each(|part| demand(part, element)),
        Filter::Compare(comparison) if comparison.operator == Operator::Eq => {
            let Some(sub) = comparison.path.sub else { return };
            let value = match &comparison.operand {
                Operand::Text(text) => Value::from(text.text.as_str()),
                Operand::Boolean(value) => Value::Bool(*value),
                Operand::Number(number) => Value::Number(number.clone()),
                Operand::Instant(_, text) => Value::from(text.as_str()),
            };
            element.insert(sub.name.to_owned(), value);
        }
        _ => {}
    }
}
