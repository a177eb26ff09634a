//! The order of a vendor's lists: by the identifier that the vendor sees, never by insertion or a name.

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::consent::pseudonym::{self, Pseudonyms};
use crate::snapshot::Ids;

/// The order of one entity's objects for one vendor.
#[derive(Debug)]
pub enum Order {
    /// By sourcedId, which is the order of positions.
    Source,
    /// By pairwise identifier.
    Pairwise {
        /// Positions in the vendor's order.
        positions: Vec<u32>,
        /// The place in that order of each position.
        ranks: Vec<u32>,
    },
}

impl Order {
    /// Sorts an entity's objects by their pairwise identifiers.
    pub fn pairwise(ids: &Ids, entity: Entity, pseudonyms: &Pseudonyms) -> Self {
        Self::by_key((0..ids.len()).map(|p| (pseudonyms.number(entity, ids.sourced_id(p)), p)).collect())
    }

    #[expect(clippy::cast_possible_truncation, reason = "positions are 32 bits")]
    fn by_key(mut keyed: Vec<(u128, u32)>) -> Self {
        keyed.sort_unstable();
        let positions: Vec<u32> = keyed.into_iter().map(|(_, p)| p).collect();
        let mut ranks = vec![0; positions.len()];
        for (rank, position) in positions.iter().enumerate() {
            if let Some(slot) = ranks.get_mut(*position as usize) {
                *slot = rank as u32;
            }
        }
        Self::Pairwise { positions, ranks }
    }

    /// The order in which rows came, for the tests: it must never be anybody's.
    pub(crate) fn inserted(ids: &Ids) -> Self {
        Self::by_key((0..ids.len()).map(|position| (u128::from(ids.number(position)), position)).collect())
    }

    /// The place of an object in the vendor's order.
    pub fn rank(&self, position: u32) -> u32 {
        match self {
            Self::Source => position,
            Self::Pairwise { ranks, .. } => ranks.get(position as usize).copied().unwrap_or(u32::MAX),
        }
    }

    /// The object at a place of the vendor's order.
    pub fn position(&self, rank: u32) -> u32 {
        match self {
            Self::Source => rank,
            Self::Pairwise { positions, .. } => positions.get(rank as usize).copied().unwrap_or(u32::MAX),
        }
    }

    /// A set of objects as a set of places in the vendor's order.
    pub fn ranks(&self, objects: &RoaringBitmap) -> RoaringBitmap {
        match self {
            Self::Source => objects.clone(),
            Self::Pairwise { .. } => {
                let mut ranks: Vec<u32> = objects.iter().map(|p| self.rank(p)).collect();
                ranks.sort_unstable();
                RoaringBitmap::from_sorted_iter(ranks).unwrap_or_default()
            }
        }
    }

    /// The object with that pairwise number.
    pub fn find(&self, ids: &Ids, entity: Entity, pseudonyms: &Pseudonyms, identifier: &str) -> Option<u32> {
        let number = pseudonym::parse(identifier)?;
        let rank = self.first_above(ids, entity, pseudonyms, number.checked_sub(1));
        let position = self.position(rank);
        (rank < ids.len() && pseudonyms.number(entity, ids.sourced_id(position)) == number).then_some(position)
    }

    /// The first place in the vendor's order whose number is greater than the one given (`None`: the first of all).
    pub fn first_above(&self, ids: &Ids, entity: Entity, pseudonyms: &Pseudonyms, number: Option<u128>) -> u32 {
        let Some(number) = number else { return 0 };
        let (mut low, mut high) = (0, ids.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if pseudonyms.number(entity, ids.sourced_id(self.position(middle))) <= number {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
