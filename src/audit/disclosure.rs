//! One answer's disclosure, and the compact form in which its people are kept.
//!
//! The form, version 1: the byte 1; the number of groups; for each group its categories as a bit mask over
//! [`Category::index`], then its people. Numbers are LEB128. People are either the byte 0, their count and
//! the ascending person numbers as differences, or the byte 1, a length and a portable roaring bitmap.
//! The order of [`Category::ALL`] is therefore part of the form: categories may only be appended.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::clock::Millis;

/// People who share one set of categories in an answer: a bit per [`Category::index`], and person numbers
/// (the low 32 bits of the row ids).
pub type PeopleOf = (u64, RoaringBitmap);

/// What one answer tells about people.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosure {
    /// The board's row id.
    pub tenant_id: i64,
    /// When it was asked.
    pub at: Millis,
    /// Who receives it.
    pub vendor: Arc<str>,
    /// The request's id, which the answer and the log name too.
    pub request_id: Arc<str>,
    /// The rules in force, such as `atlas-1@3,atlas-2@1`.
    pub rules: Arc<str>,
    /// The kind of object in the answer.
    pub entity: &'static str,
    /// How many objects the answer holds.
    pub records: u32,
    /// Whom the answer tells about, and what.
    pub people: Vec<PeopleOf>,
    /// The objects in the answer as row numbers, where they are none of [`Disclosure::people`].
    pub objects: Option<(Entity, RoaringBitmap)>,
}

/// The mask of a set of categories.
pub fn mask_of(categories: impl IntoIterator<Item = Category>) -> u64 {
    categories.into_iter().fold(0, |mask, category| mask | 1 << category.index())
}

/// The categories of a mask.
pub fn categories_of(mask: u64) -> impl Iterator<Item = Category> {
    Category::ALL.iter().copied().filter(move |category| mask & (1 << category.index()) != 0)
}

/// A kept disclosure that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the people of a disclosure are in no form that this version reads")]
pub struct Unreadable;

const VERSION: u8 = 1;
const LIST: u8 = 0;
const BITMAP: u8 = 1;

/// Up to how many people a plain list is no longer than a bitmap.
const LIST_AT_MOST: u64 = 512;

impl Disclosure {
    /// The people of this disclosure, in the kept form.
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.people)
    }

    /// The people of a kept disclosure.
    pub fn decode(kept: &[u8]) -> Result<Vec<PeopleOf>, Unreadable> {
        let mut left = kept;
        if take_byte(&mut left)? != VERSION {
            return Err(Unreadable);
        }
        let n_groups = take_number(&mut left)?;
        let mut groups = Vec::new();
        for _ in 0..n_groups {
            groups.push((take_number(&mut left)?, take_people(&mut left)?));
        }
        if left.is_empty() { Ok(groups) } else { Err(Unreadable) }
    }
}

fn encode(people: &[PeopleOf]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(256);
    kept.push(VERSION);
    put_number(&mut kept, people.len() as u64);
    for (mask, people) in people {
        put_number(&mut kept, *mask);
        put_people(&mut kept, people);
    }
    kept
}

fn put_people(kept: &mut Vec<u8>, people: &RoaringBitmap) {
    if people.len() <= LIST_AT_MOST {
        kept.push(LIST);
        put_number(kept, people.len());
        let mut last = 0;
        for person in people {
            put_number(kept, u64::from(person - last));
            last = person;
        }
        return;
    }
    let mut people = people.clone();
    people.optimize();
    kept.push(BITMAP);
    put_number(kept, people.serialized_size() as u64);
    #[expect(clippy::expect_used, reason = "a Vec takes all bytes")]
    people.serialize_into(&mut *kept).expect("a Vec takes all bytes");
}

fn take_people(left: &mut &[u8]) -> Result<RoaringBitmap, Unreadable> {
    match take_byte(left)? {
        LIST => {
            let n_people = take_number(left)?;
            let mut people = RoaringBitmap::new();
            let mut last = 0_u32;
            for _ in 0..n_people {
                let step = u32::try_from(take_number(left)?).map_err(|_| Unreadable)?;
                last = last.checked_add(step).ok_or(Unreadable)?;
                people.insert(last);
            }
            Ok(people)
        }
        BITMAP => {
            let length = usize::try_from(take_number(left)?).map_err(|_| Unreadable)?;
            let (bytes, rest) = left.split_at_checked(length).ok_or(Unreadable)?;
            *left = rest;
            RoaringBitmap::deserialize_from(bytes).map_err(|_| Unreadable)
        }
        _ => Err(Unreadable),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the mask keeps seven bits")]
fn put_number(kept: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        kept.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    kept.push(number as u8);
}

fn take_byte(left: &mut &[u8]) -> Result<u8, Unreadable> {
    let (byte, rest) = left.split_first().ok_or(Unreadable)?;
    *left = rest;
    Ok(*byte)
}

fn take_number(left: &mut &[u8]) -> Result<u64, Unreadable> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take_byte(left)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Unreadable)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_of_a_hundred_people_takes_a_few_hundred_bytes() {
        let people: RoaringBitmap = (0..100).map(|i| i * 997).collect();

        let kept = encode(&[(mask_of([Category::Identity, Category::Name]), people)]);

        assert!(kept.len() < 250, "{} bytes", kept.len());
    }

    #[test]
    fn a_cut_or_changed_disclosure_is_refused_and_not_misread() {
        let kept = encode(&[(3, (0..2000).collect())]);

        assert_eq!(Disclosure::decode(&kept[..kept.len() - 1]), Err(Unreadable));
        assert_eq!(Disclosure::decode(&[2, 0]), Err(Unreadable));
        assert_eq!(Disclosure::decode(&[]), Err(Unreadable));
    }

    #[test]
    fn the_order_of_the_categories_that_kept_masks_rely_on_stands() {
        let keys: Vec<&str> = Category::ALL.iter().map(|c| c.key()).collect();

        assert_eq!(keys[3..6], ["identity", "name", "name-additional"]);
        assert_eq!(keys[22..26], ["grade-level", "enrolment", "enrolment-dates", "carers"]);
        assert_eq!(keys[39], "free");
    }

    proptest! {
        #[test]
        fn what_is_kept_reads_back(groups in prop::collection::vec(
            (0..1_u64 << 40, prop::collection::btree_set(any::<u32>(), 0..900)), 0..5,
        )) {
            let people: Vec<PeopleOf> = groups.into_iter().map(|(mask, set)| (mask, set.into_iter().collect())).collect();

            prop_assert_eq!(Disclosure::decode(&encode(&people)), Ok(people));
        }
    }
}
