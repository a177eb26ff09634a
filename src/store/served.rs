//! Whom each vendor has received, per category: only they come back as tombstones.
//!
//! A row holds the people who were served with exactly one set of categories, so that a page of newcomers
//! rewrites one bitmap and not one for every category.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::audit::disclosure::categories_of;
use crate::catalogue::category::Category;
use crate::store::{Conn, Statement, StoreError};

/// Whom a vendor has received, by category.
pub type Served = HashMap<Category, RoaringBitmap>;

/// Reads whom a vendor has received in a board, by category; person numbers are the low 32 bits of row ids.
pub fn load(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<Served, StoreError> {
    let rows = Statement::new("SELECT categories, people FROM served WHERE tenant_id = ? AND vendor_id = ?")
        .bind(tenant_id)
        .bind(vendor)
        .rows(conn)?;
    let mut served = Served::new();
    for row in rows.iter() {
        let people = bitmap(row.bytes(1))?;
        for category in categories_of(row.need_int(0)?.cast_unsigned()) {
            *served.entry(category).or_default() |= &people;
        }
    }
    Ok(served)
}

/// Adds people to those whom a vendor has received with this set of categories, and returns all of them.
///
/// Other nodes add too: the row is read again, locked, within the caller's transaction.
pub fn add(
    conn: &mut Conn,
    (tenant_id, vendor): (i64, &str),
    mask: u64,
    people: &RoaringBitmap,
) -> Result<RoaringBitmap, StoreError> {
    let key = |text: &str| Statement::new(text).bind(tenant_id).bind(vendor).bind(mask.cast_signed());
    // SQLite's transaction holds the write lock already and knows no row locks.
    let read = match conn {
        Conn::Sqlite(_) => "SELECT people FROM served WHERE tenant_id = ? AND vendor_id = ? AND categories = ?",
        Conn::Postgres(_) => {
            "SELECT people FROM served WHERE tenant_id = ? AND vendor_id = ? AND categories = ? FOR UPDATE"
        }
    };
    let mut insert = key("INSERT INTO served (tenant_id, vendor_id, categories, people) VALUES (?, ?, ?, ?) \
         ON CONFLICT (tenant_id, vendor_id, categories) DO NOTHING");
    insert.push_bind(bytes(people));
    if insert.execute(conn)? == 1 {
        return Ok(people.clone());
    }
    let rows = key(read).rows(conn)?;
    let before = bitmap(rows.first().and_then(|row| row.bytes(0)))?;
    let all = &before | people;
    if all != before {
        Statement::new("UPDATE served SET people = ? WHERE tenant_id = ? AND vendor_id = ? AND categories = ?")
            .bind(bytes(&all))
            .bind(tenant_id)
            .bind(vendor)
            .bind(mask.cast_signed())
            .execute(conn)?;
    }
    Ok(all)
}

fn bytes(people: &RoaringBitmap) -> Vec<u8> {
    let mut people = people.clone();
    people.optimize();
    let mut bytes = Vec::with_capacity(people.serialized_size());
    #[expect(clippy::expect_used, reason = "a Vec takes all bytes")]
    people.serialize_into(&mut bytes).expect("a Vec takes all bytes");
    bytes
}

fn bitmap(bytes: Option<&[u8]>) -> Result<RoaringBitmap, StoreError> {
    let unreadable = StoreError::Shape("a served set that is no bitmap");
    bytes.and_then(|bytes| RoaringBitmap::deserialize_from(bytes).ok()).ok_or(unreadable)
}
