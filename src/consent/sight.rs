//! What one vendor is shown now, as little as suffices to notice later what of it changed.
//!
//! Sets and prints are by row number, which stays the same over imports. A print holds what of an object
//! depends on the release or on other objects: which categories are shown and have a value, and which
//! references lead to objects in the view. Changes of single values are told by the times of the snapshot.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::group::Group;
use crate::consent::managed::OF_ACCOUNTS;
use crate::consent::release::{Categories, bit, flags, is_set};
use crate::consent::{Release, RequiredFields};
use crate::planted::{self, Leak};
use crate::print::Print;
use crate::snapshot::structure::link;
use crate::snapshot::{Ids, Snapshot};

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
        let results = &snapshot.gradebook.results;
        // Their line item and pupil are in the view, but these need not be. A result has one of each, so that it is
        // enough to know whether it is told; the categories are those of what is named.
        for (target, links) in [(Entity::ScoreScale, &results.scale), (Entity::Class, &results.class)] {
            let is_told =
                |(result, at): &(&u32, &u32)| release.is_live(entity, **result) && release.is_live(target, **at);
            let told: RoaringBitmap = links.iter().filter(is_told).map(|(result, _)| *result).collect();
            if !told.is_empty() {
                facets.insert(target.base_category(), numbers(snapshot.ids(entity), &told));
            }
        }
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

/// The categories of an entity's fields, each once.
pub fn categories(entity: Entity) -> impl Iterator<Item = Category> {
    Category::ALL.iter().copied().filter(move |c| entity.fields().iter().any(|field| field.category == *c))
}

/// Whether all that an entity has of the category leads to other objects.
fn is_of_links(entity: Entity, category: Category) -> bool {
    entity.fields().iter().filter(|field| field.category == category).all(|field| field.kind.is_relation())
}

/// Makes the prints of one kind of object.
struct Printer<'a> {
    release: &'a Release,
    snapshot: &'a Snapshot,
    entity: Entity,
    /// For each position the categories that are shown and have a value.
    shown: Vec<Categories>,
    orgs: Vec<bool>,
    /// What a withheld role names, if such roles are told.
    withheld_role: u64,
    children: BTreeMap<u32, Vec<u32>>,
}

impl<'a> Printer<'a> {
    fn new(release: &'a Release, entity: Entity) -> Self {
        let snapshot = release.snapshot();
        let mut shown = vec![0; snapshot.ids(entity).len() as usize];
        // Links are printed one by one, so that a category of nothing else shows nothing where none is told; what is of
        // an account has facets.
        let of_values = |category: &Category| !is_of_links(entity, *category) || planted::is(Leak::AbsentValueMoves);
        let printed = |category: &Category| of_values(category) && !OF_ACCOUNTS.contains(category);
        for category in categories(entity).filter(printed) {
            let mut objects = release.shown(entity, category);
            if let Some(with_value) = snapshot.with_value(entity, category)
                && !planted::is(Leak::AbsentValueMoves)
            {
                objects &= with_value;
            }
            for position in objects {
                if let Some(set) = shown.get_mut(position as usize) {
                    *set |= bit(category);
                }
            }
        }
        let tells_roles = release.required_fields() == RequiredFields::Placeholder;
        let withheld = release.first_org().filter(|_| tells_roles).map(|org| snapshot.orgs.ids.number(org));
        Self {
            release,
            snapshot,
            entity,
            shown,
            orgs: flags(release.live(Entity::Org), snapshot.orgs.ids.len()),
            withheld_role: withheld.map_or(0, |number| 1 + u64::from(number)),
            children: children(release, entity),
        }
    }

    /// A print of each object in the view, in the order of positions.
    fn prints(&self) -> Vec<u64> {
        self.release.live(self.entity).iter().map(|position| self.print(position)).collect()
    }

    fn print(&self, position: u32) -> u64 {
        let shown = self.shown.get(position as usize).copied().unwrap_or_default();
        let print = Print::new().number(shown);
        let snapshot = self.snapshot;
        let print = match self.entity {
            Entity::Org => self.family(print, &snapshot.orgs.parent, position),
            Entity::AcademicSession => self.family(print, &snapshot.sessions.parent, position),
            Entity::Course => {
                let print = self.reference(print, Entity::Org, link(&snapshot.courses.org, position));
                let year = link(&snapshot.courses.school_year, position);
                let print = self.reference(print, Entity::AcademicSession, year);
                self.resources(print, snapshot.courses.resources.get(&position), Category::ResourceCatalogue, position)
            }
            Entity::Class => {
                let print = self.reference(print, Entity::Course, link(&snapshot.classes.course, position));
                let print = self.reference(print, Entity::Org, link(&snapshot.classes.school, position));
                let print = self.references(print, Entity::AcademicSession, snapshot.classes.terms_of(position));
                self.resources(print, snapshot.classes.resources.get(&position), Category::ResourceCatalogue, position)
            }
            Entity::User => self.person(print, position),
            Entity::LineItem => self.line_item(print, position),
            Entity::ScoreScale => {
                let scales = &snapshot.gradebook.scales;
                let print = self.reference(print, Entity::Class, scales.class.get(position as usize).copied());
                self.reference(print, Entity::Course, scales.course.get(position as usize).copied())
            }
            Entity::Demographics
            | Entity::Enrollment
            | Entity::Resource
            | Entity::LineItemCategory
            | Entity::Result
            | Entity::AssessmentLineItem
            | Entity::AssessmentResult => print,
        };
        print.finish()
    }

    fn line_item(&self, print: Print, item: u32) -> Print {
        let items = &self.snapshot.gradebook.line_items;
        let of = |links: &[u32]| links.get(item as usize).copied();
        let print = self.reference(print, Entity::Class, of(&items.class));
        let print = self.reference(print, Entity::LineItemCategory, of(&items.category));
        let print = self.reference(print, Entity::Org, link(&items.school, item));
        let sessions = items.sessions.get(item as usize).into_iter().flatten();
        let print = sessions.fold(print, |print, at| self.reference(print, Entity::AcademicSession, Some(*at)));
        self.reference(print, Entity::ScoreScale, items.scale.get(&item).copied())
    }

    fn person(&self, print: Print, person: u32) -> Print {
        let people = &self.snapshot.people;
        let shows = |category| self.release.released(category).contains(person);
        let mut print = print;
        if shows(Category::Identity) {
            print = self.reference(print, Entity::Org, link(&people.primary_org, person));
            let (dates, account) = (shows(Category::EnrolmentDates), shows(Category::Login));
            for (role, told) in people.roles(person).iter().zip(people.role_prints(person)) {
                if is_set(&self.orgs, role.org) {
                    print = print.number(1 + u64::from(self.snapshot.orgs.ids.number(role.org))).number(told.role);
                    print = print.number(if dates { told.dates } else { 0 });
                    print = print.number(if account { told.account } else { 0 });
                }
            }
        } else {
            print = print.number(self.withheld_role);
        }
        let agents = people.agents(person).iter().copied().filter(|_| shows(Category::Carers));
        let told = agents.filter(|agent| self.release.may_link(Entity::User, *agent));
        print = self.set(print, Entity::User, told.collect());
        self.resources(print, people.resources.get(&person), Category::ResourceAssignment, person)
    }

    fn family(&self, print: Print, parents: &[Option<u32>], position: u32) -> Print {
        let print = self.reference(print, self.entity, link(parents, position));
        self.set(print, self.entity, self.children.get(&position).cloned().unwrap_or_default())
    }

    fn reference(&self, print: Print, target: Entity, position: Option<u32>) -> Print {
        let told = position.filter(|position| self.release.is_live(target, *position));
        print.number(told.map_or(0, |position| 1 + u64::from(self.snapshot.ids(target).number(position))))
    }

    fn references(&self, print: Print, target: Entity, positions: &[u32]) -> Print {
        let told = positions.iter().copied().filter(|position| self.release.is_live(target, *position));
        self.set(print, target, told.collect())
    }

    fn resources(&self, print: Print, linked: Option<&Vec<u32>>, category: Category, position: u32) -> Print {
        match linked.filter(|_| self.release.shows(self.entity, category, position)) {
            Some(resources) => self.references(print, Entity::Resource, resources),
            None => print.number(0),
        }
    }

    /// Lists are told in the vendor's order, each object once: a print of them doesn't depend on theirs.
    fn set(&self, print: Print, target: Entity, mut told: Vec<u32>) -> Print {
        let ids = self.snapshot.ids(target);
        for position in &mut told {
            *position = ids.number(*position);
        }
        told.sort_unstable();
        told.dedup();
        told.iter().fold(print.number(told.len() as u64), |print, number| print.number(u64::from(*number)))
    }
}

/// For each object those in the view that name it as their parent.
fn children(release: &Release, entity: Entity) -> BTreeMap<u32, Vec<u32>> {
    let snapshot = release.snapshot();
    let parents = match entity {
        Entity::Org => &snapshot.orgs.parent,
        Entity::AcademicSession => &snapshot.sessions.parent,
        _ => return BTreeMap::new(),
    };
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for child in release.live(entity) {
        if let Some(parent) = link(parents, child) {
            children.entry(parent).or_default().push(child);
        }
    }
    children
}
