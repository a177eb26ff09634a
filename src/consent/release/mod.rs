//! What one vendor may see of one board, now.
//!
//! A [`Release`] is compiled from rules and choices and then only read. A refusal always wins; what no
//! rule releases is withheld. Sets of people by category decide rows, fields, filters and counts alike.

mod compile;

use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::connection::{Identifiers, RequiredFields};
use crate::consent::gradebook::GradebookRelease;
use crate::consent::managed::Managed;
use crate::consent::order::Order;
use crate::consent::pseudonym::Pseudonyms;
use crate::consent::recollection::Recollection;
use crate::planted::{self, Leak};
use crate::snapshot::Snapshot;

pub use compile::Grounds;

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
    /// The objects, beside people and what hangs on them, whose fields of that category are shown.
    fn objects(&self, entity: Entity, category: Category) -> &RoaringBitmap {
        self.objects.get(slot(entity, category)).unwrap_or(&self.nothing)
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
