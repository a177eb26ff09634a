//! The 19 operations of OneRoster 1.2 Gradebook that read.

use crate::auth::Scope;
use crate::oneroster::operation::Nested as N;
use crate::oneroster::operation::Subset::{All, Nested as In, One};
use crate::oneroster::operation::operations;
use crate::oneroster::v1p2::edition::EDITION;

/// Opens collections and single objects.
const CORE: &[Scope] = &[Scope::GradebookReadonly, Scope::GradebookCoreReadonly];
/// Opens nested collections.
const NESTED: &[Scope] = &[Scope::GradebookReadonly];
/// Opens line items and results of assessment tools.
const ASSESSMENT: &[Scope] = &[Scope::AssessmentReadonly];

operations! {
    OPERATIONS EDITION "gradebook/v1p2"
    "getAllAssessmentLineItems" "assessmentLineItems" ASSESSMENT AssessmentLineItem "assessmentLineItems" All;
    "getAssessmentLineItem" "assessmentLineItems/{}" ASSESSMENT AssessmentLineItem "assessmentLineItem" One;
    "getAllAssessmentResults" "assessmentResults" ASSESSMENT AssessmentResult "assessmentResults" All;
    "getAssessmentResult" "assessmentResults/{}" ASSESSMENT AssessmentResult "assessmentResult" One;
    "getAllCategories" "categories" CORE LineItemCategory "categories" All;
    "getCategory" "categories/{}" CORE LineItemCategory "category" One;
    "getCategoriesForClass" "classes/{}/categories" NESTED LineItemCategory "categories" In(N::CategoriesOfClass);
    "getLineItemsForClass" "classes/{}/lineItems" NESTED LineItem "lineItems" In(N::LineItemsOfClass);
    "getResultsForClass" "classes/{}/results" NESTED Result "results" In(N::ResultsOfClass);
    "getScoreScalesForClass" "classes/{}/scoreScales" NESTED ScoreScale "scoreScales" In(N::ScoreScalesOfClass);
    "getResultsForLineItemForClass" "classes/{}/lineItems/{}/results" NESTED Result "results" In(N::ResultsOfLineItemInClass);
    "getResultsForStudentForClass" "classes/{}/students/{}/results" NESTED Result "results" In(N::ResultsOfStudentInClass);
    "getAllLineItems" "lineItems" CORE LineItem "lineItems" All;
    "getLineItem" "lineItems/{}" CORE LineItem "lineItem" One;
    "getAllResults" "results" CORE Result "results" All;
    "getResult" "results/{}" CORE Result "result" One;
    "getScoreScalesForSchool" "schools/{}/scoreScales" NESTED ScoreScale "scoreScales" In(N::ScoreScalesOfSchool);
    "getAllScoreScales" "scoreScales" CORE ScoreScale "scoreScales" All;
    "getScoreScale" "scoreScales/{}" CORE ScoreScale "scoreScale" One;
}
