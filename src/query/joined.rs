//! A list of the school's objects and of the vendor's own, in one order.
//!
//! In the default order the school's come first, in the vendor's order, and then its own, as it made them: a page
//! at any depth is then one page of each. Any other order is made for each request, and costs as much as the
//! list is long; only vendors that have written something pay it.

use std::collections::HashMap;

use crate::catalogue::word::in_version;
use crate::catalogue::{Entity, Kind};
use crate::consent::written::Written;
use crate::query::evaluate::QueryError;
use crate::query::filter::fields;
use crate::query::list::{Direction, List, Page, SortKey, Start, View, is_sortable};
use crate::query::modified;
use crate::query::own::{SortValue, holds, sort_value};
use crate::query::value::as_instant;
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
    let is_default = list.sort == (SortKey::SourcedId, Direction::Ascending);
    let last_own = match &list.start {
        Start::After(identifier, _) => {
            written::find(desk.conn, desk.of, list.entity, identifier)?.map(|written| written.number)
        }
        Start::Offset(_) => None,
    };
    if is_default && list.filter.is_none() {
        return one_after_the_other(view, conn, list, &mut desk, last_own);
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
    let mut keyed = Vec::with_capacity(of_school.len() + own.len());
    let values = values(view, conn, list, &of_school)?;
    for (place, (position, value)) in of_school.iter().zip(values).enumerate() {
        keyed.push((value, place, Some(*position)));
    }
    for (place, written) in own.iter().enumerate() {
        keyed.push((sort_value(written, list.sort.0), of_school.len() + place, None));
    }
    let by_value = |a: &SortValue, b: &SortValue| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal);
    match list.sort {
        (SortKey::SourcedId, Direction::Ascending) => {}
        // The school's are in descending order already; own ones, the last in ascending order, come first.
        (SortKey::SourcedId, Direction::Descending) => {
            keyed.rotate_right(own.len());
            if let Some(own) = keyed.get_mut(..own.len()) {
                own.reverse();
            }
        }
        (_, Direction::Ascending) => keyed.sort_by(|a, b| by_value(&a.0, &b.0).then(a.1.cmp(&b.1))),
        (_, Direction::Descending) => keyed.sort_by(|a, b| by_value(&b.0, &a.0).then(a.1.cmp(&b.1))),
    }
    let own_place = |place: usize| place.checked_sub(of_school.len());
    let start = match &list.start {
        Start::Offset(offset) => usize::try_from(*offset).unwrap_or(usize::MAX),
        Start::After(identifier, fallback) => {
            let of_school = view.release.find(list.entity, identifier);
            let is_last = |entry: &(SortValue, usize, Option<u32>)| match entry.2 {
                Some(position) => last_own.is_none() && Some(position) == of_school,
                None => {
                    own_place(entry.1).and_then(|p| own.get(p)).is_some_and(|written| Some(written.number) == last_own)
                }
            };
            let found = keyed.iter().position(is_last).map(|place| place + 1);
            found.unwrap_or_else(|| usize::try_from(*fallback).unwrap_or(usize::MAX))
        }
    }
    .min(keyed.len());
    let mut joined = Joined { total: keyed.len() as u64, offset: start as u64, ..Joined::default() };
    for (index, (_, place, position)) in keyed.into_iter().skip(start).take(list.limit).enumerate() {
        match position {
            Some(position) => joined.positions.push(position),
            None => joined.own.extend(own_place(place).and_then(|p| own.get(p)).map(|own| (index, own.clone()))),
        }
    }
    Ok(joined)
}

fn one_after_the_other(
    view: &View,
    conn: &mut Conn,
    list: &List,
    desk: &mut Desk<'_>,
    last_own: Option<i64>,
) -> Result<Joined, QueryError> {
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
#[expect(clippy::cast_precision_loss, reason = "times in ms are exact in 53 bits")]
fn values(view: &View, conn: &mut Conn, list: &List, positions: &[u32]) -> Result<Vec<SortValue>, QueryError> {
    let (release, entity) = (&view.release, list.entity);
    Ok(match list.sort.0 {
        SortKey::SourcedId => vec![SortValue::Number(0.0); positions.len()],
        SortKey::Status => {
            let gone = release.recollection().tombstones(entity);
            positions.iter().map(|p| SortValue::Number(f64::from(u8::from(gone.contains(*p))))).collect()
        }
        SortKey::DateLastModified => {
            let times = modified::times(release, entity, &positions.iter().copied().collect());
            let times: HashMap<u32, i64> = times.into_iter().collect();
            let time = |p: &u32| SortValue::Number(times.get(p).copied().unwrap_or_default() as f64);
            positions.iter().map(time).collect()
        }
        SortKey::Worded(version, name) => {
            let Some(field) = fields(entity, name).next() else { return Ok(vec![SortValue::Absent; positions.len()]) };
            let stored = leaf::values(conn, release.snapshot(), (entity, field.column))?;
            let value = |position: &u32| match stored.get(position) {
                Some(leaf::Value::Text(text)) if release.shows(entity, field.category, *position) => {
                    in_version(version, entity, name, text)
                        .map_or(SortValue::Absent, |word| SortValue::Text(word.into()))
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
                Some(value) if release.shows(entity, field.category, *position) => match value {
                    leaf::Value::Text(text) if field.kind == Kind::DateTime => SortValue::Text(as_instant(text)),
                    leaf::Value::Text(text) => SortValue::Text(text.clone()),
                    leaf::Value::Number(number) => SortValue::Number(*number),
                },
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
