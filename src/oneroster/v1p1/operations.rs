//! The operations of OneRoster 1.1 that read: one service has all of them.

use crate::auth::Scope;
use crate::oneroster::operation::Nested as N;
use crate::oneroster::operation::Special::{GradingPeriods, Schools, Students, Teachers, Terms};
use crate::oneroster::operation::Subset::{All, Kind, Nested as In, One, OneOfKind};
use crate::oneroster::operation::operations;
use crate::oneroster::v1p1::edition::EDITION;

/// Opens collections and single objects of rostering.
const CORE: &[Scope] = &[Scope::RosterCoreReadonly, Scope::RosterReadonly];
/// Opens nested collections of rostering.
const NESTED: &[Scope] = &[Scope::RosterReadonly];
/// Opens demographics.
const DEMOGRAPHICS: &[Scope] = &[Scope::RosterDemographicsReadonly];
/// Opens resources.
const RESOURCE: &[Scope] = &[Scope::ResourceReadonly];
/// Opens the gradebook.
const GRADEBOOK: &[Scope] = &[Scope::GradebookReadonly];

operations! {
    OPERATIONS EDITION "v1p1"
    "getAllAcademicSessions" "academicSessions" CORE AcademicSession "academicSessions" All;
    "getAcademicSession" "academicSessions/{}" CORE AcademicSession "academicSession" One;
    "getAllClasses" "classes" CORE Class "classes" All;
    "getClass" "classes/{}" CORE Class "class" One;
    "getStudentsForClass" "classes/{}/students" NESTED User "users" In(N::StudentsOfClass);
    "getTeachersForClass" "classes/{}/teachers" NESTED User "users" In(N::TeachersOfClass);
    "getAllCourses" "courses" CORE Course "courses" All;
    "getCourse" "courses/{}" CORE Course "course" One;
    "getClassesForCourse" "courses/{}/classes" NESTED Class "classes" In(N::ClassesOfCourse);
    "getAllDemographics" "demographics" DEMOGRAPHICS Demographics "demographics" All;
    "getDemographics" "demographics/{}" DEMOGRAPHICS Demographics "demographics" One;
    "getAllEnrollments" "enrollments" CORE Enrollment "enrollments" All;
    "getEnrollment" "enrollments/{}" CORE Enrollment "enrollment" One;
    "getAllGradingPeriods" "gradingPeriods" CORE AcademicSession "academicSessions" Kind(GradingPeriods);
    "getGradingPeriod" "gradingPeriods/{}" CORE AcademicSession "academicSession" OneOfKind(GradingPeriods);
    "getAllOrgs" "orgs" CORE Org "orgs" All;
    "getOrg" "orgs/{}" CORE Org "org" One;
    "getAllSchools" "schools" CORE Org "orgs" Kind(Schools);
    "getSchool" "schools/{}" CORE Org "org" OneOfKind(Schools);
    "getClassesForSchool" "schools/{}/classes" NESTED Class "classes" In(N::ClassesOfSchool);
    "getEnrollmentsForClassInSchool" "schools/{}/classes/{}/enrollments" NESTED Enrollment "enrollments" In(N::EnrollmentsOfClassInSchool);
    "getStudentsForClassInSchool" "schools/{}/classes/{}/students" NESTED User "users" In(N::StudentsOfClassInSchool);
    "getTeachersForClassInSchool" "schools/{}/classes/{}/teachers" NESTED User "users" In(N::TeachersOfClassInSchool);
    "getCoursesForSchool" "schools/{}/courses" NESTED Course "courses" In(N::CoursesOfSchool);
    "getEnrollmentsForSchool" "schools/{}/enrollments" NESTED Enrollment "enrollments" In(N::EnrollmentsOfSchool);
    "getStudentsForSchool" "schools/{}/students" NESTED User "users" In(N::StudentsOfSchool);
    "getTeachersForSchool" "schools/{}/teachers" NESTED User "users" In(N::TeachersOfSchool);
    "getTermsForSchool" "schools/{}/terms" NESTED AcademicSession "academicSessions" In(N::TermsOfSchool);
    "getAllStudents" "students" CORE User "users" Kind(Students);
    "getStudent" "students/{}" CORE User "user" OneOfKind(Students);
    "getClassesForStudent" "students/{}/classes" NESTED Class "classes" In(N::ClassesOfStudent);
    "getAllTeachers" "teachers" CORE User "users" Kind(Teachers);
    "getTeacher" "teachers/{}" CORE User "user" OneOfKind(Teachers);
    "getClassesForTeacher" "teachers/{}/classes" NESTED Class "classes" In(N::ClassesOfTeacher);
    "getAllTerms" "terms" CORE AcademicSession "academicSessions" Kind(Terms);
    "getTerm" "terms/{}" CORE AcademicSession "academicSession" OneOfKind(Terms);
    "getClassesForTerm" "terms/{}/classes" NESTED Class "classes" In(N::ClassesOfTerm);
    "getGradingPeriodsForTerm" "terms/{}/gradingPeriods" NESTED AcademicSession "academicSessions" In(N::GradingPeriodsOfTerm);
    "getAllUsers" "users" CORE User "users" All;
    "getUser" "users/{}" CORE User "user" One;
    "getClassesForUser" "users/{}/classes" NESTED Class "classes" In(N::ClassesOfUser);
    "getAllResources" "resources" RESOURCE Resource "resources" All;
    "getResource" "resources/{}" RESOURCE Resource "resource" One;
    "getResourcesForClass" "classes/{}/resources" RESOURCE Resource "resources" In(N::ResourcesOfClass);
    "getResourcesForCourse" "courses/{}/resources" RESOURCE Resource "resources" In(N::ResourcesOfCourse);
    "getAllCategories" "categories" GRADEBOOK LineItemCategory "categories" All;
    "getCategory" "categories/{}" GRADEBOOK LineItemCategory "category" One;
    "getAllLineItems" "lineItems" GRADEBOOK LineItem "lineItems" All;
    "getLineItem" "lineItems/{}" GRADEBOOK LineItem "lineItem" One;
    "getAllResults" "results" GRADEBOOK Result "results" All;
    "getResult" "results/{}" GRADEBOOK Result "result" One;
    "getResultsForClass" "classes/{}/results" GRADEBOOK Result "results" In(N::ResultsOfClass);
    "getLineItemsForClass" "classes/{}/lineItems" GRADEBOOK LineItem "lineItems" In(N::LineItemsOfClass);
    "getResultsForLineItemForClass" "classes/{}/lineItems/{}/results" GRADEBOOK Result "results" In(N::ResultsOfLineItemInClass);
    "getResultsForStudentForClass" "classes/{}/students/{}/results" GRADEBOOK Result "results" In(N::ResultsOfStudentInClass);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oneroster::operation::Operation;

    #[test]
    fn each_operation_is_found_by_its_address_in_any_case() {
        for operation in OPERATIONS {
            let segments: Vec<String> = operation.path.split('/').map(|part| part.replace("{}", "x/Y")).collect();
            let (found, identifiers) = Operation::find(OPERATIONS, &segments).unwrap();
            assert_eq!(found, operation);
            assert!(identifiers.iter().all(|identifier| *identifier == "x/Y"));
        }
        assert_eq!(OPERATIONS.len(), 55);
        let (found, _) = Operation::find(OPERATIONS, &["academicsessions".to_owned()]).unwrap();
        assert_eq!(found.id, "getAllAcademicSessions");
    }
}
