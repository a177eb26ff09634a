//! When values of objects last changed, by category, so that a vendor's `dateLastModified` moves only with
//! what it sees. References have no time here: whether one is seen depends on the vendor.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::catalogue::Category;

/// Objects by the instant (ms) of a change.
pub type ByTime = BTreeMap<i64, RoaringBitmap>;

/// When one entity's objects last changed.
#[derive(Debug, Default)]
pub struct Times {
    /// The first time at which each object was seen: the base that holds for every vendor.
    pub created: ByTime,
    /// Later changes of a category's fields.
    pub of_category: BTreeMap<Category, ByTime>,
}

impl Times {
    /// Adds an object's times: when it came, and what of it changed later, as the `changed` column has it.
    pub fn push(&mut self, position: u32, created_at: i64, changed: Option<&str>) {
        self.created.entry(created_at).or_default().insert(position);
        let Some(by_category) = changed.and_then(|text| serde_json::from_str::<BTreeMap<Category, i64>>(text).ok())
        else {
            return;
        };
        for (category, at) in by_category {
            self.of_category.entry(category).or_default().entry(at).or_default().insert(position);
        }
    }
}

/// The objects with a time in `range`.
pub fn within(times: &ByTime, range: impl std::ops::RangeBounds<i64>) -> RoaringBitmap {
    let mut found = RoaringBitmap::new();
    for (_, objects) in times.range(range) {
        found |= objects;
    }
    found
}
