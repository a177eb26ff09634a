//! What an operation changes: an attribute, a part of one, or the elements of a list that a filter names.

use crate::scim::filter::{Filter, Scope, value_filter};
use crate::scim::path::{Named, Path};
use crate::scim::refusal::Refusal;
use crate::scim::schema::{Attribute, Schema};

/// The target of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All attributes of an extension.
    Extension(&'static Schema),
    /// An attribute or a part of one; of a list, in all its elements.
    Path(Path),
    /// The elements of a list for which the filter holds, or a part of them.
    Values {
        /// The list.
        path: Path,
        /// Which elements.
        filter: Filter,
        /// Which part of them.
        sub: Option<&'static Attribute>,
    },
}

impl Target {
    /// Reads a path; none is one that leads to no attribute of the resource.
    ///
    /// What is wrong within brackets is `invalidFilter`, and `invalidPath` what is wrong outside.
    pub fn parse(text: &str, scope: Scope) -> Result<Option<Self>, Refusal> {
        let text = text.trim();
        let Some(bracket) = text.find('[') else {
            if text.is_empty() || text.contains(|c: char| c.is_whitespace() || "]()\"'".contains(c)) {
                return Err(Refusal::invalid_path("the path is not the name of an attribute"));
            }
            return Ok(Named::parse(text, scope.resource_type).map(|named| match named {
                Named::Extension(schema) => Self::Extension(schema),
                Named::Path(path) => Self::Path(path),
            }));
        };
        let (name, brackets) = text.split_at_checked(bracket).unwrap_or_default();
        let Some(path) = Path::parse(name, scope.resource_type) else { return Ok(None) };
        if path.sub.is_some() || !path.is_list() {
            return Err(Refusal::invalid_path(format!("`{path}` is no list, so it has no elements to choose from")));
        }
        let (filter, rest) = value_filter(brackets, path, scope)?;
        let sub = match rest.strip_prefix('.') {
            Some(name) => {
                let sub = path.attribute.sub(name);
                Some(sub.ok_or_else(|| Refusal::invalid_path(format!("`{path}` has no such part")))?)
            }
            None if rest.is_empty() => None,
            None => return Err(Refusal::invalid_path("after `]` only `.` and the name of a part can follow")),
        };
        Ok(Some(Self::Values { path, filter, sub }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::refusal::ScimType;
    use crate::scim::schema::USER;

    fn parse(text: &str) -> Result<Option<Target>, Refusal> {
        Target::parse(text, Scope::of(&USER))
    }

    #[test]
    fn a_path_may_choose_elements_and_a_part_of_them() {
        let path = Path::parse("emails", &USER).unwrap();
        let filter = Filter::parse(r#"emails[type eq "work"]"#, Scope::of(&USER)).unwrap();
        let Filter::Values { filter, .. } = filter else { panic!("{filter}") };
        let sub = path.attribute.sub("value");

        let read = parse(r#"URN:ietf:params:scim:schemas:core:2.0:User:Emails[Type eq"work"].VALUE"#).unwrap();

        assert_eq!(read, Some(Target::Values { path, filter: *filter, sub }));
    }

    #[test]
    fn what_leads_nowhere_is_none_and_what_is_no_path_is_refused() {
        for text in ["nosuch", "name.nosuch", r#"nosuch[type eq "x"]"#] {
            assert_eq!(parse(text), Ok(None), "{text}");
        }
        for (text, scim_type) in [
            ("", ScimType::InvalidPath),
            ("user name", ScimType::InvalidPath),
            ("name]", ScimType::InvalidPath),
            (r#"name[formatted eq "x"]"#, ScimType::InvalidPath),
            (r#"emails[type eq "work"]value"#, ScimType::InvalidPath),
            (r#"emails[type eq "work"].nosuch"#, ScimType::InvalidPath),
            ("emails[", ScimType::InvalidFilter),
            (r#"emails[type regex "work"]"#, ScimType::InvalidFilter),
            (r#"emails[nosuch eq "work"]"#, ScimType::InvalidFilter),
            (r#"emails[type eq "work""#, ScimType::InvalidFilter),
        ] {
            assert_eq!(parse(text).unwrap_err().scim_type, Some(scim_type), "{text}");
        }
    }
}
