//! A list of the school's objects and of the vendor's own, in one order.
//!
//! Without a sort the school's come first, in the vendor's order, and then its own, as it made them: a page
//! at any depth is then one page of each. Any other order is made for each request, and costs as much as the
//! list is long; only vendors that have written something pay it.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::catalogue::Entity;
use crate::consent::written::Written;
use crate::query::evaluate::QueryError;
use crate::query::filter::fields;
use crate::query::list::{List, Page, Start, View};
use crate::query::modified;
use crate::query::own::{holds, sort_value};
use crate::query::sort::{SortKey, SortValue, is_sortable, worded};
use crate::store::written::{self, Which};
use crate::store::{Conn, leaf};

/// A page of both, in keys and in own objects.
#[derive(Debug, Default)]
pub struct Joined {
    /// The school's objects on the page, in order.
    pub positions: Vec<u32>,
    /// The vendor's own, each with its place on the page.
    pub own: Vec<(usize, Written)>,
    /// How many objects the whole list has.
    pub total: u64,
    /// How many of them come before the page.
    pub offset: u64,
}

/// A page of the school's objects alone.
impl From<Page> for Joined {
    fn from(page: Page) -> Self {
        Self { positions: page.positions, own: Vec::new(), total: page.total, offset: page.offset }
    }
}

/// Where the vendor's own objects are.
pub struct Desk<'c> {
    /// A connection that reads what was written.
    pub conn: &'c mut Conn,
    /// The board and the vendor.
    pub of: written::Of<'c>,
    /// Which own objects the list has.
    pub which: Which,
}

/// The page that was asked for.
pub fn page(view: &View, conn: &mut Conn, list: &List, mut desk: Desk<'_>) -> Result<Joined, QueryError> {
    if list.sort.0 == SortKey::Unsorted && list.filter.is_none() {
        return one_after_the_other(view, conn, list, &mut desk);
    }
    let mut own = written::list(desk.conn, desk.of, list.entity, &desk.which, None)?;
    if let Some(filter) = &list.filter {
        let mut kept = Vec::with_capacity(own.len());
        for written in own {
            if holds(&written, filter)? {
                kept.push(written);
            }
        }
        own = kept;
    }
    let whole = List { start: Start::Offset(0), limit: usize::MAX, ..list.clone() };
    let of_school = view.page(conn, &whole)?.positions;
    let values = values(view, conn, list, &of_school)?;
    let (key, direction) = list.sort;
    let mut entries: Vec<(SortValue, Object)> = values.into_iter().zip(of_school.into_iter().map(Object::Of)).collect();
    entries.extend(own.into_iter().map(|own| (sort_value(&own, key), Object::Own(Box::new(own)))));
    // Of equal ones the school's come first, in the vendor's order, and then its own, as it made them.
    entries.sort_by(|(a, _), (b, _)| direction.of(a.order(b)));
    let start = match &list.start {
        Start::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX),
        Start::After(shown, fallback) => match view.release.rank_after(list.entity, &shown.identifier) {
            None if shown.own.is_none() => usize::try_from(*fallback).unwrap_or(usize::MAX),
            rank => {
                let order = view.release.order(list.entity);
                let ties = |object: &Object| match (object, shown.own) {
                    (Object::Of(position), None) => order.rank(*position).cmp(&rank.unwrap_or_default()),
                    (Object::Of(_), Some(_)) => Ordering::Less,
                    (Object::Own(_), None) => Ordering::Greater,
                    (Object::Own(own), Some(number)) => own.number.cmp(&number.saturating_add(1)),
                };
                let place =
                    |(value, object): &(SortValue, Object)| direction.of(shown.order(value)).then_with(|| ties(object));
                entries.partition_point(|entry| place(entry) == Ordering::Less)
            }
        },
    }
    .min(entries.len());
    let mut joined = Joined { total: entries.len() as u64, offset: start as u64, ..Joined::default() };
    for (index, (_, object)) in entries.into_iter().skip(start).take(list.limit).enumerate() {
        match object {
            Object::Of(position) => joined.positions.push(position),
            Object::Own(own) => joined.own.push((index, *own)),
        }
    }
    Ok(joined)
}

/// An object of a list.
enum Object {
    /// One of the school's.
    Of(u32),
    /// One of the vendor's own.
    Own(Box<Written>),
}

fn one_after_the_other(view: &View, conn: &mut Conn, list: &List, desk: &mut Desk<'_>) -> Result<Joined, QueryError> {
    let last_own = match &list.start {
        Start::After(shown, _) => shown.own,
        Start::Offset(_) => None,
    };
    let n_own = written::count(desk.conn, desk.of, list.entity, &desk.which)?;
    let (of_school, own_offset) = if let Some(number) = last_own {
        let whole = List { start: Start::Offset(u64::MAX), ..list.clone() };
        let before = Which { up_to: Some(number), ..desk.which.clone() };
        (view.page(conn, &whole)?, written::count(desk.conn, desk.of, list.entity, &before)?)
    } else {
        let page = view.page(conn, list)?;
        let offset = match &list.start {
            Start::Offset(offset) => offset.saturating_sub(page.total),
            Start::After(..) => 0,
        };
        (page, offset.min(n_own))
    };
    let n_here = of_school.positions.len();
    let room = list.limit.saturating_sub(n_here);
    let own = if room == 0 || own_offset >= n_own {
        Vec::new()
    } else {
        written::list(desk.conn, desk.of, list.entity, &desk.which, Some((own_offset, room)))?
    };
    let offset = if own_offset > 0 { of_school.total + own_offset } else { of_school.offset };
    Ok(Joined {
        own: own.into_iter().enumerate().map(|(i, written)| (n_here + i, written)).collect(),
        positions: of_school.positions,
        total: of_school.total + n_own,
        offset,
    })
}

/// What the school's objects sort by; a withheld value is absent.
fn values(view: &View, conn: &mut Conn, list: &List, positions: &[u32]) -> Result<Vec<SortValue>, QueryError> {
    let (release, entity) = (&view.release, list.entity);
    Ok(match list.sort.0 {
        SortKey::Unsorted => vec![SortValue::Absent; positions.len()],
        SortKey::SourcedId => positions.iter().map(|p| SortValue::Text(release.identifier(entity, *p))).collect(),
        SortKey::Status => {
            let gone = release.recollection().tombstones(entity);
            positions.iter().map(|p| SortValue::status(gone.contains(*p))).collect()
        }
        SortKey::DateLastModified => {
            let times = modified::times(release, entity, &positions.iter().copied().collect());
            let times: HashMap<u32, i64> = times.into_iter().collect();
            positions.iter().map(|p| SortValue::time(times.get(p).copied().unwrap_or_default())).collect()
        }
        SortKey::Worded(version, name) => {
            let Some(field) = fields(entity, name).next() else { return Ok(vec![SortValue::Absent; positions.len()]) };
            let stored = leaf::values(conn, release.snapshot(), (entity, field.column))?;
            let value = |position: &u32| match stored.get(position) {
                Some(leaf::Value::Text(text)) if release.shows(entity, field.category, *position) => {
                    worded(version, entity, name, text)
                }
                _ => SortValue::Absent,
            };
            positions.iter().map(value).collect()
        }
        SortKey::Field(name) => {
            let field = fields(entity, name).find(|field| is_sortable(field.kind) && !field.column.is_empty());
            let Some(field) = field else { return Ok(vec![SortValue::Absent; positions.len()]) };
            let stored = leaf::values(conn, release.snapshot(), (entity, field.column))?;
            let value = |position: &u32| match stored.get(position) {
                Some(value) if release.shows(entity, field.category, *position) => SortValue::of_stored(field, value),
                _ => SortValue::Absent,
            };
            positions.iter().map(value).collect()
        }
    })
}

/// Whether a vendor may write objects of that kind, so that lists of them may hold its own.
pub const fn may_be_written(entity: Entity) -> bool {
    matches!(
        entity,
        Entity::LineItemCategory
            | Entity::LineItem
            | Entity::Result
            | Entity::ScoreScale
            | Entity::AssessmentLineItem
            | Entity::AssessmentResult
    )
}
