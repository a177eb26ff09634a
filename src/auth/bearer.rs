//! From the `Authorization` header to the vendor that calls, its scopes and its connection.
//!
//! The board's epochs are read from the database for every request, so that what was decided on another
//! node holds here with the next one.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::auth::connections::{KnownConnection, KnownToken};
use crate::auth::secret::fingerprint;
use crate::auth::{Scope, Scopes};
use crate::clock::Millis;
use crate::consent::connection::Connection;
use crate::http::App;
use crate::keys::KeyError;
use crate::store::tenant::{self, Epochs};
use crate::store::{Conn, StoreError, token, vendor};

/// A vendor that has proved who it is, in one board.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The board's row id.
    pub tenant_id: i64,
    /// The board's name in addresses.
    pub tenant: Arc<str>,
    /// The vendor's id.
    pub vendor: Arc<str>,
    /// What the token and the connection both allow.
    pub scopes: Scopes,
    /// The vendor's connection as it is now.
    pub connection: Arc<Connection>,
    /// When it called: before anything was read, so that whatever changes later has a later time.
    pub at: Millis,
    /// The epoch of the board's data.
    pub data_epoch: i64,
    /// The epoch of the board's rules, choices and connections.
    pub consent_epoch: i64,
}

impl Caller {
    /// Whether the caller holds at least one of the scopes that an operation lists.
    pub fn may(&self, scopes: &[Scope]) -> bool {
        self.scopes.contains_any(scopes)
    }

    /// Fails unless the caller holds at least one of the scopes that an operation lists.
    pub fn need(&self, scopes: &[Scope]) -> Result<(), AuthError> {
        if self.may(scopes) { Ok(()) } else { Err(AuthError::InsufficientScope) }
    }
}

/// Why a request was not let in.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// There is no token.
    #[error("no access token")]
    Missing,
    /// The token is garbage, unknown, expired or of a vendor that is no more.
    #[error("the access token is not valid")]
    Invalid,
    /// The token is good, but not for this board, which may not even exist.
    #[error("the access token is not for this board")]
    Elsewhere,
    /// The token lacks the scope.
    #[error("the access token lacks the scope")]
    InsufficientScope,
    /// The signature is not right, or was used before; says which where that tells nothing.
    #[error("{0}")]
    Signature(&'static str),
    /// The database failed.
    #[error("the request could not be authenticated")]
    Store(#[from] StoreError),
    /// The vendor's secret can't be opened.
    #[error("the vendor's secret can't be opened")]
    Key(#[from] KeyError),
}

/// Finds out who calls.
///
/// Blocks on the database: call it where blocking is allowed, with a connection that reads the board.
pub fn authenticate(
    app: &App,
    conn: &mut Conn,
    authorization: Option<&str>,
    tenant_slug: &str,
) -> Result<Caller, AuthError> {
    let at = app.clock.now();
    let hash = hash_of_bearer(authorization.ok_or(AuthError::Missing)?)?;
    let mut token = known_token(app, &hash)?;
    if token.row.expires_at <= at {
        return Err(AuthError::Invalid);
    }
    let epochs = tenant::epochs(conn, tenant_slug)?.ok_or(AuthError::Elsewhere)?;
    if token.row.label.is_some() {
        if token.found_at != Some(epochs.consent) {
            token = find_token(app, &hash, Some(epochs.consent))?;
        }
        app.auth_cache.note_use(hash, at);
    }
    let issued_for = token.row.tenants.iter().find(|t| t.id == epochs.tenant_id).ok_or(AuthError::Elsewhere)?;
    let known = known_connection(app, conn, epochs, &token.vendor)?;
    let connection = known.connection.as_ref().ok_or(AuthError::Invalid)?;
    if !issued_for.secret.is_empty() && known.secret != issued_for.secret {
        return Err(AuthError::Invalid);
    }
    Ok(Caller {
        tenant_id: epochs.tenant_id,
        tenant: tenant_slug.into(),
        vendor: Arc::clone(&token.vendor),
        scopes: token.scopes.and(known.scopes),
        connection: Arc::clone(connection),
        at,
        data_epoch: epochs.data,
        consent_epoch: epochs.consent,
    })
}

/// What a token is kept under.
pub fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn hash_of_bearer(authorization: &str) -> Result<[u8; 32], AuthError> {
    let (scheme, token) = authorization.trim().split_once(' ').ok_or(AuthError::Invalid)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.len() > 200 {
        return Err(AuthError::Invalid);
    }
    Ok(hash_of(token))
}

fn known_token(app: &App, hash: &[u8; 32]) -> Result<Arc<KnownToken>, AuthError> {
    if let Some(known) = app.auth_cache.token(hash) {
        return Ok(known);
    }
    find_token(app, hash, None)
}

fn find_token(app: &App, hash: &[u8; 32], found_at: Option<i64>) -> Result<Arc<KnownToken>, AuthError> {
    let row = token::find(&mut *app.database.read_activity()?, hash)?.ok_or(AuthError::Invalid)?;
    let (vendor, scopes) = (row.vendor.as_str().into(), Scopes::from_names(&row.scopes));
    let known = Arc::new(KnownToken { row, vendor, scopes, found_at });
    app.auth_cache.keep_token(*hash, Arc::clone(&known));
    Ok(known)
}

pub(super) fn known_connection(
    app: &App,
    conn: &mut Conn,
    epochs: Epochs,
    vendor: &Arc<str>,
) -> Result<Arc<KnownConnection>, AuthError> {
    if let Some(known) = app.auth_cache.connection(epochs.tenant_id, vendor, epochs.consent) {
        return Ok(known);
    }
    let known = Arc::new(read_connection(app, conn, epochs, vendor)?);
    app.auth_cache.keep_connection(epochs.tenant_id, vendor, Arc::clone(&known));
    Ok(known)
}

fn read_connection(app: &App, conn: &mut Conn, epochs: Epochs, vendor_id: &str) -> Result<KnownConnection, AuthError> {
    let (tenant_id, consent_epoch) = (epochs.tenant_id, epochs.consent);
    let Some(stored) = vendor::connection(conn, tenant_id, vendor_id)? else {
        return Ok(KnownConnection {
            consent_epoch,
            connection: None,
            secret: String::new(),
            secret_sealed: Vec::new(),
            scopes: Scopes::default(),
        });
    };
    let secret = vendor::unseal_secret(&app.master_key, &stored)?;
    Ok(KnownConnection {
        consent_epoch,
        secret: fingerprint(&app.master_key, vendor_id, &secret),
        scopes: Scopes::from_names(&stored.connection.scopes).with_comprised(),
        secret_sealed: stored.secret_sealed,
        connection: Some(Arc::new(stored.connection)),
    })
}
