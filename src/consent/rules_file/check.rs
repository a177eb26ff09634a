//! The checks of a rules file against itself and against its board.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::catalogue::Category;
use crate::catalogue::category::Level;
use crate::consent::rule::RuleStatus;
use crate::consent::rules_file::Problem;
use crate::consent::rules_file::choices::check_choices;
use crate::consent::rules_file::document::At;
use crate::consent::rules_file::entry::{RuleEntry, RulesFile};
use crate::consent::rules_file::known::Known;
use crate::consent::rules_file::problem::suggestion;
use crate::consent::rules_file::pushes::check_push;

/// Everything in the file that contradicts itself or the board.
pub fn check(file: &RulesFile, known: &Known, today: NaiveDate) -> Vec<Problem> {
    let mut found = Found::default();
    if known.tenant.is_none() && file.tenant.name.is_none() && file.tenant.slug.is_some() {
        found.add(file.tenant.line, "tenant", "`name` is missing, and there is no such board yet");
    }
    unique(&mut found, file.tenant.special.iter().map(|special| (special.category.map(key), special.label.as_str())));
    unique(&mut found, file.vendors.iter().map(|vendor| (vendor.id.as_ref().map(text), vendor.label.as_str())));
    unique(&mut found, file.rules.iter().map(|rule| (rule.id.as_ref().map(text), rule.label.as_str())));
    let board = Board::of(file, known);
    for vendor in &file.vendors {
        check_push(&mut found, vendor, known);
    }
    for rule in &file.rules {
        board.check_vendor(&mut found, &rule.label, rule.vendor.as_ref());
        board.check_population(&mut found, rule);
        board.check_content(&mut found, rule, today);
    }
    for choice in &file.choices {
        board.check_vendor(&mut found, &choice.label, choice.vendor.as_ref());
    }
    check_choices(&mut found, file, known, today);
    found.0.sort();
    found.0
}

/// What a school should look at, though it stops nothing.
pub fn warnings(file: &RulesFile) -> Vec<Problem> {
    let mut found = Found::default();
    for rule in &file.rules {
        if rule.agreement.is_none() {
            let names = at_least(rule, Level::S2);
            if !names.is_empty() {
                found.add(rule.line, &rule.label, &format!("names no `agreement`, which is due for {names}"));
            }
        }
        if rule.reason.is_none() {
            let names = at_least(rule, Level::S3);
            if !names.is_empty() {
                found.add(rule.line, &rule.label, &format!("names no `reason`, which is due for {names}"));
            }
        }
    }
    found.0
}

fn at_least(rule: &RuleEntry, level: Level) -> String {
    let categories = rule.categories.iter().map(|category| category.value).filter(|c| c.level() >= level);
    categories.map(|category| format!("`{category}`")).collect::<Vec<_>>().join(", ")
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Found(Vec<Problem>);

impl Found {
    pub(super) fn add(&mut self, line: usize, label: &str, text: &str) {
        self.0.push(Problem { line, text: format!("{label}: {text}") });
    }
}

fn text(id: &At<String>) -> At<&str> {
    At { line: id.line, value: &id.value }
}

fn key(category: At<Category>) -> At<&'static str> {
    At { line: category.line, value: category.value.key() }
}

fn unique<'a>(found: &mut Found, entries: impl Iterator<Item = (Option<At<&'a str>>, &'a str)>) {
    let mut first = BTreeMap::new();
    for (id, label) in entries {
        let Some(id) = id else { continue };
        if let Some(line) = first.insert(id.value, id.line) {
            found.add(id.line, label, &format!("stands twice in this file, first in line {line}"));
        }
    }
}

/// The board as it will be: what the file says on top of what is known.
struct Board<'a> {
    known: &'a Known,
    vendors: BTreeSet<&'a str>,
    open_until: BTreeMap<Category, NaiveDate>,
    /// Categories that the file opens by an entry with a problem of its own.
    half_read: BTreeSet<Category>,
}

impl<'a> Board<'a> {
    fn of(file: &'a RulesFile, known: &'a Known) -> Self {
        let stored = known.connections.iter().map(|stored| stored.connection.vendor.as_str());
        let named = file.vendors.iter().filter_map(|vendor| Some(vendor.id.as_ref()?.value.as_str()));
        let mut open_until: BTreeMap<_, _> = known.special.iter().map(|s| (s.category, s.until)).collect();
        open_until.extend(file.tenant.special.iter().filter_map(|s| Some((s.category?.value, s.until?.value))));
        let half_read = file.tenant.special.iter().filter_map(|special| Some(special.category?.value)).collect();
        Self { known, vendors: stored.chain(named).collect(), open_until, half_read }
    }

    fn check_vendor(&self, found: &mut Found, label: &str, vendor: Option<&At<String>>) {
        let Some(vendor) = vendor else { return };
        if !self.vendors.contains(vendor.value.as_str()) {
            let hint = suggestion(&vendor.value, self.vendors.iter().copied());
            found.add(vendor.line, label, &format!("there is no vendor `{}`{hint}", vendor.value));
        }
    }

    fn check_population(&self, found: &mut Found, rule: &RuleEntry) {
        let known = self.known;
        for grade in rule.grades.iter().filter(|grade| !known.grades.contains(&grade.value)) {
            let grades = known.grades.iter().map(|grade| format!("`{grade}`")).collect::<Vec<_>>().join(", ");
            let has = if grades.is_empty() { String::new() } else { format!("; the board has {grades}") };
            found.add(grade.line, &rule.label, &format!("there is no grade `{}`{has}", grade.value));
        }
        let lists = [
            ("school", &rule.schools, &known.schools),
            ("class", &rule.classes, &known.classes),
            ("course", &rule.courses, &known.courses),
        ];
        for (kind, named, existing) in lists {
            for item in named.iter().filter(|item| !existing.contains(&item.value)) {
                let hint = suggestion(&item.value, existing.iter().map(String::as_str));
                found.add(item.line, &rule.label, &format!("there is no {kind} `{}`{hint}", item.value));
            }
        }
        for person in rule.people.iter().filter(|person| !known.people.contains_key(&person.value)) {
            // No suggestion: it would say who else is there.
            found.add(person.line, &rule.label, &format!("there is no person `{}`", person.value));
        }
    }

    fn check_content(&self, found: &mut Found, rule: &RuleEntry, today: NaiveDate) {
        if let (Some(id), Some(vendor)) = (&rule.id, &rule.vendor)
            && let Some(stored) = self.known.rules.iter().find(|stored| stored.id == id.value)
            && stored.vendor != vendor.value
        {
            let text =
                format!("is a rule of vendor `{}` already; a rule of another vendor needs its own id", stored.vendor);
            found.add(vendor.line, &rule.label, &text);
        }
        if rule.status.is_some_and(|status| status.value == RuleStatus::Ended) {
            return;
        }
        if let Some(id) = &rule.id
            && self.known.rules.iter().any(|stored| stored.id == id.value && stored.status == RuleStatus::Ended)
        {
            let line = rule.status.map_or(rule.line, |status| status.line);
            found.add(
                line,
                &rule.label,
                "has ended, which is for good; what starts again needs a rule with its own id",
            );
        }
        for category in rule.categories.iter().filter(|category| category.value.needs_enabling()) {
            if let Some(text) = self.shut(category.value, rule.until.map(|until| until.value), today) {
                found.add(category.line, &rule.label, &text);
            }
        }
    }

    /// Why a rule that ends on `until` can't release a category of level S4, if so.
    fn shut(&self, category: Category, until: Option<NaiveDate>, today: NaiveDate) -> Option<String> {
        let Some(open_until) = self.open_until.get(&category) else {
            if self.half_read.contains(&category) {
                return None;
            }
            return Some(format!(
                "`{category}` is shut for this board; [[tenant.special]] opens it, with an exception and an `until`"
            ));
        };
        match until {
            None if *open_until < today => {
                Some(format!("`{category}` was open for this board until {open_until} only"))
            }
            Some(until) if until > *open_until && *open_until < today => {
                Some(format!("`{category}` was open for this board until {open_until} only"))
            }
            None => Some(format!("`{category}` needs a rule with an `until`, at the latest {open_until}")),
            Some(until) if until > *open_until => {
                Some(format!("`{category}` is open for this board until {open_until}, the rule runs until {until}"))
            }
            Some(_) => None,
        }
    }
}
