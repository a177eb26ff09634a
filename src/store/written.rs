//! What vendors wrote to the gradebook, as its vendor reads it back.

use std::fmt::Write as _;

use crate::catalogue::Entity;
use crate::consent::written::{Links, Written};
use crate::planted::{self, Leak};
use crate::store::{Bind, Conn, Row, Statement, StoreError};

/// A vendor in a board.
pub type Of<'a> = (i64, &'a str);

const COLUMNS: &str =
    "identifier, number, version, status, modified_at, \"class\", item, student, category, scale, body";

/// Which of a vendor's objects are meant.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Of one of these classes.
    pub classes: Option<Vec<String>>,
    /// Of this line item.
    pub item: Option<String>,
    /// Of this pupil.
    pub student: Option<String>,
    /// Whether deleted objects are meant too.
    pub with_deleted: bool,
    /// Only those written at that time (ms) or later.
    pub since: Option<i64>,
    /// Only those with this number or a smaller one.
    pub up_to: Option<i64>,
}

/// How far a vendor's writes have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The time of the last write (ms).
    pub last_at: i64,
    /// The greatest number of an object.
    pub last_number: i64,
    /// How many objects were removed over SCIM.
    pub removals: i64,
}

/// How far the vendor's writes have come; `None` if it has never written anything.
pub fn progress(conn: &mut Conn, (tenant_id, vendor): Of<'_>) -> Result<Option<Progress>, StoreError> {
    let statement =
        Statement::new("SELECT last_at, last_number, removals FROM writer WHERE tenant_id = ? AND vendor_id = ?");
    let rows = statement.bind(tenant_id).bind(vendor).rows(conn)?;
    let read = |row: Row<'_>| {
        Ok(Progress { last_at: row.need_int(0)?, last_number: row.need_int(1)?, removals: row.need_int(2)? })
    };
    rows.first().map(read).transpose()
}

/// What a name stands for among a vendor's own objects.
///
/// A name that a vendor has used is its own for good, also once its object is deleted: what the school has, or gets,
/// under that name is not shown to it. One address names one object, and deltas need no second time of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Named {
    /// An object that is there.
    Own(Box<Written>),
    /// One that the vendor deleted.
    Gone,
    /// Nothing, so that the name is the school's.
    Unused,
}

/// What the name stands for.
pub fn named(conn: &mut Conn, of: Of<'_>, entity: Entity, identifier: &str) -> Result<Named, StoreError> {
    Ok(match find(conn, of, entity, identifier)? {
        Some(written) if written.is_deleted => Named::Gone,
        Some(written) => Named::Own(Box::new(written)),
        None => Named::Unused,
    })
}

/// The names that the vendor has used, of objects with a greater number than `after`.
pub fn names(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    entity: Entity,
    after: i64,
) -> Result<Vec<String>, StoreError> {
    // Both statuses are named so that the index in the order of numbers serves.
    let statement = Statement::new(
        "SELECT identifier FROM written WHERE tenant_id = ? AND vendor_id = ? AND entity = ? \
         AND status IN ('active', 'tobedeleted') AND number > ?",
    );
    let mut names = Vec::new();
    statement.bind(tenant_id).bind(vendor).bind(entity.name()).bind(after).each(conn, |row| {
        names.push(row.need_text(0)?.to_owned());
        Ok(())
    })?;
    Ok(names)
}

/// One object, deleted or not.
pub fn find(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    entity: Entity,
    identifier: &str,
) -> Result<Option<Written>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM written WHERE tenant_id = ? AND vendor_id = ? AND entity = ? AND identifier = ?"
    );
    if planted::is(Leak::OthersReadable) {
        let sql = format!("SELECT {COLUMNS} FROM written WHERE tenant_id = ? AND entity = ? AND identifier = ?");
        let rows = Statement::new(sql).bind(tenant_id).bind(entity.name()).bind(identifier).rows(conn)?;
        return rows.first().map(|row| read(row, vendor, entity)).transpose();
    }
    let rows = Statement::new(sql).bind(tenant_id).bind(vendor).bind(entity.name()).bind(identifier).rows(conn)?;
    rows.first().map(|row| read(row, vendor, entity)).transpose()
}

/// How many objects these are.
pub fn count(conn: &mut Conn, of: Of<'_>, entity: Entity, which: &Which) -> Result<u64, StoreError> {
    let mut statement = meant("SELECT COUNT(*)", of, entity, which);
    if planted::is(Leak::OthersCounted) {
        statement = Statement::new("SELECT COUNT(*) FROM written WHERE tenant_id = ? AND entity = ?");
        statement = statement.bind(of.0).bind(entity.name());
    }
    let rows = statement.rows(conn)?;
    Ok(rows.first().and_then(|row| row.int(0)).and_then(|n| u64::try_from(n).ok()).unwrap_or_default())
}

/// These objects in the order in which they were made, or a page of them.
pub fn list(
    conn: &mut Conn,
    of: Of<'_>,
    entity: Entity,
    which: &Which,
    page: Option<(u64, usize)>,
) -> Result<Vec<Written>, StoreError> {
    let mut statement = meant(&format!("SELECT {COLUMNS}"), of, entity, which);
    statement.push(" ORDER BY number");
    if let Some((offset, limit)) = page {
        statement.push(" LIMIT ? OFFSET ?");
        statement.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
        statement.push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
    }
    let mut found = Vec::new();
    statement.each(conn, |row| {
        found.push(read(row, of.1, entity)?);
        Ok(())
    })?;
    Ok(found)
}

fn meant(select: &str, (tenant_id, vendor): Of<'_>, entity: Entity, which: &Which) -> Statement {
    let mut sql = format!("{select} FROM written WHERE tenant_id = ? AND vendor_id = ? AND entity = ?");
    let mut binds: Vec<Bind> = vec![tenant_id.into(), vendor.into(), entity.name().into()];
    if !which.with_deleted {
        sql.push_str(" AND status = 'active'");
    }
    if let Some(classes) = &which.classes {
        let marks = vec!["?"; classes.len()].join(", ");
        // Without a class there is nothing; `IN ()` is no SQL everywhere.
        _ = if classes.is_empty() { write!(sql, " AND 1 = 0") } else { write!(sql, " AND \"class\" IN ({marks})") };
        binds.extend(classes.iter().map(|class| class.as_str().into()));
    }
    for (column, value) in [("item", &which.item), ("student", &which.student)] {
        if let Some(value) = value {
            _ = write!(sql, " AND {column} = ?");
            binds.push(value.as_str().into());
        }
    }
    for (comparison, value) in [("modified_at >= ?", which.since), ("number <= ?", which.up_to)] {
        if let Some(value) = value {
            _ = write!(sql, " AND {comparison}");
            binds.push(value.into());
        }
    }
    binds.into_iter().fold(Statement::new(sql), Statement::bind)
}

fn read(row: Row<'_>, vendor: &str, entity: Entity) -> Result<Written, StoreError> {
    let text = |column: usize| row.text(column).map(str::to_owned);
    Ok(Written {
        vendor: vendor.to_owned(),
        entity,
        identifier: row.need_text(0)?.to_owned(),
        number: row.need_int(1)?,
        version: row.need_int(2)?,
        is_deleted: row.need_text(3)? != "active",
        modified_at: row.need_int(4)?,
        links: Links { class: text(5), item: text(6), student: text(7), category: text(8), scale: text(9) },
        body: serde_json::from_str(row.need_text(10)?)
            .map_err(|_| StoreError::Shape("a written object that is no JSON"))?,
    })
}
