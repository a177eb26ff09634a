//! What a vendor was shown and received before, beside its release: tombstones, and when each object's view
//! last changed.
//!
//! It is made from the vendor's [`crate::consent::Memory`], by position in the snapshot.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::group::Group;
use crate::snapshot::times::ByTime;

/// What a vendor was shown and received before.
#[derive(Debug, Default)]
pub struct Recollection {
    pub(super) of: Vec<Recalled>,
    pub(super) groups: BTreeMap<Group, RoaringBitmap>,
    pub(super) nothing: RoaringBitmap,
}

/// The same for one kind of object.
#[derive(Debug, Default)]
pub(super) struct Recalled {
    /// Everything that is listed, if there is any tombstone.
    pub visible: Option<RoaringBitmap>,
    pub tombstones: RoaringBitmap,
    pub moved: Moved,
    /// Of people, the same for what is and isn't a part of their accounts.
    pub beside: Moved,
    pub of_account: BTreeMap<Category, Moved>,
}

/// The objects whose view changed since the vendor's first request, each with the time of the last change.
#[derive(Debug, Default)]
pub struct Moved {
    by_time: ByTime,
    objects: RoaringBitmap,
    /// For each of `objects`, in their order, a place in `times`.
    places: Vec<u32>,
    times: Vec<i64>,
}

impl Moved {
    /// Objects by the one time at which each changed last.
    #[expect(clippy::cast_possible_truncation, reason = "there are far fewer than 2^32 times")]
    pub(super) fn new(by_time: ByTime) -> Self {
        let objects = by_time.values().fold(RoaringBitmap::new(), |all, some| all | some);
        let mut places = vec![0; objects.len() as usize];
        for (place, some) in by_time.values().enumerate() {
            for object in some {
                if let Some(slot) = places.get_mut((objects.rank(object) as usize).wrapping_sub(1)) {
                    *slot = place as u32;
                }
            }
        }
        Self { times: by_time.keys().copied().collect(), by_time, objects, places }
    }

    /// The objects.
    pub fn objects(&self) -> &RoaringBitmap {
        &self.objects
    }

    /// The objects by time.
    pub fn by_time(&self) -> &ByTime {
        &self.by_time
    }

    /// When the view of the object last changed, if it did.
    #[expect(clippy::cast_possible_truncation, reason = "a rank among 2^32 objects")]
    pub fn at(&self, position: u32) -> Option<i64> {
        if !self.objects.contains(position) {
            return None;
        }
        let place = self.places.get((self.objects.rank(position) as usize).checked_sub(1)?)?;
        self.times.get(*place as usize).copied()
    }
}

impl Recollection {
    /// Everything of that kind that is listed, if that is more than the view.
    pub(super) fn visible(&self, entity: Entity) -> Option<&RoaringBitmap> {
        self.of.get(entity as usize)?.visible.as_ref()
    }

    /// Objects that were received and have left the view: identifiers only.
    pub fn tombstones(&self, entity: Entity) -> &RoaringBitmap {
        self.of.get(entity as usize).map_or(&self.nothing, |recalled| &recalled.tombstones)
    }

    /// The tombstones of objects that were of that type or role when they were seen last.
    pub fn tombstones_of(&self, group: Group) -> RoaringBitmap {
        let entity = group.entity();
        self.groups.get(&group).map_or_else(RoaringBitmap::new, |objects| objects & self.tombstones(entity))
    }

    /// Whether the object is a tombstone, and was of that type or role when it was seen last.
    pub fn is_tombstone_of(&self, group: Group, position: u32) -> bool {
        self.tombstones(group.entity()).contains(position)
            && self.groups.get(&group).is_some_and(|objects| objects.contains(position))
    }

    /// The objects of that kind whose view changed since the vendor's first request.
    pub fn moved(&self, entity: Entity) -> Option<&Moved> {
        self.of.get(entity as usize).map(|recalled| &recalled.moved)
    }

    /// When the view of the object last changed, if it did, in anything but these parts of an account.
    pub(super) fn moved_at(&self, entity: Entity, position: u32, unseen: &[Category]) -> Option<i64> {
        let recalled = self.of.get(entity as usize)?;
        if unseen.is_empty() {
            return recalled.moved.at(position);
        }
        let seen = recalled.of_account.iter().filter(|(category, _)| !unseen.contains(category));
        let of_account = seen.filter_map(|(_, moved)| moved.at(position));
        of_account.chain(recalled.beside.at(position)).max()
    }
}
