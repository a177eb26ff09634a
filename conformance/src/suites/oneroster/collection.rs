//! The collections: where they are, what wraps them, what they hold.

use super::service::Edition;

/// A collection of objects at an address of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collection {
    /// The address below the service's.
    pub path: &'static str,
    /// What wraps many of its objects.
    pub plural: &'static str,
    /// What wraps one of them.
    pub singular: &'static str,
}

const fn collection(path: &'static str, plural: &'static str, singular: &'static str) -> Collection {
    Collection { path, plural, singular }
}

/// Those of rostering, the same in both versions (OneRoster 1.1 §3.1, OneRoster 1.2 Rostering §3).
pub const ROSTERING: &[Collection] = &[
    collection("orgs", "orgs", "org"),
    collection("schools", "orgs", "org"),
    collection("academicSessions", "academicSessions", "academicSession"),
    collection("terms", "academicSessions", "academicSession"),
    collection("gradingPeriods", "academicSessions", "academicSession"),
    collection("courses", "courses", "course"),
    collection("classes", "classes", "class"),
    collection("users", "users", "user"),
    collection("students", "users", "user"),
    collection("teachers", "users", "user"),
    collection("enrollments", "enrollments", "enrollment"),
    collection("demographics", "demographics", "demographics"),
];

/// Those of resources, the same in both versions.
pub const RESOURCES: &[Collection] = &[collection("resources", "resources", "resource")];

/// Those of the gradebook that 1.1 has too.
pub const GRADEBOOK_V1P1: &[Collection] = &[
    collection("categories", "categories", "category"),
    collection("lineItems", "lineItems", "lineItem"),
    collection("results", "results", "result"),
];

/// Those of the gradebook of 1.2.
pub const GRADEBOOK_V1P2: &[Collection] = &[
    collection("categories", "categories", "category"),
    collection("lineItems", "lineItems", "lineItem"),
    collection("results", "results", "result"),
    collection("scoreScales", "scoreScales", "scoreScale"),
    collection("assessmentLineItems", "assessmentLineItems", "assessmentLineItem"),
    collection("assessmentResults", "assessmentResults", "assessmentResult"),
];

/// The collections of an edition's main service.
pub fn of(edition: Edition) -> Vec<Collection> {
    let parts: &[&[Collection]] = match edition {
        Edition::V1p1 => &[ROSTERING, RESOURCES, GRADEBOOK_V1P1],
        Edition::Rostering => &[ROSTERING],
        Edition::Gradebook => &[GRADEBOOK_V1P2],
        Edition::Resources => &[RESOURCES],
    };
    parts.concat()
}
