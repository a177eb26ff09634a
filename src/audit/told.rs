//! Whom an answer tells about, gathered while it is written.

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::release::bit;
use crate::consent::released::Record;
use crate::consent::{Categories, Release, Released};

/// Whom an answer tells about, by what it tells.
pub type People = Vec<(Categories, RoaringBitmap)>;

/// Adds a person, by row number, and what is told of it.
fn add(people: &mut People, categories: Categories, number: u32) {
    match people.iter_mut().find(|(known, _)| *known == categories) {
        Some((_, set)) => _ = set.insert(number),
        None => people.push((categories, RoaringBitmap::from_iter([number]))),
    }
}

/// Adds a person, by position, of whom these categories are told, and the carers that are told with it.
pub fn note_person(people: &mut People, release: &Release, (person, told): (u32, Categories)) {
    let of_people = &release.snapshot().people;
    add(people, told, of_people.ids.number(person));
    if told & bit(Category::Carers) != 0 {
        for agent in of_people.agents(person).iter().filter(|agent| release.may_link(Entity::User, **agent)) {
            add(people, bit(Category::Identity) | bit(Category::Carers), of_people.ids.number(*agent));
        }
    }
}

/// Adds whom a record tells about, and which categories it told.
pub fn note<'a, R: Record<'a>>(people: &mut People, released: &Released<'a, R>) {
    let snapshot = released.release().snapshot();
    let disclosed = released.disclosed();
    if released.entity() == Entity::User {
        return note_person(people, released.release(), (released.position(), disclosed));
    }
    let mut add = |categories, person| add(people, categories, snapshot.people.ids.number(person));
    match released.entity() {
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
        Entity::User
        | Entity::Org
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
