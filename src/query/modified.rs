//! When a vendor's view of an object last changed, as a set for a filter.
//!
//! Only what the vendor sees moves the time: released categories, and roles at orgs in the view.

use std::collections::HashMap;
use std::ops::Bound;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::Release;
use crate::query::filter::Op;
use crate::snapshot::times::within;

/// The visible objects whose time compares so with `at` (ms).
pub fn compared(release: &Release, entity: Entity, op: Op, at: i64) -> RoaringBitmap {
    let visible = release.visible(entity);
    match op {
        Op::Gt => since(release, entity, Bound::Excluded(at)),
        Op::Ge => since(release, entity, Bound::Included(at)),
        Op::Le => visible - since(release, entity, Bound::Excluded(at)),
        Op::Lt => visible - since(release, entity, Bound::Included(at)),
        Op::Eq => since(release, entity, Bound::Included(at)) - since(release, entity, Bound::Excluded(at)),
        Op::Ne => visible - compared(release, entity, Op::Eq, at),
        // The text of an instant contains whatever it contains; nobody asks, and the answer must not depend on data.
        Op::Contains => RoaringBitmap::new(),
    }
}

fn since(release: &Release, entity: Entity, from: Bound<i64>) -> RoaringBitmap {
    let Some(times) = release.snapshot().times(entity) else { return RoaringBitmap::new() };
    let range = (from, Bound::Unbounded);
    let mut found = within(&times.created, range);
    for (category, by_time) in &times.of_category {
        let changed = within(by_time, range);
        if changed.is_empty() {
            continue;
        }
        // The base fields (status among them) are part of every view of the object.
        found |= if *category == entity.base_category() { changed } else { changed & release.shown(entity, *category) };
    }
    for (org, by_time) in &times.of_role_at {
        if release.is_visible(Entity::Org, *org) {
            found |= within(by_time, range) & release.released(Category::Identity);
        }
    }
    found & release.visible(entity)
}

/// The time (ms) of each of `objects`, as the vendor sees it.
pub fn times(release: &Release, entity: Entity, objects: &RoaringBitmap) -> Vec<(u32, i64)> {
    let Some(times) = release.snapshot().times(entity) else { return Vec::new() };
    let mut latest: HashMap<u32, i64> = HashMap::new();
    let mut note = |at: i64, changed: &RoaringBitmap| {
        for position in changed & objects {
            let known = latest.entry(position).or_insert(at);
            *known = at.max(*known);
        }
    };
    for (at, created) in &times.created {
        note(*at, created);
    }
    for (category, by_time) in &times.of_category {
        let shown =
            if *category == entity.base_category() { objects.clone() } else { release.shown(entity, *category) };
        for (at, changed) in by_time {
            note(*at, &(changed & &shown));
        }
    }
    let visible_roles = times.of_role_at.iter().filter(|(org, _)| release.is_visible(Entity::Org, **org));
    for (_, by_time) in visible_roles {
        for (at, changed) in by_time {
            note(*at, &(changed & release.released(Category::Identity)));
        }
    }
    objects.iter().map(|position| (position, latest.get(&position).copied().unwrap_or_default())).collect()
}
