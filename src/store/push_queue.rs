//! What is still to be sent to a vendor's server: which resource, and what for. Never what would be sent.
//!
//! A resource stands in it at most once: a later change takes the place of an earlier one, so that nothing can
//! overtake anything.

use crate::store::written::Of;
use crate::store::{Conn, Row, Statement, StoreError};

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The server gets the resource as it is now.
    Give,
    /// The server is told that it is no more.
    Take,
}

/// Whether an order is still tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Queued,
    /// It failed too often: a person must look.
    Dead,
    /// A person decided to leave it until it changes.
    Forgotten,
}

/// An order that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The kind of resource, by the profile's word.
    pub kind: String,
    /// The vendor's identifier of it.
    pub id: String,
    /// Orders of an earlier phase go first.
    pub phase: i64,
    /// What is to happen.
    pub operation: Operation,
    /// A hash of what is to be given; empty for what is taken.
    pub hash: Vec<u8>,
    /// Whether it may have been sent before without a note of the outcome.
    pub is_started: bool,
    /// How often it failed.
    pub attempts: i64,
    /// When it may be sent.
    pub not_before: i64,
    /// How it failed last.
    pub last_error: Option<String>,
    /// Whether it is still tried.
    pub standing: Standing,
}

const COLUMNS: &str = "kind, id, phase, operation, hash, started, attempts, not_before, last_error, state";

impl Operation {
    /// The word that is kept and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Give => "give",
            Self::Take => "take",
        }
    }
}

impl Standing {
    /// The word that is kept and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Dead => "dead",
            Self::Forgotten => "forgotten",
        }
    }
}

fn of_vendor((tenant_id, vendor): Of<'_>, text: &str) -> Statement {
    Statement::new(text).bind(tenant_id).bind(vendor)
}

fn read(row: Row<'_>) -> Result<Order, StoreError> {
    Ok(Order {
        kind: row.need_text(0)?.to_owned(),
        id: row.need_text(1)?.to_owned(),
        phase: row.need_int(2)?,
        operation: if row.need_text(3)? == "take" { Operation::Take } else { Operation::Give },
        hash: row.bytes(4).unwrap_or_default().to_vec(),
        is_started: row.need_int(5)? != 0,
        attempts: row.need_int(6)?,
        not_before: row.need_int(7)?,
        last_error: row.text(8).map(str::to_owned),
        standing: match row.need_text(9)? {
            "dead" => Standing::Dead,
            "forgotten" => Standing::Forgotten,
            _ => Standing::Queued,
        },
    })
}

/// Shows every order of a kind to `visit`.
pub fn each(conn: &mut Conn, of: Of<'_>, kind: &str, mut visit: impl FnMut(Order)) -> Result<(), StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM push_queue WHERE tenant_id = ? AND vendor_id = ? AND kind = ? ORDER BY id");
    of_vendor(of, &sql).bind(kind).each(conn, |row| {
        visit(read(row)?);
        Ok(())
    })
}

/// Puts orders in, in this order, each in the place of what there was for its resource.
pub fn put(conn: &mut Conn, of: Of<'_>, orders: &[Order]) -> Result<(), StoreError> {
    let sql = "SELECT COALESCE(MAX(sequence), 0) FROM push_queue WHERE tenant_id = ? AND vendor_id = ?";
    let last = of_vendor(of, sql).rows(conn)?.first().map_or(Ok(0), |row| row.need_int(0))?;
    for (sequence, order) in (last + 1..).zip(orders) {
        of_vendor(
            of,
            "INSERT INTO push_queue (tenant_id, vendor_id, kind, id, phase, sequence, operation, hash, started, \
             attempts, not_before, last_error, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (tenant_id, vendor_id, kind, id) DO UPDATE SET phase = excluded.phase, \
             sequence = excluded.sequence, operation = excluded.operation, hash = excluded.hash, \
             started = excluded.started, attempts = excluded.attempts, not_before = excluded.not_before, \
             last_error = excluded.last_error, state = excluded.state",
        )
        .bind(order.kind.as_str())
        .bind(order.id.as_str())
        .bind(order.phase)
        .bind(sequence)
        .bind(order.operation.word())
        .bind(order.hash.clone())
        .bind(i64::from(order.is_started))
        .bind(order.attempts)
        .bind(order.not_before)
        .bind(order.last_error.as_deref())
        .bind(order.standing.word())
        .execute(conn)?;
    }
    Ok(())
}

/// The first orders that may be sent now, in their order.
pub fn due(conn: &mut Conn, of: Of<'_>, now: i64, limit: i64) -> Result<Vec<Order>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM push_queue WHERE tenant_id = ? AND vendor_id = ? AND state = 'queued' \
         AND not_before <= ? ORDER BY phase, sequence LIMIT ?"
    );
    of_vendor(of, &sql).bind(now).bind(limit).rows(conn)?.iter().map(read).collect()
}

/// When the next order may be sent, if any waits.
pub fn next_due(conn: &mut Conn, of: Of<'_>) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT MIN(not_before) FROM push_queue WHERE tenant_id = ? AND vendor_id = ? AND state = 'queued'";
    Ok(of_vendor(of, sql).rows(conn)?.first().and_then(|row| row.int(0)))
}

/// The order for a resource, if there is one.
pub fn find(conn: &mut Conn, of: Of<'_>, kind: &str, id: &str) -> Result<Option<Order>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM push_queue WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ?");
    of_vendor(of, &sql).bind(kind).bind(id).rows(conn)?.first().map(read).transpose()
}

/// Notes that an order is about to be sent.
pub fn start(conn: &mut Conn, of: Of<'_>, order: &Order) -> Result<(), StoreError> {
    let sql = "UPDATE push_queue SET started = 1 WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ?";
    of_vendor(of, sql).bind(order.kind.as_str()).bind(order.id.as_str()).execute(conn)?;
    Ok(())
}

/// Notes how an order failed, or that it waits.
pub fn defer(conn: &mut Conn, of: Of<'_>, order: &Order) -> Result<(), StoreError> {
    let mut statement = Statement::new(
        "UPDATE push_queue SET started = ?, attempts = ?, not_before = ?, last_error = ?, state = ? \
         WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ?",
    )
    .bind(i64::from(order.is_started))
    .bind(order.attempts)
    .bind(order.not_before)
    .bind(order.last_error.as_deref())
    .bind(order.standing.word());
    statement.push_bind(of.0);
    statement.push_bind(of.1);
    statement.bind(order.kind.as_str()).bind(order.id.as_str()).execute(conn)?;
    Ok(())
}

/// Takes an order out.
pub fn drop_order(conn: &mut Conn, of: Of<'_>, kind: &str, id: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM push_queue WHERE tenant_id = ? AND vendor_id = ? AND kind = ? AND id = ?";
    of_vendor(of, sql).bind(kind).bind(id).execute(conn)?;
    Ok(())
}

/// Takes all orders out.
pub fn clear(conn: &mut Conn, of: Of<'_>) -> Result<(), StoreError> {
    of_vendor(of, "DELETE FROM push_queue WHERE tenant_id = ? AND vendor_id = ?").execute(conn)?;
    Ok(())
}

/// How many orders there are by standing: queued, dead, forgotten.
pub fn counts(conn: &mut Conn, of: Of<'_>) -> Result<[i64; 3], StoreError> {
    let sql = "SELECT state, COUNT(*) FROM push_queue WHERE tenant_id = ? AND vendor_id = ? GROUP BY state";
    let mut counts = [0; 3];
    for row in of_vendor(of, sql).rows(conn)?.iter() {
        let [queued, dead, forgotten] = &mut counts;
        match row.need_text(0)? {
            "dead" => *dead = row.need_int(1)?,
            "forgotten" => *forgotten = row.need_int(1)?,
            _ => *queued = row.need_int(1)?,
        }
    }
    Ok(counts)
}

/// The first orders that nobody tries any more.
pub fn dead(conn: &mut Conn, of: Of<'_>, limit: i64) -> Result<Vec<Order>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM push_queue WHERE tenant_id = ? AND vendor_id = ? AND state = 'dead' \
         ORDER BY phase, sequence LIMIT ?"
    );
    of_vendor(of, &sql).bind(limit).rows(conn)?.iter().map(read).collect()
}

/// Tries all dead letters again, and those that were forgotten.
pub fn retry(conn: &mut Conn, of: Of<'_>) -> Result<usize, StoreError> {
    let sql = "UPDATE push_queue SET state = 'queued', attempts = 0, not_before = 0 \
               WHERE tenant_id = ? AND vendor_id = ? AND state <> 'queued'";
    of_vendor(of, sql).execute(conn)
}

/// Leaves all dead letters until they change. What was to be taken back is held to be gone.
pub fn forget(conn: &mut Conn, of: Of<'_>) -> Result<usize, StoreError> {
    let gone = "DELETE FROM pushed WHERE tenant_id = ? AND vendor_id = ? AND EXISTS (SELECT 1 FROM push_queue q \
                WHERE q.tenant_id = pushed.tenant_id AND q.vendor_id = pushed.vendor_id AND q.kind = pushed.kind \
                AND q.id = pushed.id AND q.state = 'dead' AND q.operation = 'take')";
    of_vendor(of, gone).execute(conn)?;
    let taken =
        "DELETE FROM push_queue WHERE tenant_id = ? AND vendor_id = ? AND state = 'dead' AND operation = 'take'";
    let n_taken = of_vendor(of, taken).execute(conn)?;
    let given = "UPDATE push_queue SET state = 'forgotten' WHERE tenant_id = ? AND vendor_id = ? AND state = 'dead'";
    Ok(n_taken + of_vendor(of, given).execute(conn)?)
}
