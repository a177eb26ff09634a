//! Objects of a type or role that has an address of its own, as the vendor is shown it.

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::Release;

/// Objects of a type or role that has an address of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Orgs of type school.
    Schools,
    /// Sessions of type term.
    Terms,
    /// Sessions of type gradingPeriod.
    GradingPeriods,
    /// People who are shown to be students.
    Students,
    /// People who are shown to be teachers.
    Teachers,
}

impl Group {
    /// Every group.
    pub const ALL: [Self; 5] = [Self::Schools, Self::Terms, Self::GradingPeriods, Self::Students, Self::Teachers];

    /// What its objects are.
    pub const fn entity(self) -> Entity {
        match self {
            Self::Schools => Entity::Org,
            Self::Terms | Self::GradingPeriods => Entity::AcademicSession,
            Self::Students | Self::Teachers => Entity::User,
        }
    }
}

impl Release {
    /// The objects in the view that are shown to be of that group.
    pub fn group(&self, group: Group) -> RoaringBitmap {
        let snapshot = self.snapshot();
        match group {
            Group::Schools => &snapshot.orgs.schools & self.live(Entity::Org),
            Group::Terms => &snapshot.sessions.terms & self.live(Entity::AcademicSession),
            Group::GradingPeriods => &snapshot.sessions.grading_periods & self.live(Entity::AcademicSession),
            Group::Students => self.with_role("student", self.live(Entity::Org)),
            Group::Teachers => self.with_role("teacher", self.live(Entity::Org)),
        }
    }

    /// People whose role at one of these orgs, as far as they are in the view, is shown.
    pub fn with_role(&self, role: &str, orgs: &RoaringBitmap) -> RoaringBitmap {
        let people = &self.snapshot().people;
        let Some(role) = people.role(role) else { return RoaringBitmap::new() };
        people.with_roles_at(Some(&[role]), &(orgs & self.live(Entity::Org))) & self.released(Category::Identity)
    }
}
