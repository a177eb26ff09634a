//! What exists of the school data that a rules file names; only what is named is asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::{Conn, Statement, StoreError, cell};

/// The kinds of objects that rules and choices name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A school, or another organisation of the board.
    Org,
    /// A class.
    Class,
    /// A course.
    Course,
    /// A person.
    Person,
}

impl Kind {
    const fn table(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::Class => "\"class\"",
            Self::Course => "course",
            Self::Person => "person",
        }
    }
}

/// How many sourcedIds one statement names.
const AT_ONCE: usize = 500;

/// The row ids of those sourcedIds that exist; an object that is to be deleted exists.
pub fn row_ids(
    conn: &mut Conn,
    tenant_id: i64,
    kind: Kind,
    sourced_ids: &BTreeSet<&str>,
) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut found = BTreeMap::new();
    let sourced_ids: Vec<&str> = sourced_ids.iter().copied().collect();
    for some in sourced_ids.chunks(AT_ONCE) {
        let marks = vec!["?"; some.len()].join(",");
        let table = kind.table();
        let mut statement = Statement::new(format!(
            "SELECT sourced_id, id FROM {table} WHERE tenant_id = ? AND sourced_id IN ({marks})"
        ))
        .bind(tenant_id);
        for sourced_id in some {
            statement.push_bind(*sourced_id);
        }
        for row in statement.rows(conn)?.iter() {
            found.insert(row.need_text(0)?.to_owned(), row.need_int(1)?);
        }
    }
    Ok(found)
}

/// The sourcedIds of people by their row ids.
pub fn people_by_row(conn: &mut Conn, row_ids: &BTreeSet<i64>) -> Result<BTreeMap<i64, String>, StoreError> {
    let mut found = BTreeMap::new();
    let row_ids: Vec<i64> = row_ids.iter().copied().collect();
    for some in row_ids.chunks(AT_ONCE) {
        let marks = vec!["?"; some.len()].join(",");
        let mut statement = Statement::new(format!("SELECT id, sourced_id FROM person WHERE id IN ({marks})"));
        for row_id in some {
            statement.push_bind(*row_id);
        }
        for row in statement.rows(conn)?.iter() {
            found.insert(row.need_int(0)?, row.need_text(1)?.to_owned());
        }
    }
    Ok(found)
}

/// The sourcedIds of the board's schools and other organisations.
pub fn orgs(conn: &mut Conn, tenant_id: i64) -> Result<BTreeSet<String>, StoreError> {
    let rows = Statement::new("SELECT sourced_id FROM org WHERE tenant_id = ?").bind(tenant_id).rows(conn)?;
    rows.iter().map(|row| Ok(row.need_text(0)?.to_owned())).collect()
}

/// The grades that some person or class of the board has.
pub fn grades(conn: &mut Conn, tenant_id: i64) -> Result<BTreeSet<String>, StoreError> {
    let rows = Statement::new(
        "SELECT grades FROM person WHERE tenant_id = ? AND grades IS NOT NULL \
         UNION SELECT grades FROM \"class\" WHERE tenant_id = ? AND grades IS NOT NULL",
    )
    .bind(tenant_id)
    .bind(tenant_id)
    .rows(conn)?;
    let mut grades = BTreeSet::new();
    for row in rows.iter() {
        let list: Vec<String> = cell::read_json(row, 0)?;
        grades.extend(list);
    }
    Ok(grades)
}
