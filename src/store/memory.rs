//! What each vendor was last shown, a row for each vendor of a board.
//!
//! It lies with the disclosures: a request that finds something changed writes it, also while an import runs.

use crate::catalogue::Entity;
use crate::store::served;
use crate::store::{Conn, Statement, StoreError};

/// What a memory was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The epoch of the board's data.
    pub data_epoch: i64,
    /// The epoch of the board's rules and choices.
    pub consent_epoch: i64,
    /// The day, in days since 1970-01-01.
    pub day: i64,
}

impl Place {
    /// Whether another place is known to come later, whatever the clock says.
    pub fn is_before(self, other: Self) -> bool {
        self.data_epoch < other.data_epoch || self.consent_epoch < other.consent_epoch
    }
}

/// A vendor's memory as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Goes up with every change.
    pub version: i64,
    /// What it was made for.
    pub place: Place,
    /// When the last import began that it knows of.
    pub data_at: i64,
    /// The last time that it gave to a change.
    pub last_at: i64,
    /// The memory, in its own form.
    pub body: Vec<u8>,
}

/// Reads a vendor's memory.
pub fn read(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<Option<Kept>, StoreError> {
    find(conn, tenant_id, vendor, "")
}

/// Locks a vendor's memory until the caller's transaction ends, and reads it; `None` if there is none yet.
pub fn lock(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<Option<Kept>, StoreError> {
    let suffix = locking(conn, tenant_id, vendor)?;
    find(conn, tenant_id, vendor, suffix)
}

/// Locks a vendor's memory until the caller's transaction ends, and reads the last time that it gave to a change.
///
/// Whoever gives a time to something that the vendor is told holds this lock: times that two of them gave would not
/// be in the order in which they are told.
pub fn lock_time(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<i64, StoreError> {
    let suffix = locking(conn, tenant_id, vendor)?;
    let rows = Statement::new(format!("SELECT last_at FROM memory WHERE tenant_id = ? AND vendor_id = ?{suffix}"))
        .bind(tenant_id)
        .bind(vendor)
        .rows(conn)?;
    Ok(rows.first().and_then(|row| row.int(0)).unwrap_or_default())
}

/// What makes a read of the row lock it.
fn locking(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<&'static str, StoreError> {
    Ok(match conn {
        // The transaction has the write lock already.
        Conn::Sqlite(_) => "",
        Conn::Postgres(_) => {
            // Also a row that isn't there yet must be locked.
            Statement::new(
                "INSERT INTO memory (tenant_id, vendor_id, version, data_epoch, consent_epoch, day, data_at, last_at, \
                 body) VALUES (?, ?, 0, 0, 0, 0, 0, 0, ?) ON CONFLICT (tenant_id, vendor_id) DO NOTHING",
            )
            .bind(tenant_id)
            .bind(vendor)
            .bind(Vec::new())
            .execute(conn)?;
            " FOR UPDATE"
        }
    })
}

fn find(conn: &mut Conn, tenant_id: i64, vendor: &str, suffix: &str) -> Result<Option<Kept>, StoreError> {
    let rows = Statement::new(format!(
        "SELECT version, data_epoch, consent_epoch, day, data_at, last_at, body FROM memory \
         WHERE tenant_id = ? AND vendor_id = ? AND version > 0{suffix}"
    ))
    .bind(tenant_id)
    .bind(vendor)
    .rows(conn)?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Kept {
        version: row.need_int(0)?,
        place: Place { data_epoch: row.need_int(1)?, consent_epoch: row.need_int(2)?, day: row.need_int(3)? },
        data_at: row.need_int(4)?,
        last_at: row.need_int(5)?,
        body: row.bytes(6).unwrap_or_default().to_vec(),
    }))
}

/// Keeps a vendor's memory; a body that is `None` stays as it was.
pub fn keep(
    conn: &mut Conn,
    (tenant_id, vendor): (i64, &str),
    kept: &Kept,
    body: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let set = |text: &str| {
        Statement::new(text)
            .bind(kept.version)
            .bind(kept.place.data_epoch)
            .bind(kept.place.consent_epoch)
            .bind(kept.place.day)
            .bind(kept.data_at)
            .bind(kept.last_at)
    };
    let Some(body) = body else {
        set("UPDATE memory SET version = ?, data_epoch = ?, consent_epoch = ?, day = ?, data_at = ?, last_at = ? \
             WHERE tenant_id = ? AND vendor_id = ?")
        .bind(tenant_id)
        .bind(vendor)
        .execute(conn)?;
        return Ok(());
    };
    set("INSERT INTO memory (version, data_epoch, consent_epoch, day, data_at, last_at, body, tenant_id, vendor_id) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, vendor_id) DO UPDATE SET \
         version = excluded.version, data_epoch = excluded.data_epoch, consent_epoch = excluded.consent_epoch, \
         day = excluded.day, data_at = excluded.data_at, last_at = excluded.last_at, body = excluded.body")
    .bind(body)
    .bind(tenant_id)
    .bind(vendor)
    .execute(conn)?;
    Ok(())
}

/// The latest time at which the vendor was answered, by the record of what left; 0 if it never was.
pub fn last_answered(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<i64, StoreError> {
    let rows = Statement::new("SELECT MAX(at) FROM disclosure WHERE tenant_id = ? AND vendor_id = ?")
        .bind(tenant_id)
        .bind(vendor)
        .rows(conn)?;
    Ok(rows.first().and_then(|row| row.int(0)).unwrap_or_default())
}

/// What the vendor received, by kind of object.
pub fn received(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<crate::consent::memory::Received, StoreError> {
    let mut received = served::objects(conn, tenant_id, vendor)?;
    let people = received.entry(Entity::User).or_default();
    for of_category in served::load(conn, tenant_id, vendor)?.values() {
        *people |= of_category;
    }
    Ok(received)
}
