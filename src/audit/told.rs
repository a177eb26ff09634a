//! Whom an answer tells about, gathered while it is written.

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::release::bit;
use crate::consent::released::Record;
use crate::consent::{Categories, Released};

/// Whom an answer tells about, by what it tells.
pub type People = Vec<(Categories, RoaringBitmap)>;

/// Adds a person, by row number, and what is told of it.
pub fn add(people: &mut People, categories: Categories, number: u32) {
    match people.iter_mut().find(|(known, _)| *known == categories) {
        Some((_, set)) => _ = set.insert(number),
        None => people.push((categories, RoaringBitmap::from_iter([number]))),
    }
}

/// Adds whom a record tells about, and which categories it told.
pub fn note<'a, R: Record<'a>>(people: &mut People, released: &Released<'a, R>) {
    let snapshot = released.release().snapshot();
    let mut add = |categories, person| add(people, categories, snapshot.people.ids.number(person));
    let disclosed = released.disclosed();
    match released.entity() {
        Entity::User => {
            add(disclosed, released.position());
            if disclosed & bit(Category::Carers) != 0 {
                let is_linked = |agent: &&u32| released.release().may_link(Entity::User, **agent);
                for agent in snapshot.people.agents(released.position()).iter().filter(is_linked) {
                    add(bit(Category::Identity) | bit(Category::Carers), *agent);
                }
            }
        }
        Entity::Demographics => add(disclosed, released.position()),
        Entity::Enrollment => {
            if let Some((user, ..)) = snapshot.enrollments.get(released.position()) {
                add(disclosed | bit(Category::Identity), user);
            }
        }
        Entity::Result => {
            if let Some((_, student)) = snapshot.gradebook.results.get(released.position()) {
                add(disclosed | bit(Category::Identity), student);
            }
        }
        Entity::Org
        | Entity::AcademicSession
        | Entity::Course
        | Entity::Class
        | Entity::Resource
        | Entity::LineItemCategory
        | Entity::LineItem
        | Entity::ScoreScale
        | Entity::AssessmentLineItem
        | Entity::AssessmentResult => {}
    }
}
