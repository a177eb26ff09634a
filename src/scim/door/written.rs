//! Resources of the school written at once, where the whole of them is wanted: most of what providers ask for.

use crate::clock::Millis;
use crate::json::{Json, write_segment};
use crate::scim::door::belonging::{GroupNames, Groups};
use crate::scim::door::exchange::Exchange;
use crate::scim::door::resource::Resource;
use crate::scim::schema::{GROUP, ResourceType};

/// What is written of a resource.
#[derive(Debug)]
pub struct Whole<'w> {
    /// The attributes that the school masters, as the members of an object.
    pub attributes: &'w str,
    /// The URNs of the schemas that they belong to; none if the attributes tell that themselves.
    pub schemas: &'w [&'static str],
    /// What stands for a required attribute without a value.
    pub placeholder: Option<(&'static str, &'w str)>,
}

/// What names a resource.
#[derive(Debug)]
pub struct Names {
    /// Its id.
    pub id: String,
    /// Its address.
    pub location: String,
    /// Its version, as an entity tag.
    pub tag: String,
}

/// How much room a reference takes, in bytes.
pub const OF_REFERENCE: usize = 192;

/// Begins a resource whose attributes are written with what it says of itself; a list of so many references may follow.
pub fn begin(
    whole: &Whole<'_>,
    (resource_type, names): (&ResourceType, &Names),
    (created_at, modified_at): (Option<Millis>, Millis),
    n_related: usize,
) -> Json {
    const OF_FRAME: usize = 512;
    let mut json = Json::with_capacity(OF_FRAME + whole.attributes.len() + n_related * OF_REFERENCE);
    json.raw("{");
    if !whole.schemas.is_empty() {
        json.name("schemas");
        json.raw("[");
        for schema in whole.schemas {
            json.element();
            json.text(schema);
        }
        json.raw("]");
    }
    json.text_member("id", &names.id);
    if let Some((name, text)) = whole.placeholder {
        json.text_member(name, text);
    }
    json.name("meta");
    json.raw("{");
    json.text_member("resourceType", resource_type.name);
    if let Some(created_at) = created_at {
        json.text_member("created", &created_at.to_rfc3339());
    }
    json.text_member("lastModified", &modified_at.to_rfc3339());
    json.text_member("location", &names.location);
    json.text_member("version", &names.tag);
    json.raw("}");
    if !whole.attributes.is_empty() {
        json.element();
        json.raw(whole.attributes);
    }
    json
}

/// Ends a resource that is begun, and whose names are needed still or not, with a list of references that `related` writes.
pub fn end(
    mut json: Json,
    names: Option<Names>,
    (name, n_related): (&'static str, usize),
    related: impl FnOnce(&mut Json),
) -> Resource {
    if n_related > 0 {
        json.name(name);
        json.raw("[");
        related(&mut json);
        json.raw("]");
    }
    json.raw("}");
    let written = Some(json.into_bytes());
    let (tag, location) = names.map(|names| (names.tag, names.location)).unzip();
    Resource { attributes: serde_json::Map::new(), written, placeholder: None, tag, location }
}

/// What is told beside a reference to another resource.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'t> {
    /// Its `type`.
    pub kind: &'t str,
    /// Its name.
    pub name: Option<&'t str>,
}

/// Writes a reference to another resource as an element of a list.
pub fn write_reference(json: &mut Json, to: (&str, &ResourceType), id: &str, beside: Beside<'_>) {
    json.element();
    begin_reference(json, to, id, beside.name);
    end_reference(json, beside.kind);
}

/// Writes a reference but for its `type`, which is the last that it tells.
pub fn begin_reference(json: &mut Json, (base, resource_type): (&str, &ResourceType), id: &str, name: Option<&str>) {
    json.raw("{");
    json.text_member("value", id);
    json.name("$ref");
    json.raw("\"");
    json.raw(base);
    json.raw(resource_type.endpoint);
    json.raw("/");
    write_segment(json, id);
    json.raw("\"");
    if let Some(name) = name {
        json.text_member("display", name);
    }
}

fn end_reference(json: &mut Json, kind: &str) {
    json.text_member("type", kind);
    json.raw("}");
}

impl Exchange<'_> {
    /// Writes references to the groups that somebody is in.
    pub(super) fn write_groups(&self, json: &mut Json, groups: &Groups, names: &GroupNames<'_>) {
        let to = (self.base.as_str(), &GROUP);
        for membership in &groups.of_school {
            self.begin_reference_to(json, membership.group, names);
            end_reference(json, kind(membership.is_direct));
        }
        for own in &groups.own {
            let beside = Beside { kind: kind(own.is_direct), name: names.of_own(&own.group) };
            write_reference(json, to, &own.group, beside);
        }
    }
}

/// How somebody is in a group (RFC 7643 §4.1.2).
pub fn kind(is_direct: bool) -> &'static str {
    if is_direct { "direct" } else { "indirect" }
}
