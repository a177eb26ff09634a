//! OneRoster 1.2 beside the other version.

use actix_web::http::StatusCode;

use crate::catalogue::{Entity, Version};
use crate::http::Refusal;
use crate::oneroster::edition::{Edition, Unknown, Warning};

/// OneRoster 1.2.
pub const EDITION: Edition = Edition { version: Version::V1p2, collection, unknown, warn: |_, _| {} };

/// An unknown field to sort by is no error (rostering and gradebook have no code for it), one to select is.
fn unknown(unknown: Unknown<'_>) -> Result<Option<Warning>, Refusal> {
    let refuse = |description: &str| Err(Refusal::new(StatusCode::BAD_REQUEST, "invalid_selection_field", description));
    match unknown {
        Unknown::SortField(_) => Ok(None),
        Unknown::SelectedField(name) => refuse(&format!("`{name}` is no field of this object")),
        Unknown::BlankSelection => refuse("`fields` has an empty name"),
    }
}

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
        Entity::AssessmentLineItem => "/gradebook/v1p2/assessmentLineItems/",
        Entity::AssessmentResult => "/gradebook/v1p2/assessmentResults/",
    }
}
