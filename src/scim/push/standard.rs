//! Users and groups of SCIM 2.0, as the vendor would read them at the SCIM door.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::draft::{Draft, Kind, Link, Place};
use super::profile::{Finding, Key, Profile, Scene, Taking};
use crate::audit::told::{People, note};
use crate::catalogue::{Category, Entity};
use crate::consent::placeholder;
use crate::consent::release::bit;
use crate::scim::schema::{GROUP, ResourceType, USER};
use crate::scim::school::directory::{Directory, Source};
use crate::scim::school::group::{Shown, fields_of_class, of_class, of_school};
use crate::scim::school::person::{self, Places, SchoolNames, represent};
use crate::scim::school::user::User;
use crate::store::hydrate::{Selection, hydrate};
use crate::store::{Conn, StoreError};

/// SCIM 2.0 without a profile of its own.
#[derive(Debug)]
pub struct Standard;

const KINDS: [Kind; 3] = [
    Kind { name: "user", endpoint: "/Users", is_account: true },
    Kind { name: "group", endpoint: "/Groups", is_account: false },
    // They hold other groups.
    Kind { name: "school", endpoint: "/Groups", is_account: false },
];

const MEMBERS: Place = Place { extension: None, attribute: "members", is_list: true };

impl Profile for Standard {
    fn kinds(&self) -> &'static [Kind] {
        &KINDS
    }

    fn taking(&self) -> Taking {
        Taking::First
    }

    fn finding(&self) -> Finding {
        Finding::Filter
    }

    fn reference(&self, _: &Link, _: &str) -> Option<String> {
        None
    }

    fn keys(&self, scene: Scene<'_>, kind: &Kind) -> Vec<Key> {
        let release = scene.release();
        if kind.is_account {
            return release.live(Entity::User).iter().map(|person| [person, 0, 0]).collect();
        }
        let directory = Directory::new(scene.view);
        let of_schools = directory.of_schools();
        let is_school = |source: &Source| matches!(source, Source::School(_));
        if kind.name == "school" {
            return of_schools.into_iter().filter(is_school).map(key).collect();
        }
        let roles = of_schools.into_iter().filter(|source| !is_school(source));
        roles.chain(directory.classes().iter().map(Source::Class)).map(key).collect()
    }

    fn id(&self, scene: Scene<'_>, kind: &Kind, key: Key) -> String {
        let [position, ..] = key;
        if kind.is_account {
            return scene.release().identifier(Entity::User, position);
        }
        Directory::new(scene.view).id(source(key))
    }

    fn drafts(
        &self,
        scene: Scene<'_>,
        board: &mut Conn,
        kind: &Kind,
        keys: &[Key],
    ) -> Result<Option<Vec<Draft>>, StoreError> {
        let Some(names) = scene.view.org_names(board)? else { return Ok(None) };
        if kind.is_account {
            let positions: Vec<u32> = keys.iter().map(|[position, ..]| *position).collect();
            return people(scene, board, &positions, names);
        }
        let sources: Vec<Source> = keys.iter().map(|key| source(*key)).collect();
        groups(scene, board, &sources, names)
    }
}

const fn key(source: Source) -> Key {
    match source {
        Source::School(org) => [0, org, 0],
        Source::Role(org, role) => [1, org, role as u32],
        Source::Class(class) => [2, class, 0],
    }
}

fn source([kind, position, role]: Key) -> Source {
    match kind {
        0 => Source::School(position),
        1 => Source::Role(position, u16::try_from(role).unwrap_or(u16::MAX)),
        _ => Source::Class(position),
    }
}

fn people(
    scene: Scene<'_>,
    board: &mut Conn,
    positions: &[u32],
    names: &[Option<Box<str>>],
) -> Result<Option<Vec<Draft>>, StoreError> {
    let release = scene.release();
    let fields = person::fields().filter(|field| release.may_show(Entity::User, field.category));
    let selection = Selection::new(Entity::User, fields);
    let Some(records) = hydrate(board, release, &selection, positions)? else { return Ok(None) };
    let places = Places::of(selection.fields());
    let mut drafts = Vec::with_capacity(positions.len());
    for released in records.released(release, &selection, positions).filter(|released| !released.is_tombstone()) {
        let mut body = User::read(&represent(&released, &places, SchoolNames(names)).0.written());
        stand_in(&mut body, "userName", scene, (Entity::User, released.position(), "username"));
        // An account that was made inactive before comes back by this.
        body.entry("active").or_insert(true.into());
        let id = released.identifier().into_owned();
        complete(&mut body, &USER, &id);
        let mut told = People::new();
        note(&mut told, &released);
        drafts.push(Draft { id, body, links: Vec::new(), told });
    }
    Ok(Some(drafts))
}

fn groups(
    scene: Scene<'_>,
    board: &mut Conn,
    sources: &[Source],
    names: &[Option<Box<str>>],
) -> Result<Option<Vec<Draft>>, StoreError> {
    let release = scene.release();
    let class = |source: &Source| if let Source::Class(class) = source { Some(*class) } else { None };
    let classes: Vec<u32> = sources.iter().filter_map(class).collect();
    let selection = Selection::new(Entity::Class, fields_of_class());
    let Some(records) = hydrate(board, release, &selection, &classes)? else { return Ok(None) };
    let mut of_classes: HashMap<u32, Shown> = HashMap::with_capacity(classes.len());
    for released in records.released(release, &selection, &classes) {
        of_classes.insert(released.position(), of_class(&released));
    }
    let mut drafts = Vec::with_capacity(sources.len());
    for source in sources {
        let shown = match source {
            Source::Class(class) => of_classes.remove(class),
            Source::School(_) | Source::Role(..) => Some(of_school(scene.view, *source, SchoolNames(names))),
        };
        drafts.extend(shown.map(|shown| group(scene, *source, shown)));
    }
    Ok(Some(drafts))
}

fn group(scene: Scene<'_>, source: Source, shown: Shown) -> Draft {
    let (release, directory) = (scene.release(), Directory::new(scene.view));
    let Shown { mut body, .. } = shown;
    if let Source::Class(class) = source {
        stand_in(&mut body, "displayName", scene, (Entity::Class, class, "title"));
    }
    let id = directory.id(source);
    complete(&mut body, &GROUP, &id);
    let members = directory.members(source);
    let link = |kind, id, type_name: &str| Link {
        place: MEMBERS,
        kind,
        id,
        beside: Map::from_iter([("type".to_owned(), Value::from(type_name))]),
        is_needed: false,
    };
    let of_people = members.people.iter().map(|person| link("user", release.identifier(Entity::User, person), "User"));
    let of_groups = members.groups.iter().map(|group| link("group", directory.id(*group), "Group"));
    let links = of_people.chain(of_groups).collect();
    let category = if matches!(source, Source::Class(_)) { Category::Enrolment } else { Category::Identity };
    Draft { id, body, links, told: scene.told(&members.people, bit(Category::Identity) | bit(category)) }
}

/// What the standard requires has a placeholder where it is withheld, whatever the connection wants to read: no
/// server takes the resource without it.
fn stand_in(
    body: &mut Map<String, Value>,
    attribute: &str,
    scene: Scene<'_>,
    (entity, position, field): (Entity, u32, &str),
) {
    if body.contains_key(attribute) {
        return;
    }
    let release = scene.release();
    let sourced_id = release.snapshot().ids(entity).sourced_id(position);
    let placeholder = placeholder::of(release, entity, sourced_id, field);
    body.extend(placeholder.map(|text| (attribute.to_owned(), text.into())));
}

/// The schemas of a body, and the identifier by which it is known here.
fn complete(body: &mut Map<String, Value>, resource_type: &ResourceType, id: &str) {
    let extensions = resource_type.extensions.iter().map(|extension| extension.schema.id);
    let used = extensions.filter(|id| body.contains_key(*id)).map(Value::from);
    let schemas: Vec<Value> = std::iter::once(Value::from(resource_type.schema.id)).chain(used).collect();
    body.insert("schemas".to_owned(), schemas.into());
    body.insert("externalId".to_owned(), id.into());
}
