//! The rows of a file that hangs below an entity's own, as elements of a column of their parents.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::error::ImportError;
use super::lookup::Lookup;
use super::plan::Child;
use super::sieve::Sieve;
use crate::catalogue::Entity;
use crate::catalogue::element::{LearningObjective, ResourceLink, Role, ScoreScaleLink};
use crate::oneroster::csv::{File, Row};
use crate::store::{StoreError, cell};

/// The elements of one column, by parent and in the order of their sourcedIds.
#[derive(Debug)]
pub(super) struct Elements {
    pub(super) column: &'static str,
    text: String,
    /// Parent, and where the sourcedId begins and ends and the element ends.
    places: Vec<(u32, usize, usize, usize)>,
    /// The parents of which this says all; every parent if there is no such list.
    parents: Option<BTreeSet<u32>>,
}

impl Elements {
    pub(super) fn new(column: &'static str) -> Self {
        Self { column, text: String::new(), places: Vec::new(), parents: None }
    }

    /// Elements of these parents alone; the others keep theirs.
    pub(super) fn of_parents(column: &'static str, parents: BTreeSet<u32>) -> Self {
        Self { parents: Some(parents), ..Self::new(column) }
    }

    /// Whether this says which elements a parent has.
    pub(super) fn says_of(&self, parent: u32) -> bool {
        self.parents.as_ref().is_none_or(|parents| parents.contains(&parent))
    }

    pub(super) fn push(&mut self, parent: u32, sourced_id: &str, element: &str) {
        let start = self.text.len();
        self.text.push_str(sourced_id);
        let middle = self.text.len();
        self.text.push_str(element);
        self.places.push((parent, start, middle, self.text.len()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Puts the elements into their order; nothing is found before.
    pub(super) fn sort(&mut self) {
        let text = &self.text;
        let key = |place: &(u32, usize, usize, usize)| (place.0, text.get(place.1..place.2));
        self.places.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    }

    /// The elements of one parent.
    pub(super) fn of(&self, parent: u32) -> impl Iterator<Item = &str> {
        let start = self.places.partition_point(|place| place.0 < parent);
        let rest = self.places.get(start..).unwrap_or_default();
        rest.iter().take_while(move |place| place.0 == parent).filter_map(|place| self.text.get(place.2..place.3))
    }

    /// The elements of one parent as a JSON list; nothing if there are none.
    pub(super) fn list(&self, parent: u32) -> Option<String> {
        let mut list = String::new();
        for element in self.of(parent) {
            list.push(if list.is_empty() { '[' } else { ',' });
            list.push_str(element);
        }
        (!list.is_empty()).then(|| list + "]")
    }
}

/// The element that a row gives; nothing if it refers to what isn't there.
pub(super) fn element(
    child: Child,
    row: Row<'_>,
    lookup: Lookup<'_>,
    sieve: &mut Sieve,
) -> Result<Option<String>, ImportError> {
    let said = |column: &str| row.text(column).map(Cow::Borrowed);
    let mut text = |column: &str| row.text(column).and_then(|text| sieve.keep(text)).map(Cow::Borrowed);
    let id = |entity, column: &str| row.text(column).and_then(|sourced_id| lookup.row_id(entity, sourced_id));
    let sourced_id = Cow::Borrowed(row.sourced_id());
    let json = match child.file {
        File::Roles => {
            let Some(org) = id(Entity::Org, "orgSourcedId") else { return Ok(None) };
            cell::json(&Role {
                sourced_id,
                role_type: said("roleType").unwrap_or_default(),
                role: sieve.need(row.text("role").unwrap_or_default()),
                org,
                user_profile: said("userProfileSourcedId"),
                begin_date: said("beginDate"),
                end_date: said("endDate"),
                at: 0,
                gone: false,
            })
        }
        File::UserResources | File::ClassResources | File::CourseResources => {
            let Some(resource) = id(Entity::Resource, "resourceSourcedId") else { return Ok(None) };
            // The class of a link that hangs below a class is its parent.
            let of_person = |entity, column| (child.file == File::UserResources).then(|| id(entity, column)).flatten();
            cell::json(&ResourceLink {
                sourced_id,
                resource,
                title: text("title"),
                org: of_person(Entity::Org, "orgSourcedId"),
                class: of_person(Entity::Class, "classSourcedId"),
            })
        }
        File::LineItemScoreScales | File::ResultScoreScales => {
            let Some(score_scale) = id(Entity::ScoreScale, "scoreScaleSourcedId") else { return Ok(None) };
            cell::json(&ScoreScaleLink { sourced_id, score_scale, title: text("title") })
        }
        File::LineItemLearningObjectiveIds | File::ResultLearningObjectiveIds => cell::json(&LearningObjective {
            sourced_id,
            source: sieve.need(row.text("source").unwrap_or_default()),
            learning_objective_id: sieve.need(row.text("learningObjectiveId").unwrap_or_default()),
            score: row.number("score").and_then(|score| sieve.keep_number(score)),
            text_score: row.text("textScore").and_then(|text| sieve.keep(text)).map(Cow::Borrowed),
        }),
        // Profiles are looked at value by value: see `person`.
        File::UserProfiles
        | File::AcademicSessions
        | File::Orgs
        | File::Courses
        | File::Classes
        | File::Users
        | File::Enrollments
        | File::Demographics
        | File::Resources
        | File::Categories
        | File::LineItems
        | File::Results
        | File::ScoreScales => Err(StoreError::Shape("a file of its own where one below another belongs")),
    };
    Ok(Some(json?))
}

/// The link to a material that a row of users.csv names, with a sourcedId made of both.
pub(super) fn material(row: Row<'_>, (named, resource): (&str, i64)) -> Result<(String, String), StoreError> {
    let sourced_id = format!("{}:{named}", row.sourced_id());
    let link = ResourceLink { sourced_id: Cow::Borrowed(&sourced_id), resource, title: None, org: None, class: None };
    let json = cell::json(&link)?;
    Ok((sourced_id, json))
}
