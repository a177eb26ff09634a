//! OneRoster 1.1 beside the other version.

use actix_web::http::StatusCode;

use crate::catalogue::{Entity, Version};
use crate::http::Refusal;
use crate::oneroster::edition::{Edition, Unknown, Warning};
use crate::oneroster::v1p1::status_info::write_warnings;

/// OneRoster 1.1.
pub const EDITION: Edition = Edition { version: Version::V1p1, collection, unknown, warn: write_warnings };

/// A name that no field has is told beside all the data, in the default order; a blank one is an error.
fn unknown(unknown: Unknown<'_>) -> Result<Option<Warning>, Refusal> {
    let warn = |minor: &'static str, description: String| Ok(Some(Warning { minor, description }));
    match unknown {
        Unknown::SortField(name) => warn("invalid_sort_field", format!("`{name}` is no field to sort by")),
        Unknown::SelectedField(name) => warn("invalid_selection_field", format!("`{name}` is no field of this object")),
        Unknown::BlankSelection => {
            Err(Refusal::new(StatusCode::BAD_REQUEST, "invalid_blank_selection_field", "`fields` has an empty name"))
        }
    }
}

const fn collection(target: Entity) -> &'static str {
    match target {
        Entity::Org => "/v1p1/orgs/",
        Entity::AcademicSession => "/v1p1/academicSessions/",
        Entity::Course => "/v1p1/courses/",
        Entity::Class => "/v1p1/classes/",
        Entity::User => "/v1p1/users/",
        Entity::Demographics => "/v1p1/demographics/",
        Entity::Enrollment => "/v1p1/enrollments/",
        Entity::Resource => "/v1p1/resources/",
        Entity::LineItemCategory => "/v1p1/categories/",
        Entity::LineItem => "/v1p1/lineItems/",
        Entity::Result => "/v1p1/results/",
        // 1.1 has none of these, so nothing refers to one.
        Entity::ScoreScale => "/v1p1/scoreScales/",
        Entity::AssessmentLineItem => "/v1p1/assessmentLineItems/",
        Entity::AssessmentResult => "/v1p1/assessmentResults/",
    }
}
