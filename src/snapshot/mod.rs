//! One board's keys and relations at one moment, in memory, without personal fields.
//!
//! Objects are numbered by their position in sourcedId order, so that a set of objects is a bitmap and a
//! page at any depth is a `select`. A snapshot is never changed: the next one replaces it.

pub mod enrollments;
pub mod gradebook;
mod groups;
pub mod ids;
pub mod linking;
pub mod people;
pub mod structure;
pub mod times;

pub use enrollments::Enrollments;
pub use gradebook::Gradebook;
pub use ids::{Ids, IdsBuilder};
pub use people::{People, RoleAt, RolePrint, Standing};
pub use structure::{Classes, Courses, Orgs, Sessions};
pub use times::Times;

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};

/// One entity's objects with a value, by category.
pub type WithValue = BTreeMap<Category, RoaringBitmap>;

/// One board's keys and relations at one data epoch.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The board.
    pub tenant_id: i64,
    /// The data epoch at which this was true.
    pub epoch: i64,
    /// When the last import began (ms): every change that is stamped later is of a later one.
    pub data_at: i64,
    /// Boards, schools and departments.
    pub orgs: Orgs,
    /// School years, terms and grading periods.
    pub sessions: Sessions,
    /// Courses.
    pub courses: Courses,
    /// Classes.
    pub classes: Classes,
    /// People, and who of them has demographics.
    pub people: People,
    /// Memberships of classes.
    pub enrollments: Enrollments,
    /// Learning materials.
    pub resources: Ids,
    /// Categories of line items, line items, results and score scales.
    pub gradebook: Gradebook,
    /// When objects last changed, by entity (see [`Snapshot::times`]).
    pub all_times: Vec<Times>,
    /// Which objects have a value at all, by entity (see [`Snapshot::with_value`]).
    pub all_values: Vec<WithValue>,
    /// No object.
    pub nothing: RoaringBitmap,
}

impl Snapshot {
    /// The keys of an entity's objects.
    pub fn ids(&self, entity: Entity) -> &Ids {
        match entity {
            Entity::Org => &self.orgs.ids,
            Entity::AcademicSession => &self.sessions.ids,
            Entity::Course => &self.courses.ids,
            Entity::Class => &self.classes.ids,
            // Demographics share the row number and the sourcedId of their person.
            Entity::User | Entity::Demographics => &self.people.ids,
            Entity::Enrollment => &self.enrollments.ids,
            Entity::Resource => &self.resources,
            Entity::LineItemCategory => &self.gradebook.categories,
            Entity::LineItem => &self.gradebook.line_items.ids,
            Entity::Result => &self.gradebook.results.ids,
            Entity::ScoreScale => &self.gradebook.scales.ids,
            Entity::AssessmentLineItem | Entity::AssessmentResult => &self.gradebook.none,
        }
    }

    /// The objects with a value in that category; `None` where every object has one, or where the values are
    /// references, which the relations tell.
    pub fn with_value(&self, entity: Entity, category: Category) -> Option<&RoaringBitmap> {
        match entity {
            Entity::Demographics => Some(self.people.with_demographics.get(&category).unwrap_or(&self.nothing)),
            Entity::Org
            | Entity::AcademicSession
            | Entity::Course
            | Entity::Class
            | Entity::User
            | Entity::Enrollment
            | Entity::Resource
            | Entity::LineItemCategory
            | Entity::LineItem
            | Entity::Result
            | Entity::ScoreScale
            | Entity::AssessmentLineItem
            | Entity::AssessmentResult => self.all_values.get(entity as usize)?.get(&category),
        }
    }

    /// When an entity's objects last changed.
    pub fn times(&self, entity: Entity) -> Option<&Times> {
        self.all_times.get(entity as usize)
    }
}
