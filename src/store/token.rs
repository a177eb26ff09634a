//! Access tokens, kept as hashes: a stolen database opens nothing.

use crate::clock::Millis;
use crate::store::{Conn, Row, Statement, StoreError, cell};

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
    /// What a person called it, of tokens that live long.
    pub label: Option<String>,
}

/// A token that lives long, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The beginning of its hash, which names it.
    pub id: String,
    /// The token.
    pub token: TokenRow,
    /// When it was made.
    pub issued_at: Millis,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Millis>,
}

/// One board in which a token may be used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TokenTenant {
    /// The board's row id.
    pub id: i64,
    /// A fingerprint of the secret that the token was issued for in this board; empty if it doesn't end with it.
    pub secret: String,
}

/// Keeps a token until it expires.
pub fn insert(conn: &mut Conn, hash: &[u8], token: &TokenRow, now: Millis) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO token (hash, vendor_id, tenants, scopes, issued_at, expires_at, label) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(hash.to_vec())
    .bind(token.vendor.as_str())
    .bind(cell::json(&token.tenants)?)
    .bind(cell::json(&token.scopes)?)
    .bind(now.0)
    .bind(token.expires_at.0)
    .bind(token.label.as_deref())
    .execute(conn)?;
    Ok(())
}

/// The token with this hash, expired or not.
pub fn find(conn: &mut Conn, hash: &[u8]) -> Result<Option<TokenRow>, StoreError> {
    let rows = Statement::new("SELECT vendor_id, tenants, scopes, expires_at, label FROM token WHERE hash = ?")
        .bind(hash.to_vec())
        .rows(conn)?;
    rows.first().map(read).transpose()
}

fn read(row: Row<'_>) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        vendor: row.need_text(0)?.to_owned(),
        tenants: cell::read_json(row, 1)?,
        scopes: cell::read_json(row, 2)?,
        expires_at: Millis(row.need_int(3)?),
        label: row.text(4).map(str::to_owned),
    })
}

/// The tokens of a board that live long, oldest first.
pub fn labelled(conn: &mut Conn, tenant_id: i64) -> Result<Vec<Listed>, StoreError> {
    let mut found = Vec::new();
    Statement::new(
        "SELECT vendor_id, tenants, scopes, expires_at, label, hash, issued_at, last_used_at FROM token \
         WHERE label IS NOT NULL ORDER BY issued_at, hash",
    )
    .each(conn, |row| {
        let token = read(row)?;
        if token.tenants.iter().any(|tenant| tenant.id == tenant_id) {
            found.push(Listed {
                id: id_of(row.bytes(5).unwrap_or_default()),
                token,
                issued_at: Millis(row.need_int(6)?),
                last_used_at: row.int(7).map(Millis),
            });
        }
        Ok(())
    })?;
    Ok(found)
}

/// What names a token that is kept under this hash.
pub fn id_of(hash: &[u8]) -> String {
    hex::encode(hash.get(..4).unwrap_or_default())
}

/// Deletes a board's long-lived token with this id; returns whether it was there.
pub fn revoke(conn: &mut Conn, tenant_id: i64, id: &str) -> Result<bool, StoreError> {
    let mut hashes = Vec::new();
    Statement::new("SELECT vendor_id, tenants, scopes, expires_at, label, hash FROM token WHERE label IS NOT NULL")
        .each(conn, |row| {
            let is_of_board = read(row)?.tenants.iter().any(|tenant| tenant.id == tenant_id);
            hashes.extend(row.bytes(5).filter(|hash| is_of_board && id_of(hash) == id).map(<[u8]>::to_vec));
            Ok(())
        })?;
    let is_there = !hashes.is_empty();
    for hash in hashes {
        Statement::new("DELETE FROM token WHERE hash = ?").bind(hash).execute(conn)?;
    }
    Ok(is_there)
}

/// Notes when tokens were last used.
pub fn note_use(conn: &mut Conn, used: &[([u8; 32], Millis)]) -> Result<(), StoreError> {
    for (hash, at) in used {
        Statement::new("UPDATE token SET last_used_at = ? WHERE hash = ?")
            .bind(at.0)
            .bind(hash.to_vec())
            .execute(conn)?;
    }
    Ok(())
}

/// Deletes what expired before `now`; returns how many tokens went.
pub fn delete_expired(conn: &mut Conn, now: Millis) -> Result<usize, StoreError> {
    Statement::new("DELETE FROM token WHERE expires_at < ?").bind(now.0).execute(conn)
}
