//! The scopes of OneRoster 1.1 and 1.2 and of SCIM, in the short form that rules files use.
//!
//! Clients in the wild ask by the URLs of either version, with `http` or `https`, or by the bare name: all
//! name the same right.

use std::fmt;

use crate::catalogue::Version;

/// What follows the host in a scope URL of version 1.2.
const V1P2: &str = "https://purl.imsglobal.org/spec/or/v1p2/scope/";

/// What stands before the name of a scope in a URL of version 1.1.
const V1P1: &str = "https://purl.imsglobal.org/spec/or/v1p1/scope/";

/// Every prefix under which a client may name a scope.
const PREFIXES: [&str; 4] =
    [V1P2, V1P1, "http://purl.imsglobal.org/spec/or/v1p2/scope/", "http://purl.imsglobal.org/spec/or/v1p1/scope/"];

macro_rules! scopes {
    ($($variant:ident $name:literal $permits:literal;)*) => {
        /// A right that a token may carry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $(#[doc = $permits] $variant,)*
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The short form, such as `roster.readonly`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What the scope permits, in one line.
            pub const fn permits(self) -> &'static str {
                match self { $(Self::$variant => $permits,)* }
            }
        }
    };
}

scopes! {
    RosterCoreReadonly "roster-core.readonly" "Reads collections and single objects of rostering, without demographics.";
    RosterReadonly "roster.readonly" "Reads everything of rostering, without demographics.";
    RosterDemographicsReadonly "roster-demographics.readonly" "Reads demographics.";
    ResourceReadonly "resource.readonly" "Reads everything of resources.";
    ResourceCoreReadonly "resource-core.readonly" "Reads collections and single objects of resources.";
    GradebookReadonly "gradebook.readonly" "Reads categories, line items, results and score scales, nested ones too.";
    GradebookCoreReadonly "gradebook-core.readonly" "Reads collections and single objects of the gradebook.";
    GradebookCreateput "gradebook.createput" "Creates and replaces gradebook objects by PUT.";
    GradebookCreatepost "gradebook.createpost" "Creates gradebook objects by POST.";
    GradebookDelete "gradebook.delete" "Deletes gradebook objects.";
    AssessmentReadonly "assessment.readonly" "Reads assessment line items and results.";
    AssessmentCreateput "assessment.createput" "Creates and replaces assessment line items and results.";
    AssessmentDelete "assessment.delete" "Deletes assessment line items and results.";
    Scim "scim" "Everything of SCIM: what the next two permit.";
    ScimReadonly "scim.readonly" "Reads users and groups over SCIM.";
    ScimProvision "scim.provision" "Keeps users, groups and accounts over SCIM, and reads them.";
}

impl Scope {
    /// Reads a scope as a client names it: a short form, or a URL of either version.
    pub fn parse(text: &str) -> Option<Self> {
        let name = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
        Self::ALL.iter().copied().find(|scope| scope.name() == name)
    }

    /// The scope as a client asks for it: the URL that OneRoster 1.2 gives it. SCIM has no names of its own for
    /// scopes, so that ours stand as they are.
    pub fn url(self) -> String {
        self.url_in(Version::V1p2)
    }

    /// The same in a version of OneRoster.
    pub fn url_in(self, version: Version) -> String {
        match (self, version) {
            (Self::Scim | Self::ScimReadonly | Self::ScimProvision, _) => self.name().to_owned(),
            (_, Version::V1p1) => format!("{V1P1}{}", self.name()),
            (_, Version::V1p2) => format!("{V1P2}{}", self.name()),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u32);

impl Scopes {
    /// The scopes among these names; a name that is no scope of ours (yet) grants nothing.
    pub fn from_names<S: AsRef<str>>(names: &[S]) -> Self {
        names.iter().filter_map(|name| Scope::parse(name.as_ref())).collect()
    }

    /// Whether the set holds the scope.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// Whether the set holds at least one of the scopes.
    pub fn contains_any(self, scopes: &[Scope]) -> bool {
        scopes.iter().any(|scope| self.contains(*scope))
    }

    /// The scopes in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes in either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The same with the scopes that `scim` comprises, if it is among them.
    #[must_use]
    pub const fn with_comprised(self) -> Self {
        if self.contains(Scope::Scim) {
            return Self(self.0 | 1 << Scope::ScimReadonly as u32 | 1 << Scope::ScimProvision as u32);
        }
        self
    }

    /// Whether there is no scope.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The scopes, in the order of [`Scope::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_known_by_its_name_and_by_the_urls_of_both_versions() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.name()), Some(*scope));
            for prefix in PREFIXES {
                assert_eq!(Scope::parse(&format!("{prefix}{scope}")), Some(*scope));
            }
        }
        assert_eq!(Scope::parse("roster"), None);
        assert_eq!(Scope::parse("https://example.org/roster.readonly"), None);
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let scopes = Scopes::from_names(&["roster.readonly", "gradebook.delete", "unheard-of"]);

        let listed: Vec<Scope> = scopes.iter().collect();

        assert_eq!(listed, [Scope::RosterReadonly, Scope::GradebookDelete]);
        assert!(scopes.contains_any(&[Scope::ResourceReadonly, Scope::GradebookDelete]));
        assert!(!scopes.contains_any(&[Scope::ResourceReadonly]));
        assert!(scopes.and(Scopes::from_names(&["resource.readonly"])).is_empty());
    }
}
