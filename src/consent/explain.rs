//! Why a category of a person is released to a vendor, or is not: what each rule and each choice said.
//!
//! The verdict itself is read from the compiled release, so that an explanation can't tell another story
//! than the answers do.

use chrono::NaiveDate;
use serde::Serialize;

use crate::catalogue::{Category, Entity};
use crate::consent::population::Coverage;
use crate::consent::rule::RuleStatus;
use crate::consent::{Choice, Decision, Grounds, LegalBasis, Population, Release, Rule};
use crate::snapshot::Snapshot;

/// What is true of one category of one person, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The category.
    pub category: Category,
    /// Whether it is released.
    pub released: bool,
    /// What each rule and each choice said, in the order of the rules, then of the choices.
    pub reasons: Vec<Reason>,
}

/// What one rule or choice said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// `rule atlas-1@3`, `choice of parent on 2026-09-02`, or `board`.
    pub source: String,
    /// Whether it releases, as far as it goes.
    pub releases: bool,
    /// In words.
    pub says: String,
}

/// Explains every category (or those given) of the person at that position.
pub fn explain(release: &Release, grounds: &Grounds<'_>, person: u32, categories: &[Category]) -> Vec<Explanation> {
    let snapshot = release.snapshot();
    let covers: Vec<Result<(), String>> =
        grounds.rules.iter().map(|rule| covers(&rule.population, snapshot, person)).collect();
    categories
        .iter()
        .map(|category| {
            let mut reasons = Vec::new();
            for (rule, covers) in grounds.rules.iter().zip(&covers) {
                reasons.push(of_rule(rule, covers, grounds, (release, person), *category));
            }
            if reasons.is_empty() {
                reasons.push(Reason { source: "board".into(), releases: false, says: "the vendor has no rule".into() });
            }
            reasons.extend(of_choices(grounds, snapshot.ids(Entity::User).row_id(person), *category));
            Explanation { category: *category, released: release.shows(Entity::User, *category, person), reasons }
        })
        .collect()
}

fn of_rule(
    rule: &Rule,
    covers: &Result<(), String>,
    grounds: &Grounds<'_>,
    (release, person): (&Release, u32),
    category: Category,
) -> Reason {
    let source = format!("rule {}@{}", rule.id, rule.version);
    let says = inactive(rule, grounds.day)
        .or_else(|| (!rule.categories.contains(&category)).then(|| format!("does not name `{category}`")))
        .or_else(|| closed(category, grounds))
        .or_else(|| covers.as_ref().err().cloned())
        .or_else(|| without_grant(rule, category, grounds, release.snapshot().ids(Entity::User).row_id(person)));
    match says {
        Some(says) => Reason { source, releases: false, says },
        None => Reason { source, releases: true, says: format!("releases `{category}` for: {}", rule.purpose) },
    }
}

fn inactive(rule: &Rule, day: NaiveDate) -> Option<String> {
    match rule.status {
        RuleStatus::Suspended => return Some("is suspended".into()),
        RuleStatus::Ended => return Some("has been ended".into()),
        RuleStatus::Active => {}
    }
    if day < rule.from {
        return Some(format!("begins on {}", rule.from));
    }
    rule.until.filter(|until| *until < day).map(|until| format!("ended on {until}"))
}

fn closed(category: Category, grounds: &Grounds<'_>) -> Option<String> {
    if category.is_forbidden() {
        return Some(format!("no rule can release `{category}`"));
    }
    let is_open = !category.needs_enabling() || grounds.enabled.contains(&category);
    (!is_open).then(|| format!("`{category}` is not enabled for the board today"))
}

fn without_grant(rule: &Rule, category: Category, grounds: &Grounds<'_>, person: i64) -> Option<String> {
    let is_granted = about(grounds, person, category).any(|choice| choice.decision == Decision::Grant);
    let lacks = rule.basis == LegalBasis::Consent && !is_granted;
    lacks.then(|| format!("rests on consent, and there is no grant for `{category}`"))
}

/// The choices of a person that concern the vendor and the category.
fn about<'a>(grounds: &Grounds<'a>, person: i64, category: Category) -> impl Iterator<Item = &'a Choice> {
    let vendor = grounds.connection.vendor.clone();
    grounds.choices.iter().filter(move |choice| {
        choice.person == person
            && choice.concerns(&vendor)
            && (choice.categories.is_empty() || choice.categories.contains(&category))
    })
}

fn of_choices(grounds: &Grounds<'_>, person: i64, category: Category) -> Vec<Reason> {
    about(grounds, person, category)
        .map(|choice| {
            let whom = choice.vendor.as_deref().map_or("every vendor".into(), |vendor| format!("vendor {vendor}"));
            let what = if choice.categories.is_empty() { "all categories".into() } else { format!("`{category}`") };
            let (releases, verb) = match choice.decision {
                Decision::Grant => (true, "grants"),
                Decision::Refuse => (false, "refuses"),
            };
            Reason {
                source: format!("choice of {} on {}", choice.by, choice.on),
                releases,
                says: format!("{verb} {what} to {whom}"),
            }
        })
        .collect()
}

/// Whether a population covers the person, or which of its selectors does not.
fn covers(population: &Population, snapshot: &Snapshot, person: u32) -> Result<(), String> {
    let is_covered = |selectors: &Population| Coverage::of(selectors, snapshot).people.contains(person);
    if is_covered(population) {
        return Ok(());
    }
    if snapshot.people.ids.deleted.contains(person) {
        return Err("covers nobody who has gone away".into());
    }
    let at =
        Population { roles: population.roles.clone(), schools: population.schools.clone(), ..Population::default() };
    if !is_covered(&at) {
        let roles = or_any(&population.roles, "role");
        return Err(format!(
            "covers {roles} at {}, which the person does not have",
            or_any(&population.schools, "school")
        ));
    }
    let one_by_one = [
        ("grades", &population.grades, Population { grades: population.grades.clone(), ..at.clone() }),
        ("classes", &population.classes, Population { classes: population.classes.clone(), ..at.clone() }),
        ("courses", &population.courses, Population { courses: population.courses.clone(), ..at.clone() }),
        ("people", &population.people, Population { people: population.people.clone(), ..at.clone() }),
    ];
    let failing = one_by_one.iter().find(|(_, named, selectors)| !named.is_empty() && !is_covered(selectors));
    Err(match failing {
        Some((what, named, _)) => format!("covers the {what} {}, and the person is none of these", named.join(", ")),
        None => "has selectors that no one role of the person meets together".into(),
    })
}

fn or_any(names: &[String], what: &str) -> String {
    if names.is_empty() { format!("any {what}") } else { format!("{what} {}", names.join(" or ")) }
}
