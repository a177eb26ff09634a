//! The form in which a vendor's memory is kept, version 2.
//!
//! The byte 2; the manner; for each followed kind of object, in the order of [`FOLLOWED`]: what is in the view,
//! the prints, the facets by category, what names more with its prints, what moved by time (of people also by part),
//! the tombstones, what is forgotten; then the groups.
//! Numbers are little-endian, and a set is its length and a portable roaring bitmap.

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::group::Group;
use crate::consent::managed::OF_ACCOUNTS;
use crate::consent::memory::{Manner, Memory, Remembered};
use crate::consent::sight::{FOLLOWED, Seen};
use crate::snapshot::times::ByTime;

const VERSION: u8 = 2;

impl Memory {
    /// The kept form.
    pub fn encode(&self) -> Vec<u8> {
        let mut kept = vec![VERSION, self.manner.0];
        for entity in FOLLOWED {
            let (seen, remembered) = (Seen::default(), Remembered::default());
            let seen = self.sight.seen(entity).unwrap_or(&seen);
            let remembered = self.of.get(entity as usize).unwrap_or(&remembered);
            put_set(&mut kept, &seen.live);
            put_prints(&mut kept, &seen.prints);
            put_number(&mut kept, seen.facets.len() as u64);
            for (category, objects) in &seen.facets {
                put_number(&mut kept, category.index() as u64);
                put_set(&mut kept, objects);
            }
            put_set(&mut kept, &seen.linked);
            put_prints(&mut kept, &seen.links);
            put_times(&mut kept, &remembered.moved);
            if entity == Entity::User {
                put_times(&mut kept, &remembered.parts.beside);
                for category in OF_ACCOUNTS {
                    put_times(&mut kept, remembered.parts.of_account.get(&category).unwrap_or(&ByTime::new()));
                }
            }
            put_set(&mut kept, &remembered.tombstones);
            put_set(&mut kept, &remembered.forgotten);
        }
        for group in Group::ALL {
            put_set(&mut kept, self.sight.groups.get(&group).unwrap_or(&RoaringBitmap::new()));
        }
        kept
    }

    /// A kept memory; `None` if it is in no form that this version reads.
    pub fn decode(mut kept: &[u8]) -> Option<Self> {
        let left = &mut kept;
        let (version, manner) = (take(left, 1)?.first()?, take(left, 1)?.first()?);
        if *version != VERSION {
            return None;
        }
        let mut memory = Self { manner: Manner(*manner), ..Self::default() };
        memory.sight.of.resize_with(Entity::ALL.len(), Seen::default);
        memory.of.resize_with(Entity::ALL.len(), Remembered::default);
        for entity in FOLLOWED {
            let seen = take_seen(left)?;
            let remembered = take_remembered(left, entity)?;
            *memory.sight.of.get_mut(entity as usize)? = seen;
            *memory.of.get_mut(entity as usize)? = remembered;
        }
        for group in Group::ALL {
            memory.sight.groups.insert(group, take_set(left)?);
        }
        left.is_empty().then_some(memory)
    }
}

fn take_seen(left: &mut &[u8]) -> Option<Seen> {
    let mut seen = Seen { live: take_set(left)?, prints: take_prints(left)?, ..Seen::default() };
    for _ in 0..take_number(left)? {
        let category = Category::ALL.get(usize::try_from(take_number(left)?).ok()?)?;
        seen.facets.insert(*category, take_set(left)?);
    }
    seen.linked = take_set(left)?;
    seen.links = take_prints(left)?;
    Some(seen)
}

fn take_remembered(left: &mut &[u8], entity: Entity) -> Option<Remembered> {
    let mut remembered = Remembered { moved: take_times(left)?, ..Remembered::default() };
    if entity == Entity::User {
        remembered.parts.beside = take_times(left)?;
        for category in OF_ACCOUNTS {
            remembered.parts.of_account.insert(category, take_times(left)?);
        }
    }
    remembered.tombstones = take_set(left)?;
    remembered.forgotten = take_set(left)?;
    Some(remembered)
}

fn put_times(kept: &mut Vec<u8>, times: &ByTime) {
    put_number(kept, times.len() as u64);
    for (at, objects) in times {
        put_number(kept, at.cast_unsigned());
        put_set(kept, objects);
    }
}

fn put_number(kept: &mut Vec<u8>, number: u64) {
    kept.extend_from_slice(&number.to_le_bytes());
}

fn put_prints(kept: &mut Vec<u8>, prints: &[u64]) {
    put_number(kept, prints.len() as u64);
    for print in prints {
        put_number(kept, *print);
    }
}

fn put_set(kept: &mut Vec<u8>, set: &RoaringBitmap) {
    let mut set = set.clone();
    set.optimize();
    put_number(kept, set.serialized_size() as u64);
    #[expect(clippy::expect_used, reason = "a Vec takes all bytes")]
    set.serialize_into(&mut *kept).expect("a Vec takes all bytes");
}

fn take_times(left: &mut &[u8]) -> Option<ByTime> {
    let n_times = take_number(left)?;
    (0..n_times).map(|_| Some((take_number(left)?.cast_signed(), take_set(left)?))).collect()
}

fn take<'a>(left: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (bytes, rest) = left.split_at_checked(n)?;
    *left = rest;
    Some(bytes)
}

fn take_number(left: &mut &[u8]) -> Option<u64> {
    Some(u64::from_le_bytes(*take(left, 8)?.first_chunk()?))
}

fn take_prints(left: &mut &[u8]) -> Option<Vec<u64>> {
    let n_prints = usize::try_from(take_number(left)?).ok()?;
    let (prints, _) = take(left, n_prints.checked_mul(8)?)?.as_chunks::<8>();
    Some(prints.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect())
}

fn take_set(left: &mut &[u8]) -> Option<RoaringBitmap> {
    let length = usize::try_from(take_number(left)?).ok()?;
    RoaringBitmap::deserialize_from(take(left, length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::sight::Sight;

    fn some() -> Memory {
        let mut memory = Memory { manner: Manner(5), sight: Sight::default(), of: Vec::new() };
        memory.sight.of.resize_with(Entity::ALL.len(), Seen::default);
        memory.of.resize_with(Entity::ALL.len(), Remembered::default);
        for group in Group::ALL {
            memory.sight.groups.insert(group, RoaringBitmap::from_iter([group as u32]));
        }
        let people = Entity::User as usize;
        memory.sight.of[people].live = (3..2000).collect();
        memory.sight.of[people].prints = (3..2000).map(|n| n * n).collect();
        let refused = [(Category::EnrolmentDates, RoaringBitmap::from_iter([5]))];
        memory.sight.of[Entity::Enrollment as usize].facets = refused.into();
        let results = &mut memory.sight.of[Entity::Result as usize];
        (results.linked, results.links) = (RoaringBitmap::from_iter([2, 9]), vec![7, u64::MAX]);
        memory.of[people].moved =
            [(-4, RoaringBitmap::from_iter([7])), (9, RoaringBitmap::from_iter([8, 70_000]))].into();
        let of_logins = ByTime::from([(9, RoaringBitmap::from_iter([7, 8]))]);
        memory.of[people].parts.beside = [(-4, RoaringBitmap::from_iter([7, 70_000]))].into();
        memory.of[people].parts.of_account =
            [(Category::Login, of_logins), (Category::ContactEmail, ByTime::new())].into();
        memory.of[people].tombstones = RoaringBitmap::from_iter([70_000]);
        memory.of[people].forgotten = RoaringBitmap::from_iter([1]);
        memory
    }

    #[test]
    fn what_is_kept_reads_back() {
        assert_eq!(Memory::decode(&some().encode()), Some(some()));
    }

    #[test]
    fn what_was_cut_or_is_of_another_version_is_not_misread() {
        let kept = some().encode();

        assert_eq!(Memory::decode(&kept[..kept.len() - 1]), None);
        assert_eq!(Memory::decode(&[&[1], &kept[1..]].concat()), None);
        assert_eq!(Memory::decode(&[]), None);
    }
}
