//! What is written once for a provider's view: references to groups, and people as users.

use std::sync::OnceLock;

use crate::catalogue::Entity;
use crate::clock::Millis;
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

/// A person of the school as a user, but for what the provider keeps itself.
#[derive(Debug)]
pub struct WrittenUser {
    /// The attributes, as the members of an object.
    pub attributes: Box<str>,
    /// The URNs of the schemas that they belong to.
    pub schemas: Box<[&'static str]>,
    /// What stands for a user name.
    pub placeholder: Option<Box<str>>,
    /// The school's groups that the user is in.
    pub groups: Box<[Membership]>,
    /// When it last changed.
    pub modified_at: Millis,
    /// Its version.
    pub tag: Box<str>,
    /// What it tells of the person.
    pub told: Categories,
}

impl WrittenUser {
    /// How many bytes it takes beside its own size.
    pub fn n_bytes(&self) -> usize {
        self.attributes.len()
            + size_of_val(&*self.schemas)
            + self.placeholder.as_ref().map_or(0, |text| text.len())
            + size_of_val(&*self.groups)
            + self.tag.len()
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
