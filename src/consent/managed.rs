//! Whose accounts a vendor may keep: people whom a rule covers that lets the vendor write `login` or
//! `contact-email`.

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::Release;

/// The categories of accounts that a rule may let a vendor write.
pub const OF_ACCOUNTS: [Category; 2] = [Category::Login, Category::ContactEmail];

/// People by what the vendor may write of them.
#[derive(Debug, Default)]
pub(super) struct Managed {
    logins: RoaringBitmap,
    emails: RoaringBitmap,
}

impl Managed {
    /// Adds whom a rule covers.
    pub(super) fn allow(&mut self, category: Category, people: &RoaringBitmap) {
        match category {
            Category::Login => self.logins |= people,
            Category::ContactEmail => self.emails |= people,
            _ => {}
        }
    }
}

impl Release {
    /// Whether the vendor may keep that part of a person's account.
    pub fn may_keep_account(&self, category: Category, person: u32) -> bool {
        let people = match category {
            Category::Login => &self.managed().logins,
            Category::ContactEmail => &self.managed().emails,
            _ => return false,
        };
        people.contains(person) && self.is_live(Entity::User, person)
    }
}
