//! EGIL as a profile: which resources there are, and how they are known.

use super::words::{
    ACTIVITY, EMPLOYMENT, KINDS, ORGANISATION, SCHOOL_UNIT, SCHOOL_UNIT_GROUP, STUDENT_GROUP, USER, employment_role,
};
use super::{carers, ids, people, structure};
use crate::catalogue::{Category, Entity};
use crate::scim::push::draft::{Draft, Kind, Link};
use crate::scim::push::profile::{Finding, Key, Profile, Scene, Taking};
use crate::store::{Conn, StoreError};

/// Sweden's school profile.
#[derive(Debug)]
pub struct Egil;

impl Profile for Egil {
    fn kinds(&self) -> &'static [Kind] {
        &KINDS
    }

    fn taking(&self) -> Taking {
        Taking::Last
    }

    fn finding(&self) -> Finding {
        Finding::List
    }

    fn reference(&self, link: &Link, remote: &str) -> Option<String> {
        let kind = KINDS.iter().find(|kind| kind.name == link.kind)?;
        Some(format!("{}/{remote}", kind.endpoint.trim_start_matches('/')))
    }

    fn keys(&self, scene: Scene<'_>, kind: &Kind) -> Vec<Key> {
        let (release, snapshot) = (scene.release(), scene.release().snapshot());
        let orgs = release.live(Entity::Org);
        let single = |position: u32| [position, 0, 0];
        match kind.name {
            ORGANISATION | SCHOOL_UNIT_GROUP => {
                let of_kind =
                    structure::above_schools(scene).into_iter().filter(|org| structure::kind(scene, *org) == kind.name);
                of_kind.map(single).collect()
            }
            SCHOOL_UNIT => (orgs & &snapshot.orgs.schools).iter().map(single).collect(),
            USER => {
                // Pupils before the others, as the profile wants it, but after the carers that they refer to.
                let (pupils, live) = (people::pupils(scene), release.live(Entity::User));
                let carers = carers::of_all(scene, &pupils);
                let others = (live - &pupils) - &carers;
                carers.iter().chain(&pupils).chain(&others).map(single).collect()
            }
            EMPLOYMENT => release.live(Entity::User).iter().flat_map(|person| employments(scene, person)).collect(),
            STUDENT_GROUP => structure::groups(scene).map(single).collect(),
            ACTIVITY => {
                let has_teachers = |class: &u32| !structure::teachers(scene, *class).is_empty();
                structure::groups(scene).filter(has_teachers).map(single).collect()
            }
            _ => Vec::new(),
        }
    }

    fn id(&self, scene: Scene<'_>, kind: &Kind, key: Key) -> String {
        let [position, ..] = key;
        match kind.name {
            USER => ids::of_object(scene, Entity::User, position),
            EMPLOYMENT => employment_id(scene, key),
            STUDENT_GROUP => ids::of_object(scene, Entity::Class, position),
            ACTIVITY => ids::of_parts(scene, ACTIVITY, &[&ids::of_object(scene, Entity::Class, position)]),
            _ => ids::of_object(scene, Entity::Org, position),
        }
    }

    fn drafts(
        &self,
        scene: Scene<'_>,
        board: &mut Conn,
        kind: &Kind,
        keys: &[Key],
    ) -> Result<Option<Vec<Draft>>, StoreError> {
        let positions = || -> Vec<u32> { keys.iter().map(|[position, ..]| *position).collect() };
        match kind.name {
            USER => people::users(scene, board, &positions()),
            EMPLOYMENT => Ok(Some(keys.iter().map(|key| people::employment(scene, *key)).collect())),
            STUDENT_GROUP => structure::student_groups(scene, board, &positions()),
            ACTIVITY => structure::activities(scene, board, &positions()),
            _ => structure::orgs(scene, board, &positions()),
        }
    }
}

/// Who works where as what: a person, a school and a role. Only where roles are told at all.
pub fn employments(scene: Scene<'_>, person: u32) -> Vec<Key> {
    let (release, snapshot) = (scene.release(), scene.release().snapshot());
    if !release.shows(Entity::User, Category::Identity, person) {
        return Vec::new();
    }
    let people = &snapshot.people;
    let is_told = |org: u32| release.is_live(Entity::Org, org) && snapshot.orgs.schools.contains(org);
    let roles = people.roles(person).iter().filter(|at| is_told(at.org));
    let mut found: Vec<Key> = roles
        .filter(|at| employment_role(people.role_name(at.role)).is_some())
        .filter(|at| people.with_role.get(&(at.org, at.role)).is_some_and(|holders| holders.contains(person)))
        .map(|at| [person, at.org, u32::from(at.role)])
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The UUID of an employment.
pub fn employment_id(scene: Scene<'_>, [person, org, role]: Key) -> String {
    let person = ids::of_object(scene, Entity::User, person);
    let org = ids::of_object(scene, Entity::Org, org);
    let role = u16::try_from(role).map_or("", |role| scene.release().snapshot().people.role_name(role));
    ids::of_parts(scene, EMPLOYMENT, &[&person, &org, role])
}
