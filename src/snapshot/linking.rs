//! Objects by what they link to: which classes a school has, which of them lead to a term.
//!
//! Each index is made when it is first asked for, so that a start does not wait for it.

use std::collections::HashMap;

use roaring::RoaringBitmap;

/// Objects by what they link to.
#[derive(Debug, Default)]
pub struct Linking {
    by_target: HashMap<u32, RoaringBitmap>,
    nothing: RoaringBitmap,
}

impl Linking {
    /// The index of objects with one link each, by position.
    pub fn of(links: &[Option<u32>]) -> Self {
        Self::of_pairs((0..).zip(links).filter_map(|(from, to)| Some((from, (*to)?))))
    }

    /// The index of pairs of an object and what it links to.
    pub fn of_pairs(pairs: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut index = Self::default();
        for (from, to) in pairs {
            index.by_target.entry(to).or_default().insert(from);
        }
        index
    }

    /// The objects that link to one.
    pub fn to(&self, target: u32) -> &RoaringBitmap {
        self.by_target.get(&target).unwrap_or(&self.nothing)
    }

    /// The objects that link to any of these.
    pub fn to_any(&self, targets: &RoaringBitmap) -> RoaringBitmap {
        let mut found = RoaringBitmap::new();
        for target in targets {
            found |= self.to(target);
        }
        found
    }
}

/// What objects lead to by others between them: a school's classes to their terms.
#[derive(Debug, Default)]
pub struct Leading {
    by_start: HashMap<u32, HashMap<u32, RoaringBitmap>>,
}

impl Leading {
    /// The index of a start, what lies between, and an end.
    pub fn of(ways: impl Iterator<Item = (u32, u32, u32)>) -> Self {
        let mut index = Self::default();
        for (start, between, end) in ways {
            index.by_start.entry(start).or_default().entry(end).or_default().insert(between);
        }
        index
    }

    /// What an object leads to by any of `allowed`.
    pub fn from(&self, start: u32, allowed: &RoaringBitmap) -> RoaringBitmap {
        let ends = self.by_start.get(&start).into_iter().flatten();
        ends.filter(|(_, between)| !between.is_disjoint(allowed)).map(|(end, _)| *end).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_by_what_they_link_to() {
        let linking = Linking::of(&[Some(7), None, Some(3), Some(7)]);

        assert_eq!(linking.to(7).iter().collect::<Vec<_>>(), [0, 3]);
        assert_eq!(linking.to_any(&RoaringBitmap::from_iter([3, 7, 9])).iter().collect::<Vec<_>>(), [0, 2, 3]);
        assert!(linking.to(0).is_empty());
    }

    #[test]
    fn a_way_leads_on_by_what_is_allowed_only() {
        let leading = Leading::of([(1, 10, 100), (1, 11, 100), (1, 11, 101), (2, 12, 102)].into_iter());

        assert_eq!(leading.from(1, &RoaringBitmap::from_iter([10, 12])).iter().collect::<Vec<_>>(), [100]);
        assert_eq!(leading.from(1, &RoaringBitmap::from_iter([11])).iter().collect::<Vec<_>>(), [100, 101]);
        assert!(leading.from(3, &RoaringBitmap::from_iter([10])).is_empty());
    }
}
