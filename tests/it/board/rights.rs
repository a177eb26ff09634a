//! For whom and where a vendor may write, said naively.

use std::collections::BTreeSet;

use koppelvlak::catalogue::{Category, Entity};

use super::release::{Model, Names};

/// Classes for which the vendor may write line items, pupils with classes for whom it may write results, and people
/// whose accounts it may keep.
pub type Rights = (Names, BTreeSet<(String, Option<String>)>, BTreeSet<(Category, String)>);

impl Model<'_> {
    /// What the vendor may write of what it sees.
    pub fn rights(&self) -> Rights {
        (self.writable_classes(), self.writable_results(), self.writable_accounts())
    }

    /// The visible people of whom the vendor may keep which part of the account.
    pub fn writable_accounts(&self) -> BTreeSet<(Category, String)> {
        let people = self.people();
        self.writable_accounts.iter().filter(|(_, person)| people.contains(person)).cloned().collect()
    }

    /// The visible classes for which the vendor may write line items.
    pub fn writable_classes(&self) -> Names {
        self.writable_classes.intersection(&self.visible(Entity::Class)).cloned().collect()
    }

    /// The visible pupils, each with a visible class in which the vendor may write results for them; or with none,
    /// where it may write results without a class.
    pub fn writable_results(&self) -> BTreeSet<(String, Option<String>)> {
        let (people, classes) = (self.people(), self.visible(Entity::Class));
        let mut pairs = BTreeSet::new();
        for (of_rule, in_classes) in &self.writable_results {
            for person in of_rule.intersection(&people) {
                pairs.insert((person.clone(), None));
                let there = in_classes.intersection(&classes);
                pairs.extend(there.map(|class| (person.clone(), Some(class.clone()))));
            }
        }
        pairs
    }
}
