//! Operations as both versions have them: for each address what it lists and which scopes open it.

use crate::auth::Scope;
use crate::catalogue::{Entity, Version};
use crate::oneroster::edition::Edition;

/// One operation: `GET` of one kind of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The operation's id in the published document.
    pub id: &'static str,
    /// The version that it belongs to.
    pub edition: &'static Edition,
    /// The path of its service, below the address of OneRoster at a board.
    pub base: &'static str,
    /// The address below the base path.
    pub path: &'static str,
    /// The scopes that open it; one is enough.
    pub scopes: &'static [Scope],
    /// What it returns.
    pub entity: Entity,
    /// The member that holds the answer.
    pub wrapper: &'static str,
    /// Which of the objects.
    pub subset: Subset,
}

/// Which objects an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subset {
    /// All of them.
    All,
    /// Those with a type or role of their own address.
    Kind(Special),
    /// One of them.
    One,
    /// One with a type or role of its own address.
    OneOfKind(Special),
    /// Those that hang together with the objects in the address.
    Nested(Nested),
}

/// A type or role with an address of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// Orgs of type school.
    Schools,
    /// Sessions of type term.
    Terms,
    /// Sessions of type gradingPeriod.
    GradingPeriods,
    /// People with the role student.
    Students,
    /// People with the role teacher.
    Teachers,
}

/// Objects that hang together with those in the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the operations")]
pub enum Nested {
    StudentsOfClass,
    TeachersOfClass,
    ClassesOfCourse,
    ClassesOfSchool,
    CoursesOfSchool,
    EnrollmentsOfSchool,
    StudentsOfSchool,
    TeachersOfSchool,
    TermsOfSchool,
    EnrollmentsOfClassInSchool,
    StudentsOfClassInSchool,
    TeachersOfClassInSchool,
    ClassesOfStudent,
    ClassesOfTeacher,
    ClassesOfTerm,
    GradingPeriodsOfTerm,
    ClassesOfUser,
    ResourcesOfClass,
    ResourcesOfCourse,
    ResourcesOfUser,
    CategoriesOfClass,
    LineItemsOfClass,
    ResultsOfClass,
    ScoreScalesOfClass,
    ResultsOfLineItemInClass,
    ResultsOfStudentInClass,
    ScoreScalesOfSchool,
}

/// A table of operations: the version and the service, then for each its id, address, scopes, entity, wrapper and subset.
macro_rules! operations {
    ($name:ident $edition:ident $base:literal $($id:literal $path:literal $scopes:ident $entity:ident $wrapper:literal $subset:expr;)*) => {
        /// Every operation, in the order of the published paths.
        pub const $name: &[$crate::oneroster::operation::Operation] = &[$($crate::oneroster::operation::Operation {
            id: $id,
            edition: &$edition,
            base: $base,
            path: $path,
            scopes: $scopes,
            entity: $crate::catalogue::Entity::$entity,
            wrapper: $wrapper,
            subset: $subset,
        }),*];
    };
}
pub(crate) use operations;

impl Operation {
    /// Generated clients of 1.1 write parts of addresses in lower case.
    fn is_named_by(&self, part: &str, segment: &str) -> bool {
        self.edition.version == Version::V1p1 && part.eq_ignore_ascii_case(segment)
    }

    /// The operation of an address, with the identifiers in it.
    pub fn find<'s>(operations: &'static [Self], segments: &'s [String]) -> Option<(&'static Self, Vec<&'s str>)> {
        operations.iter().find_map(|operation| {
            let mut identifiers = Vec::new();
            let mut parts = operation.path.split('/');
            for segment in segments {
                match parts.next()? {
                    "{}" => identifiers.push(segment.as_str()),
                    part if part == segment || operation.is_named_by(part, segment) => {}
                    _ => return None,
                }
            }
            parts.next().is_none().then_some((operation, identifiers))
        })
    }
}
