//! The gradebook's part of a board's snapshot.

use crate::catalogue::Entity;
use crate::catalogue::element::ScoreScaleLink;
use crate::snapshot::gradebook::{LineItems, NOWHERE, Results, ScoreScales};
use crate::snapshot::{Ids, Snapshot};
use crate::store::snapshot_load::{BASE, keys, keys_with};
use crate::store::{Conn, Row, StoreError};

/// Reads categories, scales, line items and results, once classes, sessions and people are known.
pub(super) fn gradebook(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    snapshot.gradebook.categories = keys(conn, snapshot, Entity::LineItemCategory, |_, _| Ok(()))?;
    snapshot.gradebook.scales = scales(conn, snapshot)?;
    snapshot.gradebook.line_items = line_items(conn, snapshot)?;
    snapshot.gradebook.results = results(conn, snapshot)?;
    Ok(())
}

fn scales(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<ScoreScales, StoreError> {
    let mut links = Vec::new();
    let ids = keys_with(conn, snapshot, Entity::ScoreScale, &["\"class\"", "course"], |_, row| {
        links.push((row.int(BASE), row.int(BASE + 1)));
        Ok(())
    })?;
    let of_scales = links
        .into_iter()
        .map(|(class, course)| (position(&snapshot.classes.ids, class), position(&snapshot.courses.ids, course)))
        .unzip();
    Ok(ScoreScales::new(ids, of_scales, snapshot.classes.ids.len()))
}

fn line_items(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<LineItems, StoreError> {
    const COLUMNS: [&str; 6] = ["\"class\"", "category", "school", "grading_period", "academic_session", "score_scale"];
    let mut rows: Vec<[Option<i64>; 6]> = Vec::new();
    let mut read = |_: u32, row: Row<'_>| {
        let int = |column: usize| row.int(BASE + column);
        rows.push([int(0), int(1), int(2), int(3), int(4), scale_of(row.text(BASE + 5))]);
        Ok(())
    };
    let ids = keys_with(conn, snapshot, Entity::LineItem, &COLUMNS, &mut read)?;
    let (classes, sessions) = (&snapshot.classes.ids, &snapshot.sessions.ids);
    let mut items = LineItems::new(ids);
    for (item, [class, category, school, period, session, scale]) in (0..).zip(rows) {
        items.class.push(position(classes, class));
        items.category.push(position(&snapshot.gradebook.categories, category));
        items.school.push(school.and_then(|id| snapshot.orgs.ids.position(id)));
        items.sessions.push([position(sessions, period), position(sessions, session)]);
        items.scale.extend(scale.map(|scale| (item, position(&snapshot.gradebook.scales.ids, Some(scale)))));
    }
    items.index(classes.len());
    Ok(items)
}

fn results(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<Results, StoreError> {
    let mut links = Vec::new();
    let mut others = Vec::new();
    let columns = ["line_item", "student", "\"class\"", "score_scale"];
    let ids = keys_with(conn, snapshot, Entity::Result, &columns, |result, row| {
        links.push((row.int(BASE), row.int(BASE + 1)));
        others.push((result, row.int(BASE + 2), scale_of(row.text(BASE + 3))));
        Ok(())
    })?;
    let items = &snapshot.gradebook.line_items;
    let mut results = Results::new(ids);
    for (line_item, student) in links {
        results.line_item.push(position(&items.ids, line_item));
        results.student.push(position(&snapshot.people.ids, student));
    }
    for (result, class, scale) in others {
        if class.is_none() {
            results.without_class.insert(result);
        }
        let class = class.map(|class| position(&snapshot.classes.ids, Some(class)));
        let of_item = results.line_item.get(result as usize).and_then(|item| items.class_of(*item));
        results.class.extend(class.filter(|class| Some(*class) != of_item).map(|class| (result, class)));
        results.scale.extend(scale.map(|scale| (result, position(&snapshot.gradebook.scales.ids, Some(scale)))));
    }
    results.index(items.ids.len(), snapshot.people.ids.len());
    Ok(results)
}

fn position(targets: &Ids, row_id: Option<i64>) -> u32 {
    row_id.and_then(|id| targets.position(id)).unwrap_or(NOWHERE)
}

/// The scale's row id in the text of a link.
fn scale_of(link: Option<&str>) -> Option<i64> {
    serde_json::from_str::<ScoreScaleLink<'_>>(link?).ok().map(|link| link.score_scale)
}
