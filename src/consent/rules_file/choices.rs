//! Which choices are the same one, and what a file may do to them.
//!
//! Two choices are about the same if person, vendor, categories and decision are. A withdrawn one stays on record;
//! the same choice on a later day is another one.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::catalogue::Category;
use crate::consent::choice::{Choice, Decision};
use crate::consent::rules_file::check::Found;
use crate::consent::rules_file::entry::{ChoiceEntry, RulesFile};
use crate::consent::rules_file::facts;
use crate::consent::rules_file::known::Known;
use crate::consent::rules_file::plan::{Change, Step};
use crate::store::choice::StoredChoice;

type About<'a, Person> = (Person, Option<&'a str>, Vec<Category>, Decision);

/// The choices of a board, as a file changes them.
#[derive(Debug)]
pub struct Choices<'a> {
    by_subject: BTreeMap<About<'a, i64>, Vec<StoredChoice>>,
    next_number: i64,
}

impl<'a> Choices<'a> {
    /// The choices before the file.
    pub fn of(known: &'a Known) -> Self {
        let mut by_subject: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for stored in &known.choices {
            by_subject.entry(about(&stored.choice)).or_default().push(stored.clone());
        }
        Self { by_subject, next_number: known.choices.iter().map(|stored| stored.number).max().unwrap_or(0) + 1 }
    }

    /// What one entry changes; `None` is a value that was not read and `Some(None)` nothing to change.
    ///
    /// An entry is the choice that was made on the same day, else the one that still stands.
    pub fn change(&mut self, entry: &'a ChoiceEntry, known: &Known) -> Option<Option<Change>> {
        let person = &entry.person.as_ref()?.value;
        let choice = Choice {
            person: *known.people.get(person)?,
            vendor: entry.vendor.as_ref().map(|vendor| vendor.value.clone()),
            categories: categories(entry),
            decision: entry.choice?.value,
            by: entry.by.as_ref()?.value.clone(),
            on: entry.on?.value,
            withdrawn: entry.withdrawn.map(|day| day.value),
        };
        let subject = (choice.person, vendor(entry), categories(entry), choice.decision);
        let same = self.by_subject.entry(subject).or_default();
        let place = same
            .iter()
            .position(|stored| stored.choice.on == choice.on)
            .or_else(|| same.iter().position(|stored| stored.choice.withdrawn.is_none()));
        let found = place.and_then(|place| same.get_mut(place));
        if found.as_ref().is_some_and(|stored| stored.choice == choice) {
            return Some(None);
        }
        let before = found.as_ref().map(|stored| facts::of_choice(person, &stored.choice));
        let after = facts::of_choice(person, &choice);
        let stored = if let Some(found) = found {
            found.choice = choice;
            found.clone()
        } else {
            let stored = StoredChoice { number: self.next_number, choice };
            self.next_number += 1;
            same.push(stored.clone());
            stored
        };
        Some(Some(Change { subject: format!("choice {person}"), before, after, step: Step::Choice(stored) }))
    }
}

/// Checks the people, days and categories of all choices, and that none says twice what another says.
pub(super) fn check_choices(found: &mut Found, file: &RulesFile, known: &Known, today: NaiveDate) {
    let stored = Choices::of(known);
    let mut earlier: BTreeMap<_, Vec<&ChoiceEntry>> = BTreeMap::new();
    for choice in &file.choices {
        check_choice(found, choice, today);
        let Some(person) = &choice.person else { continue };
        let row = known.people.get(&person.value);
        if row.is_none() {
            found.add(person.line, &choice.label, "there is no such person");
        }
        let Some(decision) = choice.choice else { continue };
        let same =
            earlier.entry((person.value.as_str(), vendor(choice), categories(choice), decision.value)).or_default();
        check_repetition(found, choice, same);
        same.push(choice);
        let about = row.map(|row| (*row, vendor(choice), categories(choice), decision.value));
        let stored = about.and_then(|about| stored.by_subject.get(&about));
        check_revival(found, choice, stored.map(Vec::as_slice).unwrap_or_default());
    }
}

fn check_choice(found: &mut Found, choice: &ChoiceEntry, today: NaiveDate) {
    for (key, date) in [("on", choice.on), ("withdrawn", choice.withdrawn)] {
        if let Some(date) = date.filter(|date| date.value > today) {
            found.add(date.line, &choice.label, &format!("`{key}` {} is still to come", date.value));
        }
    }
    if choice.choice.is_some_and(|decision| decision.value == Decision::Grant) {
        for category in choice.categories.iter().filter(|category| category.value.is_forbidden()) {
            let text = format!("`{}` can't be released by anything, so no grant helps", category.value);
            found.add(category.line, &choice.label, &text);
        }
    }
}

/// Two choices about the same, made on the same day or both standing, say nothing more than one.
fn check_repetition(found: &mut Found, choice: &ChoiceEntry, earlier: &[&ChoiceEntry]) {
    let twin = earlier.iter().find(|other| {
        let same_day = choice.on.map(|on| on.value) == other.on.map(|on| on.value);
        same_day || (choice.withdrawn.is_none() && other.withdrawn.is_none())
    });
    if let Some(twin) = twin {
        let text = format!("the same choice stands twice in this file, first in line {}", twin.line);
        found.add(choice.line, &choice.label, &text);
    }
}

/// A grant that was taken back doesn't come back by an older file; a refusal may.
fn check_revival(found: &mut Found, choice: &ChoiceEntry, stored: &[StoredChoice]) {
    let Some(on) = choice.on.filter(|_| choice.withdrawn.is_none()) else { return };
    let grants = stored.iter().map(|stored| &stored.choice).filter(|stored| stored.decision == Decision::Grant);
    if let Some(day) = grants.filter_map(|grant| grant.withdrawn).find(|day| on.value <= *day) {
        let text = format!("this grant was withdrawn on {day}; a new one needs a later `on`");
        found.add(on.line, &choice.label, &text);
    }
}

fn about(choice: &Choice) -> About<'_, i64> {
    (choice.person, choice.vendor.as_deref(), choice.categories.clone(), choice.decision)
}

fn vendor(entry: &ChoiceEntry) -> Option<&str> {
    entry.vendor.as_ref().map(|vendor| vendor.value.as_str())
}

fn categories(entry: &ChoiceEntry) -> Vec<Category> {
    entry.categories.iter().map(|category| category.value).collect()
}
