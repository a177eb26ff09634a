//! School boards: who they are, how often their data and rules changed, and which special categories
//! they opened.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;
use crate::clock::Millis;
use crate::store::{Conn, Row, Statement, StoreError, cell};

/// One school board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The number that leads every key.
    pub id: i64,
    /// The name in addresses.
    pub slug: String,
    /// The name for people.
    pub name: String,
    /// Goes up with every import that changed something.
    pub data_epoch: i64,
    /// Goes up with every change of a vendor, rule or choice.
    pub consent_epoch: i64,
    /// The columns of `users.csv` that the board declares to hold its own numbers.
    pub local_identifiers: Vec<String>,
}

/// A category of level S4 that a board opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialCategory {
    /// Which category.
    pub category: Category,
    /// The exception in law that allows it.
    pub exception: String,
    /// The last day on which it is open.
    pub until: NaiveDate,
}

/// A board's number and its epochs: what every request compares with what it remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epochs {
    /// The number that leads every key.
    pub tenant_id: i64,
    /// See [`Tenant::data_epoch`].
    pub data: i64,
    /// See [`Tenant::consent_epoch`].
    pub consent: i64,
}

/// The epochs of the board with this slug.
pub fn epochs(conn: &mut Conn, slug: &str) -> Result<Option<Epochs>, StoreError> {
    let rows =
        Statement::new("SELECT id, data_epoch, consent_epoch FROM tenant WHERE slug = ?").bind(slug).rows(conn)?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(Epochs { tenant_id: row.need_int(0)?, data: row.need_int(1)?, consent: row.need_int(2)? }))
}

const COLUMNS: &str = "id, slug, name, data_epoch, consent_epoch, local_identifiers";

/// The board with this slug.
pub fn by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Tenant>, StoreError> {
    let rows = Statement::new(format!("SELECT {COLUMNS} FROM tenant WHERE slug = ?")).bind(slug).rows(conn)?;
    rows.first().map(read).transpose()
}

/// Every board, by slug.
pub fn all(conn: &mut Conn) -> Result<Vec<Tenant>, StoreError> {
    Statement::new(format!("SELECT {COLUMNS} FROM tenant ORDER BY slug")).rows(conn)?.iter().map(read).collect()
}

/// Makes a board with the next free number.
pub fn insert(conn: &mut Conn, slug: &str, name: &str, now: Millis) -> Result<Tenant, StoreError> {
    let rows = Statement::new("SELECT COALESCE(MAX(id), 0) + 1 FROM tenant").rows(conn)?;
    let id = rows.first().map_or(Ok(1), |row| row.need_int(0))?;
    Statement::new("INSERT INTO tenant (id, slug, name, created_at) VALUES (?, ?, ?, ?)")
        .bind(id)
        .bind(slug)
        .bind(name)
        .bind(now.0)
        .execute(conn)?;
    Ok(Tenant {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        data_epoch: 0,
        consent_epoch: 0,
        local_identifiers: Vec::new(),
    })
}

/// Stores a board's name and its declared columns.
pub fn update(conn: &mut Conn, tenant: &Tenant) -> Result<(), StoreError> {
    Statement::new("UPDATE tenant SET name = ?, local_identifiers = ? WHERE id = ?")
        .bind(tenant.name.as_str())
        .bind(cell::json(&tenant.local_identifiers)?)
        .bind(tenant.id)
        .execute(conn)?;
    Ok(())
}

/// Tells every node that the board's vendors, rules or choices changed.
pub fn advance_consent_epoch(conn: &mut Conn, tenant_id: i64) -> Result<(), StoreError> {
    Statement::new("UPDATE tenant SET consent_epoch = consent_epoch + 1 WHERE id = ?").bind(tenant_id).execute(conn)?;
    Ok(())
}

/// The categories of level S4 that the board opened, also those whose last day is past.
pub fn special(conn: &mut Conn, tenant_id: i64) -> Result<Vec<SpecialCategory>, StoreError> {
    let rows =
        Statement::new("SELECT category, exception, until FROM special_category WHERE tenant_id = ? ORDER BY category")
            .bind(tenant_id)
            .rows(conn)?;
    rows.iter()
        .map(|row| {
            Ok(SpecialCategory {
                category: cell::read_word(row, 0)?,
                exception: row.need_text(1)?.to_owned(),
                until: cell::read_date(row, 2)?,
            })
        })
        .collect()
}

/// Opens a category of level S4, or changes until when it is open.
pub fn put_special(conn: &mut Conn, tenant_id: i64, special: &SpecialCategory) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO special_category (tenant_id, category, exception, until) VALUES (?, ?, ?, ?) \
         ON CONFLICT (tenant_id, category) DO UPDATE SET exception = excluded.exception, until = excluded.until",
    )
    .bind(tenant_id)
    .bind(special.category.key())
    .bind(special.exception.as_str())
    .bind(special.until.to_string())
    .execute(conn)?;
    Ok(())
}

fn read(row: Row<'_>) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        id: row.need_int(0)?,
        slug: row.need_text(1)?.to_owned(),
        name: row.need_text(2)?.to_owned(),
        data_epoch: row.need_int(3)?,
        consent_epoch: row.need_int(4)?,
        local_identifiers: match row.text(5) {
            Some(_) => cell::read_json(row, 5)?,
            None => Vec::new(),
        },
    })
}
