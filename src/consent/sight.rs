//! What one vendor is shown now, as little as suffices to notice later what of it changed.
//!
//! Sets and prints are by row number, which stays the same over imports. A print holds what of an object
//! depends on the release or on other objects: which categories are shown and have a value, and which
//! references lead to objects in the view. Changes of single values are told by the times of the snapshot.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::Release;
use crate::consent::group::Group;
use crate::consent::managed::OF_ACCOUNTS;
use crate::consent::prints::{Printer, categories, links_of_results};
use crate::consent::release::{flags, is_set};
use crate::planted::{self, Leak};
use crate::snapshot::Ids;

/// The kinds of objects whose changes are followed.
pub const FOLLOWED: [Entity; 12] = [
    Entity::Org,
    Entity::AcademicSession,
    Entity::Course,
    Entity::Class,
    Entity::User,
    Entity::Demographics,
    Entity::Enrollment,
    Entity::Resource,
    Entity::LineItemCategory,
    Entity::LineItem,
    Entity::Result,
    Entity::ScoreScale,
];

impl Release {
    /// The objects in the view that show a value of that category.
    pub fn shown_with_value(&self, entity: Entity, category: Category) -> RoaringBitmap {
        let shown = self.shown(entity, category);
        match self.snapshot().with_value(entity, category) {
            Some(with_value) => shown & with_value,
            None => shown,
        }
    }

    /// Whether the object has a value of that category, so that showing the category shows something.
    pub fn has_value(&self, entity: Entity, category: Category, position: u32) -> bool {
        self.snapshot().with_value(entity, category).is_none_or(|objects| objects.contains(position))
    }
}

/// One kind of object, as the vendor is shown it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// The objects in the view.
    pub live: RoaringBitmap,
    /// A print of each of them, in their order; none where [`Seen::facets`] say it all. Of people, it leaves the parts
    /// of their accounts to these.
    pub prints: Vec<u64>,
    /// Of the objects in the view, those that show a value of a category.
    pub facets: BTreeMap<Category, RoaringBitmap>,
    /// Of those with facets, the ones that name more than facets say.
    pub linked: RoaringBitmap,
    /// A print of what each of these names, in their order.
    pub links: Vec<u64>,
}

/// What one vendor is shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sight {
    /// By [`Entity`]; empty for those that aren't followed.
    pub of: Vec<Seen>,
    /// Who is of which group.
    pub groups: BTreeMap<Group, RoaringBitmap>,
}

impl Sight {
    /// What a release shows.
    pub fn of(release: &Release) -> Self {
        let snapshot = release.snapshot();
        let mut sight = Self { of: Vec::new(), groups: BTreeMap::new() };
        sight.of.resize_with(Entity::ALL.len(), Seen::default);
        for entity in FOLLOWED {
            let ids = snapshot.ids(entity);
            let live = release.live(entity);
            let mut seen = Seen { live: numbers(ids, live), ..Seen::default() };
            match entity {
                Entity::Demographics | Entity::Enrollment | Entity::Result => seen.facets = facets(release, entity),
                Entity::User => {
                    seen.prints = in_order_of_numbers(ids, live, Printer::new(release, entity).prints());
                    seen.facets = facets_of_accounts(release);
                }
                _ => seen.prints = in_order_of_numbers(ids, live, Printer::new(release, entity).prints()),
            }
            if entity == Entity::Result {
                let (linked, links) = links_of_results(release);
                seen.linked = numbers(ids, &linked);
                seen.links = in_order_of_numbers(ids, &linked, links);
            }
            if let Some(slot) = sight.of.get_mut(entity as usize) {
                *slot = seen;
            }
        }
        for group in Group::ALL {
            sight.groups.insert(group, numbers(snapshot.ids(group.entity()), &release.group(group)));
        }
        sight
    }

    /// One kind of object.
    pub fn seen(&self, entity: Entity) -> Option<&Seen> {
        self.of.get(entity as usize)
    }
}

/// Positions as row numbers.
pub fn numbers(ids: &Ids, positions: &RoaringBitmap) -> RoaringBitmap {
    let mut numbers: Vec<u32> = positions.iter().map(|position| ids.number(position)).collect();
    if !numbers.is_sorted() {
        numbers.sort_unstable();
    }
    RoaringBitmap::from_sorted_iter(numbers).unwrap_or_default()
}

/// Row numbers as positions.
pub fn positions(ids: &Ids, numbers: &RoaringBitmap) -> RoaringBitmap {
    let mut positions: Vec<u32> = numbers.iter().filter_map(|number| ids.position_of_number(number)).collect();
    if !positions.is_sorted() {
        positions.sort_unstable();
    }
    RoaringBitmap::from_sorted_iter(positions).unwrap_or_default()
}

fn in_order_of_numbers(ids: &Ids, live: &RoaringBitmap, prints: Vec<u64>) -> Vec<u64> {
    let mut numbered: Vec<(u32, u64)> = live.iter().map(|position| ids.number(position)).zip(prints).collect();
    if !numbered.is_sorted() {
        numbered.sort_unstable();
    }
    numbered.into_iter().map(|(_, print)| print).collect()
}

/// For each category beside the base the objects that show a value of it.
fn facets(release: &Release, entity: Entity) -> BTreeMap<Category, RoaringBitmap> {
    let (snapshot, base) = (release.snapshot(), entity.base_category());
    let mut facets = BTreeMap::new();
    for category in categories(entity).filter(|category| *category != base) {
        let shown = release.released(category);
        let Some(with_value) = snapshot.with_value(entity, category).filter(|_| !shown.is_empty()) else { continue };
        let mut objects = with_value & release.live(entity);
        match entity {
            Entity::Enrollment => {
                let people = flags(shown, snapshot.people.ids.len());
                let user = |e: u32| snapshot.enrollments.user.get(e as usize).copied().unwrap_or(u32::MAX);
                let told = objects.iter().filter(|e| is_set(&people, user(*e)));
                objects = RoaringBitmap::from_sorted_iter(told).unwrap_or_default();
            }
            Entity::Result => {
                let people = flags(shown, snapshot.people.ids.len());
                let student = |r: u32| snapshot.gradebook.results.get(r).map_or(u32::MAX, |(_, student)| student);
                let told = objects.iter().filter(|r| is_set(&people, student(*r)));
                objects = RoaringBitmap::from_sorted_iter(told).unwrap_or_default();
            }
            _ => objects &= shown,
        }
        facets.insert(category, numbers(snapshot.ids(entity), &objects));
    }
    if entity == Entity::Result {
        // Which class that is, its line item says, or a link; the category is that of what is named.
        let results = &snapshot.gradebook.results;
        let hidden = results.class.iter().filter(|(_, class)| !release.is_live(Entity::Class, **class));
        let untold = hidden.map(|(result, _)| *result).collect::<RoaringBitmap>() | &results.without_class;
        let told = release.live(entity) - untold;
        facets.insert(Entity::Class.base_category(), numbers(snapshot.ids(entity), &told));
    }
    facets
}

/// For each part of an account the people who show a value of it.
fn facets_of_accounts(release: &Release) -> BTreeMap<Category, RoaringBitmap> {
    let counts_absent = planted::is(Leak::AbsentValueMoves);
    let shown = |category| {
        if counts_absent {
            release.shown(Entity::User, category)
        } else {
            release.shown_with_value(Entity::User, category)
        }
    };
    let ids = release.snapshot().ids(Entity::User);
    OF_ACCOUNTS.into_iter().map(|category| (category, numbers(ids, &shown(category)))).collect()
}
