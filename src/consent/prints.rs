//! Numbers that tell what a vendor is shown of an object from what it was shown before.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::managed::OF_ACCOUNTS;
use crate::consent::release::{Categories, bit, flags, is_set};
use crate::consent::{Release, RequiredFields};
use crate::planted::{self, Leak};
use crate::print::Print;
use crate::snapshot::Snapshot;
use crate::snapshot::structure::link;

/// The categories of an entity's fields, each once.
pub fn categories(entity: Entity) -> impl Iterator<Item = Category> {
    Category::ALL.iter().copied().filter(move |c| entity.fields().iter().any(|field| field.category == *c))
}

/// Whether all that an entity has of the category leads to other objects.
fn is_of_links(entity: Entity, category: Category) -> bool {
    entity.fields().iter().filter(|field| field.category == category).all(|field| field.kind.is_relation())
}

/// Makes the prints of one kind of object.
pub(super) struct Printer<'a> {
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
    /// For the objects that the release has in view.
    pub(super) fn new(release: &'a Release, entity: Entity) -> Self {
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
    pub(super) fn prints(&self) -> Vec<u64> {
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

/// The results that tell a score scale or another class than that of their line item, with a print of both. Their
/// line item and pupil are in the view, but these need not be.
pub(super) fn links_of_results(release: &Release) -> (RoaringBitmap, Vec<u64>) {
    let snapshot = release.snapshot();
    let results = &snapshot.gradebook.results;
    let naming: RoaringBitmap = results.class.keys().chain(results.scale.keys()).copied().collect();
    let (mut linked, mut links) = (RoaringBitmap::new(), Vec::new());
    for result in naming & release.live(Entity::Result) {
        let told = [(Entity::Class, &results.class), (Entity::ScoreScale, &results.scale)].map(|(target, named)| {
            let at = named.get(&result).copied().filter(|at| release.is_live(target, *at));
            at.map_or(0, |at| 1 + u64::from(snapshot.ids(target).number(at)))
        });
        if told != [0, 0] {
            linked.insert(result);
            links.push(told.into_iter().fold(Print::new(), Print::number).finish());
        }
    }
    (linked, links)
}
