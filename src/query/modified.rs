//! When a vendor's view of an object last changed, as a set for a filter.
//!
//! What changed since the vendor's first request has the time that the vendor's memory gave it; what did not
//! has the latest time of the categories that are shown.

use std::collections::HashMap;
use std::ops::Bound;

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::consent::Release;
use crate::query::filter::Op;
use crate::snapshot::times::{ByTime, within};

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
    let range = (from, Bound::Unbounded);
    let mut found = never_moved(release, entity, range);
    if let Some(moved) = release.recollection().moved(entity) {
        found -= moved.objects();
        found |= within(moved.by_time(), range);
    }
    found & release.visible(entity)
}

/// The objects with a time in the range, as if the view of none had ever changed.
fn never_moved(release: &Release, entity: Entity, range: (Bound<i64>, Bound<i64>)) -> RoaringBitmap {
    let Some(times) = release.snapshot().times(entity) else { return RoaringBitmap::new() };
    let mut found = within(&times.created, range);
    for (category, by_time) in &times.of_category {
        let changed = within(by_time, range);
        if changed.is_empty() {
            continue;
        }
        found |= changed & release.shown_with_value(entity, *category);
    }
    found
}

/// The time (ms) of each of `objects`, as the vendor sees it.
pub fn times(release: &Release, entity: Entity, objects: &RoaringBitmap) -> Vec<(u32, i64)> {
    let mut latest: HashMap<u32, i64> = HashMap::new();
    let mut note = |at: i64, changed: &RoaringBitmap| {
        for position in changed & objects {
            let known = latest.entry(position).or_insert(at);
            *known = at.max(*known);
        }
    };
    if let Some(times) = release.snapshot().times(entity) {
        for (at, created) in &times.created {
            note(*at, created);
        }
        for (category, by_time) in &times.of_category {
            let shown = release.shown_with_value(entity, *category) & objects;
            for (at, changed) in by_time {
                note(*at, &(changed & &shown));
            }
        }
    }
    let moved = release.recollection().moved(entity);
    let time = |position: u32| {
        let moved = moved.and_then(|moved| moved.at(position));
        moved.or_else(|| latest.get(&position).copied()).unwrap_or_default()
    };
    objects.iter().map(|position| (position, time(position))).collect()
}

/// The latest time (ms) of any of `objects`, as the vendor sees it.
pub fn latest(release: &Release, entity: Entity, objects: &RoaringBitmap) -> Option<i64> {
    let moved = release.recollection().moved(entity);
    let last = |times: &ByTime, among: &RoaringBitmap| {
        times.iter().rev().find(|(_, changed)| !changed.is_disjoint(among)).map(|(at, _)| *at)
    };
    let of_moved = moved.and_then(|moved| last(moved.by_time(), objects));
    let still = match moved {
        Some(moved) => objects - moved.objects(),
        None => objects.clone(),
    };
    let Some(times) = release.snapshot().times(entity).filter(|_| !still.is_empty()) else { return of_moved };
    let of_category = times
        .of_category
        .iter()
        .filter_map(|(category, by_time)| last(by_time, &(release.shown_with_value(entity, *category) & &still)));
    of_category.chain(last(&times.created, &still)).chain(of_moved).max()
}
