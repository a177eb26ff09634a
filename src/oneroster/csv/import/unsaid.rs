//! What version 1.1 leaves unsaid and 1.2 requires, concluded from other rows of the set.

use std::collections::{BTreeMap, HashSet};

use super::lookup::Lookup;
use crate::catalogue::Entity;
use crate::oneroster::csv::Row;
use crate::store::import::run::Schools;

/// What is remembered of orgs and classes, by row ids.
#[derive(Default)]
pub(super) struct Unsaid {
    schools: HashSet<i64>,
    school_of_class: BTreeMap<i64, i64>,
}

impl Unsaid {
    /// What the board says already, where a set holds changes only.
    pub(super) fn stored(board: Schools) -> Self {
        Self { schools: board.schools.into_iter().collect(), school_of_class: board.of_classes.into_iter().collect() }
    }

    /// Remembers what later rows need of this one.
    pub(super) fn remember(&mut self, number: u32, row: Row<'_>, lookup: Lookup<'_>) {
        let id = lookup.row_id_of(number);
        let entity = lookup.open.entity();
        if entity == Entity::Org && row.text("type") == Some("school") {
            self.schools.insert(id);
        }
        if entity == Entity::Class {
            let school = row.text("schoolSourcedId").and_then(|school| lookup.row_id(Entity::Org, school));
            self.school_of_class.extend(school.map(|school| (id, school)));
        }
    }

    /// Whether an org is a school.
    pub(super) fn is_school(&self, org: i64) -> bool {
        self.schools.contains(&org)
    }

    /// A person's first org is the primary one, and a line item belongs to the school of its class.
    pub(super) fn reference(&self, column: &str, row: Row<'_>, lookup: Lookup<'_>) -> Option<i64> {
        match (lookup.open.entity(), column) {
            (Entity::User, "primary_org") => lookup.row_id(Entity::Org, row.list("orgSourcedIds").next()?),
            (Entity::LineItem, "school") => {
                let class = lookup.row_id(Entity::Class, row.text("classSourcedId")?)?;
                self.school_of_class.get(&class).copied()
            }
            _ => None,
        }
    }
}
