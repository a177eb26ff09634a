//! The gradebook's part of a board's snapshot.

use crate::catalogue::Entity;
use crate::snapshot::gradebook::{LineItems, NOWHERE, Results, ScoreScales};
use crate::snapshot::{Ids, Snapshot};
use crate::store::snapshot_load::{BASE, keys, keys_with};
use crate::store::{Conn, Row, StoreError};

/// Reads categories, line items, results and scales, once classes and people are known.
pub(super) fn gradebook(conn: &mut Conn, snapshot: &mut Snapshot) -> Result<(), StoreError> {
    snapshot.gradebook.categories = keys(conn, snapshot, Entity::LineItemCategory, |_, _| Ok(()))?;
    let mut rows: Vec<[Option<i64>; 3]> = Vec::new();
    let mut read = |_: u32, row: Row<'_>| {
        rows.push([row.int(BASE), row.int(BASE + 1), row.int(BASE + 2)]);
        Ok(())
    };
    let ids = keys_with(conn, snapshot, Entity::LineItem, &["\"class\"", "category", "school"], &mut read)?;
    let (classes, orgs) = (&snapshot.classes.ids, &snapshot.orgs.ids);
    let mut items = LineItems::new(ids);
    for [class, category, school] in std::mem::take(&mut rows) {
        items.class.push(position(classes, class));
        items.category.push(position(&snapshot.gradebook.categories, category));
        items.school.push(school.and_then(|id| orgs.position(id)));
    }
    items.index(classes.len());
    let mut pairs = Vec::new();
    let ids = keys_with(conn, snapshot, Entity::Result, &["line_item", "student"], |_, row| {
        pairs.push((row.int(BASE), row.int(BASE + 1)));
        Ok(())
    })?;
    let mut results = Results::new(ids);
    for (line_item, student) in pairs {
        results.line_item.push(position(&items.ids, line_item));
        results.student.push(position(&snapshot.people.ids, student));
    }
    results.index(items.ids.len(), snapshot.people.ids.len());
    let mut of_classes = Vec::new();
    let ids = keys_with(conn, snapshot, Entity::ScoreScale, &["\"class\""], |_, row| {
        of_classes.push(row.int(BASE));
        Ok(())
    })?;
    let class = of_classes.into_iter().map(|class| position(&snapshot.classes.ids, class)).collect();
    snapshot.gradebook.scales = ScoreScales { ids, class };
    snapshot.gradebook.line_items = items;
    snapshot.gradebook.results = results;
    Ok(())
}

fn position(targets: &Ids, row_id: Option<i64>) -> u32 {
    row_id.and_then(|id| targets.position(id)).unwrap_or(NOWHERE)
}
