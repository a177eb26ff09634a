//! Which provider keeps which column of a person, and what the administration has in its place.

use std::collections::HashMap;

use crate::store::{Conn, Row, Statement, StoreError};

/// Who keeps a column of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The provider.
    pub vendor: String,
    /// What the administration has in its place.
    pub of_administration: Option<String>,
    /// Since when (ms).
    pub since: i64,
}

/// A column of a person that a provider keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The person's row id.
    pub person: i64,
    /// The column.
    pub column: String,
    /// Who keeps it.
    pub owner: Owner,
}

const COLUMNS: &str = "person, attribute, vendor_id, of_administration, since";

/// All that providers keep of a board's people, by person and column.
pub fn all(conn: &mut Conn, tenant_id: i64) -> Result<Vec<Owned>, StoreError> {
    read(conn, &Statement::new(select("ORDER BY person, attribute")).bind(tenant_id))
}

/// What providers keep of one person, by column.
pub fn of_person(conn: &mut Conn, tenant_id: i64, person: i64) -> Result<Vec<Owned>, StoreError> {
    read(conn, &Statement::new(select("AND person = ? ORDER BY attribute")).bind(tenant_id).bind(person))
}

/// The boards of which a provider keeps anything.
pub fn boards(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    let rows = Statement::new(
        "SELECT id FROM tenant WHERE EXISTS (SELECT 1 FROM account_owner WHERE account_owner.tenant_id = tenant.id)",
    )
    .rows(conn)?;
    rows.iter().map(|row| row.need_int(0)).collect()
}

/// The vendors that keep anything of a board's people.
pub fn vendors(conn: &mut Conn, tenant_id: i64) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT vendor_id FROM account_owner WHERE tenant_id = ? ORDER BY vendor_id";
    let rows = Statement::new(sql).bind(tenant_id).rows(conn)?;
    rows.iter().map(|row| Ok(row.need_text(0)?.to_owned())).collect()
}

/// Makes a provider the one that keeps a column; what the administration has is noted only if nobody kept it before.
pub fn put(conn: &mut Conn, tenant_id: i64, owned: &Owned) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO account_owner (tenant_id, person, attribute, vendor_id, of_administration, since) \
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, person, attribute) DO UPDATE SET \
         since = CASE WHEN account_owner.vendor_id = excluded.vendor_id THEN account_owner.since \
         ELSE excluded.since END, vendor_id = excluded.vendor_id",
    )
    .bind(tenant_id)
    .bind(owned.person)
    .bind(owned.column.as_str())
    .bind(owned.owner.vendor.as_str())
    .bind(owned.owner.of_administration.as_deref())
    .bind(owned.owner.since)
    .execute(conn)?;
    Ok(())
}

/// Gives a column back to the administration.
pub fn drop_owner(conn: &mut Conn, tenant_id: i64, person: i64, column: &str) -> Result<(), StoreError> {
    Statement::new("DELETE FROM account_owner WHERE tenant_id = ? AND person = ? AND attribute = ?")
        .bind(tenant_id)
        .bind(person)
        .bind(column)
        .execute(conn)?;
    Ok(())
}

/// The columns of people that providers keep, for an import: row ids and columns.
pub fn kept_columns(conn: &mut Conn, tenant_id: i64) -> Result<HashMap<i64, Vec<String>>, StoreError> {
    let mut found: HashMap<i64, Vec<String>> = HashMap::new();
    for owned in all(conn, tenant_id)? {
        found.entry(owned.person).or_default().push(owned.column);
    }
    Ok(found)
}

/// Notes what the administration has where a provider keeps the column.
pub fn note_of_administration(
    conn: &mut Conn,
    (tenant_id, person, column): (i64, i64, &str),
    value: Option<&str>,
) -> Result<(), StoreError> {
    Statement::new(
        "UPDATE account_owner SET of_administration = ? WHERE tenant_id = ? AND person = ? AND attribute = ?",
    )
    .bind(value)
    .bind(tenant_id)
    .bind(person)
    .bind(column)
    .execute(conn)?;
    Ok(())
}

fn select(rest: &str) -> String {
    format!("SELECT {COLUMNS} FROM account_owner WHERE tenant_id = ? {rest}")
}

fn read(conn: &mut Conn, statement: &Statement) -> Result<Vec<Owned>, StoreError> {
    let mut found = Vec::new();
    statement.each(conn, |row: Row<'_>| {
        let owner = Owner {
            vendor: row.need_text(2)?.to_owned(),
            of_administration: row.text(3).map(str::to_owned),
            since: row.need_int(4)?,
        };
        found.push(Owned { person: row.need_int(0)?, column: row.need_text(1)?.to_owned(), owner });
        Ok(())
    })?;
    Ok(found)
}
