//! The parts of a resource in canonical form: its attributes, wherever they lie, and its `schemas`.

use serde_json::{Map, Value};

use super::path::Path;
use super::schema::{COMMON, ResourceType};

/// A resource, or a complex value of one.
pub type Object = Map<String, Value>;

/// All attributes that a kind of resource can have.
pub fn paths(resource_type: &ResourceType) -> impl Iterator<Item = Path> + '_ {
    let common = COMMON.iter().copied().map(Path::core);
    let own = resource_type.schema.attributes.iter().map(Path::core);
    let added = resource_type.extensions.iter().map(|extension| extension.schema);
    let added = added.flat_map(|schema| schema.attributes.iter().map(|attribute| Path::of(schema, attribute)));
    common.chain(own).chain(added)
}

/// The whole attribute that a path is in.
pub fn get<'a>(resource: &'a Object, path: &Path) -> Option<&'a Value> {
    let home = match path.schema {
        Some(schema) => resource.get(schema.id)?.as_object()?,
        None => resource,
    };
    home.get(path.attribute.name)
}

/// Takes the whole attribute that a path is in out of the resource.
pub fn take(resource: &mut Object, path: &Path) -> Option<Value> {
    let home = match path.schema {
        Some(schema) => resource.get_mut(schema.id)?.as_object_mut()?,
        None => resource,
    };
    home.remove(path.attribute.name)
}

/// Gives the whole attribute that a path is in this value, or none.
pub fn set(resource: &mut Object, path: &Path, value: Option<Value>) {
    let Some(value) = value else {
        take(resource, path);
        return;
    };
    let home = match path.schema {
        Some(schema) => resource.entry(schema.id).or_insert_with(|| Object::new().into()).as_object_mut(),
        None => Some(resource),
    };
    if let Some(home) = home {
        home.insert(path.attribute.name.to_owned(), value);
    }
}

/// Makes `schemas` tell which schemas have a value, and drops extensions that have none (RFC 7643 §3.3).
pub fn settle(resource: &mut Object, resource_type: &ResourceType) {
    let mut schemas = vec![Value::from(resource_type.schema.id)];
    for extension in resource_type.extensions {
        let id = extension.schema.id;
        match resource.get(id).and_then(Value::as_object) {
            Some(attributes) if !attributes.is_empty() => schemas.push(id.into()),
            _ => {
                resource.remove(id);
            }
        }
    }
    resource.insert("schemas".to_owned(), Value::Array(schemas));
}
