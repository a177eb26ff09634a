//! What is written once for a provider's view: references to groups, and people as users.

use std::sync::OnceLock;

use crate::catalogue::Entity;
use crate::consent::Categories;
use crate::planted;
use crate::query::{Door, WrittenOnce};
use crate::scim::door::exchange::Exchange;
use crate::scim::door::group_references::GroupReferences;
use crate::scim::school::directory::Membership;

/// What is written once for a view.
#[derive(Debug)]
pub struct OfView {
    /// References to groups.
    pub references: OnceLock<GroupReferences>,
    /// People as users.
    pub users: WrittenOnce<WrittenUser>,
}

/// What is known of a person of the school beside its text as a user, which ends where its groups begin: those of the
/// provider's own are not written once.
#[derive(Debug)]
pub struct WrittenUser {
    /// The school's groups that the user is in.
    pub groups: Box<[Membership]>,
    /// What makes its version.
    pub hash: u128,
    /// What it tells of the person.
    pub told: Categories,
}

impl WrittenUser {
    /// How many bytes it takes beside its own size.
    pub fn n_bytes(&self) -> usize {
        size_of_val(&*self.groups)
    }
}

impl<'a> Exchange<'a> {
    /// What is written once for the caller's view.
    pub(super) fn written_once(&self) -> Option<&'a OfView> {
        if planted::is_any() {
            return None;
        }
        let n_people = self.release().snapshot().ids(Entity::User).len();
        self.view.kept(Door::Scim, || OfView {
            references: OnceLock::new(),
            users: WrittenOnce::new(n_people, &self.app.people_cache),
        })
    }
}
