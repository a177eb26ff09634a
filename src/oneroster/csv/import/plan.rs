//! Which file gives the rows of which entity, and which files give values of those rows.

use crate::catalogue::Entity;
use crate::oneroster::csv::File;

/// An entity with its file and the files that hang below it, with their columns.
pub(in crate::oneroster) struct Step {
    pub entity: Entity,
    pub file: File,
    pub children: &'static [Child],
}

/// A file whose rows become elements of a column of their parents.
#[derive(Clone, Copy)]
pub(in crate::oneroster) struct Child {
    pub file: File,
    /// The column of the file that names the parent.
    pub parent: &'static str,
    /// The column of the parent's table.
    pub column: &'static str,
}

const fn child(file: File, parent: &'static str, column: &'static str) -> Child {
    Child { file, parent, column }
}

const fn step(entity: Entity, file: File, children: &'static [Child]) -> Step {
    Step { entity, file, children }
}

/// Every entity after those that its rows and their elements refer to.
pub(in crate::oneroster) const STEPS: &[Step] = &[
    step(Entity::Org, File::Orgs, &[]),
    step(Entity::AcademicSession, File::AcademicSessions, &[]),
    step(Entity::Resource, File::Resources, &[]),
    step(Entity::Course, File::Courses, &[child(File::CourseResources, "courseSourcedId", "resources")]),
    step(Entity::Class, File::Classes, &[child(File::ClassResources, "classSourcedId", "resources")]),
    step(
        Entity::User,
        File::Users,
        &[
            child(File::Roles, "userSourcedId", "roles"),
            child(File::UserProfiles, "userSourcedId", "user_profiles"),
            child(File::UserResources, "userSourcedId", "resources"),
        ],
    ),
    step(Entity::Demographics, File::Demographics, &[]),
    step(Entity::Enrollment, File::Enrollments, &[]),
    step(Entity::LineItemCategory, File::Categories, &[]),
    step(Entity::ScoreScale, File::ScoreScales, &[]),
    step(
        Entity::LineItem,
        File::LineItems,
        &[
            child(File::LineItemScoreScales, "lineItemSourcedId", "score_scale"),
            child(File::LineItemLearningObjectiveIds, "lineItemSourcedId", "learning_objectives"),
        ],
    ),
    step(
        Entity::Result,
        File::Results,
        &[
            child(File::ResultScoreScales, "resultSourcedId", "score_scale"),
            child(File::ResultLearningObjectiveIds, "resultSourcedId", "learning_objectives"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_binding_has_its_place_and_every_entity_its_file() {
        let files: Vec<File> =
            STEPS.iter().flat_map(|step| step.children.iter().map(|child| child.file).chain([step.file])).collect();

        for file in File::ALL {
            assert_eq!(files.iter().filter(|other| **other == file).count(), 1, "{file:?}");
        }
        for entity in Entity::imported() {
            assert!(STEPS.iter().any(|step| step.entity == entity), "{entity:?}");
        }
    }
}
