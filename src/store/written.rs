//! What vendors wrote to the gradebook: read back by its vendor, and changed in transactions of many writes.

use std::fmt::Write as _;

use crate::catalogue::Entity;
use crate::consent::written::{Links, Written};
use crate::store::writer::VendorRow;
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

/// When the vendor last wrote anything (ms), over whatever door.
pub fn last_write(conn: &mut Conn, (tenant_id, vendor): Of<'_>) -> Result<Option<i64>, StoreError> {
    let statement = Statement::new("SELECT last_at FROM writer WHERE tenant_id = ? AND vendor_id = ?");
    Ok(statement.bind(tenant_id).bind(vendor).rows(conn)?.first().and_then(|row| row.int(0)))
}

/// Whether the vendor has ever written anything.
pub fn has_any(conn: &mut Conn, (tenant_id, vendor): Of<'_>) -> Result<bool, StoreError> {
    let statement = Statement::new("SELECT last_number FROM writer WHERE tenant_id = ? AND vendor_id = ?");
    Ok(!statement.bind(tenant_id).bind(vendor).rows(conn)?.is_empty())
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
    let rows = Statement::new(sql).bind(tenant_id).bind(vendor).bind(entity.name()).bind(identifier).rows(conn)?;
    rows.first().map(|row| read(row, vendor, entity)).transpose()
}

/// How many objects these are.
pub fn count(conn: &mut Conn, of: Of<'_>, entity: Entity, which: &Which) -> Result<u64, StoreError> {
    let rows = meant("SELECT COUNT(*)", of, entity, which).rows(conn)?;
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

/// What the caller expects of an object before it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    Anything,
    /// That it isn't there (`If-None-Match: *`).
    Absence,
    /// That it is there in this version (`If-Match`).
    Version(i64),
}

/// One change of one object.
#[derive(Debug, Clone)]
pub struct Change {
    /// What kind of object it is.
    pub entity: Entity,
    /// The vendor's name of it.
    pub identifier: String,
    /// What must be true before.
    pub expected: Expected,
    /// The vendor's own objects that it names: they must be there.
    pub needs: Vec<(Entity, String)>,
    /// What happens to it.
    pub what: What,
}

/// What happens to an object.
#[derive(Debug, Clone)]
pub enum What {
    /// It is made, or replaced as a whole.
    Put(Links, String),
    /// It goes, and results for it go too.
    Delete,
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// A new object, or one that had been deleted.
    Created,
    /// The object was there.
    Replaced,
    /// The object is gone.
    Deleted,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// The object to delete isn't there.
    Unknown,
    /// The object is not as expected.
    Stale,
    /// Other objects of the vendor name it.
    InUse,
    /// An own object that it names isn't there any more.
    Missing(Entity),
}

impl VendorRow<'_> {
    /// Makes all changes or none.
    pub fn apply(&mut self, changes: &[Change]) -> Result<Result<Vec<Done>, Denied>, StoreError> {
        let mut before = Vec::with_capacity(changes.len());
        for change in changes {
            let found = self.version_of(change.entity, &change.identifier)?;
            if let Some(denied) = self.denied(change, found)? {
                return Ok(Err(denied));
            }
            before.push(found);
        }
        let mut done = Vec::with_capacity(changes.len());
        for (change, found) in changes.iter().zip(before) {
            done.push(match &change.what {
                What::Put(links, body) => self.put(change, found, links, body)?,
                What::Delete => self.delete(change)?,
            });
        }
        Ok(Ok(done))
    }

    fn keyed(&self, sql: &str, entity: Entity, value: &str) -> Statement {
        Statement::new(format!("{sql} tenant_id = ? AND vendor_id = ? AND entity = ? AND "))
            .bind(self.tenant_id)
            .bind(self.vendor.as_str())
            .bind(entity.name())
            .bind(value)
    }

    fn version_of(&mut self, entity: Entity, identifier: &str) -> Result<Option<(i64, bool)>, StoreError> {
        let mut statement = self.keyed("SELECT version, status FROM written WHERE", entity, identifier);
        statement.push("identifier = ?");
        let rows = statement.rows(self.conn)?;
        let read = |row: Row<'_>| Ok((row.need_int(0)?, row.need_text(1)? == "active"));
        rows.first().map(read).transpose()
    }

    fn denied(&mut self, change: &Change, found: Option<(i64, bool)>) -> Result<Option<Denied>, StoreError> {
        let active = found.filter(|(_, is_active)| *is_active).map(|(version, _)| version);
        let is_as_expected = match change.expected {
            Expected::Anything => true,
            Expected::Absence => active.is_none(),
            Expected::Version(version) => active == Some(version),
        };
        if matches!(change.what, What::Delete) {
            if active.is_none() {
                return Ok(Some(Denied::Unknown));
            }
            if is_as_expected && self.is_in_use(change)? {
                return Ok(Some(Denied::InUse));
            }
        }
        if !is_as_expected {
            return Ok(Some(Denied::Stale));
        }
        for (entity, identifier) in &change.needs {
            if !self.version_of(*entity, identifier)?.is_some_and(|(_, is_active)| is_active) {
                return Ok(Some(Denied::Missing(*entity)));
            }
        }
        Ok(None)
    }

    /// Whether objects name this one that don't go with it.
    fn is_in_use(&mut self, change: &Change) -> Result<bool, StoreError> {
        let users: &[(Entity, &str)] = match change.entity {
            Entity::LineItemCategory => &[(Entity::LineItem, "category = ?")],
            Entity::ScoreScale => &[
                (Entity::LineItem, "scale = ?"),
                (Entity::Result, "scale = ?"),
                (Entity::AssessmentLineItem, "scale = ?"),
                (Entity::AssessmentResult, "scale = ?"),
            ],
            Entity::AssessmentLineItem => &[(Entity::AssessmentLineItem, "item = ?")],
            _ => &[],
        };
        for (entity, condition) in users {
            let mut statement = self.keyed("SELECT identifier FROM written WHERE", *entity, &change.identifier);
            statement.push(condition);
            statement.push(" AND status = 'active' LIMIT 1");
            if !statement.rows(self.conn)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn put(
        &mut self,
        change: &Change,
        found: Option<(i64, bool)>,
        links: &Links,
        body: &str,
    ) -> Result<Done, StoreError> {
        let values = |statement: Statement| {
            let links = [&links.class, &links.item, &links.student, &links.category, &links.scale];
            links.into_iter().fold(statement, |statement, link| statement.bind(link.as_deref()))
        };
        let Some((_, was_active)) = found else {
            let number = self.next_number();
            let statement = Statement::new(
                "INSERT INTO written (number, modified_at, \"class\", item, student, category, scale, body, \
                 tenant_id, vendor_id, entity, identifier, version, status) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 'active')",
            );
            values(statement.bind(number).bind(self.at))
                .bind(body)
                .bind(self.tenant_id)
                .bind(self.vendor.as_str())
                .bind(change.entity.name())
                .bind(change.identifier.as_str())
                .execute(self.conn)?;
            return Ok(Done::Created);
        };
        let statement = Statement::new(
            "UPDATE written SET version = version + 1, status = 'active', modified_at = ?, \"class\" = ?, item = ?, \
             student = ?, category = ?, scale = ?, body = ? \
             WHERE tenant_id = ? AND vendor_id = ? AND entity = ? AND identifier = ?",
        );
        values(statement.bind(self.at))
            .bind(body)
            .bind(self.tenant_id)
            .bind(self.vendor.as_str())
            .bind(change.entity.name())
            .bind(change.identifier.as_str())
            .execute(self.conn)?;
        Ok(if was_active { Done::Replaced } else { Done::Created })
    }

    fn delete(&mut self, change: &Change) -> Result<Done, StoreError> {
        let below = match change.entity {
            Entity::LineItem => Some(Entity::Result),
            Entity::AssessmentLineItem => Some(Entity::AssessmentResult),
            _ => None,
        };
        let own = (change.entity, "identifier = ?");
        for (entity, condition) in std::iter::once(own).chain(below.map(|below| (below, "item = ?"))) {
            // What remains is that it was there, and when it went.
            let sql = "UPDATE written SET version = version + 1, status = 'tobedeleted', modified_at = ?, body = '{}' \
                       WHERE tenant_id = ? AND vendor_id = ? AND entity = ? AND status = 'active' AND ";
            Statement::new(format!("{sql}{condition}"))
                .bind(self.at)
                .bind(self.tenant_id)
                .bind(self.vendor.as_str())
                .bind(entity.name())
                .bind(change.identifier.as_str())
                .execute(self.conn)?;
        }
        Ok(Done::Deleted)
    }
}
