//! The objects that an address names: those of a type or role, or those that hang together with others.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity, Version};
use crate::consent::Release;
use crate::consent::group::Group;
use crate::http::Refusal;
use crate::oneroster::operation::{Nested, Special, Subset};
use crate::planted::{self, Leak};
use crate::query::main_role;
use crate::snapshot::Snapshot;
use crate::snapshot::structure::{descendants, link};

/// The objects in the view with that type or role, and the tombstones of those that had it.
pub fn special(release: &Release, version: Version, special: Special) -> RoaringBitmap {
    let group = group(special);
    live_special(release, version, special) | release.recollection().tombstones_of(group)
}

const fn group(special: Special) -> Group {
    match special {
        Special::Schools => Group::Schools,
        Special::Terms => Group::Terms,
        Special::GradingPeriods => Group::GradingPeriods,
        Special::Students => Group::Students,
        Special::Teachers => Group::Teachers,
    }
}

fn live_special(release: &Release, version: Version, special: Special) -> RoaringBitmap {
    match (version, special) {
        (Version::V1p1, Special::Students) => with_role(release, version, "student", release.live(Entity::Org)),
        (Version::V1p1, Special::Teachers) => with_role(release, version, "teacher", release.live(Entity::Org)),
        (Version::V1p1 | Version::V1p2, _) => release.group(group(special)),
    }
}

/// Whether [`special`] has the object, without looking at any other.
pub fn is_special(release: &Release, version: Version, special: Special, object: u32) -> bool {
    is_live_special(release, version, special, object) || release.recollection().is_tombstone_of(group(special), object)
}

fn is_live_special(release: &Release, version: Version, special: Special, object: u32) -> bool {
    let snapshot = release.snapshot();
    let is_of_group = match special {
        Special::Schools => snapshot.orgs.schools.contains(object),
        Special::Terms => snapshot.sessions.terms.contains(object),
        Special::GradingPeriods => snapshot.sessions.grading_periods.contains(object),
        Special::Students => has_role(release, version, "student", object),
        Special::Teachers => has_role(release, version, "teacher", object),
    };
    is_of_group && release.is_live(group(special).entity(), object)
}

/// Whether the person's role is shown. In 1.1 a person has one.
fn has_role(release: &Release, version: Version, role: &str, person: u32) -> bool {
    let people = &release.snapshot().people;
    let is_it = match version {
        Version::V1p1 => main_role::word(release, person) == Some(role),
        Version::V1p2 => {
            let mut roles = people.roles(person).iter();
            roles.any(|at| people.role_name(at.role) == role && release.is_live(Entity::Org, at.org))
        }
    };
    is_it && release.shows(Entity::User, Category::Identity, person)
}

/// People whose role at one of these orgs is shown. In 1.1 a person has one role, at several orgs.
fn with_role(release: &Release, version: Version, role: &str, orgs: &RoaringBitmap) -> RoaringBitmap {
    match version {
        Version::V1p1 => {
            let people = &release.snapshot().people;
            let at = people.with_roles_at(None, &(orgs & release.live(Entity::Org)));
            main_role::holders(release, role, &at) & release.released(Category::Identity)
        }
        Version::V1p2 => release.with_role(role, orgs),
    }
}

/// The objects that hang together with those in the address; 404 if one of these is not in the view.
pub fn nested(
    release: &Release,
    version: Version,
    nested: Nested,
    identifiers: &[&str],
) -> Result<RoaringBitmap, Refusal> {
    let snapshot = release.snapshot();
    let first = identifiers.first().copied().unwrap_or_default();
    let found = |entity| release.find_live(entity, first).ok_or_else(Refusal::unknown);
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
        Nested::EnrollmentsOfSchool => snapshot.enrollments.of_schools(&only(school(release, first)?)),
        Nested::StudentsOfSchool => with_role(release, version, "student", &only(school(release, first)?)),
        Nested::TeachersOfSchool => with_role(release, version, "teacher", &only(school(release, first)?)),
        Nested::TermsOfSchool => snapshot.classes.terms_at(school(release, first)?, release.live(Entity::Class)),
        Nested::EnrollmentsOfClassInSchool => {
            snapshot.enrollments.of_class(class_in_school(release, identifiers)?).iter().copied().collect()
        }
        Nested::StudentsOfClassInSchool => members(release, class_in_school(release, identifiers)?, "student"),
        Nested::TeachersOfClassInSchool => members(release, class_in_school(release, identifiers)?, "teacher"),
        Nested::ClassesOfStudent => {
            classes_of(release, person(release, version, Special::Students, first)?, Some("student"))
        }
        Nested::ClassesOfTeacher => {
            classes_of(release, person(release, version, Special::Teachers, first)?, Some("teacher"))
        }
        Nested::ClassesOfUser => classes_of(release, found(Entity::User)?, None),
        Nested::ResourcesOfClass => {
            materials(release, Entity::Class, found(Entity::Class)?, &snapshot.classes.resources)
        }
        Nested::ResourcesOfCourse => {
            materials(release, Entity::Course, found(Entity::Course)?, &snapshot.courses.resources)
        }
        Nested::ClassesOfTerm => snapshot.classes.of_terms(&only(found(Entity::AcademicSession)?)),
        Nested::GradingPeriodsOfTerm => {
            let below = descendants(&snapshot.sessions.parent, &only(found(Entity::AcademicSession)?));
            below & &snapshot.sessions.grading_periods
        }
        Nested::ResourcesOfUser => materials(release, Entity::User, found(Entity::User)?, &snapshot.people.resources),
        Nested::CategoriesOfClass => {
            // A category has no class: each of the view may be used in every class.
            found(Entity::Class)?;
            release.live(Entity::LineItemCategory).clone()
        }
        Nested::LineItemsOfClass => line_items(snapshot, found(Entity::Class)?),
        Nested::ResultsOfClass => {
            snapshot.gradebook.results.of_line_items(&line_items(snapshot, found(Entity::Class)?))
        }
        Nested::ScoreScalesOfClass => snapshot.gradebook.scales.of_classes(&only(found(Entity::Class)?)),
        Nested::ResultsOfLineItemInClass => {
            let item = line_item_in_class(release, identifiers)?;
            snapshot.gradebook.results.of_line_items(&only(item))
        }
        Nested::ResultsOfStudentInClass => {
            let of_class = line_items(snapshot, found(Entity::Class)?);
            let student = identifiers.get(1).and_then(|student| release.find_live(Entity::User, student));
            let student = only(student.ok_or_else(Refusal::unknown)?);
            snapshot.gradebook.results.of_students(&student) & snapshot.gradebook.results.of_line_items(&of_class)
        }
        Nested::ScoreScalesOfSchool => {
            let classes = snapshot.classes.of_schools(&only(school(release, first)?));
            snapshot.gradebook.scales.of_classes(&classes)
        }
    })
}

/// Whether an address names few objects on any board, found without looking at others.
pub const fn is_narrow(subset: Subset) -> bool {
    use Nested as N;
    matches!(
        subset,
        Subset::Kind(Special::Schools | Special::Terms | Special::GradingPeriods)
            | Subset::Nested(
                N::StudentsOfClass
                    | N::TeachersOfClass
                    | N::EnrollmentsOfClassInSchool
                    | N::StudentsOfClassInSchool
                    | N::TeachersOfClassInSchool
                    | N::ClassesOfStudent
                    | N::ClassesOfTeacher
                    | N::ClassesOfUser
                    | N::ResourcesOfClass
                    | N::ResourcesOfCourse
                    | N::ResourcesOfUser
            )
    )
}

/// Whether a vendor that may not know of the object named it.
fn is_hidden(release: &Release, identifier: &str) -> bool {
    [Entity::Class, Entity::Org, Entity::Course, Entity::User, Entity::AcademicSession]
        .iter()
        .any(|entity| release.position(*entity, identifier).is_some_and(|object| !release.is_visible(*entity, object)))
}

fn school(release: &Release, identifier: &str) -> Result<u32, Refusal> {
    let position =
        release.find_live(Entity::Org, identifier).filter(|org| release.snapshot().orgs.schools.contains(*org));
    position.ok_or_else(Refusal::unknown)
}

fn person(release: &Release, version: Version, kind: Special, identifier: &str) -> Result<u32, Refusal> {
    let position = release.find_live(Entity::User, identifier);
    position.filter(|person| is_live_special(release, version, kind, *person)).ok_or_else(Refusal::unknown)
}

fn class_in_school(release: &Release, identifiers: &[&str]) -> Result<u32, Refusal> {
    let [at, class] = identifiers else { return Err(Refusal::unknown()) };
    let school = school(release, at)?;
    let class = release.find_live(Entity::Class, class).ok_or_else(Refusal::unknown)?;
    let is_there = link(&release.snapshot().classes.school, class) == Some(school);
    if is_there { Ok(class) } else { Err(Refusal::unknown()) }
}

fn line_items(snapshot: &Snapshot, class: u32) -> RoaringBitmap {
    snapshot.gradebook.line_items.of_class(class).iter().copied().collect()
}

fn line_item_in_class(release: &Release, identifiers: &[&str]) -> Result<u32, Refusal> {
    let [class, item] = identifiers else { return Err(Refusal::unknown()) };
    let class = release.find_live(Entity::Class, class).ok_or_else(Refusal::unknown)?;
    let item = release.find_live(Entity::LineItem, item).ok_or_else(Refusal::unknown)?;
    let is_there = release.snapshot().gradebook.line_items.class_of(item) == Some(class);
    if is_there { Ok(item) } else { Err(Refusal::unknown()) }
}

/// The people in a class with that role, where their membership is in the view and has not gone away.
fn members(release: &Release, class: u32, role: &str) -> RoaringBitmap {
    let enrollments = &release.snapshot().enrollments;
    let wanted = enrollments.role(role);
    enrollments
        .active_of_class(class)
        .filter(|e| release.is_live(Entity::Enrollment, *e))
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
        .filter(|e| !enrollments.ids.deleted.contains(**e) && release.is_live(Entity::Enrollment, **e))
        .filter_map(|e| enrollments.get(*e))
        .filter(|(.., role)| wanted.is_none_or(|wanted| wanted == Some(*role)))
        .map(|(_, class, ..)| class)
        .collect()
}

/// The learning materials of an object, if it shows which it has.
fn materials(release: &Release, entity: Entity, of: u32, links: &HashMap<u32, Vec<u32>>) -> RoaringBitmap {
    let category = if entity == Entity::User { Category::ResourceAssignment } else { Category::ResourceCatalogue };
    if !release.shows(entity, category, of) {
        return RoaringBitmap::new();
    }
    links.get(&of).into_iter().flatten().copied().collect()
}

fn courses_of(release: &Release, school: u32) -> RoaringBitmap {
    let snapshot = release.snapshot();
    snapshot.courses.of_org(school) | snapshot.classes.courses_at(school, release.live(Entity::Class))
}
