//! What one vendor may see of one board, now.
//!
//! A [`Release`] is compiled from rules and choices and then only read. A refusal always wins; what no
//! rule releases is withheld. Sets of people by category decide rows, fields, filters and counts alike.

use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::chosen::Chosen;
use crate::consent::connection::{Identifiers, RequiredFields};
use crate::consent::gradebook::{self, GradebookRelease};
use crate::consent::managed::{Managed, OF_ACCOUNTS};
use crate::consent::order::Order;
use crate::consent::population::{Coverage, Scope};
use crate::consent::pseudonym::Pseudonyms;
use crate::consent::recollection::Recollection;
use crate::consent::{Choice, Connection, Rule};
use crate::planted::{self, Leak};
use crate::snapshot::Snapshot;

/// A set of categories, a bit for each by [`Category::index`].
pub type Categories = u64;

/// The bit of a category.
pub const fn bit(category: Category) -> Categories {
    1 << category.index()
}

/// The place of an entity's category among all.
const fn slot(entity: Entity, category: Category) -> usize {
    entity as usize * Category::COUNT + category.index()
}

/// What a release is compiled from.
#[derive(Debug)]
pub struct Grounds<'a> {
    /// The vendor's connection with the board.
    pub connection: &'a Connection,
    /// The current version of each of the vendor's rules.
    pub rules: &'a [Rule],
    /// The standing choices that concern the vendor.
    pub choices: &'a [Choice],
    /// Special categories that are enabled for the board today.
    pub enabled: &'a [Category],
    /// Today.
    pub day: NaiveDate,
}

/// What one vendor may see of one board, now. Only rules and choices make one.
///
/// ```compile_fail,E0451
/// use koppelvlak::consent::Release;
///
/// fn widen(release: Release, everyone: roaring::RoaringBitmap) -> Release {
///     Release { visible_people: everyone, ..release }
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn widen(release: &mut koppelvlak::consent::Release, everyone: roaring::RoaringBitmap) {
///     release.visible_people = everyone;
/// }
/// ```
///
/// ```
/// use std::sync::Arc;
///
/// use koppelvlak::consent::{Grounds, Release, pseudonym::Pseudonyms};
/// use koppelvlak::snapshot::Snapshot;
///
/// fn compile(snapshot: Arc<Snapshot>, grounds: &Grounds<'_>, pseudonyms: Pseudonyms) -> Release {
///     Release::compile(snapshot, grounds, pseudonyms)
/// }
/// ```
#[derive(Debug)]
pub struct Release {
    snapshot: Arc<Snapshot>,
    vendor: Arc<str>,
    rules: Arc<str>,
    day: NaiveDate,
    required_fields: RequiredFields,
    identifiers: Identifiers,
    pseudonyms: Pseudonyms,
    people: Vec<RoaringBitmap>,
    visible_people: RoaringBitmap,
    recollection: Recollection,
    /// Categories that every visible person who has not gone away is released with.
    common: Categories,
    /// Categories that anybody at all is released with.
    ever: Categories,
    /// By [`slot`].
    objects: Vec<RoaringBitmap>,
    nothing: RoaringBitmap,
    scopes: Vec<(RoaringBitmap, RoaringBitmap)>,
    gradebook: GradebookRelease,
    managed: Managed,
    /// People who refuse that links between pupils and carers are told.
    unlinked: RoaringBitmap,
    demographics: RoaringBitmap,
    memberships: OnceLock<RoaringBitmap>,
    orders: [OnceLock<Order>; Entity::ALL.len()],
    listed: [OnceLock<RoaringBitmap>; Entity::ALL.len()],
    live_in_order: [OnceLock<RoaringBitmap>; Entity::ALL.len()],
    first_org: OnceLock<Option<u32>>,
}

impl Release {
    /// Compiles rules and choices over a snapshot.
    pub fn compile(snapshot: Arc<Snapshot>, grounds: &Grounds<'_>, pseudonyms: Pseudonyms) -> Self {
        let mut release = Self {
            vendor: grounds.connection.vendor.as_str().into(),
            rules: "".into(),
            day: grounds.day,
            required_fields: grounds.connection.required_fields,
            identifiers: grounds.connection.identifiers,
            pseudonyms,
            people: vec![RoaringBitmap::new(); Category::COUNT],
            visible_people: RoaringBitmap::new(),
            recollection: Recollection::default(),
            common: 0,
            ever: 0,
            objects: vec![RoaringBitmap::new(); Entity::ALL.len() * Category::COUNT],
            nothing: RoaringBitmap::new(),
            scopes: Vec::new(),
            gradebook: GradebookRelease::default(),
            managed: Managed::default(),
            unlinked: RoaringBitmap::new(),
            demographics: RoaringBitmap::new(),
            memberships: OnceLock::new(),
            orders: Default::default(),
            listed: Default::default(),
            live_in_order: Default::default(),
            first_org: OnceLock::new(),
            snapshot,
        };
        let active: Vec<&Rule> = grounds.rules.iter().filter(|rule| rule.is_active(grounds.day)).collect();
        release.rules =
            active.iter().map(|rule| format!("{}@{}", rule.id, rule.version)).collect::<Vec<_>>().join(",").into();
        let chosen = Chosen::new(&release.snapshot, grounds);
        for rule in active {
            release.add(rule, grounds.enabled, &chosen);
        }
        release.unlinked = chosen.refusing(Category::Carers);
        release.finish();
        release
    }

    fn add(&mut self, rule: &Rule, enabled: &[Category], chosen: &Chosen) {
        let snapshot = Arc::clone(&self.snapshot);
        let coverage = Coverage::of(&rule.population, &snapshot);
        let needed: Vec<Category> = rule.categories.iter().chain(&rule.write).copied().collect();
        let scope = Scope::of(&rule.population, &coverage, &needed, &snapshot);
        for category in &rule.categories {
            let is_open = !category.is_forbidden() && (!category.needs_enabling() || enabled.contains(category));
            if !is_open {
                continue;
            }
            let people = chosen.apply(*category, rule.basis, &coverage.people);
            if *category == Category::Enrolment {
                self.scopes.push((people.clone(), scope.classes.clone()));
            }
            if *category == Category::AssessmentResult {
                self.gradebook.release_results(&people, &scope.classes);
            }
            if let Some(released) = self.people.get_mut(category.index()) {
                *released |= people;
            }
            for (entity, objects) in scope.objects_of(*category) {
                self.bring_in(entity, *category, objects);
            }
        }
        for category in &rule.write {
            let people = chosen.apply(*category, rule.basis, &coverage.people);
            if OF_ACCOUNTS.contains(category) {
                self.managed.allow(*category, &people);
            } else {
                self.gradebook.allow_writing(*category, people, &scope.classes);
            }
        }
        // Structure is not personal: it goes with any rule that needs it.
        for (entity, objects) in scope.objects_of(Category::Structure) {
            self.bring_in(entity, Category::Structure, objects);
        }
    }

    fn bring_in(&mut self, entity: Entity, category: Category, objects: &RoaringBitmap) {
        if let Some(set) = self.objects.get_mut(slot(entity, category)) {
            *set |= objects;
        }
    }

    /// The objects, beside people and what hangs on them, whose fields of that category are shown.
    fn objects(&self, entity: Entity, category: Category) -> &RoaringBitmap {
        self.objects.get(slot(entity, category)).unwrap_or(&self.nothing)
    }

    fn finish(&mut self) {
        let snapshot = Arc::clone(&self.snapshot);
        for entity in Entity::ALL {
            self.take_out(*entity, &snapshot.ids(*entity).deleted);
        }
        self.close();
        for category in Category::ALL.iter().filter(|c| c.is_about_people()) {
            if let Some(people) = self.people.get(category.index()) {
                self.visible_people |= people;
            }
        }
        self.common = Category::ALL
            .iter()
            .filter(|c| self.people.get(c.index()).is_some_and(|people| *people == self.visible_people))
            .fold(0, |set, category| set | bit(*category));
        self.ever = Category::ALL
            .iter()
            .filter(|c| !self.released(**c).is_empty())
            .fold(0, |set, category| set | bit(*category));
        for (category, with_value) in &snapshot.people.with_demographics {
            let is_planted = planted::is(Leak::DemographicsByWithheld);
            let released = if is_planted { &self.visible_people } else { self.released(*category) };
            self.demographics |= with_value & released;
        }
        // Resources have no school: they are in the view where a class, course or person leads to them, whose own
        // `resource-catalogue` is released.
        let materials = self.linked_resources() - &snapshot.resources.deleted;
        self.bring_in(Entity::Resource, Category::ResourceCatalogue, &materials);
        let items = self.objects(Entity::LineItem, Category::AssessmentItem);
        let categories = gradebook::categories_of(items, &snapshot) - &snapshot.gradebook.categories.deleted;
        self.bring_in(Entity::LineItemCategory, Category::AssessmentItem, &categories);
    }

    /// Takes objects out of the view, with all that is shown of them.
    fn take_out(&mut self, entity: Entity, objects: &RoaringBitmap) {
        if objects.is_empty() {
            return;
        }
        for category in Category::ALL {
            if let Some(set) = self.objects.get_mut(slot(entity, *category)) {
                *set -= objects;
            }
        }
    }

    /// Takes out what can't name what it must: a set of changes may take away a school, a course, a term or a
    /// category alone. Enrollments and results follow from what is left.
    fn close(&mut self) {
        let snapshot = Arc::clone(&self.snapshot);
        let orgs = self.objects(Entity::Org, Category::Structure).clone();
        let ends = [Entity::Course, Entity::AcademicSession].map(|entity| self.objects(entity, Category::Structure));
        let classes = self.objects(Entity::Class, Category::Structure);
        let whole = snapshot.classes.whole(classes, &orgs, ends);
        let broken = classes - &whole;
        self.take_out(Entity::Class, &broken);
        let scales = self.objects(Entity::ScoreScale, Category::AssessmentItem);
        let broken = scales - snapshot.gradebook.scales.of_classes(&whole);
        self.take_out(Entity::ScoreScale, &broken);
        let items = self.objects(Entity::LineItem, Category::AssessmentItem);
        let broken = items - gradebook::whole(items, (&whole, &orgs), &snapshot);
        self.take_out(Entity::LineItem, &broken);
    }

    fn linked_resources(&self) -> RoaringBitmap {
        let snapshot = &self.snapshot;
        let mut found = RoaringBitmap::new();
        for (position, resources) in &snapshot.classes.resources {
            if self.shows(Entity::Class, Category::ResourceCatalogue, *position) {
                found.extend(resources);
            }
        }
        for (position, resources) in &snapshot.courses.resources {
            if self.shows(Entity::Course, Category::ResourceCatalogue, *position) {
                found.extend(resources);
            }
        }
        for (position, resources) in &snapshot.people.resources {
            let shows = |category| self.shows(Entity::User, category, *position);
            if shows(Category::ResourceAssignment) && shows(Category::ResourceCatalogue) {
                found.extend(resources);
            }
        }
        found
    }

    /// The keys and relations that the release is over.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The vendor.
    pub fn vendor(&self) -> &Arc<str> {
        &self.vendor
    }

    /// The rules that were active, with their versions: `atlas-1@3,atlas-2@1`.
    pub fn rules(&self) -> &Arc<str> {
        &self.rules
    }

    /// The day for which it was compiled; a rule may begin or end on the next.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// What stands in a required field that is withheld.
    pub fn required_fields(&self) -> RequiredFields {
        self.required_fields
    }

    /// How the vendor's own numbers for objects are made.
    pub fn pseudonyms(&self) -> &Pseudonyms {
        &self.pseudonyms
    }

    /// How objects are named to the vendor.
    pub fn identifiers(&self) -> Identifiers {
        self.identifiers
    }

    fn pairwise(&self) -> Option<&Pseudonyms> {
        match self.identifiers {
            Identifiers::Source => None,
            Identifiers::Pairwise => Some(&self.pseudonyms),
        }
    }

    pub(super) fn managed(&self) -> &Managed {
        &self.managed
    }

    pub(super) fn gradebook(&self) -> &GradebookRelease {
        &self.gradebook
    }

    /// The people whose fields of that category are released.
    pub fn released(&self, category: Category) -> &RoaringBitmap {
        self.people.get(category.index()).unwrap_or(&self.nothing)
    }

    /// Remembers what the vendor was shown and received before.
    pub(crate) fn remember(&mut self, recollection: Recollection) {
        self.recollection = recollection;
        self.listed = Default::default();
        self.live_in_order = Default::default();
    }

    /// What the vendor was shown and received before.
    pub fn recollection(&self) -> &Recollection {
        &self.recollection
    }

    /// Every object of that kind that is in the view: it and what it refers to may be told.
    pub fn live(&self, entity: Entity) -> &RoaringBitmap {
        match entity {
            Entity::User => &self.visible_people,
            Entity::Demographics => &self.demographics,
            Entity::Enrollment => self.memberships.get_or_init(|| self.all_memberships()),
            Entity::Org
            | Entity::AcademicSession
            | Entity::Course
            | Entity::Class
            | Entity::Resource
            | Entity::LineItemCategory
            | Entity::LineItem
            | Entity::ScoreScale
            | Entity::AssessmentLineItem
            | Entity::AssessmentResult => self.objects(entity, entity.base_category()),
            Entity::Result => self.live_results(),
        }
    }

    /// Whether the object is in the view.
    pub fn is_live(&self, entity: Entity, position: u32) -> bool {
        self.live(entity).contains(position)
    }

    /// Every object of that kind that is listed: those in the view, and tombstones of what was received and
    /// has left it.
    pub fn visible(&self, entity: Entity) -> &RoaringBitmap {
        self.recollection.visible(entity).unwrap_or_else(|| self.live(entity))
    }

    /// Whether the object is listed.
    pub fn is_visible(&self, entity: Entity, position: u32) -> bool {
        self.is_live(entity, position) || self.recollection.tombstones(entity).contains(position)
    }

    /// The objects whose fields of that category are shown, all of them visible.
    pub fn shown(&self, entity: Entity, category: Category) -> RoaringBitmap {
        match entity {
            Entity::User => self.released(category).clone(),
            Entity::Demographics => self.released(category) & &self.demographics,
            Entity::Enrollment if category == Category::Enrolment => self.live(entity).clone(),
            Entity::Enrollment if self.released(category).is_empty() => RoaringBitmap::new(),
            Entity::Enrollment => self.live(entity).iter().filter(|e| self.shows(entity, category, *e)).collect(),
            Entity::Org
            | Entity::AcademicSession
            | Entity::Course
            | Entity::Class
            | Entity::Resource
            | Entity::LineItemCategory
            | Entity::LineItem
            | Entity::ScoreScale
            | Entity::AssessmentLineItem
            | Entity::AssessmentResult => self.objects(entity, category) & self.live(entity),
            Entity::Result => self.live(entity).iter().filter(|result| self.shows(entity, category, *result)).collect(),
        }
    }

    /// Whether the object's fields of that category are shown.
    pub fn shows(&self, entity: Entity, category: Category, position: u32) -> bool {
        match entity {
            Entity::User | Entity::Demographics => self.released(category).contains(position),
            Entity::Enrollment => {
                let Some((user, ..)) = self.snapshot.enrollments.get(position) else { return false };
                self.is_live(entity, position)
                    && (category == Category::Enrolment || self.released(category).contains(user))
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
            | Entity::AssessmentResult => self.objects(entity, category).contains(position),
            Entity::Result => {
                let results = &self.snapshot.gradebook.results;
                let Some((_, student)) = results.get(position) else { return false };
                self.is_live(entity, position)
                    && (category == Category::AssessmentResult || self.released(category).contains(student))
            }
        }
    }

    /// The categories of which the object's fields are shown; nothing of an object that is not visible.
    pub fn categories(&self, entity: Entity, position: u32) -> Categories {
        if !self.is_live(entity, position) {
            return 0;
        }
        let is_person = matches!(entity, Entity::User | Entity::Demographics);
        let (known, open) = if is_person { (self.common, self.ever & !self.common) } else { (0, Categories::MAX) };
        let mut set = known;
        for category in Category::ALL {
            if open & bit(*category) != 0 && self.shows(entity, *category, position) {
                set |= bit(*category);
            }
        }
        set
    }

    /// Whether the category may be shown of any object of that kind: what no person shows need not be read.
    pub fn may_show(&self, entity: Entity, category: Category) -> bool {
        let is_person = matches!(entity, Entity::User | Entity::Demographics);
        !is_person || category == entity.base_category() || self.ever & bit(category) != 0
    }

    /// The memberships in the view: `enrolment` is released for the person by a rule that also has the class in
    /// scope. They outnumber all else, so that sets are spread out into one flag for each object first.
    fn all_memberships(&self) -> RoaringBitmap {
        let (snapshot, enrollments) = (&self.snapshot, &self.snapshot.enrollments);
        let orgs = flags(self.live(Entity::Org), snapshot.orgs.ids.len());
        let live_classes = self.live(Entity::Class);
        let scopes: Vec<(Vec<bool>, Vec<bool>)> = self
            .scopes
            .iter()
            .map(|(people, classes)| {
                let classes = classes & live_classes;
                (flags(people, snapshot.people.ids.len()), flags(&classes, snapshot.classes.ids.len()))
            })
            .collect();
        let is_in = |position: &u32| {
            let Some((user, class, school, _)) = enrollments.get(*position) else { return false };
            is_set(&orgs, school)
                && scopes.iter().any(|(people, classes)| is_set(classes, class) && is_set(people, user))
        };
        let found = RoaringBitmap::from_sorted_iter((0..enrollments.ids.len()).filter(is_in)).unwrap_or_default();
        found - &enrollments.ids.deleted
    }

    /// The vendor's order of that kind of object.
    pub fn order(&self, entity: Entity) -> &Order {
        let make = || match self.pairwise() {
            _ if planted::is(Leak::InsertionOrder) => Order::inserted(self.snapshot.ids(entity)),
            None => Order::Source,
            Some(pseudonyms) => Order::pairwise(self.snapshot.ids(entity), entity, pseudonyms),
        };
        self.orders.get(entity as usize).map_or(&Order::Source, |slot| slot.get_or_init(make))
    }

    /// Whether the vendor's order of that kind of object is there: it is made when it is first asked for, and that
    /// takes longer the more objects there are.
    pub fn has_order(&self, entity: Entity) -> bool {
        self.pairwise().is_none() || self.orders.get(entity as usize).is_some_and(|order| order.get().is_some())
    }

    /// Whether [`Release::listed`] is there.
    pub fn has_listed(&self, entity: Entity) -> bool {
        self.listed.get(entity as usize).is_some_and(|listed| listed.get().is_some())
    }

    /// Whether the memberships in the view are known.
    pub fn has_memberships(&self) -> bool {
        self.memberships.get().is_some()
    }

    /// Whether a link to the object may be told: it is in the view, and where it is somebody's carer or
    /// child, that person does not refuse it. A link is about both of its ends.
    pub fn may_link(&self, target: Entity, position: u32) -> bool {
        self.is_live(target, position) && !(target == Entity::User && self.unlinked.contains(position))
    }

    /// The people among these to whom a link may be told.
    pub fn linkable(&self, people: &RoaringBitmap) -> RoaringBitmap {
        (people & self.live(Entity::User)) - &self.unlinked
    }

    /// The first org in the view, in the vendor's order.
    pub fn first_org(&self) -> Option<u32> {
        *self.first_org.get_or_init(|| {
            let order = self.order(Entity::Org);
            self.live(Entity::Org).iter().min_by_key(|org| order.rank(*org))
        })
    }

    /// Every listed object of that kind, as places in the vendor's order.
    pub fn listed(&self, entity: Entity) -> &RoaringBitmap {
        let make = || self.order(entity).ranks(self.visible(entity));
        self.listed.get(entity as usize).map_or(&self.nothing, |slot| slot.get_or_init(make))
    }

    /// Every object of that kind in the view, as places in the vendor's order.
    pub fn live_in_order(&self, entity: Entity) -> &RoaringBitmap {
        if self.recollection.visible(entity).is_none() {
            return self.listed(entity);
        }
        let make = || self.order(entity).ranks(self.live(entity));
        self.live_in_order.get(entity as usize).map_or(&self.nothing, |slot| slot.get_or_init(make))
    }

    /// The vendor's identifier of the object.
    pub fn identifier(&self, entity: Entity, position: u32) -> String {
        self.identifier_of(entity, self.snapshot.ids(entity).sourced_id(position)).into_owned()
    }

    /// The vendor's identifier of the object with that sourcedId.
    pub fn identifier_of<'a>(&self, entity: Entity, sourced_id: &'a str) -> std::borrow::Cow<'a, str> {
        match self.pairwise() {
            None => sourced_id.into(),
            Some(pseudonyms) => pseudonyms.identifier(entity, sourced_id).into(),
        }
    }

    /// The object in the view that the vendor knows by that identifier.
    pub fn find_live(&self, entity: Entity, identifier: &str) -> Option<u32> {
        self.position(entity, identifier).filter(|position| self.is_live(entity, *position))
    }

    /// The listed object that the vendor knows by that identifier.
    pub fn find(&self, entity: Entity, identifier: &str) -> Option<u32> {
        self.position(entity, identifier).filter(|position| self.is_visible(entity, *position))
    }

    /// The object of that identifier, whether the vendor may know of it or not.
    pub(crate) fn position(&self, entity: Entity, identifier: &str) -> Option<u32> {
        let ids = self.snapshot.ids(entity);
        match self.pairwise() {
            None => ids.find(identifier),
            Some(pseudonyms) => self.order(entity).find(ids, entity, pseudonyms, identifier),
        }
    }

    /// The first place in the vendor's order whose identifier is greater.
    pub fn rank_after(&self, entity: Entity, identifier: &str) -> Option<u32> {
        let ids = self.snapshot.ids(entity);
        match self.pairwise() {
            None => Some(ids.after(identifier)),
            Some(pseudonyms) => {
                let number = crate::consent::pseudonym::parse(identifier)?;
                Some(self.order(entity).first_above(ids, entity, pseudonyms, Some(number)))
            }
        }
    }
}

/// A flag for each of so many objects, whether it is in the set.
pub(super) fn flags(set: &RoaringBitmap, n: u32) -> Vec<bool> {
    let mut flags = vec![false; n as usize];
    for position in set {
        if let Some(flag) = flags.get_mut(position as usize) {
            *flag = true;
        }
    }
    flags
}

/// Whether the object's flag is set.
pub(super) fn is_set(flags: &[bool], position: u32) -> bool {
    flags.get(position as usize).copied().unwrap_or(false)
}
