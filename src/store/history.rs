//! Who changed which vendor, rule or choice, when, and from what to what. Never a secret.

use crate::clock::Millis;
use crate::store::{Conn, Row, Statement, StoreError};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Millis,
    /// Who.
    pub who: String,
    /// What changed, such as `rule atlas-1`.
    pub subject: String,
    /// What it was, as JSON; none if it was not there.
    pub before: Option<String>,
    /// What it became, as JSON.
    pub after: Option<String>,
}

/// Adds entries after those that the board has.
pub fn append(conn: &mut Conn, tenant_id: i64, entries: &[Entry]) -> Result<(), StoreError> {
    let rows = Statement::new("SELECT COALESCE(MAX(number), 0) + 1 FROM history WHERE tenant_id = ?")
        .bind(tenant_id)
        .rows(conn)?;
    let first = rows.first().map_or(Ok(1), |row| row.need_int(0))?;
    for (number, entry) in (first..).zip(entries) {
        Statement::new(
            "INSERT INTO history (tenant_id, number, at, who, subject, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(tenant_id)
        .bind(number)
        .bind(entry.at.0)
        .bind(entry.who.as_str())
        .bind(entry.subject.as_str())
        .bind(entry.before.as_deref())
        .bind(entry.after.as_deref())
        .execute(conn)?;
    }
    Ok(())
}

/// The last changes of one board, oldest first.
pub fn latest(conn: &mut Conn, tenant_id: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let rows = Statement::new(
        "SELECT at, who, subject, before, after FROM history WHERE tenant_id = ? ORDER BY number DESC LIMIT ?",
    )
    .bind(tenant_id)
    .bind(limit)
    .rows(conn)?;
    let mut entries = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    entries.reverse();
    Ok(entries)
}

fn read(row: Row<'_>) -> Result<Entry, StoreError> {
    Ok(Entry {
        at: Millis(row.need_int(0)?),
        who: row.need_text(1)?.to_owned(),
        subject: row.need_text(2)?.to_owned(),
        before: row.text(3).map(str::to_owned),
        after: row.text(4).map(str::to_owned),
    })
}
