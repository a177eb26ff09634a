//! What each vendor has received, people by category: only that comes back as a tombstone.
//!
//! A row holds the people who were served with exactly one set of categories, so that a page of newcomers
//! rewrites one bitmap and not one for every category.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;

use crate::audit::disclosure::categories_of;
use crate::catalogue::{Category, Entity};
use crate::store::{Bind, Conn, Statement, StoreError};

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

/// Reads which objects beside people a vendor has received in a board, as row numbers.
pub fn objects(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<BTreeMap<Entity, RoaringBitmap>, StoreError> {
    let rows = Statement::new("SELECT entity, objects FROM served_object WHERE tenant_id = ? AND vendor_id = ?")
        .bind(tenant_id)
        .bind(vendor)
        .rows(conn)?;
    let mut objects = BTreeMap::new();
    for row in rows.iter() {
        let name = row.need_text(0)?;
        if let Some(entity) = Entity::ALL.iter().find(|entity| entity.name() == name) {
            objects.insert(*entity, bitmap(row.bytes(1))?);
        }
    }
    Ok(objects)
}

/// What a served set holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// People who were served with exactly this set of categories.
    People(u64),
    /// Objects of one kind.
    Objects(Entity),
}

/// Adds to what a vendor has received, and returns all of it.
///
/// Other nodes add too: the row is read again, locked, within the caller's transaction.
pub fn add(
    conn: &mut Conn,
    (tenant_id, vendor): (i64, &str),
    kind: Kind,
    newcomers: &RoaringBitmap,
) -> Result<RoaringBitmap, StoreError> {
    let (table, key, set): (_, _, Bind) = match kind {
        Kind::People(mask) => (("served", "people"), "categories", mask.cast_signed().into()),
        Kind::Objects(entity) => (("served_object", "objects"), "entity", entity.name().into()),
    };
    let (table, column) = table;
    let keyed = |text: String| Statement::new(text).bind(tenant_id).bind(vendor).bind(set.clone());
    let of_row = format!("WHERE tenant_id = ? AND vendor_id = ? AND {key} = ?");
    // SQLite's transaction holds the write lock already and knows no row locks.
    let lock = match conn {
        Conn::Sqlite(_) => "",
        Conn::Postgres(_) => " FOR UPDATE",
    };
    let mut insert = keyed(format!(
        "INSERT INTO {table} (tenant_id, vendor_id, {key}, {column}) VALUES (?, ?, ?, ?) \
         ON CONFLICT (tenant_id, vendor_id, {key}) DO NOTHING"
    ));
    insert.push_bind(bytes(newcomers));
    if insert.execute(conn)? == 1 {
        return Ok(newcomers.clone());
    }
    let rows = keyed(format!("SELECT {column} FROM {table} {of_row}{lock}")).rows(conn)?;
    let before = bitmap(rows.first().and_then(|row| row.bytes(0)))?;
    let all = &before | newcomers;
    if all != before {
        Statement::new(format!("UPDATE {table} SET {column} = ? {of_row}"))
            .bind(bytes(&all))
            .bind(tenant_id)
            .bind(vendor)
            .bind(set)
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
