//! How pushing to a vendor's server stands: for which state of the board its queue was made, who works it off, and
//! whether the server wants to be left alone.
//!
//! The row is the lock of all nodes: whoever holds it until a time that has not passed is the only one that sends.

use crate::store::memory::Place;
use crate::store::written::Of;
use crate::store::{Conn, Statement, StoreError};

/// How pushing to one vendor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The server that was given what is noted as given.
    pub target: String,
    /// What the queue was made for.
    pub place: Place,
    /// Until when somebody holds the row.
    pub held_until: i64,
    /// When the server may be asked again.
    pub not_before: i64,
    /// How often it failed since it last answered well.
    pub failures: i64,
    /// Why it is left alone.
    pub last_error: Option<String>,
    /// When something was last given or taken.
    pub last_success_at: Option<i64>,
}

/// A place at which no board ever is: whatever is compared with it has moved.
pub const NOWHERE: Place = Place { data_epoch: -1, consent_epoch: -1, day: -1 };

/// How it stands; `None` if nothing was ever pushed.
pub fn read(conn: &mut Conn, (tenant_id, vendor): Of<'_>) -> Result<Option<State>, StoreError> {
    let rows = Statement::new(
        "SELECT target, data_epoch, consent_epoch, day, held_until, not_before, failures, last_error, \
         last_success_at FROM push_state WHERE tenant_id = ? AND vendor_id = ?",
    )
    .bind(tenant_id)
    .bind(vendor)
    .rows(conn)?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(State {
        target: row.need_text(0)?.to_owned(),
        place: Place { data_epoch: row.need_int(1)?, consent_epoch: row.need_int(2)?, day: row.need_int(3)? },
        held_until: row.need_int(4)?,
        not_before: row.need_int(5)?,
        failures: row.need_int(6)?,
        last_error: row.text(7).map(str::to_owned),
        last_success_at: row.int(8),
    }))
}

/// Takes or keeps the row for `holder`; `false` if somebody else has it.
pub fn hold(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    holder: &str,
    (now, until): (i64, i64),
) -> Result<bool, StoreError> {
    Statement::new(
        "INSERT INTO push_state (tenant_id, vendor_id, target, data_epoch, consent_epoch, day, holder, held_until, \
         not_before, failures) VALUES (?, ?, '', -1, -1, -1, '', 0, 0, 0) ON CONFLICT (tenant_id, vendor_id) DO NOTHING",
    )
    .bind(tenant_id)
    .bind(vendor)
    .execute(conn)?;
    let taken = Statement::new(
        "UPDATE push_state SET holder = ?, held_until = ? WHERE tenant_id = ? AND vendor_id = ? \
         AND (holder = ? OR held_until <= ?)",
    )
    .bind(holder)
    .bind(until)
    .bind(tenant_id)
    .bind(vendor)
    .bind(holder)
    .bind(now)
    .execute(conn)?;
    Ok(taken == 1)
}

/// Gives the row back, if `holder` has it.
pub fn let_go(conn: &mut Conn, (tenant_id, vendor): Of<'_>, holder: &str) -> Result<(), StoreError> {
    Statement::new("UPDATE push_state SET held_until = 0 WHERE tenant_id = ? AND vendor_id = ? AND holder = ?")
        .bind(tenant_id)
        .bind(vendor)
        .bind(holder)
        .execute(conn)?;
    Ok(())
}

/// Notes what the queue was made for.
pub fn planned(conn: &mut Conn, (tenant_id, vendor): Of<'_>, target: &str, place: Place) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE push_state SET target = ?, data_epoch = ?, consent_epoch = ?, day = ? \
         WHERE tenant_id = ? AND vendor_id = ?",
    )
    .bind(target)
    .bind(place.data_epoch)
    .bind(place.consent_epoch)
    .bind(place.day)
    .bind(tenant_id)
    .bind(vendor)
    .execute(conn)?;
    Ok(())
}

/// Notes that the server answered well.
pub fn succeeded(conn: &mut Conn, (tenant_id, vendor): Of<'_>, at: i64) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE push_state SET failures = 0, not_before = 0, last_error = NULL, last_success_at = ? \
         WHERE tenant_id = ? AND vendor_id = ?",
    )
    .bind(at)
    .bind(tenant_id)
    .bind(vendor)
    .execute(conn)?;
    Ok(())
}

/// Leaves the server alone for a while.
pub fn pause(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    (until, failures): (i64, i64),
    error: &str,
) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE push_state SET not_before = ?, failures = ?, last_error = ? WHERE tenant_id = ? AND vendor_id = ?",
    )
    .bind(until)
    .bind(failures)
    .bind(error)
    .bind(tenant_id)
    .bind(vendor)
    .execute(conn)?;
    Ok(())
}
