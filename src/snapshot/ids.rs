//! The keys of one entity's objects: sourcedId, row number and position, each found from the others.

use roaring::RoaringBitmap;

const NOWHERE: u32 = u32::MAX;

/// The keys of one entity's objects, by position in sourcedId order.
#[derive(Debug, Default)]
pub struct Ids {
    text: String,
    ends: Vec<u32>,
    numbers: Vec<u32>,
    positions: Vec<u32>,
    tenant_id: i64,
    /// Positions of objects that went away (`tobedeleted`).
    pub deleted: RoaringBitmap,
}

impl Ids {
    /// How many objects there are, those that went away included.
    pub fn len(&self) -> u32 {
        u32::try_from(self.numbers.len()).unwrap_or(u32::MAX)
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The sourcedId at a position.
    pub fn sourced_id(&self, position: u32) -> &str {
        let i = position as usize;
        let end = self.ends.get(i).copied().unwrap_or_default() as usize;
        let start = i.checked_sub(1).and_then(|j| self.ends.get(j)).copied().unwrap_or_default() as usize;
        self.text.get(start..end).unwrap_or_default()
    }

    /// Brings the sourcedIds and numbers at these positions near the processor: one after the other they would each
    /// be waited for, and a page of people names hundreds of carers from all over the board.
    pub fn bring_near(&self, positions: impl Iterator<Item = u32>) {
        let first_byte = |position: u32| self.sourced_id(position).as_bytes().first().copied().unwrap_or_default();
        let touched = |position: u32| u32::from(first_byte(position)).wrapping_add(self.number(position));
        std::hint::black_box(positions.map(touched).fold(0, u32::wrapping_add));
    }

    /// The position of a sourcedId.
    pub fn find(&self, sourced_id: &str) -> Option<u32> {
        let (mut low, mut high) = (0, u32::try_from(self.ends.len()).ok()?);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.sourced_id(middle).cmp(sourced_id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The first position whose sourcedId is greater than the one given.
    pub fn after(&self, sourced_id: &str) -> u32 {
        let (mut low, mut high) = (0, u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.sourced_id(middle) <= sourced_id {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The row's number within the board, which never changes.
    pub fn number(&self, position: u32) -> u32 {
        self.numbers.get(position as usize).copied().unwrap_or(NOWHERE)
    }

    /// The row id.
    pub fn row_id(&self, position: u32) -> i64 {
        (self.tenant_id << 32) | i64::from(self.number(position))
    }

    /// The position of a row.
    pub fn position(&self, row_id: i64) -> Option<u32> {
        self.position_of_number(u32::try_from(row_id & 0xffff_ffff).ok()?)
    }

    /// The position of a row by its number within the board.
    pub fn position_of_number(&self, number: u32) -> Option<u32> {
        self.positions.get(number as usize).copied().filter(|p| *p != NOWHERE)
    }

    /// Every object that has not gone away.
    pub fn active(&self) -> RoaringBitmap {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..self.len());
        all - &self.deleted
    }
}

/// Builds [`Ids`] from rows that arrive in sourcedId order.
#[derive(Debug)]
pub struct IdsBuilder {
    ids: Ids,
}

impl IdsBuilder {
    /// Starts without any object.
    pub fn new(tenant_id: i64) -> Self {
        Self { ids: Ids { tenant_id, ..Ids::default() } }
    }

    /// Adds the next object and returns its position.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "row numbers are the low 32 bits of a row id"
    )]
    pub fn push(&mut self, row_id: i64, sourced_id: &str, status: &str) -> u32 {
        let position = self.ids.len();
        let number = (row_id & 0xffff_ffff) as u32;
        self.ids.text.push_str(sourced_id);
        self.ids.ends.push(self.ids.text.len() as u32);
        self.ids.numbers.push(number);
        let slot = number as usize;
        if self.ids.positions.len() <= slot {
            self.ids.positions.resize(slot + 1, NOWHERE);
        }
        if let Some(place) = self.ids.positions.get_mut(slot) {
            *place = position;
        }
        if status == "tobedeleted" {
            self.ids.deleted.insert(position);
        }
        position
    }

    /// The finished keys.
    pub fn finish(mut self) -> Ids {
        self.ids.text.shrink_to_fit();
        self.ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_found_from_each_other() {
        let mut builder = IdsBuilder::new(3);
        for (number, sourced_id) in [(7, "a"), (2, "ab"), (9, "b")] {
            builder.push((3 << 32) | number, sourced_id, "active");
        }
        let ids = builder.finish();

        assert_eq!(ids.find("ab"), Some(1));
        assert_eq!(ids.find("aa"), None);
        assert_eq!(ids.row_id(1), (3 << 32) | 2);
        assert_eq!(ids.position((3 << 32) | 9), Some(2));
        assert_eq!(ids.position((3 << 32) | 8), None);
        assert_eq!((ids.after("ab"), ids.after("aa"), ids.after("b")), (2, 1, 3));
    }
}
