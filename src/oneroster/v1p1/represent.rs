//! What OneRoster 1.1 says of a person in the place of the roles of 1.2: one `role`, and `orgs`.

use crate::catalogue::{Category, Entity};
use crate::consent::released::Record;
use crate::json::Json;
use crate::oneroster::represent::{Represented, list};
use crate::query::main_role;

/// The role of whoever's role is withheld, or has no word in 1.1. The vocabulary is closed, and clients give
/// this word least.
const WITHHELD: &str = "relative";

impl<'a, R: Record<'a>> Represented<'a, '_, R> {
    /// The foremost role; returns whether it is shown.
    pub(in crate::oneroster) fn main_role(&self, json: &mut Json, name: &'static str) -> bool {
        let word = main_role::word(self.release(), self.released.position());
        let Some(word) = word.filter(|_| self.released.shows(Category::Identity)) else { return false };
        json.text_member(name, word);
        true
    }

    /// The orgs of all roles, that of the foremost first; returns whether they are shown.
    pub(in crate::oneroster) fn role_orgs(&self, json: &mut Json, name: &'static str) -> bool {
        if !self.released.shows(Category::Identity) {
            return false;
        }
        let orgs = main_role::orgs(self.release(), self.released.position());
        list(json, name, &orgs, |json, org| self.reference(json, Entity::Org, *org))
    }

    /// A role that no one can take for more than it is.
    #[expect(clippy::unused_self, reason = "it stands beside the others")]
    pub(in crate::oneroster) fn withheld_main_role(&self, json: &mut Json, name: &'static str) -> bool {
        json.text_member(name, WITHHELD);
        true
    }

    /// The first org of the view, whoever it is.
    pub(in crate::oneroster) fn withheld_role_orgs(&self, json: &mut Json, name: &'static str) -> bool {
        let first = self.release().listed(Entity::Org).min();
        if first.is_none() && !self.released.is_tombstone() {
            return false;
        }
        list(json, name, &[first], |json, first| match first {
            Some(first) => self.reference(json, Entity::Org, self.release().order(Entity::Org).position(*first)),
            None => self.withheld_reference(json, Entity::Org),
        })
    }
}
