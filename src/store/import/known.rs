//! What a board has, by the sourcedIds that it came with: for a reader that must say what is there no more.

use std::collections::HashSet;

use serde::Deserialize;

use crate::catalogue::Entity;
use crate::store::{Conn, Statement, StoreError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Element {
    sourced_id: String,
    #[serde(default)]
    gone: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Elements {
    Many(Vec<Element>),
    One(Element),
}

/// Tells of each row with elements in that column of the catalogue its sourcedId, whether it is
/// there, and the sourcedIds of the elements.
pub fn each_with_elements(
    conn: &mut Conn,
    tenant_id: i64,
    (entity, column): (Entity, &'static str),
    visit: &mut dyn FnMut(&str, bool, Vec<String>),
) -> Result<(), StoreError> {
    let table = entity.table();
    let sql = format!("SELECT sourced_id, {column}, status FROM {table} WHERE tenant_id = ? AND {column} IS NOT NULL");
    Statement::new(sql).bind(tenant_id).each(conn, |row| {
        let elements = serde_json::from_str(row.need_text(1)?)
            .map_err(|_| StoreError::Shape("elements of another form than the catalogue says"))?;
        let elements = match elements {
            Elements::Many(elements) => elements,
            Elements::One(element) => vec![element],
        };
        let there = elements.into_iter().filter(|element| !element.gone).map(|element| element.sourced_id);
        visit(row.need_text(0)?, row.need_text(2)? == "active", there.collect());
        Ok(())
    })
}

/// The rows of a table that are there.
pub fn active(conn: &mut Conn, tenant_id: i64, entity: Entity) -> Result<HashSet<String>, StoreError> {
    let mut ids = HashSet::new();
    let sql = format!("SELECT sourced_id FROM {} WHERE tenant_id = ? AND status = 'active'", entity.table());
    Statement::new(sql).bind(tenant_id).each(conn, |row| {
        ids.insert(row.need_text(0)?.to_owned());
        Ok(())
    })?;
    Ok(ids)
}

/// Tells of each class its own sourcedId and those of its school and its course.
pub fn each_class(conn: &mut Conn, tenant_id: i64, visit: &mut dyn FnMut(&str, &str, &str)) -> Result<(), StoreError> {
    Statement::new(
        "SELECT class.sourced_id, org.sourced_id, course.sourced_id FROM class \
         JOIN org ON org.tenant_id = class.tenant_id AND org.id = class.school \
         JOIN course ON course.tenant_id = class.tenant_id AND course.id = class.course \
         WHERE class.tenant_id = ?",
    )
    .bind(tenant_id)
    .each(conn, |row| {
        visit(row.need_text(0)?, row.need_text(1)?, row.need_text(2)?);
        Ok(())
    })
}
