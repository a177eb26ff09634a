//! The records of a page, in one statement. Nothing here leaves for a client but through a release.

use crate::catalogue::{Entity, Field};
use crate::consent::released::Record;
use crate::consent::{Release, Released};
use crate::store::{Bind, Conn, Row, Rows, Statement, StoreError};

/// Which columns a record is read with: the key, the times, and the fields asked for.
#[derive(Debug, Clone)]
pub struct Selection {
    entity: Entity,
    fields: Vec<&'static Field>,
    sql: String,
}

/// How many columns come before the fields.
const BASE: usize = 5;

impl Selection {
    /// Reads these fields; those without a column need none.
    pub fn new(entity: Entity, fields: impl IntoIterator<Item = &'static Field>) -> Self {
        let fields: Vec<_> = fields.into_iter().filter(|field| !field.column.is_empty()).collect();
        // The epoch is read by the same statement, so that a record of a later import is never mixed with an earlier release.
        let mut sql =
            String::from("SELECT (SELECT data_epoch FROM tenant WHERE id = ?), id, sourced_id, created_at, changed");
        for field in &fields {
            sql.push_str(", ");
            sql.push_str(field.column);
        }
        sql.push_str(" FROM ");
        sql.push_str(entity.table());
        Self { entity, fields, sql }
    }

    /// The fields that are read, in order of their places.
    pub fn fields(&self) -> &[&'static Field] {
        &self.fields
    }
}

/// The rows of a page, still to be released: they can't be written for a client as they are.
///
/// ```compile_fail,E0277
/// fn leak(rows: &koppelvlak::store::hydrate::Records) -> String {
///     serde_json::to_string(rows).unwrap_or_default()
/// }
/// ```
///
/// Nor can the rows of any statement:
///
/// ```compile_fail,E0277
/// fn leak(rows: &koppelvlak::store::Rows) -> String {
///     serde_json::to_string(rows).unwrap_or_default()
/// }
/// ```
///
/// A text of a row can, so it is the missing `Serialize` that stops them:
///
/// ```
/// fn shown(rows: &koppelvlak::store::Rows) -> String {
///     serde_json::to_string(&rows.first().and_then(|row| row.text(0))).unwrap_or_default()
/// }
/// ```
#[derive(Debug)]
pub struct Records {
    rows: Rows,
    /// For each object of the page its row.
    order: Vec<Option<usize>>,
}

/// Reads the rows of these objects; `None` if the board has moved on to another epoch than the release's.
pub fn hydrate(
    conn: &mut Conn,
    release: &Release,
    selection: &Selection,
    positions: &[u32],
) -> Result<Option<Records>, StoreError> {
    if positions.is_empty() {
        return Ok(Some(Records { rows: Rows::default(), order: Vec::new() }));
    }
    let snapshot = release.snapshot();
    let ids: Vec<i64> = positions.iter().map(|p| snapshot.ids(selection.entity).row_id(*p)).collect();
    let rows = statement(conn, selection, snapshot.tenant_id, &ids).many_rows(conn, ids.len())?;
    if rows.first().is_some_and(|row| row.int(0) != Some(snapshot.epoch)) {
        return Ok(None);
    }
    let mut by_id: Vec<(i64, usize)> = rows.iter().enumerate().filter_map(|(i, row)| Some((row.int(1)?, i))).collect();
    by_id.sort_unstable();
    let row_of = |id: &i64| by_id.binary_search_by_key(id, |(id, _)| *id).ok().and_then(|at| by_id.get(at));
    let order: Vec<Option<usize>> = ids.iter().map(|id| row_of(id).map(|(_, row)| *row)).collect();
    if order.iter().any(Option::is_none) {
        return Ok(None);
    }
    Ok(Some(Records { rows, order }))
}

/// Reads the rows of these objects, and hands each that the release lets through to `visit` as it arrives, with its
/// place among `positions`; `false` if the board has moved on to another epoch than the release's, and nothing that
/// was visited may leave.
pub fn each_released(
    conn: &mut Conn,
    release: &Release,
    selection: &Selection,
    positions: &[u32],
    mut visit: impl FnMut(usize, &Released<'_, Stored<'_>>),
) -> Result<bool, StoreError> {
    if positions.is_empty() {
        return Ok(true);
    }
    let snapshot = release.snapshot();
    let ids: Vec<i64> = positions.iter().map(|p| snapshot.ids(selection.entity).row_id(*p)).collect();
    let mut places: Vec<(i64, usize, u32)> =
        ids.iter().zip(positions).enumerate().map(|(place, (id, position))| (*id, place, *position)).collect();
    places.sort_unstable();
    let (mut n_found, mut is_of_release) = (0, true);
    statement(conn, selection, snapshot.tenant_id, &ids).each_of_page(conn, |row| {
        is_of_release &= row.int(0) == Some(snapshot.epoch);
        let id = row.need_int(1)?;
        // A range may hold others.
        let found = places.binary_search_by_key(&id, |(id, ..)| *id).ok().and_then(|at| places.get(at));
        let Some((_, place, position)) = found else { return Ok(()) };
        n_found += 1;
        if is_of_release && let Some(released) = release.release(*position, Stored { selection, row }) {
            visit(*place, &released);
        }
        Ok(())
    })?;
    Ok(is_of_release && n_found == positions.len())
}

fn statement(conn: &Conn, selection: &Selection, tenant_id: i64, ids: &[i64]) -> Statement {
    let mut statement = Statement::new(selection.sql.as_str()).bind(tenant_id).bind(tenant_id);
    statement.push(match conn {
        // A row id holds its board. The plus keeps SQLite from walking an index that begins with the board instead.
        Conn::Sqlite(_) => " WHERE +tenant_id = ? AND id ",
        Conn::Postgres(_) => " WHERE tenant_id = ? AND id ",
    });
    let (first, last) = (ids.iter().min().copied().unwrap_or_default(), ids.iter().max().copied().unwrap_or_default());
    // Neighbors are read as one range, which costs half of as many single look-ups.
    let is_dense = last - first < i64::try_from(ids.len()).unwrap_or(i64::MAX).saturating_mul(5) / 4;
    if let [only] = ids {
        statement.push("= ?");
        statement.push_bind(*only);
    } else if is_dense {
        statement.push("BETWEEN ? AND ?");
        statement.push_bind(first);
        statement.push_bind(last);
    } else {
        match conn {
            Conn::Sqlite(_) => statement.push("IN (?)"),
            Conn::Postgres(_) => statement.push("= ANY(?)"),
        }
        statement.push_bind(Bind::Ids(padded(ids)));
    }
    statement
}

/// Pads an `IN` list to one of few lengths, so that the statement is prepared once and not for every page.
fn padded(ids: &[i64]) -> Vec<i64> {
    let mut padded = ids.to_vec();
    if let Some(last) = ids.last() {
        padded.resize(ids.len().next_multiple_of(if ids.len() > 100 { 100 } else { 20 }), *last);
    }
    padded
}

impl Records {
    /// The records that the release lets through, in the order of the page.
    pub fn released<'a>(
        &'a self,
        release: &'a Release,
        selection: &'a Selection,
        positions: &'a [u32],
    ) -> impl Iterator<Item = Released<'a, Stored<'a>>> {
        positions.iter().zip(&self.order).filter_map(move |(position, row)| {
            let row = self.rows.row((*row)?)?;
            release.release(*position, Stored { selection, row })
        })
    }
}

/// A row of a page: it can't be written for a client, and no representation takes it.
///
/// ```compile_fail,E0277
/// fn leak(row: &koppelvlak::store::hydrate::Stored<'_>) -> String {
///     serde_json::to_string(row).unwrap_or_default()
/// }
/// ```
///
/// ```compile_fail,E0308
/// use koppelvlak::json::Json;
/// use koppelvlak::oneroster::represent::{Frame, Represented};
/// use koppelvlak::store::hydrate::Stored;
///
/// fn leak<'a>(json: &mut Json, frame: &Frame<'_>, row: &Stored<'a>) {
///     Represented::new(frame, row).write(json);
/// }
/// ```
///
/// Once it is released, it can be represented and written:
///
/// ```
/// use koppelvlak::consent::Released;
/// use koppelvlak::json::Json;
/// use koppelvlak::oneroster::represent::{Frame, Represented};
/// use koppelvlak::store::hydrate::Stored;
///
/// fn shown<'a>(json: &mut Json, frame: &Frame<'_>, row: &Released<'a, Stored<'a>>) {
///     Represented::new(frame, row).write(json);
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    selection: &'a Selection,
    row: Row<'a>,
}

impl<'a> Record<'a> for Stored<'a> {
    fn entity(&self) -> Entity {
        self.selection.entity
    }

    fn fields(&self) -> &'a [&'static Field] {
        &self.selection.fields
    }

    fn sourced_id(&self) -> &'a str {
        self.row.text(2).unwrap_or_default()
    }

    fn created_at(&self) -> i64 {
        self.row.int(3).unwrap_or_default()
    }

    fn changed(&self) -> Option<&'a str> {
        self.row.text(4)
    }

    fn text(&self, place: usize) -> Option<&'a str> {
        self.row.text(BASE + place)
    }

    fn number(&self, place: usize) -> Option<f64> {
        self.row.real(BASE + place)
    }

    fn row_id(&self, place: usize) -> Option<i64> {
        self.row.int(BASE + place)
    }
}
