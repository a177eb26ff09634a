//! The operations that write: of OneRoster 1.2 Gradebook, and of 1.1.

use crate::auth::Scope;
use crate::catalogue::Entity;
use crate::oneroster::edition::Edition;
use crate::oneroster::{v1p1, v1p2};

/// How an operation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Makes or replaces the object that the address names.
    Put,
    /// Deletes the object that the address names.
    Delete,
    /// Makes objects below those that the address names.
    Post(Below),
}

/// Below what objects are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Below {
    /// Line items of a class.
    Class,
    /// Line items of a school.
    School,
    /// Results for a line item.
    LineItem,
    /// Results of a class in a session.
    SessionOfClass,
}

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOperation {
    /// What the published description calls it.
    pub id: &'static str,
    /// The version that it belongs to.
    pub edition: &'static Edition,
    /// The service, below the address of OneRoster at a board.
    pub base: &'static str,
    /// The address below the service; `{}` stands for an identifier.
    pub path: &'static str,
    /// How it writes.
    pub method: Method,
    /// Each of these scopes opens it.
    pub scopes: &'static [Scope],
    /// What kind of object is written.
    pub entity: Entity,
    /// The name around the object, or around the list of them.
    pub wrapper: &'static str,
}

impl Method {
    /// The method's name in HTTP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Post(_) => "POST",
        }
    }
}

const PUT: &[Scope] = &[Scope::GradebookCreateput];
const POST: &[Scope] = &[Scope::GradebookCreatepost];
const DELETE: &[Scope] = &[Scope::GradebookDelete];
const ASSESSMENT_PUT: &[Scope] = &[Scope::AssessmentCreateput];
const ASSESSMENT_DELETE: &[Scope] = &[Scope::AssessmentDelete];

macro_rules! writes {
    ($name:ident $edition:path, $base:literal $($id:literal $path:literal $method:expr, $scopes:ident $entity:ident $wrapper:literal;)*) => {
        /// Every operation that writes.
        pub const $name: &[WriteOperation] = &[$(WriteOperation {
            id: $id,
            edition: &$edition,
            base: $base,
            path: $path,
            method: $method,
            scopes: $scopes,
            entity: Entity::$entity,
            wrapper: $wrapper,
        }),*];
    };
}

use Method::{Delete, Post, Put};

writes! {
    V1P2 v1p2::edition::EDITION, "gradebook/v1p2"
    "putAssessmentLineItem" "assessmentLineItems/{}" Put, ASSESSMENT_PUT AssessmentLineItem "assessmentLineItem";
    "deleteAssessmentLineItem" "assessmentLineItems/{}" Delete, ASSESSMENT_DELETE AssessmentLineItem "assessmentLineItem";
    "putAssessmentResult" "assessmentResults/{}" Put, ASSESSMENT_PUT AssessmentResult "assessmentResult";
    "deleteAssessmentResult" "assessmentResults/{}" Delete, ASSESSMENT_DELETE AssessmentResult "assessmentResult";
    "putCategory" "categories/{}" Put, PUT LineItemCategory "category";
    "deleteCategory" "categories/{}" Delete, DELETE LineItemCategory "category";
    "postResultsForAcademicSessionForClass" "classes/{}/academicSessions/{}/results" Post(Below::SessionOfClass), POST Result "results";
    "postLineItemsForClass" "classes/{}/lineItems" Post(Below::Class), POST LineItem "lineItems";
    "putLineItem" "lineItems/{}" Put, PUT LineItem "lineItem";
    "deleteLineItem" "lineItems/{}" Delete, DELETE LineItem "lineItem";
    "postResultsForLineItem" "lineItems/{}/results" Post(Below::LineItem), POST Result "results";
    "putResult" "results/{}" Put, PUT Result "result";
    "deleteResult" "results/{}" Delete, DELETE Result "result";
    "postLineItemsForSchool" "schools/{}/lineItems" Post(Below::School), POST LineItem "lineItems";
    "putScoreScale" "scoreScales/{}" Put, PUT ScoreScale "scoreScale";
    "deleteScoreScale" "scoreScales/{}" Delete, DELETE ScoreScale "scoreScale";
}

writes! {
    V1P1 v1p1::edition::EDITION, "v1p1"
    "putCategory" "categories/{}" Put, PUT LineItemCategory "category";
    "deleteCategory" "categories/{}" Delete, DELETE LineItemCategory "category";
    "putLineItem" "lineItems/{}" Put, PUT LineItem "lineItem";
    "deleteLineItem" "lineItems/{}" Delete, DELETE LineItem "lineItem";
    "putResult" "results/{}" Put, PUT Result "result";
    "deleteResult" "results/{}" Delete, DELETE Result "result";
}

impl WriteOperation {
    /// The operations of an address, each with the identifiers in it; generated clients of 1.1 write parts of
    /// addresses in lower case.
    pub fn of_address(operations: &'static [Self], segments: &[String]) -> Vec<(&'static Self, Vec<String>)> {
        operations.iter().filter_map(|operation| Some((operation, operation.identifiers(segments)?))).collect()
    }

    fn identifiers(&self, segments: &[String]) -> Option<Vec<String>> {
        let parts: Vec<&str> = self.path.split('/').collect();
        if parts.len() != segments.len() {
            return None;
        }
        let mut identifiers = Vec::new();
        for (part, segment) in parts.into_iter().zip(segments) {
            match part {
                "{}" => identifiers.push(segment.clone()),
                part if part.eq_ignore_ascii_case(segment) => {}
                _ => return None,
            }
        }
        Some(identifiers)
    }
}
