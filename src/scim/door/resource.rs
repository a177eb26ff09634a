//! A resource on its way out, complete but for the cut that the client asks for (RFC 7643 §3).

use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::Xxh3;

use crate::clock::Millis;
use crate::http::App;
use crate::json::segment;
use crate::scim::schema::ResourceType;

/// A resource in canonical form. It is made of what a release let through, and of nothing else.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The attributes that have a value: what filters and sorts see. None of a resource that is written already.
    pub attributes: Map<String, Value>,
    /// The whole resource as it is shown, if nothing else of it was wanted.
    pub written: Option<Vec<u8>>,
    /// What stands for a required attribute without one.
    pub placeholder: Option<(&'static str, String)>,
    /// Its version, as an entity tag; none of one that is written already for a list.
    pub tag: Option<String>,
    /// Its address, as its version.
    pub location: Option<String>,
}

/// What a resource says of itself.
#[derive(Debug, Clone)]
pub struct About {
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// Its id.
    pub id: String,
    /// When it was made; the school's are not dated.
    pub created_at: Option<Millis>,
    /// When it last changed.
    pub modified_at: Millis,
    /// Its version, as an entity tag.
    pub tag: String,
}

impl Resource {
    /// Completes attributes with what the resource says of itself.
    pub fn new(mut attributes: Map<String, Value>, about: About, base: &str) -> Self {
        let About { resource_type, id, created_at, modified_at, tag } = about;
        let location = location(base, resource_type, &id);
        let mut meta = Map::new();
        meta.insert("resourceType".to_owned(), resource_type.name.into());
        if let Some(created_at) = created_at {
            meta.insert("created".to_owned(), created_at.to_rfc3339().into());
        }
        meta.insert("lastModified".to_owned(), modified_at.to_rfc3339().into());
        meta.insert("location".to_owned(), location.as_str().into());
        meta.insert("version".to_owned(), tag.as_str().into());
        let mut schemas = vec![Value::from(resource_type.schema.id)];
        let extensions = resource_type.extensions.iter().map(|extension| extension.schema.id);
        schemas.extend(extensions.filter(|id| attributes.contains_key(*id)).map(Value::from));
        attributes.insert("schemas".to_owned(), schemas.into());
        attributes.insert("id".to_owned(), id.into());
        attributes.insert("meta".to_owned(), meta.into());
        Self { attributes, written: None, placeholder: None, tag: Some(tag), location: Some(location) }
    }

    /// The attributes as they are shown, placeholder included.
    pub fn shown(self) -> Map<String, Value> {
        let mut attributes = self.attributes;
        if let Some((name, value)) = self.placeholder {
            attributes.insert(name.to_owned(), value.into());
        }
        attributes
    }
}

/// The address of a resource.
pub fn location(base: &str, resource_type: &ResourceType, id: &str) -> String {
    format!("{base}{}/{}", resource_type.endpoint, segment(id))
}

/// A reference to another resource.
pub fn reference(base: &str, resource_type: &ResourceType, id: &str, kind: &str) -> Value {
    json!({"value": id, "$ref": location(base, resource_type, id), "type": kind})
}

/// A reference to another resource, with its name if that is told.
pub fn named_reference(
    (base, resource_type): (&str, &ResourceType),
    id: &str,
    kind: &str,
    name: Option<&str>,
) -> Value {
    let mut told = reference(base, resource_type, id, kind);
    if let (Some(name), Some(told)) = (name, told.as_object_mut()) {
        told.insert("display".to_owned(), name.into());
    }
    told
}

/// Makes the versions of what the school has: a keyed hash of what the vendor sees, so that nothing else shows in it.
#[derive(Debug, Clone, Copy)]
pub struct Tagger {
    seed: u64,
}

impl Tagger {
    /// The versions that one vendor sees.
    pub fn new(app: &App, tenant: &str, vendor: &str) -> Self {
        let derived = app.master_key.derive("scim version", &[tenant, vendor]);
        Self { seed: derived.first_chunk().copied().map(u64::from_le_bytes).unwrap_or_default() }
    }

    /// The version of attributes, and of members that are not among them.
    pub fn tag<'i>(self, attributes: &Map<String, Value>, members: impl Iterator<Item = &'i str>) -> String {
        // Writing into memory can't fail.
        self.tag_of_text(&serde_json::to_string(attributes).unwrap_or_default(), members)
    }

    /// The version of attributes that are written already, and of members that are not among them.
    pub fn tag_of_text<'i>(self, attributes: &str, members: impl Iterator<Item = &'i str>) -> String {
        Self::tag_of_hash(self.hash(attributes, members))
    }

    /// The version that a hash makes.
    pub fn tag_of_hash(hash: u128) -> String {
        format!("W/\"{hash:032x}\"")
    }

    /// A keyed hash of a text and of members.
    pub fn hash<'i>(self, text: &str, members: impl Iterator<Item = &'i str>) -> u128 {
        let mut hash = Xxh3::with_seed(self.seed);
        hash.update(text.as_bytes());
        for member in members {
            hash.update(&(member.len() as u64).to_le_bytes());
            hash.update(member.as_bytes());
        }
        hash.digest128()
    }
}
