//! The servers of vendors that boards push to. Tokens and keys are sealed: see [`Credential`].

use crate::consent::certificates::Certificates;
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
    /// The token, sealed.
    pub token_sealed: Option<Vec<u8>>,
    /// The key of the client certificate, sealed.
    pub client_key_sealed: Option<Vec<u8>>,
}

const COLUMNS: &str = "tenant_id, vendor_id, url, profile, deprovision, status, token_sealed, \
                       client_certificate, client_key_sealed, trusted_certificates";

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
        "INSERT INTO push_target (tenant_id, vendor_id, url, profile, deprovision, status, token_sealed, \
         client_certificate, client_key_sealed, trusted_certificates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, vendor_id) DO UPDATE SET url = excluded.url, \
         profile = excluded.profile, deprovision = excluded.deprovision, status = excluded.status, \
         token_sealed = excluded.token_sealed, client_certificate = excluded.client_certificate, \
         client_key_sealed = excluded.client_key_sealed, trusted_certificates = excluded.trusted_certificates",
    )
    .bind(stored.tenant_id)
    .bind(target.vendor.as_str())
    .bind(target.url.as_str())
    .bind(cell::word(&target.profile)?)
    .bind(cell::word(&target.deprovision)?)
    .bind(cell::word(&target.status)?)
    .bind(stored.token_sealed.clone())
    .bind(target.client_certificate.as_ref().map(Certificates::to_pem))
    .bind(stored.client_key_sealed.clone())
    .bind(target.trusted_certificates.as_ref().map(Certificates::to_pem))
    .execute(conn)?;
    Ok(())
}

/// What a server lets a target in by, and nobody else may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// The bearer token that the vendor gave.
    Token,
    /// The key of the client certificate, as a PEM file.
    ClientKey,
}

impl Credential {
    /// Seals it, so that the stored bytes open neither in another board nor for another vendor.
    pub fn seal(self, key: &MasterKey, of: (i64, &str), text: &str) -> Result<Vec<u8>, KeyError> {
        key.seal(&self.purpose(of), text.as_bytes())
    }

    fn purpose(self, (tenant_id, vendor): (i64, &str)) -> String {
        match self {
            Self::Token => format!("push-token/{tenant_id}/{vendor}"),
            Self::ClientKey => format!("push-client-key/{tenant_id}/{vendor}"),
        }
    }
}

impl StoredTarget {
    /// What is kept of a credential.
    pub const fn sealed(&self, credential: Credential) -> Option<&Vec<u8>> {
        match credential {
            Credential::Token => self.token_sealed.as_ref(),
            Credential::ClientKey => self.client_key_sealed.as_ref(),
        }
    }

    /// A credential, if there is one.
    pub fn unseal(&self, key: &MasterKey, credential: Credential) -> Result<Option<String>, KeyError> {
        let Some(sealed) = self.sealed(credential) else { return Ok(None) };
        let bytes = key.unseal(&credential.purpose((self.tenant_id, &self.target.vendor)), sealed)?;
        String::from_utf8(bytes).map(Some).map_err(|_| KeyError::WrongKey)
    }
}

fn certificates(text: Option<&str>) -> Result<Option<Certificates>, StoreError> {
    let read = text.map(Certificates::from_pem).transpose();
    read.map_err(|_| StoreError::Shape("a push target with a broken certificate"))
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
            client_certificate: certificates(row.text(7))?,
            trusted_certificates: certificates(row.text(9))?,
        },
        token_sealed: row.bytes(6).map(<[u8]>::to_vec),
        client_key_sealed: row.bytes(8).map(<[u8]>::to_vec),
    })
}
