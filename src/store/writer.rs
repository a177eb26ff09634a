//! The row of a vendor that writes: locked while its objects are changed, so that no two nodes change them at once.

use crate::planted::{self, Leak};
use crate::store::memory::{last_answered, lock_time};
use crate::store::written::Of;
use crate::store::{Conn, Statement, StoreError};

/// A vendor's row while its objects are changed: no other node changes them meanwhile.
pub struct VendorRow<'c> {
    pub(in crate::store) conn: &'c mut Conn,
    pub(in crate::store) tenant_id: i64,
    pub(in crate::store) vendor: String,
    pub(in crate::store) at: i64,
    pub(in crate::store) last_number: i64,
}

/// Locks the vendor's row until the caller's transaction ends.
///
/// What is written gets a time later than every answer that the vendor had before, and than every time in one: it asks
/// for what changed since one of those.
pub fn lock<'c>(conn: &'c mut Conn, (tenant_id, vendor): Of<'_>, now: i64) -> Result<VendorRow<'c>, StoreError> {
    let told = lock_time(conn, tenant_id, vendor)?;
    Statement::new(
        "INSERT INTO writer (tenant_id, vendor_id, last_at, last_number) VALUES (?, ?, 0, 0) \
         ON CONFLICT (tenant_id, vendor_id) DO NOTHING",
    )
    .bind(tenant_id)
    .bind(vendor)
    .execute(conn)?;
    let lock = match conn {
        Conn::Sqlite(_) => "",
        Conn::Postgres(_) => " FOR UPDATE",
    };
    let sql = format!("SELECT last_at, last_number FROM writer WHERE tenant_id = ? AND vendor_id = ?{lock}");
    let rows = Statement::new(sql).bind(tenant_id).bind(vendor).rows(conn)?;
    let row = rows.first().ok_or(StoreError::Shape("no row of a writer"))?;
    let (last_at, last_number) = (row.need_int(0)?, row.need_int(1)?);
    let answered = last_answered(conn, tenant_id, vendor)?;
    let mut at = now.max(last_at.max(answered).max(told) + 1);
    if planted::is(Leak::TimeOfOthers) {
        let rows = Statement::new("SELECT MAX(last_at) FROM writer").rows(conn)?;
        at = at.max(rows.first().and_then(|row| row.int(0)).unwrap_or_default() + 1);
    }
    if planted::is(Leak::OwnClockBelieved) {
        at = now;
    }
    Ok(VendorRow { conn, tenant_id, vendor: vendor.to_owned(), at, last_number })
}

impl VendorRow<'_> {
    /// The time (ms) of everything that is written now.
    pub fn at(&self) -> i64 {
        self.at
    }

    /// The place of the next object that the vendor makes.
    pub fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    /// Keeps what the next writer must know.
    pub fn finish(self) -> Result<(), StoreError> {
        Statement::new("UPDATE writer SET last_at = ?, last_number = ? WHERE tenant_id = ? AND vendor_id = ?")
            .bind(self.at)
            .bind(self.last_number)
            .bind(self.tenant_id)
            .bind(self.vendor.as_str())
            .execute(self.conn)?;
        Ok(())
    }
}
