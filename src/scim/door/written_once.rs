//! What is written once for a view and lasts as long as it: references to groups, and people as users.
//!
//! A view is of one state of the board and of its rules, so that nothing here is ever of another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::catalogue::{Category, Entity};
use crate::clock::Millis;
use crate::consent::Categories;
use crate::consent::release::bit;
use crate::planted;
use crate::scim::door::exchange::Exchange;
use crate::scim::door::group_references::GroupReferences;
use crate::scim::school::directory::Membership;

/// How much memory written users may take in all views together, in bytes.
#[derive(Debug, Clone)]
pub struct Budget(Arc<AtomicUsize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(Self::DEFAULT * MIB)))
    }
}

const MIB: usize = 1024 * 1024;

impl Budget {
    /// What may be taken unless that is set, in MiB.
    pub const DEFAULT: usize = 96;

    /// Sets what may be taken, before anything is.
    pub fn set(&self, mib: usize) {
        self.0.store(mib.saturating_mul(MIB), Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// What is written once for a view.
#[derive(Debug)]
pub struct WrittenOnce {
    /// References to groups.
    pub references: OnceLock<GroupReferences>,
    users: Vec<OnceLock<Box<WrittenUser>>>,
    budget: Budget,
    n_bytes: AtomicUsize,
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
    fn n_bytes(&self) -> usize {
        size_of::<Self>()
            + self.attributes.len()
            + size_of_val(&*self.schemas)
            + self.placeholder.as_ref().map_or(0, |text| text.len())
            + size_of_val(&*self.groups)
            + self.tag.len()
    }
}

impl WrittenOnce {
    /// A person as a user, if it was written before.
    pub fn user(&self, person: u32) -> Option<&WrittenUser> {
        self.users.get(person as usize)?.get().map(Box::as_ref)
    }

    /// Keeps a written user as long as there is room.
    pub fn keep(&self, person: u32, user: WrittenUser) {
        // Carers are told of beside the person.
        if user.told & bit(Category::Carers) != 0 {
            return;
        }
        let Some(slot) = self.users.get(person as usize) else { return };
        let n_bytes = user.n_bytes();
        if slot.get().is_none() && self.budget.take(n_bytes) {
            self.n_bytes.fetch_add(n_bytes, Ordering::Relaxed);
            // Whoever came first wrote the same.
            drop(slot.set(Box::new(user)));
        }
    }
}

impl Drop for WrittenOnce {
    fn drop(&mut self) {
        self.budget.give_back(self.n_bytes.load(Ordering::Relaxed));
    }
}

impl<'a> Exchange<'a> {
    /// What is written once for the caller's view.
    pub(super) fn written_once(&self) -> Option<&'a WrittenOnce> {
        if planted::is_any() {
            return None;
        }
        self.view.kept(|| WrittenOnce {
            references: OnceLock::new(),
            users: (0..self.release().snapshot().ids(Entity::User).len()).map(|_| OnceLock::new()).collect(),
            budget: self.app.scim_users.clone(),
            n_bytes: AtomicUsize::new(0),
        })
    }
}
