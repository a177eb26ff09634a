//! Pupils' carers as EGIL's relations between users: from the pupil to the carer, never back, so that one of them
//! can be given first.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use serde_json::{Map, Value};

use super::ids;
use super::people::{joined, text};
use super::words::{USER, USER_RELATIONS, relation_type};
use crate::audit::told::{self, People};
use crate::catalogue::{Category, Entity};
use crate::consent::Released;
use crate::consent::released::Record;
use crate::scim::push::draft::Link;
use crate::scim::push::profile::Scene;
use crate::store::hydrate::{Selection, hydrate};
use crate::store::{Conn, StoreError};

/// The carers of some pupils.
pub struct Carers {
    /// By pupil.
    of: HashMap<u32, Vec<u32>>,
    /// Names, where they are released, and whom they tell about.
    names: HashMap<u32, (String, People)>,
}

/// The carers of these pupils that may be told.
pub fn of_all(scene: Scene<'_>, pupils: &RoaringBitmap) -> RoaringBitmap {
    pupils.iter().flat_map(|pupil| of_one(scene, pupils, pupil)).collect()
}

/// A carer who is a pupil too is left out: two who name each other could never be given.
fn of_one<'a>(scene: Scene<'a>, pupils: &'a RoaringBitmap, pupil: u32) -> impl Iterator<Item = u32> + 'a {
    let release = scene.release();
    let is_told = pupils.contains(pupil) && release.shows(Entity::User, Category::Carers, pupil);
    let agents = if is_told { release.snapshot().people.agents(pupil) } else { &[] };
    let may_link = move |agent: &u32| release.may_link(Entity::User, *agent) && !pupils.contains(*agent);
    agents.iter().copied().filter(may_link)
}

impl Carers {
    /// The carers of those among these people who are pupils; `None` if the board has moved on meanwhile.
    pub fn read(
        scene: Scene<'_>,
        board: &mut Conn,
        pupils: &RoaringBitmap,
        people: &[u32],
    ) -> Result<Option<Self>, StoreError> {
        let of_each = people.iter().map(|person| (*person, of_one(scene, pupils, *person).collect::<Vec<_>>()));
        let of: HashMap<u32, Vec<u32>> = of_each.filter(|(_, carers)| !carers.is_empty()).collect();
        let all: RoaringBitmap = of.values().flatten().collect();
        let positions: Vec<u32> = all.iter().collect();
        let release = scene.release();
        let fields = Entity::User.fields().iter().filter(|field| ["givenName", "familyName"].contains(&field.name));
        let fields = fields.filter(|field| release.may_show(Entity::User, field.category));
        let selection = Selection::new(Entity::User, fields);
        let Some(records) = hydrate(board, release, &selection, &positions)? else { return Ok(None) };
        let mut names = HashMap::new();
        for carer in records.released(release, &selection, &positions) {
            let Some(name) = joined(text(&carer, "givenName"), text(&carer, "familyName")) else { continue };
            let mut people = People::new();
            told::note(&mut people, &carer);
            names.insert(carer.position(), (name, people));
        }
        Ok(Some(Self { of, names }))
    }

    /// A pupil's relations.
    pub fn links<'a, R: Record<'a>>(&self, scene: Scene<'_>, pupil: &Released<'a, R>) -> Vec<Link> {
        let of_pupil = self.of_pupil(pupil);
        if !of_pupil.is_empty() {
            pupil.note(Category::Carers);
        }
        let link = |carer: &u32| {
            let mut beside = Map::new();
            beside.insert("relationType".to_owned(), relation_type(roles(scene, *carer)).into());
            beside
                .extend(self.names.get(carer).map(|(name, _)| ("displayName".to_owned(), Value::from(name.as_str()))));
            let id = ids::of_object(scene, Entity::User, *carer);
            Link { place: USER_RELATIONS, kind: USER, id, beside, is_needed: false }
        };
        of_pupil.iter().map(link).collect()
    }

    /// Adds the carers whose names a pupil's relations tell.
    pub fn note<'a, R: Record<'a>>(&self, told: &mut People, pupil: &Released<'a, R>) {
        for (_, people) in self.of_pupil(pupil).iter().filter_map(|carer| self.names.get(carer)) {
            told.extend(people.iter().cloned());
        }
    }

    fn of_pupil<'a, R: Record<'a>>(&self, pupil: &Released<'a, R>) -> &[u32] {
        self.of.get(&pupil.position()).map_or(&[], Vec::as_slice)
    }
}

/// The roles that somebody has at orgs in the view.
fn roles(scene: Scene<'_>, person: u32) -> impl Iterator<Item = &str> {
    let (release, people) = (scene.release(), &scene.release().snapshot().people);
    let is_shown = release.shows(Entity::User, Category::Identity, person);
    let at = people.roles(person).iter().filter(move |at| is_shown && release.is_live(Entity::Org, at.org));
    let holds = move |role: (u32, u16)| people.with_role.get(&role).is_some_and(|holders| holders.contains(person));
    at.filter(move |at| holds((at.org, at.role))).map(|at| people.role_name(at.role))
}
