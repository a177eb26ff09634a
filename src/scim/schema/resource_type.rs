//! Schemas, and the two kinds of resource that are made of them (RFC 7643 §6, §7).

use super::attribute::Attribute;
use super::common::COMMON;
use super::{CORE_GROUP, CORE_USER, EDUCATION_GROUP, EDUCATION_USER, ENTERPRISE_USER};

/// A set of attributes under one URI.
#[derive(Debug)]
pub struct Schema {
    /// Its URI, mostly a URN.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it describes.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

/// Identity, as with attributes.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Schema {}

impl Schema {
    /// The attribute of this name, in any case.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}

/// A schema that may be added to a kind of resource.
#[derive(Debug)]
pub struct Extension {
    /// The schema.
    pub schema: &'static Schema,
    /// Whether every resource must have it.
    pub required: bool,
}

/// A kind of resource.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name, which is its id too.
    pub name: &'static str,
    /// Where its resources are, below the base address.
    pub endpoint: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Its own schema.
    pub schema: &'static Schema,
    /// What may be added to that.
    pub extensions: &'static [Extension],
}

/// Identity, as with attributes.
impl PartialEq for ResourceType {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for ResourceType {}

impl ResourceType {
    /// Its own attribute of this name or a common one, in any case.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        let common = COMMON.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name));
        common.copied().or_else(|| self.schema.attribute(name))
    }

    /// The extension with this URI, in any case.
    pub fn extension(&self, id: &str) -> Option<&'static Schema> {
        self.extensions.iter().map(|extension| extension.schema).find(|schema| schema.id.eq_ignore_ascii_case(id))
    }

    /// Its own schema and its extensions.
    pub fn schemas(&self) -> impl Iterator<Item = &'static Schema> + '_ {
        std::iter::once(self.schema).chain(self.extensions.iter().map(|extension| extension.schema))
    }
}

/// Users.
pub static USER: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "People's accounts.",
    schema: &CORE_USER,
    extensions: &[
        Extension { schema: &ENTERPRISE_USER, required: false },
        Extension { schema: &EDUCATION_USER, required: false },
    ],
};

/// Groups.
pub static GROUP: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "Sets of users.",
    schema: &CORE_GROUP,
    extensions: &[Extension { schema: &EDUCATION_GROUP, required: false }],
};

/// All of them.
pub static RESOURCE_TYPES: [&ResourceType; 2] = [&USER, &GROUP];
