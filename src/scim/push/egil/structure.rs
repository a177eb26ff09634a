//! Boards and schools as organisations, groups of school units and school units, and classes as groups of pupils and as activities.

use roaring::RoaringBitmap;
use serde_json::{Map, Value, json};

use super::ids;
use super::profile::{employment_id, employments};
use super::words::{
    ACTIVITY, EMPLOYMENT, ORGANISATION, SCHOOL_UNIT, SCHOOL_UNIT_GROUP, STUDENT_GROUP, USER, group_type, many, one,
    schema,
};
use crate::audit::told::People;
use crate::catalogue::{Category, Entity};
use crate::consent::release::bit;
use crate::consent::released::Record;
use crate::consent::{Released, placeholder};
use crate::scim::push::draft::{Draft, Link};
use crate::scim::push::profile::{Key, Scene};
use crate::snapshot::structure::{ancestors, link as linked};
use crate::store::hydrate::{Selection, hydrate};
use crate::store::{Conn, StoreError};

/// How many orgs are looked at above a school.
const DEEPEST: usize = 32;

/// Boards and schools.
pub fn orgs(scene: Scene<'_>, board: &mut Conn, positions: &[u32]) -> Result<Option<Vec<Draft>>, StoreError> {
    let release = scene.release();
    let fields = Entity::Org.fields().iter().filter(|field| ["name", "identifier"].contains(&field.name));
    let selection = Selection::new(Entity::Org, fields);
    let Some(records) = hydrate(board, release, &selection, positions)? else { return Ok(None) };
    let released = records.released(release, &selection, positions).filter(|released| !released.is_tombstone());
    Ok(Some(released.map(|released| org(scene, &released)).collect()))
}

fn org<'a, R: Record<'a>>(scene: Scene<'_>, released: &Released<'a, R>) -> Draft {
    let position = released.position();
    let id = ids::of_object(scene, Entity::Org, position);
    let kind = kind(scene, position);
    let mut body = started(
        match kind {
            ORGANISATION => "Organisation",
            SCHOOL_UNIT_GROUP => "SchoolUnitGroup",
            _ => "SchoolUnit",
        },
        &id,
    );
    body.insert("displayName".to_owned(), text(released, "name").unwrap_or(&id).into());
    let mut links = Vec::new();
    if kind == SCHOOL_UNIT {
        body.insert("schoolUnitCode".to_owned(), text(released, "identifier").unwrap_or(&id).into());
        let of_kind = |kind| above(scene, position).find(|org| self::kind(scene, *org) == kind);
        let id = |org| ids::of_object(scene, Entity::Org, org);
        links.extend(of_kind(ORGANISATION).map(|org| needed("organisation", ORGANISATION, id(org))));
        links.extend(
            of_kind(SCHOOL_UNIT_GROUP)
                .map(|org| Link { is_needed: false, ..needed("schoolUnitGroup", SCHOOL_UNIT_GROUP, id(org)) }),
        );
    }
    Draft { id, body, links, told: People::new() }
}

/// What an org is: a school, what stands at the top above schools, or what stands between.
pub fn kind(scene: Scene<'_>, org: u32) -> &'static str {
    if scene.release().snapshot().orgs.schools.contains(org) {
        SCHOOL_UNIT
    } else if above(scene, org).next().is_some() {
        SCHOOL_UNIT_GROUP
    } else {
        ORGANISATION
    }
}

/// What in the view stands above a school; departments stand below one.
pub fn above_schools(scene: Scene<'_>) -> RoaringBitmap {
    let (live, orgs) = (scene.release().live(Entity::Org), &scene.release().snapshot().orgs);
    (ancestors(&orgs.parent, &(live & &orgs.schools)) & live) - &orgs.schools
}

/// What in the view stands above an org and is no school, nearest first.
fn above(scene: Scene<'_>, org: u32) -> impl Iterator<Item = u32> {
    let (release, orgs) = (scene.release(), &scene.release().snapshot().orgs);
    let parents = std::iter::successors(linked(&orgs.parent, org), |org| linked(&orgs.parent, *org)).take(DEEPEST);
    parents.filter(|org| release.is_live(Entity::Org, *org) && !orgs.schools.contains(*org))
}

/// The classes that are groups: those at a school in the view.
pub fn groups(scene: Scene<'_>) -> impl Iterator<Item = u32> {
    let release = scene.release();
    release.live(Entity::Class).iter().filter(move |class| school(scene, *class).is_some())
}

fn school(scene: Scene<'_>, class: u32) -> Option<u32> {
    let (release, snapshot) = (scene.release(), scene.release().snapshot());
    let school = linked(&snapshot.classes.school, class)?;
    (release.is_live(Entity::Org, school) && snapshot.orgs.schools.contains(school)).then_some(school)
}

/// Who is in a class in that role, by memberships in the view.
fn in_role(scene: Scene<'_>, class: u32, name: &str) -> RoaringBitmap {
    let enrollments = &scene.release().snapshot().enrollments;
    let Some(role) = enrollments.role(name) else { return RoaringBitmap::new() };
    let live = scene.release().live(Entity::Enrollment);
    let shown = enrollments.of_class(class).iter().filter(|enrollment| live.contains(**enrollment));
    let in_role = shown.filter(|enrollment| enrollments.role.get(**enrollment as usize) == Some(&role));
    in_role.filter_map(|enrollment| enrollments.user.get(*enrollment as usize).copied()).collect()
}

/// The employments of a class's teachers at its school.
pub fn teachers(scene: Scene<'_>, class: u32) -> Vec<Key> {
    let at = school(scene, class);
    let all = in_role(scene, class, "teacher");
    let found = all.iter().flat_map(|person| employments(scene, person));
    found.filter(|[_, org, _]| Some(*org) == at).collect()
}

/// Classes as groups of pupils.
pub fn student_groups(scene: Scene<'_>, board: &mut Conn, classes: &[u32]) -> Result<Option<Vec<Draft>>, StoreError> {
    of_classes(scene, board, classes, |released, title| {
        let class = released.position();
        let id = ids::of_object(scene, Entity::Class, class);
        let mut body = started("StudentGroup", &id);
        body.extend(title);
        body.insert("studentGroupType".to_owned(), group_type(text(released, "classType")).into());
        let pupils = in_role(scene, class, "student");
        let pupil = |person| Link {
            place: many("studentMemberships"),
            kind: USER,
            id: ids::of_object(scene, Entity::User, person),
            beside: Map::new(),
            is_needed: false,
        };
        let links = owner(scene, class).into_iter().chain(pupils.iter().map(pupil)).collect();
        Draft { id, body, links, told: scene.told(&pupils, bit(Category::Identity) | bit(Category::Enrolment)) }
    })
}

/// Classes as what their teachers do with them.
pub fn activities(scene: Scene<'_>, board: &mut Conn, classes: &[u32]) -> Result<Option<Vec<Draft>>, StoreError> {
    of_classes(scene, board, classes, |released, title| {
        let class = released.position();
        let group = ids::of_object(scene, Entity::Class, class);
        let id = ids::of_parts(scene, ACTIVITY, &[&group]);
        let mut body = started("Activity", &id);
        body.extend(title);
        let teachers = teachers(scene, class);
        let optional = |attribute, kind, id| Link {
            place: many(attribute),
            kind,
            id,
            beside: Map::new(),
            is_needed: kind == STUDENT_GROUP,
        };
        let mut links: Vec<Link> = owner(scene, class).into_iter().collect();
        links.push(optional("groups", STUDENT_GROUP, group));
        links.extend(teachers.iter().map(|key| optional("teachers", EMPLOYMENT, employment_id(scene, *key))));
        let people: RoaringBitmap = teachers.iter().map(|[person, ..]| *person).collect();
        Draft { id, body, links, told: scene.told(&people, bit(Category::Identity) | bit(Category::Enrolment)) }
    })
}

fn of_classes(
    scene: Scene<'_>,
    board: &mut Conn,
    classes: &[u32],
    draft: impl Fn(&Released<'_, crate::store::hydrate::Stored<'_>>, Option<(String, Value)>) -> Draft,
) -> Result<Option<Vec<Draft>>, StoreError> {
    let release = scene.release();
    let fields = Entity::Class.fields().iter().filter(|field| ["title", "classType"].contains(&field.name));
    let selection = Selection::new(Entity::Class, fields);
    let Some(records) = hydrate(board, release, &selection, classes)? else { return Ok(None) };
    let mut drafts = Vec::with_capacity(classes.len());
    for released in records.released(release, &selection, classes).filter(|released| !released.is_tombstone()) {
        let sourced_id = release.snapshot().ids(Entity::Class).sourced_id(released.position());
        let title = text(&released, "title").map(str::to_owned);
        let title = title.or_else(|| placeholder::of(release, Entity::Class, sourced_id, "title"));
        drafts.push(draft(&released, title.map(|title| ("displayName".to_owned(), title.into()))));
    }
    Ok(Some(drafts))
}

fn owner(scene: Scene<'_>, class: u32) -> Option<Link> {
    Some(needed("owner", SCHOOL_UNIT, ids::of_object(scene, Entity::Org, school(scene, class)?)))
}

fn needed(attribute: &'static str, kind: &'static str, id: String) -> Link {
    Link { place: one(attribute), kind, id, beside: Map::new(), is_needed: true }
}

fn started(name: &str, id: &str) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([schema(name)]));
    body.insert("externalId".to_owned(), id.into());
    body
}

fn text<'a, R: Record<'a>>(released: &Released<'a, R>, name: &str) -> Option<&'a str> {
    let (place, field) = released.fields().find(|(_, field)| field.name == name)?;
    released.text(place, field)
}
