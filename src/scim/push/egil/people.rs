//! People as EGIL's users, and what they do at schools as employments.

use roaring::RoaringBitmap;
use serde_json::{Map, Value, json};

use super::carers::Carers;
use super::ids;
use super::profile::employment_id;
use super::words::{ENROLMENTS, SCHOOL_UNIT, USER, USER_EXTENSION, employment_role, one, schema, school_year};
use crate::audit::told::{People, note};
use crate::catalogue::{Category, Entity, Kind as FieldKind};
use crate::consent::release::bit;
use crate::consent::released::Record;
use crate::consent::{Released, placeholder};
use crate::scim::push::draft::{Draft, Link};
use crate::scim::push::profile::{Key, Scene};
use crate::scim::schema::CORE_USER;
use crate::store::hydrate::{Selection, hydrate};
use crate::store::{Conn, StoreError};

const READ: [&str; 6] = ["username", "givenName", "familyName", "email", "grades", "roles"];

/// People at these positions.
pub fn users(scene: Scene<'_>, board: &mut Conn, positions: &[u32]) -> Result<Option<Vec<Draft>>, StoreError> {
    let release = scene.release();
    let fields = Entity::User.fields().iter().filter(|field| READ.contains(&field.name));
    let fields = fields.filter(|field| release.may_show(Entity::User, field.category));
    let selection = Selection::new(Entity::User, fields);
    let Some(records) = hydrate(board, release, &selection, positions)? else { return Ok(None) };
    let released = records.released(release, &selection, positions).filter(|released| !released.is_tombstone());
    let is_told = release.may_show(Entity::User, Category::Carers);
    let pupils = if is_told { pupils(scene) } else { RoaringBitmap::new() };
    let Some(carers) = Carers::read(scene, board, &pupils, positions)? else { return Ok(None) };
    Ok(Some(released.map(|released| user(scene, &released, &carers)).collect()))
}

/// The pupils in the view.
pub fn pupils(scene: Scene<'_>) -> RoaringBitmap {
    let (people, live) = (&scene.release().snapshot().people, scene.release().live(Entity::User));
    let student = people.role("student");
    let of_role = people.with_role.iter().filter(|((_, role), _)| Some(*role) == student);
    of_role.fold(RoaringBitmap::new(), |all, (_, holders)| all | holders) & live
}

fn user<'a, R: Record<'a>>(scene: Scene<'_>, released: &Released<'a, R>, carers: &Carers) -> Draft {
    released.note(Category::Identity);
    let id = ids::of_object(scene, Entity::User, released.position());
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([CORE_USER.id, USER_EXTENSION]));
    body.insert("externalId".to_owned(), id.as_str().into());
    let mut put = |name: &str, value: Option<Value>| body.extend(value.map(|value| (name.to_owned(), value)));
    let (given, family) = (required(released, "givenName"), required(released, "familyName"));
    put("userName", required(released, "username").map(Value::from));
    put("displayName", joined(given.as_deref(), family.as_deref()).map(Value::from));
    let mut name = Map::new();
    name.extend(given.map(|given| ("givenName".to_owned(), given.into())));
    name.extend(family.map(|family| ("familyName".to_owned(), family.into())));
    put("name", (!name.is_empty()).then(|| name.into()));
    put("emails", text(released, "email").map(|email| json!([{"value": email, "type": "work", "primary": true}])));
    let year = school_year(text(released, "grades"));
    let links = schools_of_pupil(scene, released).into_iter().map(|school| Link {
        place: ENROLMENTS,
        kind: SCHOOL_UNIT,
        id: ids::of_object(scene, Entity::Org, school),
        beside: year.map(|year| ("schoolYear".to_owned(), Value::from(year))).into_iter().collect(),
        is_needed: true,
    });
    let links = links.chain(carers.links(scene, released)).collect();
    let mut told = People::new();
    note(&mut told, released);
    carers.note(&mut told, released);
    Draft { id, body, links, told }
}

/// The schools in the view at which the person is a pupil.
fn schools_of_pupil<'a, R: Record<'a>>(scene: Scene<'_>, released: &Released<'a, R>) -> Vec<u32> {
    let (release, snapshot) = (scene.release(), scene.release().snapshot());
    let is_read = released.fields().any(|(_, field)| field.kind == FieldKind::Roles && released.shows(field.category));
    if !is_read {
        return Vec::new();
    }
    let person = released.position();
    let people = &snapshot.people;
    let roles = people.roles(person).iter().filter(|at| people.role_name(at.role) == "student");
    let mut schools: Vec<u32> = roles
        .filter(|at| people.with_role.get(&(at.org, at.role)).is_some_and(|holders| holders.contains(person)))
        .map(|at| at.org)
        .filter(|org| release.is_live(Entity::Org, *org) && snapshot.orgs.schools.contains(*org))
        .collect();
    schools.sort_unstable();
    schools.dedup();
    schools
}

/// What somebody does at a school.
pub fn employment(scene: Scene<'_>, key: Key) -> Draft {
    let [person, org, role] = key;
    let id = employment_id(scene, key);
    let role = u16::try_from(role).map_or("", |role| scene.release().snapshot().people.role_name(role));
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([schema("Employment")]));
    body.insert("externalId".to_owned(), id.as_str().into());
    body.insert("employmentRole".to_owned(), employment_role(role).unwrap_or("Annan personal").into());
    let link = |attribute, kind, id| Link { place: one(attribute), kind, id, beside: Map::new(), is_needed: true };
    let links = vec![
        link("employedAt", SCHOOL_UNIT, ids::of_object(scene, Entity::Org, org)),
        link("user", USER, ids::of_object(scene, Entity::User, person)),
    ];
    let told = scene.told(&[person].into_iter().collect(), bit(Category::Identity));
    Draft { id, body, links, told }
}

/// A field's text. A name with two categories shows the value of the one that is released.
pub fn text<'a, R: Record<'a>>(released: &Released<'a, R>, name: &str) -> Option<&'a str> {
    let mut of_name = released.fields().filter(|(_, field)| field.name == name);
    of_name.find_map(|(place, field)| released.text(place, field))
}

/// A field's text, or what stands for it: no server takes a user without.
fn required<'a, R: Record<'a>>(released: &Released<'a, R>, name: &str) -> Option<String> {
    if let Some(text) = text(released, name) {
        return Some(text.to_owned());
    }
    let release = released.release();
    let sourced_id = release.snapshot().ids(Entity::User).sourced_id(released.position());
    placeholder::of(release, Entity::User, sourced_id, name)
}

pub fn joined(given: Option<&str>, family: Option<&str>) -> Option<String> {
    match (given, family) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
    }
}
