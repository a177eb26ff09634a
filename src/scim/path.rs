//! Which attribute a name means (RFC 7644 §3.10): in any letter case, with or without its schema's URI, alone or
//! with a sub-attribute.

use std::fmt;

use super::schema::{Attribute, ResourceType, Schema};

/// An attribute of a kind of resource, or a sub-attribute of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// The extension that has it; none for common and core attributes.
    pub schema: Option<&'static Schema>,
    /// The attribute.
    pub attribute: &'static Attribute,
    /// Which part of it.
    pub sub: Option<&'static Attribute>,
}

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// All attributes of an extension.
    Extension(&'static Schema),
    /// One attribute.
    Path(Path),
}

impl Path {
    /// An attribute of the core schema or a common one.
    pub const fn core(attribute: &'static Attribute) -> Self {
        Self { schema: None, attribute, sub: None }
    }

    /// An attribute of an extension.
    pub const fn of(schema: &'static Schema, attribute: &'static Attribute) -> Self {
        Self { schema: Some(schema), attribute, sub: None }
    }

    /// Reads the name of one attribute; an extension alone is none.
    pub fn parse(text: &str, resource_type: &ResourceType) -> Option<Self> {
        match Named::parse(text, resource_type)? {
            Named::Path(path) => Some(path),
            Named::Extension(_) => None,
        }
    }

    /// The same attribute's sub-attribute.
    #[must_use]
    pub const fn with(self, sub: &'static Attribute) -> Self {
        Self { sub: Some(sub), ..self }
    }

    /// Whether it is this core or common attribute, as `userName` or `emails.value` in the schema's spelling.
    pub fn is(&self, text: &str) -> bool {
        let (name, sub) = text.split_once('.').map_or((text, None), |(name, sub)| (name, Some(sub)));
        self.schema.is_none() && self.attribute.name == name && self.sub.map(|sub| sub.name) == sub
    }

    /// What its values are like: the sub-attribute, or else the attribute.
    pub fn leaf(&self) -> &'static Attribute {
        self.sub.unwrap_or(self.attribute)
    }

    /// Whether a resource can have several values of it.
    pub fn is_list(&self) -> bool {
        self.attribute.multi_valued
    }
}

/// The canonical form: the schema's spelling, with the URI for an extension's attribute.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = self.schema {
            write!(f, "{}:", schema.id)?;
        }
        f.write_str(self.attribute.name)?;
        match self.sub {
            Some(sub) => write!(f, ".{}", sub.name),
            None => Ok(()),
        }
    }
}

impl Named {
    /// Reads a name. Without a URI, an extension's attribute is found where the core schema has none of that name.
    pub fn parse(text: &str, resource_type: &ResourceType) -> Option<Self> {
        let Some((schema, rest)) = split_schema(text, resource_type) else {
            return find(text, resource_type).map(Self::Path);
        };
        let extension = (schema != resource_type.schema).then_some(schema);
        let Some(rest) = rest else { return extension.map(Self::Extension) };
        let (name, sub) = split_sub(rest);
        let attribute = match extension {
            Some(schema) => schema.attribute(name),
            None => resource_type.attribute(name),
        };
        with_sub(Path { schema: extension, attribute: attribute?, sub: None }, sub).map(Self::Path)
    }
}

/// Cuts the longest URI of a schema off, and says what follows its colon.
///
/// URIs have dots and colons themselves, so that neither the first dot nor a colon tells where one ends.
fn split_schema<'a>(text: &'a str, resource_type: &ResourceType) -> Option<(&'static Schema, Option<&'a str>)> {
    if !text.contains(':') {
        return None;
    }
    let fits = |schema: &'static Schema| {
        let (id, rest) = text.split_at_checked(schema.id.len())?;
        let rest = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
        id.eq_ignore_ascii_case(schema.id).then_some((schema, rest))
    };
    resource_type.schemas().filter_map(fits).max_by_key(|(schema, _)| schema.id.len())
}

fn find(text: &str, resource_type: &ResourceType) -> Option<Path> {
    let (name, sub) = split_sub(text);
    if let Some(attribute) = resource_type.attribute(name) {
        return with_sub(Path::core(attribute), sub);
    }
    let mut extensions = resource_type.extensions.iter().map(|extension| extension.schema);
    let found = extensions.find_map(|schema| schema.attribute(name).map(|attribute| Path::of(schema, attribute)));
    with_sub(found?, sub)
}

fn split_sub(text: &str) -> (&str, Option<&str>) {
    text.split_once('.').map_or((text, None), |(name, sub)| (name, Some(sub)))
}

fn with_sub(path: Path, sub: Option<&str>) -> Option<Path> {
    match sub {
        None => Some(path),
        Some(sub) => path.attribute.sub(sub).map(|sub| path.with(sub)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::{Attribute, CORE_USER, ENTERPRISE_USER, Extension, GROUP, ResourceType, USER};

    fn text(name: &str) -> Option<String> {
        Path::parse(name, &USER).map(|path| path.to_string())
    }

    #[test]
    fn a_name_is_found_in_any_case_and_written_in_the_schemas() {
        assert_eq!(text("USERNAME").unwrap(), "userName");
        assert_eq!(text("Name.givenname").unwrap(), "name.givenName");
        assert_eq!(text("meta.lastmodified").unwrap(), "meta.lastModified");
        assert_eq!(text("groups.$REF").unwrap(), "groups.$ref");
        assert_eq!(text("urn:ietf:params:scim:schemas:core:2.0:USER:Emails.value").unwrap(), "emails.value");
        assert_eq!(text("urn:ietf:params:scim:schemas:core:2.0:User:id").unwrap(), "id");
    }

    #[test]
    fn an_extensions_attribute_is_found_with_and_without_its_uri() {
        let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
        assert_eq!(text("manager.value").unwrap(), manager);
        assert_eq!(text(&manager.to_uppercase()).unwrap(), manager);
        // The core schema comes first.
        assert_eq!(text("roles").unwrap(), "roles");
        assert_eq!(
            Named::parse("URN:ietf:params:scim:schemas:extension:enterprise:2.0:User", &USER),
            Some(Named::Extension(&ENTERPRISE_USER))
        );
    }

    #[test]
    fn what_is_no_attribute_is_none() {
        for name in [
            "",
            ".",
            "nosuch",
            "name.nosuch",
            "userName.value",
            "name.",
            "emails.value.more",
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:User:",
            "urn:ietf:params:scim:schemas:core:2.0:Group:members",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:Userx",
            "urn:é:x",
        ] {
            assert_eq!(text(name), None, "{name}");
        }
        assert_eq!(Path::parse("members", &USER), None);
        assert!(Path::parse("members.value", &GROUP).unwrap().is("members.value"));
    }

    #[test]
    fn a_schema_may_have_an_address_for_its_uri_and_be_the_beginning_of_another() {
        static ADDRESS: Schema =
            Schema { id: "https://x.example/user/v1", name: "", description: "", attributes: SHORT };
        static LONGER: Schema =
            Schema { id: "https://x.example/user/v1:more", name: "", description: "", attributes: LONG };
        static SHORT: &[Attribute] = &[Attribute::string("profiles", "")];
        static LONG: &[Attribute] = &[Attribute::string("profiles", "")];
        static KIND: ResourceType = ResourceType {
            name: "User",
            endpoint: "/Users",
            description: "",
            schema: &CORE_USER,
            extensions: &[
                Extension { schema: &ADDRESS, required: false },
                Extension { schema: &LONGER, required: false },
            ],
        };

        let short = Path::parse("https://x.example/user/v1:profiles", &KIND).unwrap();
        let long = Path::parse("https://x.example/user/v1:more:profiles", &KIND).unwrap();

        assert_eq!((short.schema, long.schema), (Some(&ADDRESS), Some(&LONGER)));
        assert_eq!(Named::parse("https://x.example/user/v1:more", &KIND), Some(Named::Extension(&LONGER)));
    }
}
