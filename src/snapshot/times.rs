//! When objects last changed, by what changed, so that a vendor's `dateLastModified` moves only with what
//! it sees (a hidden field or a role at a hidden school moves nothing).

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
    /// Later changes of a role, by the org of the role.
    pub of_role_at: BTreeMap<u32, ByTime>,
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

    /// Adds a change of a role at an org.
    pub fn push_role(&mut self, position: u32, org: u32, at: i64) {
        self.of_role_at.entry(org).or_default().entry(at).or_default().insert(position);
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
