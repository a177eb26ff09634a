//! Vendors: one connection for each board that a vendor works for, with its sealed secret.

use crate::clock::Millis;
use crate::consent::connection::Connection;
use crate::keys::{KeyError, MasterKey};
use crate::store::{Conn, Row, Statement, StoreError, cell};

/// One vendor in one board, with its secret sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConnection {
    /// The board.
    pub tenant_id: i64,
    /// The vendor, without its secret.
    pub connection: Connection,
    /// The secret: see [`unseal_secret`].
    pub secret_sealed: Vec<u8>,
}

const COLUMNS: &str = "tenant_id, vendor_id, vendor_name, scopes, identifiers, required_fields, status, \
     secret_sealed, scim";

/// One vendor in one board, unless its connection ended.
pub fn connection(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<Option<StoredConnection>, StoreError> {
    let rows = Statement::new(format!(
        "SELECT {COLUMNS} FROM connection WHERE tenant_id = ? AND vendor_id = ? AND status = 'active'"
    ))
    .bind(tenant_id)
    .bind(vendor)
    .rows(conn)?;
    rows.first().map(read).transpose()
}

/// One vendor in every board that has not ended it, by board.
pub fn connections_of(conn: &mut Conn, vendor: &str) -> Result<Vec<StoredConnection>, StoreError> {
    Statement::new(format!(
        "SELECT {COLUMNS} FROM connection WHERE vendor_id = ? AND status = 'active' ORDER BY tenant_id"
    ))
    .bind(vendor)
    .rows(conn)?
    .iter()
    .map(read)
    .collect()
}

/// Every vendor of one board, also those that ended, by id.
pub fn all(conn: &mut Conn, tenant_id: i64) -> Result<Vec<StoredConnection>, StoreError> {
    Statement::new(format!("SELECT {COLUMNS} FROM connection WHERE tenant_id = ? ORDER BY vendor_id"))
        .bind(tenant_id)
        .rows(conn)?
        .iter()
        .map(read)
        .collect()
}

/// Makes or replaces a vendor of one board.
pub fn put(conn: &mut Conn, stored: &StoredConnection, now: Millis) -> Result<(), StoreError> {
    let connection = &stored.connection;
    Statement::new(
        "INSERT INTO connection (tenant_id, vendor_id, vendor_name, scopes, identifiers, required_fields, \
         status, secret_sealed, scim, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (tenant_id, vendor_id) DO UPDATE SET vendor_name = excluded.vendor_name, \
         scopes = excluded.scopes, identifiers = excluded.identifiers, required_fields = excluded.required_fields, \
         status = excluded.status, secret_sealed = excluded.secret_sealed, scim = excluded.scim",
    )
    .bind(stored.tenant_id)
    .bind(connection.vendor.as_str())
    .bind(connection.name.as_str())
    .bind(cell::json(&connection.scopes)?)
    .bind(cell::word(&connection.identifiers)?)
    .bind(cell::word(&connection.required_fields)?)
    .bind(cell::word(&connection.status)?)
    .bind(stored.secret_sealed.clone())
    .bind(cell::json(&connection.scim.set())?)
    .bind(now.0)
    .execute(conn)?;
    Ok(())
}

/// Seals a vendor's secret, so that the stored bytes open neither in another board nor for another vendor.
pub fn seal_secret(key: &MasterKey, tenant_id: i64, vendor: &str, secret: &str) -> Result<Vec<u8>, KeyError> {
    key.seal(&purpose(tenant_id, vendor), secret.as_bytes())
}

/// The secret behind [`StoredConnection::secret_sealed`].
pub fn unseal_secret(key: &MasterKey, stored: &StoredConnection) -> Result<Vec<u8>, KeyError> {
    unseal(key, (stored.tenant_id, &stored.connection.vendor), &stored.secret_sealed)
}

/// The secret of a vendor in a board, from its sealed bytes.
pub fn unseal(key: &MasterKey, (tenant_id, vendor): (i64, &str), sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
    key.unseal(&purpose(tenant_id, vendor), sealed)
}

fn purpose(tenant_id: i64, vendor: &str) -> String {
    format!("client-secret/{tenant_id}/{vendor}")
}

fn read(row: Row<'_>) -> Result<StoredConnection, StoreError> {
    Ok(StoredConnection {
        tenant_id: row.need_int(0)?,
        connection: Connection {
            vendor: row.need_text(1)?.to_owned(),
            name: row.need_text(2)?.to_owned(),
            scopes: cell::read_json(row, 3)?,
            identifiers: cell::read_word(row, 4)?,
            required_fields: cell::read_word(row, 5)?,
            status: cell::read_word(row, 6)?,
            scim: cell::read_json(row, 8)?,
        },
        secret_sealed: row.bytes(7).ok_or(StoreError::Shape("a vendor without a secret"))?.to_vec(),
    })
}
