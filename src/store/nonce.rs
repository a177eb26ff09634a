//! Nonces of signed requests, kept for as long as their time stamps are good. All nodes share them.

use crate::clock::Millis;
use crate::store::{Conn, Statement, StoreError};

/// Takes a nonce; `false` if it was taken before, by whatever node.
pub fn take(conn: &mut Conn, hash: &[u8], expires_at: Millis) -> Result<bool, StoreError> {
    let taken = Statement::new("INSERT INTO nonce (hash, expires_at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING")
        .bind(hash.to_vec())
        .bind(expires_at.0)
        .execute(conn)?;
    Ok(taken == 1)
}

/// Deletes what expired before `now`; returns how many nonces went.
pub fn delete_expired(conn: &mut Conn, now: Millis) -> Result<usize, StoreError> {
    Statement::new("DELETE FROM nonce WHERE expires_at < ?").bind(now.0).execute(conn)
}
