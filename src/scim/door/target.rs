//! What an address below `/{tenant}/scim/v2` names (RFC 7644 §3.2).

use crate::scim::schema::{GROUP, ResourceType, USER};

/// What an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All resources of all types.
    Root,
    /// A query in a body over all types.
    SearchRoot,
    /// All resources of a type.
    Collection(&'static ResourceType),
    /// A query in a body over a type.
    Search(&'static ResourceType),
    /// One resource.
    One(&'static ResourceType, String),
    /// The caller's own resource.
    Me,
    /// Many changes in one request.
    Bulk,
    /// What the server can do.
    ServiceProviderConfig,
    /// The types, or one of them.
    ResourceTypes(Option<String>),
    /// The schemas, or one of them.
    Schemas(Option<String>),
}

impl Target {
    /// Reads the segments of an address; names of endpoints in any letter case, as clients write them.
    pub fn of(segments: &[String]) -> Option<Self> {
        let lower: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let words: Vec<&str> = lower.iter().map(String::as_str).collect();
        let as_sent = |place: usize| segments.get(place).cloned();
        Some(match words.as_slice() {
            [] => Self::Root,
            [".search"] => Self::SearchRoot,
            ["users"] => Self::Collection(&USER),
            ["groups"] => Self::Collection(&GROUP),
            ["users", ".search"] => Self::Search(&USER),
            ["groups", ".search"] => Self::Search(&GROUP),
            ["users", _] => Self::One(&USER, as_sent(1)?),
            ["groups", _] => Self::One(&GROUP, as_sent(1)?),
            ["me"] => Self::Me,
            ["bulk"] => Self::Bulk,
            ["serviceproviderconfig"] => Self::ServiceProviderConfig,
            ["resourcetypes"] => Self::ResourceTypes(None),
            ["resourcetypes", _] => Self::ResourceTypes(as_sent(1)),
            ["schemas"] => Self::Schemas(None),
            ["schemas", _] => Self::Schemas(as_sent(1)),
            _ => return None,
        })
    }

    /// The methods that it takes.
    pub fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Root | Self::ServiceProviderConfig | Self::ResourceTypes(_) | Self::Schemas(_) => &["GET"],
            Self::SearchRoot | Self::Search(_) | Self::Bulk => &["POST"],
            Self::Collection(_) => &["GET", "POST"],
            Self::One(..) => &["GET", "PUT", "PATCH", "DELETE"],
            Self::Me => &["GET", "POST", "PUT", "PATCH", "DELETE"],
        }
    }

    /// Its pattern, for logs.
    pub fn pattern(&self) -> &'static str {
        match self {
            Self::Root => "scim",
            Self::SearchRoot => "scim/.search",
            Self::Collection(kind) if *kind == &USER => "scim/Users",
            Self::Collection(_) => "scim/Groups",
            Self::Search(kind) if *kind == &USER => "scim/Users/.search",
            Self::Search(_) => "scim/Groups/.search",
            Self::One(kind, _) if *kind == &USER => "scim/Users/{id}",
            Self::One(..) => "scim/Groups/{id}",
            Self::Me => "scim/Me",
            Self::Bulk => "scim/Bulk",
            Self::ServiceProviderConfig => "scim/ServiceProviderConfig",
            Self::ResourceTypes(_) => "scim/ResourceTypes",
            Self::Schemas(_) => "scim/Schemas",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Option<Target> {
        let segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect();
        Target::of(&segments)
    }

    #[test]
    fn endpoints_are_known_in_any_case_and_ids_stay_as_they_are() {
        assert_eq!(of("/users"), Some(Target::Collection(&USER)));
        assert_eq!(of("/GROUPS/AbC"), Some(Target::One(&GROUP, "AbC".to_owned())));
        assert_eq!(of("/Users/.Search"), Some(Target::Search(&USER)));
        assert_eq!(of(""), Some(Target::Root));
        assert_eq!(of("/Users/a/b"), None);
        assert_eq!(of("/Devices"), None);
    }
}
