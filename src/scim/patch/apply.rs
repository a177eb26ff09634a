//! Applies a PATCH to a copy of a resource (RFC 7644 §3.5.2.1 to §3.5.2.3): the first change that can't be made
//! leaves everything as it was.

use serde_json::Value;

use super::change::{Change, New, Op, Patch, Rules};
use super::lists;
use super::target::Target;
use crate::scim::element;
use crate::scim::path::Path;
use crate::scim::put::{self, Changed};
use crate::scim::refusal::Refusal;
use crate::scim::resource::{self, Object};
use crate::scim::schema::Mutability;
use crate::scim::value::{self, Parts};

impl Patch {
    /// What the resource becomes. A PATCH that changes nothing says so: the resource's version must not move.
    pub fn apply(&self, stored: &Object) -> Result<Changed, Refusal> {
        let mut resource = stored.clone();
        for change in &self.changes {
            apply(&mut resource, change, self.rules)?;
        }
        self.tidy(&mut resource)?;
        resource::settle(&mut resource, self.resource_type);
        let changed = !put::same(stored, &resource, self.resource_type);
        Ok(Changed { resource, changed })
    }

    /// Whether it may change this attribute.
    pub fn touches(&self, path: &Path) -> bool {
        self.changes.iter().any(|change| match &change.target {
            Target::Extension(schema) => path.schema == Some(schema),
            Target::Path(target) | Target::Values { path: target, .. } => {
                (target.schema, target.attribute) == (path.schema, path.attribute)
            }
        })
    }

    /// What later operations might have completed is dropped now if none did.
    fn tidy(&self, resource: &mut Object) -> Result<(), Refusal> {
        let mut tidied = Vec::new();
        for change in &self.changes {
            let (Target::Path(path) | Target::Values { path, .. }) = &change.target else { continue };
            if !path.is_list() || tidied.contains(&path.attribute) {
                continue;
            }
            tidied.push(path.attribute);
            let mut elements = lists::elements(resource, path);
            elements.retain(|element| !element::is_hollow(path.attribute, element));
            // Two elements may have become the same, which a client couldn't send back.
            let mut elements = element::without_repetition(path.attribute, elements);
            value::check_length(path, &elements)?;
            element::check_primary(path, &mut elements, self.rules.second_primary)?;
            lists::put_back(resource, path, elements);
        }
        Ok(())
    }
}

fn apply(resource: &mut Object, change: &Change, rules: Rules) -> Result<(), Refusal> {
    let Change { op, target, new } = change;
    match target {
        Target::Extension(_) => Ok(()),
        Target::Values { path, filter, sub } => {
            let chosen = lists::Chosen { path, filter, sub: *sub };
            lists::change_chosen(resource, &chosen, change, rules)
        }
        Target::Path(path) if path.is_list() => match path.sub {
            Some(_) => lists::change_every(resource, path, change),
            None => lists::change_whole(resource, path, change),
        },
        Target::Path(path) => match (path.sub, new) {
            (None, New::Nothing) => clear(resource, path, *op),
            (None, New::Value(value)) => set(resource, path, value),
            (_, New::Parts(parts)) => change_parts(resource, path, parts, *op),
            (sub, new) => change_parts(resource, path, &new.clone().into_parts(sub), *op),
        },
    }
}

fn set(resource: &mut Object, path: &Path, value: &Value) -> Result<(), Refusal> {
    let old = resource::get(resource, path);
    if path.attribute.mutability == Mutability::Immutable && old.is_some_and(|old| old != value) {
        return Err(fixed(path));
    }
    resource::set(resource, path, Some(value.clone()));
    Ok(())
}

/// Takes a value away; there must be one of what is required.
pub(super) fn clear(resource: &mut Object, path: &Path, op: Op) -> Result<(), Refusal> {
    if path.attribute.required {
        let detail = format!("`{path}` is required");
        return Err(if op == Op::Remove { Refusal::mutability(detail) } else { Refusal::invalid_value(detail) });
    }
    if path.attribute.mutability == Mutability::Immutable && resource::get(resource, path).is_some() {
        return Err(fixed(path));
    }
    resource::take(resource, path);
    Ok(())
}

/// Changes a complex value that there is one of; without parts it goes.
fn change_parts(resource: &mut Object, path: &Path, parts: &Parts, op: Op) -> Result<(), Refusal> {
    let whole = Path { sub: None, ..*path };
    let mut object = match resource::get(resource, &whole) {
        Some(Value::Object(object)) => object.clone(),
        _ => Object::new(),
    };
    match merge(&whole, &mut object, parts)? {
        Left::Something => {
            resource::set(resource, &whole, Some(Value::Object(object)));
            Ok(())
        }
        Left::Nothing => clear(resource, &whole, op),
    }
}

/// What is left of a complex value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// Enough to keep it.
    Something,
    /// Not even its `value`.
    Nothing,
}

/// Changes the parts of a complex value; those that aren't named stay.
pub(super) fn merge(path: &Path, object: &mut Object, parts: &Parts) -> Result<Left, Refusal> {
    for sub in path.attribute.sub_attributes {
        let new = parts.set.get(sub.name);
        let old = object.get(sub.name);
        let is_changed = old.is_some() && (parts.cleared.contains(&sub) || new.is_some() && old != new);
        if is_changed && sub.mutability == Mutability::Immutable {
            return Err(fixed(&path.with(sub)));
        }
        if is_changed && sub.name == "value" {
            forget_derived(path, object);
        }
        if let Some(new) = new {
            object.insert(sub.name.to_owned(), new.clone());
        } else if parts.cleared.contains(&sub) {
            object.remove(sub.name);
        }
    }
    let lost_its_value = parts.cleared.iter().any(|sub| sub.name == "value") && !object.contains_key("value");
    Ok(if object.is_empty() || lost_its_value { Left::Nothing } else { Left::Something })
}

/// A new `value` leads elsewhere: the old address and name are no longer true.
fn forget_derived(path: &Path, object: &mut Object) {
    for sub in path.attribute.sub_attributes {
        if sub.name == "$ref" || sub.is_read_only() {
            object.remove(sub.name);
        }
    }
}

fn fixed(path: &Path) -> Refusal {
    Refusal::mutability(format!("`{path}` can't be changed"))
}
