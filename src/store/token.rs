//! Access tokens, kept as hashes: a stolen database opens nothing.

use crate::clock::Millis;
use crate::store::{Conn, Statement, StoreError, cell};

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// The vendor that it was issued to.
    pub vendor: String,
    /// Where it may be used.
    pub tenants: Vec<TokenTenant>,
    /// Short forms of the scopes.
    pub scopes: Vec<String>,
    /// When it ends.
    pub expires_at: Millis,
}

/// One board in which a token may be used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TokenTenant {
    /// The board's row id.
    pub id: i64,
    /// A fingerprint of the secret that the token was issued for in this board.
    pub secret: String,
}

/// Keeps a token until it expires.
pub fn insert(conn: &mut Conn, hash: &[u8], token: &TokenRow, now: Millis) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO token (hash, vendor_id, tenants, scopes, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(hash.to_vec())
    .bind(token.vendor.as_str())
    .bind(cell::json(&token.tenants)?)
    .bind(cell::json(&token.scopes)?)
    .bind(now.0)
    .bind(token.expires_at.0)
    .execute(conn)?;
    Ok(())
}

/// The token with this hash, expired or not.
pub fn find(conn: &mut Conn, hash: &[u8]) -> Result<Option<TokenRow>, StoreError> {
    let rows = Statement::new("SELECT vendor_id, tenants, scopes, expires_at FROM token WHERE hash = ?")
        .bind(hash.to_vec())
        .rows(conn)?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(TokenRow {
        vendor: row.need_text(0)?.to_owned(),
        tenants: cell::read_json(row, 1)?,
        scopes: cell::read_json(row, 2)?,
        expires_at: Millis(row.need_int(3)?),
    }))
}

/// Deletes what expired before `now`; returns how many tokens went.
pub fn delete_expired(conn: &mut Conn, now: Millis) -> Result<usize, StoreError> {
    Statement::new("DELETE FROM token WHERE expires_at < ?").bind(now.0).execute(conn)
}
