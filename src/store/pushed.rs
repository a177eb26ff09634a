//! What a vendor's server was last given: for each resource its id there, and a hash of what was sent.

use std::collections::{HashMap, HashSet};

use crate::store::written::Of;
use crate::store::{Conn, Statement, StoreError};

/// A resource at the vendor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given<'a> {
    /// The kind of resource, by the profile's word.
    pub kind: &'a str,
    /// The vendor's identifier of it.
    pub id: &'a str,
    /// The id that the server gave it.
    pub remote_id: &'a str,
    /// A hash of what was to be sent.
    pub hash: &'a [u8],
    /// Whether something that it refers to could not be named.
    pub is_partial: bool,
}

/// How many ids one `IN` list holds at most.
const LIST: usize = 500;

/// Shows every resource of a kind to `visit`.
pub fn each(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    kind: &str,
    mut visit: impl FnMut(Given<'_>),
) -> Result<(), StoreError> {
    Statement::new(
        "SELECT id, remote_id, hash, state FROM pushed WHERE tenant_id = ? AND vendor_id = ? AND kind = ? ORDER BY id",
    )
    .bind(tenant_id)
    .bind(vendor)
    .bind(kind)
    .each(conn, |row| {
        visit(Given {
            kind,
            id: row.need_text(0)?,
            remote_id: row.need_text(1)?,
            hash: row.bytes(2).unwrap_or_default(),
            is_partial: row.need_text(3)? == "partial",
        });
        Ok(())
    })
}

/// The ids at the server of those of these resources that it has.
pub fn remote_ids(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    kind: &str,
    ids: &[String],
) -> Result<HashMap<String, String>, StoreError> {
    let mut found = HashMap::new();
    for ids in ids.chunks(LIST) {
        let marks = vec!["?"; ids.len()].join(", ");
        let mut statement = Statement::new(format!(
            "SELECT id, remote_id FROM pushed WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id IN ({marks})"
        ))
        .bind(tenant_id)
        .bind(vendor)
        .bind(kind);
        for id in ids {
            statement.push_bind(id.as_str());
        }
        for row in statement.rows(conn)?.iter() {
            found.insert(row.need_text(0)?.to_owned(), row.need_text(1)?.to_owned());
        }
    }
    Ok(found)
}

/// Notes what was given.
pub fn put(conn: &mut Conn, (tenant_id, vendor): Of<'_>, given: &Given<'_>) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO pushed (tenant_id, vendor_id, kind, id, remote_id, hash, state) VALUES (?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (tenant_id, vendor_id, kind, id) DO UPDATE SET \
         renamed = CASE WHEN pushed.remote_id = excluded.remote_id THEN pushed.renamed ELSE 1 END, \
         remote_id = excluded.remote_id, hash = excluded.hash, state = excluded.state",
    )
    .bind(tenant_id)
    .bind(vendor)
    .bind(given.kind)
    .bind(given.id)
    .bind(given.remote_id)
    .bind(given.hash.to_vec())
    .bind(if given.is_partial { "partial" } else { "whole" })
    .execute(conn)?;
    Ok(())
}

/// Forgets a resource that was taken back.
pub fn forget(conn: &mut Conn, (tenant_id, vendor): Of<'_>, kind: &str, id: &str) -> Result<(), StoreError> {
    Statement::new("DELETE FROM pushed WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ?")
        .bind(tenant_id)
        .bind(vendor)
        .bind(kind)
        .bind(id)
        .execute(conn)?;
    Ok(())
}

/// Forgets everything, as when another server takes the place of the one that has it.
pub fn forget_all(conn: &mut Conn, (tenant_id, vendor): Of<'_>) -> Result<(), StoreError> {
    Statement::new("DELETE FROM pushed WHERE tenant_id = ? AND vendor_id = ?")
        .bind(tenant_id)
        .bind(vendor)
        .execute(conn)?;
    Ok(())
}

/// Lets everything that was given without a reference be given again; returns how many resources that are.
pub fn reopen_partial(conn: &mut Conn, (tenant_id, vendor): Of<'_>) -> Result<usize, StoreError> {
    Statement::new("UPDATE pushed SET hash = ? WHERE tenant_id = ? AND vendor_id = ? AND state = 'partial'")
        .bind(Vec::new())
        .bind(tenant_id)
        .bind(vendor)
        .execute(conn)
}

/// The resources that the server has under another id than before, by kind: what refers to them still names that one.
pub fn renamed(conn: &mut Conn, (tenant_id, vendor): Of<'_>) -> Result<HashMap<String, HashSet<String>>, StoreError> {
    let mut found: HashMap<String, HashSet<String>> = HashMap::new();
    Statement::new("SELECT kind, id FROM pushed WHERE tenant_id = ? AND vendor_id = ? AND renamed = 1")
        .bind(tenant_id)
        .bind(vendor)
        .each(conn, |row| {
            found.entry(row.need_text(0)?.to_owned()).or_default().insert(row.need_text(1)?.to_owned());
            Ok(())
        })?;
    Ok(found)
}

/// Lets what refers to renamed resources be given again, and takes those as named from then on.
pub fn reopen_referring(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    referring: &[(&'static str, String)],
) -> Result<(), StoreError> {
    for (kind, id) in referring {
        Statement::new("UPDATE pushed SET hash = ? WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ?")
            .bind(Vec::new())
            .bind(tenant_id)
            .bind(vendor)
            .bind(*kind)
            .bind(id.as_str())
            .execute(conn)?;
    }
    Statement::new("UPDATE pushed SET renamed = 0 WHERE tenant_id = ? AND vendor_id = ? AND renamed = 1")
        .bind(tenant_id)
        .bind(vendor)
        .execute(conn)?;
    Ok(())
}

/// How many resources the server has.
pub fn count(conn: &mut Conn, (tenant_id, vendor): Of<'_>) -> Result<i64, StoreError> {
    let rows = Statement::new("SELECT COUNT(*) FROM pushed WHERE tenant_id = ? AND vendor_id = ?")
        .bind(tenant_id)
        .bind(vendor)
        .rows(conn)?;
    rows.first().map_or(Ok(0), |row| row.need_int(0))
}
