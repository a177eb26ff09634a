//! Which objects refer to which, answered from the snapshot.

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::consent::Release;
use crate::snapshot::Snapshot;
use crate::snapshot::structure::{link, linking_to};

/// The objects whose field of that name refers to one of `targets`; `None` where the snapshot doesn't know.
pub fn linked(release: &Release, entity: Entity, name: &str, targets: &RoaringBitmap) -> Option<RoaringBitmap> {
    let snapshot = release.snapshot();
    let parents = |links: &[Option<u32>]| targets.iter().filter_map(|t| link(links, t)).collect::<RoaringBitmap>();
    Some(match (entity, name) {
        (Entity::Org, "parent") => linking_to(&snapshot.orgs.parent, targets),
        (Entity::Org, "children") => parents(&snapshot.orgs.parent),
        (Entity::AcademicSession, "parent") => linking_to(&snapshot.sessions.parent, targets),
        (Entity::AcademicSession, "children") => parents(&snapshot.sessions.parent),
        (Entity::Course, "org") => linking_to(&snapshot.courses.org, targets),
        (Entity::Course, "schoolYear") => linking_to(&snapshot.courses.school_year, targets),
        (Entity::Class, "course") => snapshot.classes.of_courses(targets),
        (Entity::Class, "school") => snapshot.classes.of_schools(targets),
        (Entity::Class, "terms") => snapshot.classes.of_terms(targets),
        (Entity::User, "agents") => snapshot.people.agents_of(&release.linkable(targets)),
        (Entity::Enrollment, "user") => {
            targets.iter().flat_map(|t| snapshot.enrollments.of_user(t).iter().copied()).collect()
        }
        (Entity::Enrollment, "class") => {
            targets.iter().flat_map(|t| snapshot.enrollments.of_class(t).iter().copied()).collect()
        }
        (Entity::Enrollment, "school") => snapshot.enrollments.of_schools(targets),
        (Entity::LineItem, "class") => {
            targets.iter().flat_map(|t| snapshot.gradebook.line_items.of_class(t).iter().copied()).collect()
        }
        (Entity::LineItem, "category") => {
            let categories = &snapshot.gradebook.line_items.category;
            (0..).zip(categories).filter(|(_, category)| targets.contains(**category)).map(|(item, _)| item).collect()
        }
        (Entity::LineItem, "school") => line_items_of_schools(snapshot, targets),
        (Entity::Result, "lineItem") => snapshot.gradebook.results.of_line_items(targets),
        (Entity::Result, "student") => snapshot.gradebook.results.of_students(targets),
        (Entity::ScoreScale, "class") => snapshot.gradebook.scales.of_classes(targets),
        _ => return None,
    })
}

/// The line items of any of these schools: by name, or by their class where they name none.
pub fn line_items_of_schools(snapshot: &Snapshot, schools: &RoaringBitmap) -> RoaringBitmap {
    let items = &snapshot.gradebook.line_items;
    let school = |item: u32| {
        let named = items.school.get(item as usize).copied().flatten();
        named.or_else(|| link(&snapshot.classes.school, items.class_of(item)?))
    };
    (0..items.ids.len()).filter(|item| school(*item).is_some_and(|school| schools.contains(school))).collect()
}

/// The memberships whose role's place is marked.
pub fn enrollments_with_role(snapshot: &Snapshot, roles: &[bool]) -> RoaringBitmap {
    let marked = (0..).zip(roles).filter(|(_, is_marked)| **is_marked).map(|(role, _)| role).collect();
    snapshot.enrollments.of_roles(&marked)
}

/// The objects with one of these resources.
pub fn with_resources(snapshot: &Snapshot, entity: Entity, targets: &RoaringBitmap) -> RoaringBitmap {
    let of = match entity {
        Entity::Class => &snapshot.classes.resources,
        Entity::Course => &snapshot.courses.resources,
        Entity::User => &snapshot.people.resources,
        Entity::Org
        | Entity::AcademicSession
        | Entity::Demographics
        | Entity::Enrollment
        | Entity::Resource
        | Entity::LineItemCategory
        | Entity::LineItem
        | Entity::Result
        | Entity::ScoreScale
        | Entity::AssessmentLineItem
        | Entity::AssessmentResult => return RoaringBitmap::new(),
    };
    of.iter()
        .filter(|(_, resources)| resources.iter().any(|r| targets.contains(*r)))
        .map(|(position, _)| *position)
        .collect()
}
