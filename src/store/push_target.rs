//! The servers of vendors that boards push to. Tokens are sealed: see [`unseal_token`].

use crate::consent::push::PushTarget;
use crate::keys::{KeyError, MasterKey};
use crate::store::{Conn, Row, Statement, StoreError, cell};

/// A target as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTarget {
    /// The board.
    pub tenant_id: i64,
    /// The target.
    pub target: PushTarget,
    /// The token: see [`unseal_token`].
    pub token_sealed: Vec<u8>,
}

const COLUMNS: &str = "tenant_id, vendor_id, url, profile, deprovision, status, token_sealed";

/// The target of one vendor in one board.
pub fn find(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<Option<StoredTarget>, StoreError> {
    let rows = Statement::new(format!("SELECT {COLUMNS} FROM push_target WHERE tenant_id = ? AND vendor_id = ?"))
        .bind(tenant_id)
        .bind(vendor)
        .rows(conn)?;
    rows.first().map(read).transpose()
}

/// Every target of one board, also those that ended, by vendor.
pub fn all(conn: &mut Conn, tenant_id: i64) -> Result<Vec<StoredTarget>, StoreError> {
    Statement::new(format!("SELECT {COLUMNS} FROM push_target WHERE tenant_id = ? ORDER BY vendor_id"))
        .bind(tenant_id)
        .rows(conn)?
        .iter()
        .map(read)
        .collect()
}

/// The board and the vendor of every target, by board.
pub fn everywhere(conn: &mut Conn) -> Result<Vec<(String, String)>, StoreError> {
    Statement::new(
        "SELECT tenant.slug, push_target.vendor_id FROM push_target JOIN tenant ON tenant.id = push_target.tenant_id \
         ORDER BY push_target.tenant_id, push_target.vendor_id",
    )
    .rows(conn)?
    .iter()
    .map(|row| Ok((row.need_text(0)?.to_owned(), row.need_text(1)?.to_owned())))
    .collect()
}

/// Makes or replaces a target.
pub fn put(conn: &mut Conn, stored: &StoredTarget) -> Result<(), StoreError> {
    let target = &stored.target;
    Statement::new(
        "INSERT INTO push_target (tenant_id, vendor_id, url, profile, deprovision, status, token_sealed) \
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, vendor_id) DO UPDATE SET url = excluded.url, \
         profile = excluded.profile, deprovision = excluded.deprovision, status = excluded.status, \
         token_sealed = excluded.token_sealed",
    )
    .bind(stored.tenant_id)
    .bind(target.vendor.as_str())
    .bind(target.url.as_str())
    .bind(cell::word(&target.profile)?)
    .bind(cell::word(&target.deprovision)?)
    .bind(cell::word(&target.status)?)
    .bind(stored.token_sealed.clone())
    .execute(conn)?;
    Ok(())
}

/// Seals a target's token, so that the stored bytes open neither in another board nor for another vendor.
pub fn seal_token(key: &MasterKey, tenant_id: i64, vendor: &str, token: &str) -> Result<Vec<u8>, KeyError> {
    key.seal(&purpose(tenant_id, vendor), token.as_bytes())
}

/// The token behind [`StoredTarget::token_sealed`].
pub fn unseal_token(key: &MasterKey, stored: &StoredTarget) -> Result<String, KeyError> {
    let bytes = key.unseal(&purpose(stored.tenant_id, &stored.target.vendor), &stored.token_sealed)?;
    String::from_utf8(bytes).map_err(|_| KeyError::WrongKey)
}

fn purpose(tenant_id: i64, vendor: &str) -> String {
    format!("push-token/{tenant_id}/{vendor}")
}

fn read(row: Row<'_>) -> Result<StoredTarget, StoreError> {
    Ok(StoredTarget {
        tenant_id: row.need_int(0)?,
        target: PushTarget {
            vendor: row.need_text(1)?.to_owned(),
            url: row.need_text(2)?.to_owned(),
            profile: cell::read_word(row, 3)?,
            deprovision: cell::read_word(row, 4)?,
            status: cell::read_word(row, 5)?,
        },
        token_sealed: row.bytes(6).ok_or(StoreError::Shape("a push target without a token"))?.to_vec(),
    })
}
