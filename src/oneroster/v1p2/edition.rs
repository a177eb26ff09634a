//! OneRoster 1.2 beside the other version.

use crate::catalogue::{Entity, Version};
use crate::oneroster::edition::Edition;

/// OneRoster 1.2.
pub const EDITION: Edition = Edition { version: Version::V1p2, collection };

const fn collection(target: Entity) -> &'static str {
    match target {
        Entity::Org => "/rostering/v1p2/orgs/",
        Entity::AcademicSession => "/rostering/v1p2/academicSessions/",
        Entity::Course => "/rostering/v1p2/courses/",
        Entity::Class => "/rostering/v1p2/classes/",
        Entity::User => "/rostering/v1p2/users/",
        Entity::Demographics => "/rostering/v1p2/demographics/",
        Entity::Enrollment => "/rostering/v1p2/enrollments/",
        Entity::Resource => "/resources/v1p2/resources/",
        Entity::LineItemCategory => "/gradebook/v1p2/categories/",
        Entity::LineItem => "/gradebook/v1p2/lineItems/",
        Entity::Result => "/gradebook/v1p2/results/",
        Entity::ScoreScale => "/gradebook/v1p2/scoreScales/",
    }
}
