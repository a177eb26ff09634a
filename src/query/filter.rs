//! Filters as both standards share them: an algebra over leaves, each about one field of the catalogue.

use crate::catalogue::{Entity, Field, Version};

/// How a leaf compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// Equal; of lists: the same set.
    Eq,
    /// Not equal, which an absent value is too.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Contains, whatever the case; of lists: an element in common.
    Contains,
}

/// What a leaf is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// The vendor's identifier of the object.
    SourcedId,
    /// `active` or `tobedeleted`.
    Status,
    /// When the vendor's view of the object last changed.
    DateLastModified,
    /// A field by its name, and a member of its elements where it has such.
    Field(&'static str, Member),
    /// A key of the extension fields.
    Metadata(String),
}

/// The member of a structured value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Member {
    /// The value itself.
    Itself,
    /// The identifier of the object referred to (`school.sourcedId`, `roles.org.sourcedId`, `agents.sourcedId`).
    SourcedId,
    /// The kind of object referred to (`school.type`).
    ReferenceType,
    /// A named member of an element (`roles.role`, `userIds.identifier`).
    Named(&'static str),
    /// The value in the words of a version that has others than those in which it is kept.
    Worded(Version),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Leaf {
    /// What is compared.
    pub target: Target,
    /// How.
    pub op: Op,
    /// With what, as it was written.
    pub value: String,
}

/// A filter over one entity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    /// All of them.
    And(Vec<Filter>),
    /// Any of them.
    Or(Vec<Filter>),
    /// One comparison.
    Leaf(Leaf),
}

impl Op {
    /// Whether `found` stands in this relation to `wanted`.
    pub fn holds<T: PartialOrd + ?Sized>(self, found: &T, wanted: &T) -> bool {
        match self {
            Self::Eq => found == wanted,
            Self::Ne => found != wanted,
            Self::Gt => found > wanted,
            Self::Ge => found >= wanted,
            Self::Lt => found < wanted,
            Self::Le => found <= wanted,
            Self::Contains => false,
        }
    }

    /// The same for text, where `Contains` has a meaning.
    pub fn holds_for_text(self, found: &str, wanted: &str) -> bool {
        match self {
            Self::Contains => found.to_lowercase().contains(&wanted.to_lowercase()),
            Self::Eq | Self::Ne | Self::Gt | Self::Ge | Self::Lt | Self::Le => self.holds(found, wanted),
        }
    }

    /// The operator in SQL; `None` where SQL has none that both databases read alike.
    pub const fn sql(self) -> Option<&'static str> {
        match self {
            Self::Eq => Some(" = "),
            Self::Gt => Some(" > "),
            Self::Ge => Some(" >= "),
            Self::Lt => Some(" < "),
            Self::Le => Some(" <= "),
            Self::Ne | Self::Contains => None,
        }
    }
}

/// The catalogue's rows for a target's field.
pub fn fields(entity: Entity, name: &'static str) -> impl Iterator<Item = &'static Field> {
    entity.all_fields().filter(move |field| field.name == name)
}
