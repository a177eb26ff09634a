//! Assessments and their results, which 1.2 brought.

use serde_json::json;

use super::super::brief::{must, writing};
use super::super::service::id_of;
use super::desk::with;
use super::objects::each;
use super::scales::life;
use crate::check::Check;

const CLAUSE: &str = "OneRoster 1.2 Gradebook, putAssessmentLineItem and putAssessmentResult";

/// Checks of 1.2.
pub const V1P2: &[Check] = &[
    writing(must(
        "OR-521",
        "An assessment that is part of another is made, read, replaced and deleted as other objects are",
        CLAUSE,
        |probe| {
            each(probe, &["assessmentLineItems"], |desk, collection, draft| {
                let parent = desk.make("assessmentLineItems")?;
                let parent = desk.reference("assessmentLineItems", "assessmentLineItem", id_of(&parent));
                let draft = with(draft, &json!({"parentAssessmentLineItem": parent}));
                life(desk, collection, &draft, &json!({"title": "Conformance, changed"}))
            })
        },
    )),
    writing(must(
        "OR-521b",
        "The result of an assessment is made, read, replaced and deleted as other objects are",
        CLAUSE,
        |probe| {
            each(probe, &["assessmentResults"], |desk, collection, draft| {
                life(desk, collection, draft, &json!({"score": 8.25, "scorePercentile": 91.5, "late": "true"}))
            })
        },
    )),
];
