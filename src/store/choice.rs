//! People's own grants and refusals. A withdrawn one stays, with the day on which it was taken back.

use crate::clock::Millis;
use crate::consent::choice::Choice;
use crate::store::{Conn, Row, Statement, StoreError, cell};

/// A choice with its number in the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChoice {
    /// 1, 2, 3, … in the order of recording.
    pub number: i64,
    /// The choice.
    pub choice: Choice,
}

const COLUMNS: &str = "number, person_id, vendor_id, categories, choice, made_by, made_on, withdrawn_on";

/// The choices that stand and are about one vendor or about every vendor, in the order of recording.
pub fn standing(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<Vec<Choice>, StoreError> {
    let rows = Statement::new(format!(
        "SELECT {COLUMNS} FROM choice WHERE tenant_id = ? AND withdrawn_on IS NULL \
         AND (vendor_id IS NULL OR vendor_id = ?) ORDER BY number"
    ))
    .bind(tenant_id)
    .bind(vendor)
    .rows(conn)?;
    rows.iter().map(|row| Ok(read(row)?.choice)).collect()
}

/// Every choice of one board, also the withdrawn ones, in the order of recording.
pub fn all(conn: &mut Conn, tenant_id: i64) -> Result<Vec<StoredChoice>, StoreError> {
    Statement::new(format!("SELECT {COLUMNS} FROM choice WHERE tenant_id = ? ORDER BY number"))
        .bind(tenant_id)
        .rows(conn)?
        .iter()
        .map(read)
        .collect()
}

/// Adds a choice or replaces the one with its number.
pub fn put(conn: &mut Conn, tenant_id: i64, stored: &StoredChoice, at: Millis, who: &str) -> Result<(), StoreError> {
    let choice = &stored.choice;
    Statement::new(
        "INSERT INTO choice (tenant_id, number, person_id, vendor_id, categories, choice, made_by, made_on, \
         withdrawn_on, recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (tenant_id, number) DO UPDATE SET made_by = excluded.made_by, made_on = excluded.made_on, \
         withdrawn_on = excluded.withdrawn_on, recorded_at = excluded.recorded_at, \
         recorded_by = excluded.recorded_by",
    )
    .bind(tenant_id)
    .bind(stored.number)
    .bind(choice.person)
    .bind(choice.vendor.as_deref())
    .bind(cell::json(&choice.categories)?)
    .bind(cell::word(&choice.decision)?)
    .bind(choice.by.as_str())
    .bind(choice.on.to_string())
    .bind(choice.withdrawn.map(|day| day.to_string()))
    .bind(at.0)
    .bind(who)
    .execute(conn)?;
    Ok(())
}

fn read(row: Row<'_>) -> Result<StoredChoice, StoreError> {
    Ok(StoredChoice {
        number: row.need_int(0)?,
        choice: Choice {
            person: row.need_int(1)?,
            vendor: row.text(2).map(str::to_owned),
            categories: cell::read_json(row, 3)?,
            decision: cell::read_word(row, 4)?,
            by: row.need_text(5)?.to_owned(),
            on: cell::read_date(row, 6)?,
            withdrawn: cell::read_optional_date(row, 7)?,
        },
    })
}
