//! Disclosure records: appended, never changed.

use crate::audit::Disclosure;
use crate::store::{Conn, Statement, StoreError};

/// How many records go into one statement; each size is a prepared statement of its own.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// Appends records in as few statements as there are sizes.
pub fn append<'a>(conn: &mut Conn, mut records: &'a [&'a Disclosure]) -> Result<(), StoreError> {
    for size in SIZES {
        while let Some((now, later)) = records.split_at_checked(size) {
            insert(conn, now)?;
            records = later;
        }
    }
    Ok(())
}

fn insert(conn: &mut Conn, records: &[&Disclosure]) -> Result<(), StoreError> {
    let mut statement = Statement::new(
        "INSERT INTO disclosure (tenant_id, at, vendor_id, request_id, rules, entity, records, people) VALUES ",
    );
    for (i, record) in records.iter().enumerate() {
        statement.push(if i == 0 { "(?, ?, ?, ?, ?, ?, ?, ?)" } else { ", (?, ?, ?, ?, ?, ?, ?, ?)" });
        statement.push_bind(record.tenant_id);
        statement.push_bind(record.at.0);
        statement.push_bind(&*record.vendor);
        statement.push_bind(&*record.request_id);
        statement.push_bind(&*record.rules);
        statement.push_bind(record.entity);
        statement.push_bind(i64::from(record.records));
        statement.push_bind(record.encode());
    }
    statement.execute(conn)?;
    Ok(())
}
