//! What a request proves who it is from with, before it is believed.

use crate::auth::bearer::{self, AuthError, Caller};
use crate::auth::oauth1::{self, Signer};
use crate::auth::signed::{Signed, Unreadable};
use crate::http::App;
use crate::store::Conn;

/// A request's proof, as it was sent.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The `Authorization` header, where a bearer token should be.
    Bearer(Option<String>),
    /// A signature.
    Signature(Box<Result<Signed, Unreadable>>),
}

/// A proof of which all that can be used up has been.
#[derive(Debug)]
pub enum Taken<'a> {
    /// A token may be shown again.
    Bearer(Option<&'a str>),
    /// A signature that was right.
    Signer(Signer),
}

impl Proof {
    /// Uses the proof up, once for each request. Blocks on the database.
    pub fn take(&self, app: &App, conn: &mut Conn, tenant: &str) -> Result<Taken<'_>, AuthError> {
        match self {
            Self::Bearer(header) => Ok(Taken::Bearer(header.as_deref())),
            Self::Signature(signed) => match signed.as_ref() {
                Ok(signed) => oauth1::verify(app, conn, signed, tenant).map(Taken::Signer),
                Err(Unreadable(why)) => Err(AuthError::Signature(why)),
            },
        }
    }
}

impl Taken<'_> {
    /// Who calls, as of now. Blocks on the database.
    pub fn caller(&self, app: &App, conn: &mut Conn, tenant: &str) -> Result<Caller, AuthError> {
        match self {
            Self::Bearer(header) => bearer::authenticate(app, conn, *header, tenant),
            Self::Signer(signer) => oauth1::caller(app, conn, signer),
        }
    }
}
