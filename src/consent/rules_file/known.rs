//! What the database holds of what a rules file names.

use std::collections::{BTreeMap, BTreeSet};

use crate::consent::rule::Rule;
use crate::consent::rules_file::document::At;
use crate::consent::rules_file::entry::{RuleEntry, RulesFile};
use crate::store::choice::StoredChoice;
use crate::store::existing::{self, Kind};
use crate::store::push_target::StoredTarget;
use crate::store::tenant::{SpecialCategory, Tenant};
use crate::store::vendor::StoredConnection;
use crate::store::{Conn, StoreError, choice, push_target, rule, tenant, vendor};

/// A board as it is before the file.
#[derive(Debug, Default)]
pub struct Known {
    /// The board; none if the file is to make it.
    pub tenant: Option<Tenant>,
    /// The categories of level S4 that it opened.
    pub special: Vec<SpecialCategory>,
    /// Its vendors.
    pub connections: Vec<StoredConnection>,
    /// The servers that it pushes to.
    pub targets: Vec<StoredTarget>,
    /// The versions that count of its rules.
    pub rules: Vec<Rule>,
    /// Its choices, also the withdrawn ones.
    pub choices: Vec<StoredChoice>,
    /// sourcedIds of all its schools and other organisations, if the file names any.
    pub schools: BTreeSet<String>,
    /// Those classes that the file names and that exist.
    pub classes: BTreeSet<String>,
    /// Those courses that the file names and that exist.
    pub courses: BTreeSet<String>,
    /// All grades of the board, if the file names any.
    pub grades: BTreeSet<String>,
    /// Those people that the file names and that exist, with their row ids.
    pub people: BTreeMap<String, i64>,
}

impl Known {
    /// Asks the database for what the file names.
    pub fn of(conn: &mut Conn, file: &RulesFile) -> Result<Self, StoreError> {
        let slug = file.tenant.slug.as_ref().map_or("", |slug| slug.value.as_str());
        let Some(found) = tenant::by_slug(conn, slug)? else { return Ok(Self::default()) };
        let id = found.id;
        let schools = named(file, |rule| &rule.schools);
        let grades = named(file, |rule| &rule.grades);
        let mut people = named(file, |rule| &rule.people);
        people.extend(file.choices.iter().filter_map(|choice| Some(choice.person.as_ref()?.value.as_str())));
        Ok(Self {
            special: tenant::special(conn, id)?,
            connections: vendor::all(conn, id)?,
            targets: push_target::all(conn, id)?,
            rules: rule::all(conn, id)?,
            choices: if file.choices.is_empty() { Vec::new() } else { choice::all(conn, id)? },
            schools: if schools.is_empty() { BTreeSet::new() } else { existing::orgs(conn, id)? },
            classes: existing::row_ids(conn, id, Kind::Class, &named(file, |rule| &rule.classes))?
                .into_keys()
                .collect(),
            courses: existing::row_ids(conn, id, Kind::Course, &named(file, |rule| &rule.courses))?
                .into_keys()
                .collect(),
            grades: if grades.is_empty() { BTreeSet::new() } else { existing::grades(conn, id)? },
            people: existing::row_ids(conn, id, Kind::Person, &people)?,
            tenant: Some(found),
        })
    }
}

fn named<'a>(file: &'a RulesFile, list: impl Fn(&'a RuleEntry) -> &'a Vec<At<String>>) -> BTreeSet<&'a str> {
    file.rules.iter().flat_map(list).map(|item| item.value.as_str()).collect()
}
