//! Reads the body of a PATCH (RFC 7644 §3.5.2) as the standard has it and as clients write it.
//!
//! An operation without a path becomes one change for each name in its value; each such name is a path itself.

use serde_json::Value;

use super::change::{Change, New, Op, Patch, Rules};
use super::target::Target;
use crate::consent::switches::Switches;
use crate::scim::filter::Scope;
use crate::scim::path::Path;
use crate::scim::refusal::{Refusal, told};
use crate::scim::resource::Object;
use crate::scim::schema::{Attribute, Kind, ResourceType, Schema};
use crate::scim::value::{self, Single};

/// The URN of a PATCH's body.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How many operations a body may have.
const MOST_OPERATIONS: usize = 5000;

impl Patch {
    /// Understands a body.
    pub fn read(body: Value, resource_type: &'static ResourceType, switches: &Switches) -> Result<Self, Refusal> {
        let scope = Scope::of(resource_type).under(switches);
        let mut reader = Reader { scope, switches, changes: Vec::new() };
        for operation in operations(body)? {
            reader.operation(operation)?;
        }
        Ok(Self { resource_type, changes: reader.changes, rules: Rules::of(switches) })
    }
}

/// The operations in a body, whose members may be named in any case.
fn operations(body: Value) -> Result<Vec<Value>, Refusal> {
    let Value::Object(mut body) = body else {
        return Err(Refusal::invalid_syntax("the body must be an object"));
    };
    match member(&mut body, "schemas") {
        None | Some(Value::Null) => {}
        Some(Value::Array(schemas)) if schemas.is_empty() || schemas.iter().any(is_patch_op) => {}
        Some(schema) if is_patch_op(&schema) => {}
        Some(_) => return Err(Refusal::invalid_syntax(format!("`schemas` must name {PATCH_OP}"))),
    }
    match member(&mut body, "Operations") {
        Some(Value::Array(operations)) if operations.len() > MOST_OPERATIONS => {
            Err(Refusal::invalid_value(format!("`Operations` can have at most {MOST_OPERATIONS} operations")))
        }
        Some(Value::Array(operations)) if !operations.is_empty() => Ok(operations),
        _ => Err(Refusal::invalid_syntax("`Operations` must be a list of operations")),
    }
}

fn is_patch_op(schema: &Value) -> bool {
    schema.as_str().is_some_and(|schema| schema.eq_ignore_ascii_case(PATCH_OP))
}

/// Takes a member out, whatever the case of its name.
fn member(object: &mut Object, name: &str) -> Option<Value> {
    let spelled = object.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    object.remove(&spelled)
}

struct Reader<'a> {
    scope: Scope,
    switches: &'a Switches,
    changes: Vec<Change>,
}

impl Reader<'_> {
    fn operation(&mut self, operation: Value) -> Result<(), Refusal> {
        let Value::Object(mut operation) = operation else {
            return Err(Refusal::invalid_syntax("an operation must be an object"));
        };
        let op = member(&mut operation, "op").and_then(|op| Op::parse(op.as_str()?));
        let op = op.ok_or_else(|| Refusal::invalid_syntax("`op` must be add, replace or remove"))?;
        let value = member(&mut operation, "value");
        match member(&mut operation, "path") {
            None | Some(Value::Null) => self.without_path(op, value),
            Some(Value::String(path)) => self.with_path(op, &path, value),
            Some(_) => Err(Refusal::invalid_path("`path` must be a text")),
        }
    }

    fn without_path(&mut self, op: Op, value: Option<Value>) -> Result<(), Refusal> {
        if self.switches.require_path_in_patch {
            return Err(Refusal::invalid_syntax("an operation must have a `path`"));
        }
        match (op, value) {
            (Op::Remove, _) => Err(Refusal::no_target("`remove` must have a `path`")),
            (_, Some(Value::Object(attributes))) => self.attributes(op, None, attributes),
            (_, Some(Value::Array(mut only))) if only.len() == 1 => self.without_path(op, only.pop()),
            _ => Err(Refusal::invalid_value("without a `path`, `value` must be an object of attributes")),
        }
    }

    /// One change for each attribute. What can't be written is left out: clients send back what they have read.
    fn attributes(&mut self, op: Op, of: Option<&'static Schema>, attributes: Object) -> Result<(), Refusal> {
        for (name, value) in attributes {
            if name.eq_ignore_ascii_case("schemas") {
                continue;
            }
            let target = match of {
                Some(schema) => Target::parse(&format!("{}:{name}", schema.id), self.scope),
                None => Target::parse(&name, self.scope),
            };
            match target {
                Ok(Some(target)) if is_read_only(&target) => {}
                // RFC 7644 §3.5.2.3: what a value without a path names and isn't there is added.
                Ok(Some(target @ Target::Values { .. })) if !value.is_null() => {
                    self.change(Op::Add, target, Some(value))?;
                }
                Ok(Some(target)) => self.change(op, target, Some(value))?,
                Err(refusal) if name.contains('[') => return Err(refusal),
                Ok(None) | Err(_) => value::unknown(&name, self.switches)?,
            }
        }
        Ok(())
    }

    fn with_path(&mut self, op: Op, path: &str, value: Option<Value>) -> Result<(), Refusal> {
        let Some(target) = Target::parse(path, self.scope)? else {
            let kind = self.scope.resource_type.name;
            return Err(Refusal::invalid_path(format!("a {kind} has no attribute `{}`", told(path))));
        };
        if op != Op::Remove && value.is_none() {
            return Err(Refusal::invalid_value(format!("`value` for `{}` is missing", told(path))));
        }
        match target {
            Target::Path(path) if path.is("schemas") => self.schemas(op, value),
            target if is_read_only(&target) => Err(Refusal::mutability(format!("`{}` can't be written", told(path)))),
            target => self.change(op, target, value),
        }
    }

    fn change(&mut self, op: Op, target: Target, value: Option<Value>) -> Result<(), Refusal> {
        let value = value.unwrap_or(Value::Null);
        match (op, target) {
            // Entra adds null where it has nothing to add.
            (Op::Add, _) if value.is_null() => Ok(()),
            (_, Target::Extension(schema)) => self.extension(op, schema, value),
            (op, target) => {
                let new = self.new_value(op, &target, value)?;
                self.push(Change { op, target, new });
                Ok(())
            }
        }
    }

    /// Clients send one operation for each member; together they are one walk through the list.
    fn push(&mut self, next: Change) {
        if let Some(Change { op: Op::Add, target: Target::Path(list), new: New::List(last) }) = self.changes.last_mut()
            && let Change { op: Op::Add, target: Target::Path(next_list), new: New::List(next) } = &next
            && list == next_list
            && list.attribute.has_fixed_elements()
        {
            last.extend_from_slice(next);
        } else {
            self.changes.push(next);
        }
    }

    fn extension(&mut self, op: Op, schema: &'static Schema, value: Value) -> Result<(), Refusal> {
        match (op, value) {
            (Op::Remove, _) | (Op::Replace, Value::Null) => {
                let writable = schema.attributes.iter().filter(|attribute| !attribute.is_read_only());
                self.changes.extend(writable.map(|attribute| Change {
                    op,
                    target: Target::Path(Path::of(schema, attribute)),
                    new: New::Nothing,
                }));
                Ok(())
            }
            (op, Value::Object(attributes)) => self.attributes(op, Some(schema), attributes),
            _ => Err(Refusal::invalid_value(format!("`{}` must be an object", schema.id))),
        }
    }

    /// `schemas` follows from the values, so that only taking an extension away changes something.
    fn schemas(&mut self, op: Op, value: Option<Value>) -> Result<(), Refusal> {
        let own = self.scope.resource_type.schema.id;
        let named = match value {
            Some(Value::Array(named)) => named,
            Some(Value::Null) | None => Vec::new(),
            Some(one) => vec![one],
        };
        let names_own = named.iter().any(|name| name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(own)));
        match op {
            Op::Add => Ok(()),
            Op::Replace if names_own => Ok(()),
            Op::Replace => Err(Refusal::invalid_value(format!("`schemas` must name {own}"))),
            Op::Remove if names_own || named.is_empty() => {
                Err(Refusal::mutability(format!("`schemas` must name {own}")))
            }
            Op::Remove => {
                let known = |name: &Value| self.scope.resource_type.extension(name.as_str()?);
                let extensions: Vec<_> = named.iter().filter_map(known).collect();
                extensions.into_iter().try_for_each(|schema| self.extension(op, schema, Value::Null))
            }
        }
    }

    fn new_value(&self, op: Op, target: &Target, value: Value) -> Result<New, Refusal> {
        let (path, sub) = match target {
            Target::Extension(_) => return Ok(New::Nothing),
            Target::Path(path) => (*path, path.sub),
            Target::Values { path, sub, .. } => (sub.map_or(*path, |sub| path.with(sub)), *sub),
        };
        let is_whole_list = path.is_list() && sub.is_none() && matches!(target, Target::Path(_));
        if op == Op::Remove && !is_whole_list || value.is_null() {
            return Ok(New::Nothing);
        }
        if is_whole_list {
            let elements = match op {
                Op::Remove => value::list(path, value, Single::Alone, self.switches)?,
                Op::Add | Op::Replace => value::kept_list(path, value, Single::Alone, self.switches)?,
            };
            return Ok(New::List(elements));
        }
        if path.leaf().kind == Kind::Complex {
            // Entra takes a manager away with an empty text.
            if value.as_str() == Some("") && path.attribute.value().is_some() {
                return Ok(New::Nothing);
            }
            let value = if op == Op::Add { without_nulls(value) } else { value };
            return value::parts(path, value, self.switches).map(New::Parts);
        }
        let value = value::one(path, one_of(value), self.switches)?;
        Ok(value.map_or(New::Nothing, New::Value))
    }
}

/// A list of one simple value is that value.
fn one_of(value: Value) -> Value {
    match value {
        Value::Array(mut only) if only.len() == 1 => only.pop().unwrap_or_default(),
        value => value,
    }
}

/// Nothing is added where an object has null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(parts) => parts.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        value => value,
    }
}

fn is_read_only(target: &Target) -> bool {
    match target {
        Target::Extension(_) => false,
        Target::Path(path) => path.attribute.is_read_only() || path.leaf().is_read_only(),
        Target::Values { path, sub, .. } => path.attribute.is_read_only() || sub.is_some_and(Attribute::is_read_only),
    }
}
