//! The 41 operations of OneRoster 1.2 Rostering: for each address what it lists and which scopes open it.

use roaring::RoaringBitmap;

use crate::auth::Scope;
use crate::catalogue::{Category, Entity};
use crate::consent::Release;
use crate::http::Refusal;
use crate::planted::{self, Leak};
use crate::snapshot::structure::{descendants, link};

/// Opens collections and single objects.
const CORE: &[Scope] = &[Scope::RosterCoreReadonly, Scope::RosterReadonly];
/// Opens nested collections.
const NESTED: &[Scope] = &[Scope::RosterReadonly];
/// Opens demographics.
const DEMOGRAPHICS: &[Scope] = &[Scope::RosterDemographicsReadonly];

/// One operation: `GET` of one kind of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The operation's id in the published document.
    pub id: &'static str,
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
}

macro_rules! operations {
    ($($id:literal $path:literal $scopes:ident $entity:ident $wrapper:literal $subset:expr;)*) => {
        /// Every operation, in the order of the published document's paths.
        pub const OPERATIONS: &[Operation] = &[$(Operation {
            id: $id, path: $path, scopes: $scopes, entity: Entity::$entity, wrapper: $wrapper, subset: $subset,
        }),*];
    };
}

use Nested as N;
use Special::{GradingPeriods, Schools, Students, Teachers, Terms};
use Subset::{All, Kind, Nested as In, One, OneOfKind};

operations! {
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
}

impl Operation {
    /// The operation of an address, with the identifiers in it.
    pub fn find(segments: &[String]) -> Option<(&'static Self, Vec<&str>)> {
        OPERATIONS.iter().find_map(|operation| {
            let mut identifiers = Vec::new();
            let mut parts = operation.path.split('/');
            for segment in segments {
                match parts.next()? {
                    "{}" => identifiers.push(segment.as_str()),
                    part if part == segment => {}
                    _ => return None,
                }
            }
            parts.next().is_none().then_some((operation, identifiers))
        })
    }
}

/// The visible objects with that type or role.
pub fn special(release: &Release, special: Special) -> RoaringBitmap {
    let snapshot = release.snapshot();
    match special {
        Special::Schools => &snapshot.orgs.schools & release.visible(Entity::Org),
        Special::Terms => &snapshot.sessions.terms & release.visible(Entity::AcademicSession),
        Special::GradingPeriods => &snapshot.sessions.grading_periods & release.visible(Entity::AcademicSession),
        Special::Students => with_role(release, "student", release.visible(Entity::Org)),
        Special::Teachers => with_role(release, "teacher", release.visible(Entity::Org)),
    }
}

/// People whose role at one of these orgs is shown, and those who went away with such a role.
fn with_role(release: &Release, role: &str, orgs: &RoaringBitmap) -> RoaringBitmap {
    let people = &release.snapshot().people;
    let Some(role) = people.role(role) else { return RoaringBitmap::new() };
    let orgs = orgs & release.visible(Entity::Org);
    people.with_roles_at(Some(&[role]), &orgs) & (release.released(Category::Identity) | release.tombstones())
}

/// The objects that hang together with those in the address; 404 if one of these is not in the view.
pub fn nested(release: &Release, nested: Nested, identifiers: &[&str]) -> Result<RoaringBitmap, Refusal> {
    let snapshot = release.snapshot();
    let first = identifiers.first().copied().unwrap_or_default();
    let found = |entity| release.find(entity, first).ok_or_else(Refusal::unknown);
    if planted::is(Leak::EmptyBelowHidden) && is_hidden(release, first) {
        return Ok(RoaringBitmap::new());
    }
    let only = |position: u32| RoaringBitmap::from_iter([position]);
    Ok(match nested {
        Nested::StudentsOfClass => members(release, found(Entity::Class)?, "student"),
        Nested::TeachersOfClass => members(release, found(Entity::Class)?, "teacher"),
        Nested::ClassesOfCourse => snapshot.classes.of_courses(&only(found(Entity::Course)?)),
        Nested::ClassesOfSchool => snapshot.classes.of_schools(&only(school(release, first)?)),
        Nested::CoursesOfSchool => courses_of(release, school(release, first)?),
        Nested::EnrollmentsOfSchool => {
            let school = school(release, first)?;
            (0..).zip(&snapshot.enrollments.school).filter(|(_, at)| **at == school).map(|(e, _)| e).collect()
        }
        Nested::StudentsOfSchool => with_role(release, "student", &only(school(release, first)?)),
        Nested::TeachersOfSchool => with_role(release, "teacher", &only(school(release, first)?)),
        Nested::TermsOfSchool => {
            let classes = snapshot.classes.of_schools(&only(school(release, first)?)) & release.visible(Entity::Class);
            classes.iter().flat_map(|class| snapshot.classes.terms_of(class).iter().copied()).collect()
        }
        Nested::EnrollmentsOfClassInSchool => {
            snapshot.enrollments.of_class(class_in_school(release, identifiers)?).iter().copied().collect()
        }
        Nested::StudentsOfClassInSchool => members(release, class_in_school(release, identifiers)?, "student"),
        Nested::TeachersOfClassInSchool => members(release, class_in_school(release, identifiers)?, "teacher"),
        Nested::ClassesOfStudent => classes_of(release, person(release, Special::Students, first)?, Some("student")),
        Nested::ClassesOfTeacher => classes_of(release, person(release, Special::Teachers, first)?, Some("teacher")),
        Nested::ClassesOfUser => classes_of(release, found(Entity::User)?, None),
        Nested::ClassesOfTerm => snapshot.classes.of_terms(&only(found(Entity::AcademicSession)?)),
        Nested::GradingPeriodsOfTerm => {
            let below = descendants(&snapshot.sessions.parent, &only(found(Entity::AcademicSession)?));
            below & &snapshot.sessions.grading_periods
        }
    })
}

/// Whether a vendor that may not know of the object named it.
fn is_hidden(release: &Release, identifier: &str) -> bool {
    [Entity::Class, Entity::Org, Entity::Course, Entity::User, Entity::AcademicSession]
        .iter()
        .any(|entity| release.position(*entity, identifier).is_some_and(|object| !release.is_visible(*entity, object)))
}

fn school(release: &Release, identifier: &str) -> Result<u32, Refusal> {
    let position = release.find(Entity::Org, identifier).filter(|org| release.snapshot().orgs.schools.contains(*org));
    position.ok_or_else(Refusal::unknown)
}

fn person(release: &Release, kind: Special, identifier: &str) -> Result<u32, Refusal> {
    let position = release.find(Entity::User, identifier).filter(|person| special(release, kind).contains(*person));
    position.ok_or_else(Refusal::unknown)
}

fn class_in_school(release: &Release, identifiers: &[&str]) -> Result<u32, Refusal> {
    let [at, class] = identifiers else { return Err(Refusal::unknown()) };
    let school = school(release, at)?;
    let class = release.find(Entity::Class, class).ok_or_else(Refusal::unknown)?;
    let is_there = link(&release.snapshot().classes.school, class) == Some(school);
    if is_there { Ok(class) } else { Err(Refusal::unknown()) }
}

/// The people in a class with that role, where their membership is in the view and has not gone away.
fn members(release: &Release, class: u32, role: &str) -> RoaringBitmap {
    let enrollments = &release.snapshot().enrollments;
    let wanted = enrollments.role(role);
    enrollments
        .active_of_class(class)
        .filter(|e| release.is_visible(Entity::Enrollment, *e))
        .filter_map(|e| enrollments.get(e))
        .filter(|(.., role)| Some(*role) == wanted)
        .map(|(user, ..)| user)
        .collect()
}

/// The classes of a person, through memberships in the view.
fn classes_of(release: &Release, person: u32, role: Option<&str>) -> RoaringBitmap {
    let enrollments = &release.snapshot().enrollments;
    let wanted = role.map(|role| enrollments.role(role));
    enrollments
        .of_user(person)
        .iter()
        .filter(|e| !enrollments.ids.deleted.contains(**e) && release.is_visible(Entity::Enrollment, **e))
        .filter_map(|e| enrollments.get(*e))
        .filter(|(.., role)| wanted.is_none_or(|wanted| wanted == Some(*role)))
        .map(|(_, class, ..)| class)
        .collect()
}

fn courses_of(release: &Release, school: u32) -> RoaringBitmap {
    let snapshot = release.snapshot();
    let only = RoaringBitmap::from_iter([school]);
    let own = crate::snapshot::structure::linking_to(&snapshot.courses.org, &only);
    let classes = snapshot.classes.of_schools(&only) & release.visible(Entity::Class);
    own | classes.iter().filter_map(|class| link(&snapshot.classes.course, class)).collect::<RoaringBitmap>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_one_operations_and_each_is_found_by_its_address() {
        assert_eq!(OPERATIONS.len(), 41);
        for operation in OPERATIONS {
            let segments: Vec<String> = operation.path.split('/').map(|part| part.replace("{}", "x/y")).collect();
            let (found, identifiers) = Operation::find(&segments).unwrap();
            assert_eq!(found, operation);
            assert_eq!(identifiers.len(), operation.path.matches("{}").count());
        }
        assert_eq!(Operation::find(&["users".into(), "1".into(), "students".into()]), None);
    }
}
