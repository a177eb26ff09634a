//! What one vendor was last shown, and when its view of each object changed: kept, so that a client that asks
//! for what changed since its last request misses nothing, and gets nothing that did not change for it.
//!
//! A memory only goes forward: [`Memory::advance`] compares what is shown now with what was shown, gives each
//! difference one time, and makes a tombstone of whatever the vendor received and sees no more.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::Release;
use crate::consent::connection::{Identifiers, RequiredFields};
use crate::consent::managed::OF_ACCOUNTS;
use crate::consent::prints::categories;
use crate::consent::recollection::{Moved, Recalled, Recollection};
use crate::consent::sight::{FOLLOWED, Seen, Sight, numbers, positions};
use crate::planted::{self, Leak};
use crate::snapshot::times::{ByTime, within};

/// For how long an object that left the view comes as a tombstone, in ms: 90 days.
///
/// A client that asks less often must read everything anew.
pub const WINDOW: i64 = 90 * 24 * 60 * 60 * 1000;

/// What one vendor was last shown, and when its view of each object changed. By row numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    /// How objects were named and required fields filled: another manner changes every object.
    pub manner: Manner,
    /// What was shown.
    pub sight: Sight,
    /// By [`Entity`]; empty for those that aren't followed.
    pub of: Vec<Remembered>,
}

/// The same for one kind of object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remembered {
    /// Objects by the time at which the vendor's view of each changed last, if it ever did.
    pub moved: ByTime,
    /// Of people, the same for what is and isn't a part of their accounts.
    pub parts: MovedParts,
    /// Those that were received and have left the view.
    pub tombstones: RoaringBitmap,
    /// Those whose tombstone was told for long enough.
    pub forgotten: RoaringBitmap,
}

/// When the vendor's view of people last changed, by what of it did: a vendor that keeps a part of an account
/// itself doesn't see what others make of that part.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MovedParts {
    /// In anything but a part of an account.
    pub beside: ByTime,
    /// In a part of an account.
    pub of_account: BTreeMap<Category, ByTime>,
}

/// The objects that the vendor is not shown as before, by what of them changed.
#[derive(Debug, Default)]
struct Changed {
    beside: RoaringBitmap,
    of_account: BTreeMap<Category, RoaringBitmap>,
}

impl Changed {
    fn note(&mut self, category: Category, objects: RoaringBitmap) {
        if OF_ACCOUNTS.contains(&category) {
            *self.of_account.entry(category).or_default() |= objects;
        } else {
            self.beside |= objects;
        }
    }
}

/// How objects were named and required fields filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner(pub u8);

impl Manner {
    /// That of a release.
    pub fn of(release: &Release) -> Self {
        let identifiers = match release.identifiers() {
            Identifiers::Source => 1,
            Identifiers::Pairwise => 2,
        };
        let required = match release.required_fields() {
            RequiredFields::Placeholder => 4,
            RequiredFields::Absent => 8,
        };
        Self(identifiers | required)
    }

    fn names_alike(self, other: Self) -> bool {
        self.0 & 3 == other.0 & 3
    }
}

/// What the vendor received, by kind of object.
pub type Received = BTreeMap<Entity, RoaringBitmap>;

/// The moment of a step forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time of what changed: later than everything that the vendor was answered before.
    pub at: i64,
    /// When the last import began that the memory knows of; `None` if it can't tell what changed since.
    pub data_since: Option<i64>,
}

impl Memory {
    /// The memory of a vendor that asks for the first time. Nothing of what it sees has changed for it yet.
    ///
    /// If it received something though, its memory was lost: then everything may have changed.
    pub fn first(release: &Release, received: &Received, at: i64) -> Self {
        let empty = Self { manner: Manner::of(release), ..Self::default() };
        if received.values().any(|objects| !objects.is_empty()) {
            return empty.advance(release, received, Moment { at, data_since: None }).0;
        }
        let mut of = Vec::new();
        of.resize_with(Entity::ALL.len(), Remembered::default);
        Self { manner: empty.manner, sight: Sight::of(release), of }
    }

    /// The memory after this one, and whether it differs.
    pub fn advance(&self, release: &Release, received: &Received, moment: Moment) -> (Self, bool) {
        let manner = Manner::of(release);
        let sight = Sight::of(release);
        let mut next = Self { manner, of: self.of.clone(), sight };
        next.of.resize_with(Entity::ALL.len(), Remembered::default);
        let moment = if manner == self.manner { moment } else { Moment { data_since: None, ..moment } };
        for entity in FOLLOWED {
            let (Some(now), Some(remembered)) = (next.sight.of.get(entity as usize), next.of.get_mut(entity as usize))
            else {
                continue;
            };
            let nothing = Seen::default();
            let before = self.sight.seen(entity).unwrap_or(&nothing);
            let changed = changed(release, entity, (before, now), moment.data_since);
            if !manner.names_alike(self.manner) {
                // The vendor never heard of them by their new names.
                if let Some(received) = received.get(&entity) {
                    remembered.forgotten |= received;
                }
                remembered.tombstones.clear();
            }
            let mut received = received.get(&entity).cloned().unwrap_or_default();
            if planted::is(Leak::TombstoneUnreceived) {
                received |= &before.live;
            }
            remembered.step((entity, &now.live), received, changed, moment.at);
        }
        for (group, objects) in &mut next.sight.groups {
            // Whoever has a tombstone keeps the groups that they were seen in.
            if let (Some(before), Some(of)) = (self.sight.groups.get(group), next.of.get(group.entity() as usize)) {
                *objects |= before & &of.tombstones;
            }
        }
        let differs = next != *self;
        (next, differs)
    }

    /// The same, by the positions of the release's snapshot.
    pub fn recall(&self, release: &Release) -> Recollection {
        let snapshot = release.snapshot();
        let mut recollection = Recollection::default();
        recollection.of.resize_with(Entity::ALL.len(), Recalled::default);
        for entity in Entity::ALL {
            let ids = snapshot.ids(*entity);
            let mut recalled = Recalled::default();
            if let Some(remembered) = self.of.get(*entity as usize) {
                let of = |(at, objects): (&i64, &RoaringBitmap)| (*at, positions(ids, objects));
                let moved = |by_time: &ByTime| Moved::new(by_time.iter().map(of).collect());
                recalled.moved = moved(&remembered.moved);
                recalled.beside = moved(&remembered.parts.beside);
                let of_account = remembered.parts.of_account.iter();
                recalled.of_account = of_account.map(|(category, by_time)| (*category, moved(by_time))).collect();
                recalled.tombstones = positions(ids, &remembered.tombstones) - release.live(*entity);
                if planted::is(Leak::TombstonesForAll) && *entity == Entity::User {
                    recalled.tombstones |= &ids.deleted;
                }
            }
            if !recalled.tombstones.is_empty() {
                recalled.visible = Some(&recalled.tombstones | release.live(*entity));
            }
            if let Some(slot) = recollection.of.get_mut(*entity as usize) {
                *slot = recalled;
            }
        }
        for (group, objects) in &self.sight.groups {
            recollection.groups.insert(*group, positions(snapshot.ids(group.entity()), objects));
        }
        recollection
    }
}

impl Remembered {
    fn step(&mut self, (entity, live): (Entity, &RoaringBitmap), received: RoaringBitmap, changed: Changed, at: i64) {
        let old = within(&self.moved, ..at - WINDOW) & &self.tombstones;
        self.forgotten |= &old;
        self.forgotten -= live;
        self.tombstones -= live;
        self.tombstones -= &self.forgotten;
        let mut left = received - live;
        left -= &self.tombstones;
        left -= &self.forgotten;
        if planted::is(Leak::NoTombstone) {
            left.clear();
        }
        self.tombstones |= &left;
        let beside = changed.beside | &left;
        let moved = changed.of_account.values().fold(beside.clone(), |all, some| all | some);
        let followed = live | &self.tombstones;
        move_to(&mut self.moved, &followed, moved, at);
        if entity == Entity::User {
            move_to(&mut self.parts.beside, &followed, beside, at);
            for category in OF_ACCOUNTS {
                let changed = changed.of_account.get(&category).cloned().unwrap_or_default();
                move_to(self.parts.of_account.entry(category).or_default(), &followed, changed, at);
            }
        }
    }
}

/// Gives a time to what moved, and keeps those of the other objects that are followed.
fn move_to(by_time: &mut ByTime, followed: &RoaringBitmap, moved: RoaringBitmap, at: i64) {
    let kept = followed - &moved;
    by_time.retain(|_, objects| {
        *objects &= &kept;
        !objects.is_empty()
    });
    if !moved.is_empty() {
        *by_time.entry(at).or_default() |= moved;
    }
}

/// The objects in the view that the vendor is not shown as before.
fn changed(release: &Release, entity: Entity, (before, now): (&Seen, &Seen), data_since: Option<i64>) -> Changed {
    let mut changed = Changed::default();
    let Some(data_since) = data_since else {
        changed.beside.clone_from(&now.live);
        return changed;
    };
    if !planted::is(Leak::NewcomersUntold) {
        changed.beside |= &now.live - &before.live;
    }
    let stayed = &now.live & &before.live;
    changed.beside |= reprinted((&before.live, &before.prints), (&now.live, &now.prints));
    changed.beside |= (&before.linked ^ &now.linked) & &stayed;
    changed.beside |= reprinted((&before.linked, &before.links), (&now.linked, &now.links));
    let nothing = RoaringBitmap::new();
    for category in before.facets.keys().chain(now.facets.keys()) {
        let of = |seen: &'_ Seen| seen.facets.get(category).unwrap_or(&nothing).clone();
        changed.note(*category, (of(before) ^ of(now)) & &stayed);
    }
    for category in categories(entity) {
        let revalued = revalued(release, (entity, category), data_since);
        if !revalued.is_empty() {
            changed.note(category, numbers(release.snapshot().ids(entity), &revalued) & &stayed);
        }
    }
    changed
}

/// Objects that had and have a print, and another one. Prints are in the order of their objects.
fn reprinted(before: (&RoaringBitmap, &[u64]), now: (&RoaringBitmap, &[u64])) -> RoaringBitmap {
    let mut found = Vec::new();
    let mut old = before.0.iter().zip(before.1).peekable();
    for (number, print) in now.0.iter().zip(now.1) {
        while old.next_if(|(other, _)| *other < number).is_some() {}
        if old.next_if(|(other, _)| *other == number).is_some_and(|(_, other)| other != print) {
            found.push(number);
        }
    }
    RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
}

/// Objects in the view of which an import changed a value of a category that is shown, by position.
fn revalued(release: &Release, (entity, category): (Entity, Category), data_since: i64) -> RoaringBitmap {
    let after = (std::ops::Bound::Excluded(data_since), std::ops::Bound::Unbounded);
    let times = release.snapshot().times(entity).and_then(|times| times.of_category.get(&category));
    let values = times.map(|by_time| within(by_time, after)).unwrap_or_default();
    if values.is_empty() {
        return values;
    }
    let found = if planted::is(Leak::HiddenValueMoves) { values } else { values & release.shown(entity, category) };
    found & release.live(entity)
}
