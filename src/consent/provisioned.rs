//! What an identity provider keeps over SCIM: users and groups of its own, accounts of the school's people, and its
//! own identifiers of the school's groups.
//!
//! A [`Kept`] is read back only by the provider that wrote it, as [`Own`]: as with [`crate::consent::written`],
//! only a release makes one.

use serde_json::{Map, Value};

use crate::consent::Release;

/// What kind of object a provider keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A user that the provider made.
    User,
    /// A group that the provider made.
    Group,
    /// The account of a person of the school.
    Account,
    /// The provider's own identifier of a group of the school.
    SchoolGroup,
}

impl Kind {
    /// The kind as a word: of users and groups, the name of their resource type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Account => "Account",
            Self::SchoolGroup => "SchoolGroup",
        }
    }

    /// The kind with that name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::User, Self::Group, Self::Account, Self::SchoolGroup].into_iter().find(|kind| kind.name() == name)
    }
}

/// An object that a provider keeps, as the store has it.
///
/// ```compile_fail,E0277
/// fn leak(kept: &koppelvlak::consent::provisioned::Kept) -> String {
///     serde_json::to_string(kept).unwrap_or_default()
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Who keeps it.
    pub vendor: String,
    /// What kind of object it is.
    pub kind: Kind,
    /// Its id; of an account, the row number of the person; of a group of the school, the id that the provider knows.
    pub id: String,
    /// Its place among the provider's objects of its kind, in the order in which they were made.
    pub number: i64,
    /// Goes up with every change.
    pub version: i64,
    /// When it was made (ms).
    pub created_at: i64,
    /// When it last changed (ms).
    pub modified_at: i64,
    /// The row number of the person of the school that a user is, as the school decided.
    pub person: Option<i64>,
    /// The attributes by their names in the standard, without members, id and metadata.
    pub body: Map<String, Value>,
}

/// What a provider keeps, on its way back to that provider. Only [`Release::give_back`] makes one.
///
/// ```compile_fail,E0451
/// use koppelvlak::consent::{Release, provisioned::{Kept, Own}};
///
/// fn forge(release: &Release, kept: Kept) -> Own<'_> {
///     Own { release, kept }
/// }
/// ```
#[derive(Debug)]
pub struct Own<'a> {
    release: &'a Release,
    kept: Kept,
}

/// A user that a provider made, its attributes as they are stored: pages of users are only written.
#[derive(Debug)]
pub struct KeptUser {
    /// The user, its attributes left out.
    pub kept: Kept,
    /// The attributes as a JSON object, with the `schemas` that they belong to.
    pub body: String,
    /// Whether it has a manager.
    pub is_managed: bool,
}

/// A user on its way back to the provider that made it. Only [`Release::give_back_user`] makes one.
#[derive(Debug)]
pub struct OwnUser(KeptUser);

impl OwnUser {
    /// The user.
    pub fn user(&self) -> &KeptUser {
        &self.0
    }
}

impl Release {
    /// Lets a provider have back a user that it made; `None` if somebody else did.
    pub fn give_back_user(&self, user: KeptUser) -> Option<OwnUser> {
        (*user.kept.vendor == **self.vendor()).then_some(OwnUser(user))
    }

    /// Lets a provider have back what it keeps itself; `None` if somebody else keeps it.
    pub fn give_back(&self, kept: Kept) -> Option<Own<'_>> {
        (*kept.vendor == **self.vendor()).then_some(Own { release: self, kept })
    }
}

impl<'a> Own<'a> {
    /// The release that let it through.
    pub fn release(&self) -> &'a Release {
        self.release
    }

    /// The object.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }
}
