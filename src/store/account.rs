//! What providers keep of people's accounts, brought into the board's own data, where every door shows it.
//!
//! The administration's own value is kept beside it: imports change that one, and it comes back when the provider
//! lets go.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::catalogue::{Category, is_chain_id, is_national_id};
use crate::consent::provisioned::Kept;
use crate::store::connection::transaction;
use crate::store::provisioned::{self, ToAdopt};
use crate::store::{Conn, Database, Row, Statement, StoreError, cell};

/// A part of an account that has a column, and the category that it belongs to.
const ADOPTED: [(&str, Category); 2] = [("username", Category::Login), ("email", Category::ContactEmail)];

/// Who keeps a column of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owner {
    vendor: String,
    of_administration: Option<String>,
}

/// Brings all accounts of a board in that changed; says whether anything did. Leaves them for later if the board is
/// being written to.
pub fn adopt(database: &Database, tenant_id: i64, now: i64) -> Result<bool, StoreError> {
    let waiting = provisioned::to_adopt(&mut *database.read_activity()?, tenant_id)?;
    if waiting.is_empty() {
        return Ok(false);
    }
    let Some(mut board) = database.try_write() else { return Ok(false) };
    let Some(is_changed) = adopt_all(&mut board, tenant_id, now, &waiting)? else { return Ok(false) };
    drop(board);
    let mut activity = database.write_activity()?;
    transaction(&mut activity, |conn| provisioned::note_adopted(conn, tenant_id, &waiting))?;
    Ok(is_changed)
}

/// `None` if somebody else writes to the board.
fn adopt_all(board: &mut Conn, tenant_id: i64, now: i64, waiting: &[ToAdopt]) -> Result<Option<bool>, StoreError> {
    if !crate::store::connection::is_free(board)? {
        return Ok(None);
    }
    transaction(board, |conn| {
        if let Conn::Postgres(_) = conn {
            let rows =
                Statement::new("SELECT CAST(CASE WHEN pg_try_advisory_xact_lock(?) THEN 1 ELSE 0 END AS BIGINT)")
                    .bind(tenant_id)
                    .rows(conn)?;
            if rows.first().and_then(|row| row.int(0)) != Some(1) {
                return Ok(None);
            }
        }
        let rows = Statement::new("SELECT MAX(at) FROM import_run WHERE tenant_id = ?").bind(tenant_id).rows(conn)?;
        let now = rows.first().and_then(|row| row.int(0)).map_or(now, |last| now.max(last + 1));
        let mut n_changed = 0_u64;
        for account in waiting {
            n_changed += u64::from(adopt_one(conn, tenant_id, now, &account.kept)?);
        }
        if n_changed > 0 {
            Statement::new("UPDATE tenant SET data_epoch = data_epoch + 1 WHERE id = ?")
                .bind(tenant_id)
                .execute(conn)?;
            Statement::new(
                "INSERT INTO import_run (tenant_id, number, at, source, summary) \
                 SELECT ?, COALESCE(MAX(number), 0) + 1, ?, 'accounts', ? FROM import_run WHERE tenant_id = ?",
            )
            .bind(tenant_id)
            .bind(now)
            .bind(format!("{{\"accounts\":{n_changed}}}"))
            .bind(tenant_id)
            .execute(conn)?;
        }
        Ok(Some(n_changed > 0))
    })
}

fn adopt_one(conn: &mut Conn, tenant_id: i64, now: i64, kept: &Kept) -> Result<bool, StoreError> {
    let Ok(number) = kept.id.parse::<i64>() else { return Ok(false) };
    let person = (tenant_id << 32) | number;
    let sql = "SELECT username, email, changed FROM person WHERE tenant_id = ? AND id = ?";
    let rows = Statement::new(sql).bind(tenant_id).bind(person).rows(conn)?;
    let Some(row) = rows.first() else { return Ok(false) };
    let mut owners = owners(conn, (tenant_id, Some(person)))?.remove(&person).unwrap_or_default();
    let mut times: BTreeMap<Category, i64> = match row.text(2) {
        Some(_) => cell::read_json(row, 2)?,
        None => BTreeMap::new(),
    };
    let mut is_changed = false;
    for (place, (column, category)) in ADOPTED.into_iter().enumerate() {
        let stored = row.text(place);
        let owner = owners.remove(column);
        let new = match (told(kept, column), owner) {
            (Some(value), owner) => {
                let of_administration = match owner {
                    Some(owner) => owner.of_administration,
                    None => stored.map(str::to_owned),
                };
                keep_owner(
                    conn,
                    (tenant_id, person, column),
                    &Owner { vendor: kept.vendor.clone(), of_administration },
                )?;
                Some(value)
            }
            (None, Some(owner)) if owner.vendor == kept.vendor => {
                Statement::new("DELETE FROM account_owner WHERE tenant_id = ? AND person = ? AND attribute = ?")
                    .bind(tenant_id)
                    .bind(person)
                    .bind(column)
                    .execute(conn)?;
                owner.of_administration
            }
            (None, _) => continue,
        };
        if new.as_deref() != stored {
            times.insert(category, now);
            Statement::new(format!("UPDATE person SET {column} = ?, changed = ? WHERE tenant_id = ? AND id = ?"))
                .bind(new)
                .bind(cell::json(&times)?)
                .bind(tenant_id)
                .bind(person)
                .execute(conn)?;
            is_changed = true;
        }
    }
    Ok(is_changed)
}

/// What an account says of a column. A number that could be a national one is never shown to anybody else, nor is an
/// identifier of the chain of vendors under another name.
fn told(kept: &Kept, column: &str) -> Option<String> {
    let text = if column == "username" {
        kept.body.get("userName")?.as_str()?
    } else {
        let emails = kept.body.get("emails")?.as_array()?;
        let is_primary = |email: &&Value| email.get("primary") == Some(&Value::Bool(true));
        emails.iter().find(is_primary).or_else(|| emails.first())?.get("value")?.as_str()?
    };
    (!is_national_id(text) && !is_chain_id(text)).then(|| text.to_owned())
}

fn keep_owner(conn: &mut Conn, (tenant_id, person, column): (i64, i64, &str), owner: &Owner) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO account_owner (tenant_id, person, attribute, vendor_id, of_administration) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (tenant_id, person, attribute) DO UPDATE SET vendor_id = excluded.vendor_id",
    )
    .bind(tenant_id)
    .bind(person)
    .bind(column)
    .bind(owner.vendor.as_str())
    .bind(owner.of_administration.as_deref())
    .execute(conn)?;
    Ok(())
}

fn owners(
    conn: &mut Conn,
    (tenant_id, person): (i64, Option<i64>),
) -> Result<HashMap<i64, HashMap<String, Owner>>, StoreError> {
    let mut statement =
        Statement::new("SELECT person, attribute, vendor_id, of_administration FROM account_owner WHERE tenant_id = ?")
            .bind(tenant_id);
    if let Some(person) = person {
        statement.push(" AND person = ?");
        statement.push_bind(person);
    }
    let mut found: HashMap<i64, HashMap<String, Owner>> = HashMap::new();
    statement.each(conn, |row: Row<'_>| {
        let owner = Owner { vendor: row.need_text(2)?.to_owned(), of_administration: row.text(3).map(str::to_owned) };
        found.entry(row.need_int(0)?).or_default().insert(row.need_text(1)?.to_owned(), owner);
        Ok(())
    })?;
    Ok(found)
}

/// The columns of people that providers keep, for an import: row ids and columns.
pub fn kept_columns(conn: &mut Conn, tenant_id: i64) -> Result<HashMap<i64, Vec<String>>, StoreError> {
    let owners = owners(conn, (tenant_id, None))?;
    Ok(owners.into_iter().map(|(person, of_person)| (person, of_person.into_keys().collect())).collect())
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
