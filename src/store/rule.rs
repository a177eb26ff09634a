//! Consent rules: every version stays, the highest one counts.

use crate::clock::Millis;
use crate::consent::rule::{Population, Rule};
use crate::store::{Conn, Row, Statement, StoreError, cell};

// A rule never changes its vendor, so that the highest version is also the highest of that vendor.
const LATEST: &str = "SELECT id, version, vendor_id, roles, schools, grades, classes, courses, people, categories, \
     write_categories, purpose, reason, basis, agreement, valid_from, valid_until, status FROM consent_rule r \
     WHERE tenant_id = ? AND version = \
     (SELECT MAX(version) FROM consent_rule v WHERE v.tenant_id = r.tenant_id AND v.id = r.id)";

/// The version that counts of each rule of one vendor, by id; also of those that are not active.
pub fn current(conn: &mut Conn, tenant_id: i64, vendor: &str) -> Result<Vec<Rule>, StoreError> {
    Statement::new(format!("{LATEST} AND vendor_id = ? ORDER BY id"))
        .bind(tenant_id)
        .bind(vendor)
        .rows(conn)?
        .iter()
        .map(read)
        .collect()
}

/// The version that counts of each rule of one board, by id.
pub fn all(conn: &mut Conn, tenant_id: i64) -> Result<Vec<Rule>, StoreError> {
    Statement::new(format!("{LATEST} ORDER BY id")).bind(tenant_id).rows(conn)?.iter().map(read).collect()
}

/// Adds a version of a rule.
pub fn append(conn: &mut Conn, tenant_id: i64, rule: &Rule, at: Millis, who: &str) -> Result<(), StoreError> {
    let people = &rule.population;
    Statement::new(
        "INSERT INTO consent_rule (tenant_id, id, version, vendor_id, roles, schools, grades, classes, courses, \
         people, categories, write_categories, purpose, reason, basis, agreement, valid_from, valid_until, status, \
         recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(tenant_id)
    .bind(rule.id.as_str())
    .bind(rule.version)
    .bind(rule.vendor.as_str())
    .bind(cell::json(&people.roles)?)
    .bind(cell::json(&people.schools)?)
    .bind(cell::json(&people.grades)?)
    .bind(cell::json(&people.classes)?)
    .bind(cell::json(&people.courses)?)
    .bind(cell::json(&people.people)?)
    .bind(cell::json(&rule.categories)?)
    .bind(cell::json(&rule.write)?)
    .bind(rule.purpose.as_str())
    .bind(rule.reason.as_deref())
    .bind(cell::word(&rule.basis)?)
    .bind(rule.agreement.as_deref())
    .bind(rule.from.to_string())
    .bind(rule.until.map(|day| day.to_string()))
    .bind(cell::word(&rule.status)?)
    .bind(at.0)
    .bind(who)
    .execute(conn)?;
    Ok(())
}

fn read(row: Row<'_>) -> Result<Rule, StoreError> {
    Ok(Rule {
        id: row.need_text(0)?.to_owned(),
        version: row.need_int(1)?,
        vendor: row.need_text(2)?.to_owned(),
        population: Population {
            roles: cell::read_json(row, 3)?,
            schools: cell::read_json(row, 4)?,
            grades: cell::read_json(row, 5)?,
            classes: cell::read_json(row, 6)?,
            courses: cell::read_json(row, 7)?,
            people: cell::read_json(row, 8)?,
        },
        categories: cell::read_json(row, 9)?,
        write: cell::read_json(row, 10)?,
        purpose: row.need_text(11)?.to_owned(),
        reason: row.text(12).map(str::to_owned),
        basis: cell::read_word(row, 13)?,
        agreement: row.text(14).map(str::to_owned),
        from: cell::read_date(row, 15)?,
        until: cell::read_optional_date(row, 16)?,
        status: cell::read_word(row, 17)?,
    })
}
