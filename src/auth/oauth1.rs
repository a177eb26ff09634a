//! Lets a request in that is signed by OAuth 1.0a with a vendor's id and secret (OneRoster 1.1 §4).
//!
//! A signed request is let in once: its nonce is kept in the database, which all nodes share, until its time
//! stamp is too old anyway.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::auth::bearer::{AuthError, Caller, known_connection};
use crate::auth::connections::KnownConnection;
use crate::auth::signed::Signed;
use crate::clock::Millis;
use crate::http::App;
use crate::store::tenant::{self, Epochs};
use crate::store::{Conn, nonce, vendor};

/// How far a client's clock may be from ours, in milliseconds.
const TOLERANCE: i64 = 300_000;

/// A vendor whose signature was right, in one board.
#[derive(Debug, Clone)]
pub struct Signer {
    tenant: Arc<str>,
    vendor: Arc<str>,
    /// The secret that made the signature, as a fingerprint.
    secret: String,
}

/// Believes a signed request, or says why not. Blocks on the database. It succeeds once for each request.
pub fn verify(app: &App, conn: &mut Conn, signed: &Signed, tenant: &str) -> Result<Signer, AuthError> {
    let now = app.clock.now();
    let at = Millis(signed.at.saturating_mul(1000));
    if (at.0.saturating_sub(now.0)).saturating_abs() > TOLERANCE {
        return Err(AuthError::Signature("oauth_timestamp is more than five minutes from the server's time"));
    }
    let vendor: Arc<str> = signed.vendor.as_str().into();
    let known = tenant::epochs(conn, tenant)?
        .map(|epochs| Ok::<_, AuthError>((epochs, known_connection(app, conn, epochs, &vendor)?)))
        .transpose()?
        .filter(|(_, known)| known.connection.is_some());
    // Whoever is unknown costs the same work as whoever signs wrongly, and is told the same.
    let (tenant_id, sealed) = match &known {
        Some((Epochs { tenant_id, .. }, known)) => (*tenant_id, &known.secret_sealed),
        None => (app.nobody.tenant_id, &app.nobody.secret_sealed),
    };
    let name = if known.is_some() { signed.vendor.as_str() } else { app.nobody.connection.vendor.as_str() };
    let secret = vendor::unseal(&app.master_key, (tenant_id, name), sealed)?;
    let is_by = signed.is_by(&secret);
    let Some((_, known)) = known.filter(|_| is_by) else {
        return Err(AuthError::Signature("The consumer key is unknown or the signature does not match"));
    };
    let once = once(tenant_id, signed);
    let expires_at = Millis(at.0.saturating_add(TOLERANCE));
    if !nonce::take(&mut *app.database.write_activity()?, &once, expires_at)? {
        return Err(AuthError::Signature("oauth_nonce was used before"));
    }
    Ok(Signer { tenant: tenant.into(), vendor, secret: known.secret.clone() })
}

/// What a request is remembered by.
fn once(tenant_id: i64, signed: &Signed) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [&tenant_id.to_string(), &signed.vendor, &signed.at.to_string(), &signed.nonce] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into()
}

/// What a believed vendor may, as of now; a connection that ended or a secret that changed meanwhile is found here.
pub fn caller(app: &App, conn: &mut Conn, signer: &Signer) -> Result<Caller, AuthError> {
    let gone = AuthError::Signature("The connection has ended");
    let at = app.clock.now();
    let Some(epochs) = tenant::epochs(conn, &signer.tenant)? else { return Err(gone) };
    let known = known_connection(app, conn, epochs, &signer.vendor)?;
    let KnownConnection { connection: Some(connection), secret, scopes, .. } = known.as_ref() else {
        return Err(gone);
    };
    if *secret != signer.secret {
        return Err(gone);
    }
    Ok(Caller {
        tenant_id: epochs.tenant_id,
        tenant: Arc::clone(&signer.tenant),
        vendor: Arc::clone(&signer.vendor),
        scopes: *scopes,
        connection: Arc::clone(connection),
        at,
        data_epoch: epochs.data,
        consent_epoch: epochs.consent,
    })
}
