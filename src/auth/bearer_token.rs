//! Bearer tokens that live long: what identity providers ask an administrator to paste into their settings.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::auth::Scopes;
use crate::auth::bearer::hash_of;
use crate::clock::Millis;
use crate::keys::{KeyError, random};
use crate::store::connection::transaction;
use crate::store::token::{self, TokenRow, TokenTenant};
use crate::store::{Database, StoreError, tenant, vendor};

/// What a token is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The board's name in addresses.
    pub tenant: &'a str,
    /// The vendor that will show it.
    pub vendor: &'a str,
    /// What the administrator calls it.
    pub label: &'a str,
    /// When it ends.
    pub expires_at: Millis,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The board is not there.
    #[error("there is no board `{0}`")]
    NoTenant(String),
    /// The vendor has no connection with the board.
    #[error("there is no vendor `{0}` in that board, or its connection has ended")]
    NoVendor(String),
    /// There is no token with that id.
    #[error("there is no token `{0}` in that board; `koppelvlak token list` lists them")]
    NoToken(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no randomness.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Makes a token; it is kept as a hash, so that nobody can read it again.
pub fn issue(database: &Database, wanted: &Wanted<'_>, now: Millis) -> Result<String, IssueError> {
    let text = URL_SAFE_NO_PAD.encode(random::<32>()?);
    keep(database, wanted, &text, now)?;
    Ok(text)
}

/// Keeps a token whose text is known already, unless it is kept.
pub fn keep(database: &Database, wanted: &Wanted<'_>, text: &str, now: Millis) -> Result<(), IssueError> {
    let conn = &mut *database.read()?;
    let board = tenant::by_slug(conn, wanted.tenant)?.ok_or_else(|| IssueError::NoTenant(wanted.tenant.to_owned()))?;
    let stored = vendor::connection(conn, board.id, wanted.vendor)?
        .ok_or_else(|| IssueError::NoVendor(wanted.vendor.to_owned()))?;
    let row = TokenRow {
        vendor: wanted.vendor.to_owned(),
        // It outlives the secret: a rotation of the one must not stop the other.
        tenants: vec![TokenTenant { id: board.id, secret: String::new() }],
        scopes: Scopes::from_names(&stored.connection.scopes).iter().map(|scope| scope.name().to_owned()).collect(),
        expires_at: wanted.expires_at,
        label: Some(wanted.label.to_owned()),
    };
    let hash = hash_of(text);
    let mut activity = database.write_activity()?;
    if token::find(&mut activity, &hash)?.is_none() {
        token::insert(&mut activity, &hash, &row, now)?;
    }
    Ok(())
}

/// Ends a token, on every node with the next request.
pub fn revoke(database: &Database, slug: &str, id: &str) -> Result<(), IssueError> {
    let board = tenant::by_slug(&mut *database.read()?, slug)?.ok_or_else(|| IssueError::NoTenant(slug.to_owned()))?;
    if !token::revoke(&mut *database.write_activity()?, board.id, id)? {
        return Err(IssueError::NoToken(id.to_owned()));
    }
    // Nodes that remember the token ask again once the epoch has moved.
    transaction(&mut *database.write()?, |conn| tenant::advance_consent_epoch(conn, board.id))?;
    Ok(())
}
