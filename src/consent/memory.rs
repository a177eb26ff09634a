//! What one vendor was last shown, and when its view of each object changed: kept, so that a client that asks
//! for what changed since its last request misses nothing, and gets nothing that did not change for it.
//!
//! A memory only goes forward: [`Memory::advance`] compares what is shown now with what was shown, gives each
//! difference one time, and makes a tombstone of whatever the vendor received and sees no more.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::consent::Release;
use crate::consent::connection::{Identifiers, RequiredFields};
use crate::consent::recollection::{Moved, Recalled, Recollection};
use crate::consent::sight::{FOLLOWED, Seen, Sight, categories, numbers, positions};
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
    /// Those that were received and have left the view.
    pub tombstones: RoaringBitmap,
    /// Those whose tombstone was told for long enough.
    pub forgotten: RoaringBitmap,
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
            remembered.step(&now.live, received, &changed, moment.at);
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
                recalled.moved = Moved::new(remembered.moved.iter().map(of).collect());
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
    fn step(&mut self, live: &RoaringBitmap, received: RoaringBitmap, changed: &RoaringBitmap, at: i64) {
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
        let moved = changed | &left;
        let kept = (live | &self.tombstones) - &moved;
        self.moved.retain(|_, objects| {
            *objects &= &kept;
            !objects.is_empty()
        });
        if !moved.is_empty() {
            *self.moved.entry(at).or_default() |= moved;
        }
    }
}

/// The objects in the view that the vendor is not shown as before.
fn changed(release: &Release, entity: Entity, (before, now): (&Seen, &Seen), data_since: Option<i64>) -> RoaringBitmap {
    let Some(data_since) = data_since else { return now.live.clone() };
    let mut changed = &now.live - &before.live;
    if planted::is(Leak::NewcomersUntold) {
        changed.clear();
    }
    let stayed = &now.live & &before.live;
    changed |= reprinted(before, now);
    for category in before.facets.keys().chain(now.facets.keys()) {
        let nothing = RoaringBitmap::new();
        let of = |seen: &'_ Seen| seen.facets.get(category).cloned().unwrap_or_else(|| nothing.clone());
        changed |= (of(before) ^ of(now)) & &stayed;
    }
    changed |= numbers(release.snapshot().ids(entity), &revalued(release, entity, data_since)) & &stayed;
    changed
}

/// Objects that were and are in the view, with another print.
fn reprinted(before: &Seen, now: &Seen) -> RoaringBitmap {
    let mut found = Vec::new();
    let mut old = before.live.iter().zip(&before.prints).peekable();
    for (number, print) in now.live.iter().zip(&now.prints) {
        while old.next_if(|(other, _)| *other < number).is_some() {}
        if old.next_if(|(other, _)| *other == number).is_some_and(|(_, other)| other != print) {
            found.push(number);
        }
    }
    RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
}

/// Objects in the view of which an import changed a value that is shown, by position.
fn revalued(release: &Release, entity: Entity, data_since: i64) -> RoaringBitmap {
    let mut found = RoaringBitmap::new();
    let Some(times) = release.snapshot().times(entity) else { return found };
    let after = (std::ops::Bound::Excluded(data_since), std::ops::Bound::Unbounded);
    for category in categories(entity) {
        let Some(by_time) = times.of_category.get(&category) else { continue };
        let values = within(by_time, after);
        if values.is_empty() {
            continue;
        }
        found |= if planted::is(Leak::HiddenValueMoves) { values } else { values & release.shown(entity, category) };
    }
    found & release.live(entity)
}
