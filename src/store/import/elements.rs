//! The elements that a board's rows have, by the sourcedIds that they came with.

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

/// Tells of each row with elements in that column of the catalogue its sourcedId and those of the elements.
pub fn each(
    conn: &mut Conn,
    tenant_id: i64,
    (entity, column): (Entity, &'static str),
    visit: &mut dyn FnMut(&str, Vec<String>),
) -> Result<(), StoreError> {
    let table = entity.table();
    let sql = format!("SELECT sourced_id, {column} FROM {table} WHERE tenant_id = ? AND {column} IS NOT NULL");
    Statement::new(sql).bind(tenant_id).each(conn, |row| {
        let elements = serde_json::from_str(row.need_text(1)?)
            .map_err(|_| StoreError::Shape("elements of another form than the catalogue says"))?;
        let elements = match elements {
            Elements::Many(elements) => elements,
            Elements::One(element) => vec![element],
        };
        let there = elements.into_iter().filter(|element| !element.gone).map(|element| element.sourced_id);
        visit(row.need_text(0)?, there.collect());
        Ok(())
    })
}
