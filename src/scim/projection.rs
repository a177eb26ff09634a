//! Which attributes an answer shows (RFC 7644 §3.9): those that the client names, or all but those.
//!
//! It is asked before anything is read, so that members of a group that nobody wants are never loaded.

use serde_json::Value;

use super::path::{Named, Path};
use super::resource::{self, Object};
use super::schema::{Attribute, ResourceType, Returned};

/// What one request wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    resource_type: &'static ResourceType,
    names: Names,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    /// Everything that is returned by default.
    Default,
    /// Only what is named, and what is always returned.
    Only(Vec<Named>),
    /// All but what is named.
    Except(Vec<Named>),
}

/// How much of an attribute is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Nothing,
    Parts,
    Whole,
}

impl Projection {
    /// What `attributes` and `excludedAttributes` ask for, each a list with commas; if both are there, the former.
    /// Names that mean nothing are ignored.
    pub fn new(resource_type: &'static ResourceType, attributes: Option<&str>, excluded: Option<&str>) -> Self {
        let given = |list: Option<&str>| list.map(|list| list.trim().to_owned()).filter(|list| !list.is_empty());
        let names = match (given(attributes), given(excluded)) {
            (Some(list), _) => Names::Only(read(&list, resource_type)),
            (None, Some(list)) => Names::Except(read(&list, resource_type)),
            (None, None) => Names::Default,
        };
        Self { resource_type, names }
    }

    /// Everything that is returned by default.
    pub const fn all(resource_type: &'static ResourceType) -> Self {
        Self { resource_type, names: Names::Default }
    }

    /// Whether it is everything that is returned by default.
    pub fn is_all(&self) -> bool {
        self.names == Names::Default
    }

    /// Whether anything of this attribute is shown.
    pub fn shows(&self, attribute: &Attribute) -> bool {
        self.extent(attribute) != Extent::Nothing
    }

    /// Whether this part of the attribute is shown.
    pub fn shows_sub(&self, attribute: &Attribute, sub: &Attribute) -> bool {
        let is_part =
            |name: &Named| matches!(name, Named::Path(path) if path.attribute == attribute && path.sub == Some(sub));
        match (sub.returned, self.extent(attribute)) {
            (Returned::Never, _) | (_, Extent::Nothing) => false,
            (Returned::Always, _) | (Returned::Default, Extent::Whole) => true,
            (Returned::Request, Extent::Whole) => {
                matches!(&self.names, Names::Only(names) if names.iter().any(is_part))
            }
            (Returned::Default | Returned::Request, Extent::Parts) => match &self.names {
                Names::Default => true,
                Names::Only(names) => names.iter().any(is_part),
                Names::Except(names) => sub.returned == Returned::Default && !names.iter().any(is_part),
            },
        }
    }

    /// The resource as this request sees it.
    #[must_use]
    pub fn apply(&self, mut resource: Object) -> Object {
        let mut shown = Object::new();
        for path in resource::paths(self.resource_type) {
            let extent = self.extent(path.attribute);
            if extent == Extent::Nothing {
                continue;
            }
            let Some(value) = resource::take(&mut resource, &path) else { continue };
            let value = if extent == Extent::Whole && has_plain_parts(path.attribute) {
                Some(value)
            } else {
                self.cut(path.attribute, value)
            };
            resource::set(&mut shown, &path, value);
        }
        shown
    }

    /// The shown parts of a complex value, or of each in a list.
    fn cut(&self, attribute: &Attribute, value: Value) -> Option<Value> {
        match value {
            Value::Array(elements) => {
                let elements: Vec<_> =
                    elements.into_iter().filter_map(|element| self.cut(attribute, element)).collect();
                (!elements.is_empty()).then_some(Value::Array(elements))
            }
            Value::Object(mut parts) => {
                let shown = attribute.sub_attributes.iter().filter(|sub| self.shows_sub(attribute, sub));
                let parts: Object =
                    shown.filter_map(|sub| Some((sub.name.to_owned(), parts.remove(sub.name)?))).collect();
                (!parts.is_empty()).then_some(Value::Object(parts))
            }
            simple => Some(simple),
        }
    }

    fn extent(&self, attribute: &Attribute) -> Extent {
        match (attribute.returned, &self.names) {
            (Returned::Always, _) | (Returned::Default, Names::Default) => Extent::Whole,
            (Returned::Never, _) | (Returned::Request, Names::Default | Names::Except(_)) => Extent::Nothing,
            (Returned::Default | Returned::Request, Names::Only(names)) => named(names, attribute),
            (Returned::Default, Names::Except(names)) => match named(names, attribute) {
                Extent::Nothing => Extent::Whole,
                Extent::Parts => Extent::Parts,
                Extent::Whole => Extent::Nothing,
            },
        }
    }
}

/// How much of an attribute is in a list of names.
fn named(names: &[Named], attribute: &Attribute) -> Extent {
    let mut extent = Extent::Nothing;
    for name in names {
        match name {
            Named::Extension(schema) if schema.attributes.iter().any(|own| own == attribute) => return Extent::Whole,
            Named::Path(path) if path.attribute == attribute && path.sub.is_none() => return Extent::Whole,
            Named::Path(path) if path.attribute == attribute => extent = Extent::Parts,
            Named::Extension(_) | Named::Path(_) => {}
        }
    }
    extent
}

/// Whether nothing in it needs a closer look when the whole is shown.
fn has_plain_parts(attribute: &Attribute) -> bool {
    attribute.sub_attributes.iter().all(|sub| sub.returned == Returned::Default)
}

/// Reads the names; what stands in brackets after one says nothing here, and may have commas.
fn read(list: &str, resource_type: &ResourceType) -> Vec<Named> {
    let mut depth = 0_u32;
    let names = list.split(|c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    names.filter_map(|name| read_one(name.trim(), resource_type)).collect()
}

fn read_one(name: &str, resource_type: &ResourceType) -> Option<Named> {
    match name.split_once('[') {
        Some((list, _)) => Path::parse(list, resource_type).map(Named::Path),
        None => Named::parse(name, resource_type),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::{CORE_GROUP, GROUP, USER};

    fn cut(attributes: Option<&str>, excluded: Option<&str>) -> Value {
        let ann = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "1",
            "userName": "ann",
            "password": "secret",
            "unheard": "of",
            "name": {"givenName": "Ann", "familyName": "Oz"},
            "emails": [{"value": "a@x", "type": "work"}, {"type": "home"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Math", "division": "North"},
        });
        let Value::Object(ann) = ann else { panic!() };
        let mut shown = Projection::new(&USER, attributes, excluded).apply(ann);
        assert!(shown.remove("schemas").is_some());
        assert!(shown.remove("id").is_some());
        shown.into()
    }

    #[test]
    fn without_names_all_is_shown_that_may_be() {
        let all = cut(None, None);
        assert_eq!(all["userName"], "ann");
        assert_eq!(all["emails"][1], json!({"type": "home"}));
        assert_eq!((all.get("password"), all.get("unheard")), (None, None));
        assert_eq!(cut(Some(""), Some(" ")), all);
    }

    #[test]
    fn named_attributes_and_parts_are_shown_alone() {
        assert_eq!(cut(Some("USERNAME, nosuch"), None), json!({"userName": "ann"}));
        assert_eq!(cut(Some("nosuch"), None), json!({}));
        assert_eq!(cut(Some("password"), None), json!({}));
        assert_eq!(cut(Some("name.givenName,name.formatted"), None), json!({"name": {"givenName": "Ann"}}));
        assert_eq!(cut(Some("emails.value"), None), json!({"emails": [{"value": "a@x"}]}));
        assert_eq!(cut(Some("name.givenName,name"), None)["name"]["familyName"], "Oz");
        assert_eq!(cut(Some(r#"emails[type eq "a,b"].value,userName"#), None)["emails"][1]["type"], "home");
    }

    #[test]
    fn an_extension_is_named_as_a_whole_or_in_parts() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        assert_eq!(cut(Some(urn), None), json!({urn: {"department": "Math", "division": "North"}}));
        assert_eq!(cut(Some(&format!("{urn}:Department")), None), json!({urn: {"department": "Math"}}));
        assert_eq!(cut(Some("department"), None), json!({urn: {"department": "Math"}}));
        assert_eq!(cut(None, Some(urn)).get(urn), None);
    }

    #[test]
    fn what_is_always_returned_can_not_be_excluded() {
        let rest = cut(None, Some("id,schemas,userName,emails.value,name.givenName,name.familyName"));
        assert_eq!(rest.get("userName"), None);
        assert_eq!(rest["emails"], json!([{"type": "work"}, {"type": "home"}]));
        assert_eq!(rest.get("name"), None);
    }

    #[test]
    fn of_both_lists_the_positive_one_counts() {
        assert_eq!(cut(Some("userName"), Some("userName")), json!({"userName": "ann"}));
    }

    #[test]
    fn what_is_not_wanted_is_known_before_it_is_loaded() {
        let members = CORE_GROUP.attribute("members").unwrap();
        let display = members.sub("display").unwrap();
        let value = members.value().unwrap();
        let entra = Projection::new(&GROUP, None, Some("members"));
        let names = Projection::new(&GROUP, Some("members.display"), None);
        assert!(!entra.shows(members) && !entra.shows_sub(members, value));
        assert!(names.shows(members) && names.shows_sub(members, display) && !names.shows_sub(members, value));
        assert!(Projection::all(&GROUP).shows_sub(members, value));
    }
}
