//! What the database answers to one comparison: row ids only, never data.
//!
//! The answers know nothing of consent; whoever asks must cut them to the release.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use roaring::RoaringBitmap;

use crate::catalogue::word::in_version;
use crate::catalogue::{Entity, Field, Version};
use crate::letters;
use crate::snapshot::Snapshot;
use crate::store::provisioned::push_in;
use crate::store::{Bind, Conn, Statement, StoreError};

/// The objects whose column compares by `operator` (from the code, never from a request) with `value`.
pub fn compare(
    conn: &mut Conn,
    snapshot: &Snapshot,
    (entity, column): (Entity, &'static str),
    operator: &'static str,
    value: Bind,
) -> Result<RoaringBitmap, StoreError> {
    let sql = format!("SELECT id FROM {} WHERE tenant_id = ? AND {column}{operator}?", entity.table());
    let statement = Statement::new(sql).bind(snapshot.tenant_id).bind(value);
    let mut found = RoaringBitmap::new();
    statement.each(conn, |row| {
        found.extend(snapshot.ids(entity).position(row.need_int(0)?));
        Ok(())
    })?;
    Ok(found)
}

/// The objects whose column is that text but for the case and width of its letters, of which `is_same` has the last
/// word.
///
/// The databases fold ASCII alone; of other letters the text itself, in capitals and in small letters is looked for,
/// and of ASCII in full width the same.
pub fn folded(
    conn: &mut Conn,
    snapshot: &Snapshot,
    (entity, column): (Entity, &'static str),
    (text, is_same): (&str, &dyn Fn(&str) -> bool),
) -> Result<RoaringBitmap, StoreError> {
    let mut found = RoaringBitmap::new();
    let wide = [text.to_owned(), text.to_lowercase(), text.to_uppercase()].map(|text| letters::in_full_width(&text));
    let forms: Vec<String> = forms(text).into_iter().chain(wide).collect::<BTreeSet<_>>().into_iter().collect();
    // The indexes leave out rows without a value, and SQLite uses them only if that is said here as well.
    let sql = format!("SELECT id, {column} FROM {} WHERE tenant_id = ? AND {column} IS NOT NULL", entity.table());
    let mut statement = Statement::new(sql).bind(snapshot.tenant_id);
    push_in(&mut statement, &format!(" AND lower({column})"), &forms);
    statement.each(conn, |row| {
        if is_same(row.need_text(1)?) {
            found.extend(snapshot.ids(entity).position(row.need_int(0)?));
        }
        Ok(())
    })?;
    Ok(found)
}

/// The forms of a text that `lower` of a database may give, if its letters are small or capital, composed or not; one
/// in other widths also in the ordinary one.
pub fn forms(text: &str) -> BTreeSet<String> {
    let texts = [text.to_owned(), letters::in_ordinary_width(text).into_owned()];
    let cases = texts.into_iter().flat_map(|text| [text.to_lowercase(), text.to_uppercase(), text]);
    cases.flat_map(|text| letters::forms(&text)).map(|form| form.to_ascii_lowercase()).collect()
}

/// The objects whose column holds a text that `matches`.
pub fn matching(
    conn: &mut Conn,
    snapshot: &Snapshot,
    (entity, column): (Entity, &'static str),
    mut matches: impl FnMut(u32, &str) -> bool,
) -> Result<RoaringBitmap, StoreError> {
    let sql = format!("SELECT id, {column} FROM {} WHERE tenant_id = ? AND {column} IS NOT NULL", entity.table());
    let mut found = RoaringBitmap::new();
    Statement::new(sql).bind(snapshot.tenant_id).each(conn, |row| {
        if let Some(position) = snapshot.ids(entity).position(row.need_int(0)?)
            && matches(position, row.need_text(1)?)
        {
            found.insert(position);
        }
        Ok(())
    })?;
    Ok(found)
}

/// The objects whose column holds the row id of one of `targets`.
pub fn referring(
    conn: &mut Conn,
    snapshot: &Snapshot,
    (entity, column): (Entity, &'static str),
    targets: &BTreeSet<i64>,
) -> Result<RoaringBitmap, StoreError> {
    let sql = format!("SELECT id, {column} FROM {} WHERE tenant_id = ? AND {column} IS NOT NULL", entity.table());
    let mut found = RoaringBitmap::new();
    Statement::new(sql).bind(snapshot.tenant_id).each(conn, |row| {
        if targets.contains(&row.need_int(1)?) {
            found.extend(snapshot.ids(entity).position(row.need_int(0)?));
        }
        Ok(())
    })?;
    Ok(found)
}

/// For each object the rank of its value in the column, equal values alike; `u32::MAX` where there is none.
pub fn ranks(
    conn: &mut Conn,
    snapshot: &Snapshot,
    entity: Entity,
    column: &'static str,
) -> Result<Vec<u32>, StoreError> {
    let sql = format!(
        "SELECT id, {column} FROM {} WHERE tenant_id = ? AND {column} IS NOT NULL ORDER BY {column}",
        entity.table()
    );
    let mut ranks = vec![u32::MAX; snapshot.ids(entity).len() as usize];
    let mut rank = 0_u32;
    let mut last: Option<Value> = None;
    Statement::new(sql).bind(snapshot.tenant_id).each(conn, |row| {
        let value = match (row.text(1), row.real(1)) {
            (Some(text), _) => Value::Text(text.to_owned()),
            (None, Some(number)) => Value::Number(number),
            (None, None) => return Ok(()),
        };
        if last.as_ref().is_some_and(|last| *last != value) {
            rank += 1;
        }
        last = Some(value);
        let position = snapshot.ids(entity).position(row.need_int(0)?);
        if let Some(slot) = position.and_then(|p| ranks.get_mut(p as usize)) {
            *slot = rank;
        }
        Ok(())
    })?;
    Ok(ranks)
}

/// The same for columns of text that hold one field together: a rank means the same value in each of them.
///
/// Ranks that count a column's own values would tell how many of them are hidden.
pub fn common_ranks(
    conn: &mut Conn,
    snapshot: &Snapshot,
    entity: Entity,
    columns: &[&'static str],
) -> Result<Vec<Vec<u32>>, StoreError> {
    let mut by_text: BTreeMap<String, Vec<(usize, u32)>> = BTreeMap::new();
    for (place, column) in columns.iter().enumerate() {
        let sql = format!("SELECT id, {column} FROM {} WHERE tenant_id = ? AND {column} IS NOT NULL", entity.table());
        Statement::new(sql).bind(snapshot.tenant_id).each(conn, |row| {
            if let Some(position) = snapshot.ids(entity).position(row.need_int(0)?) {
                by_text.entry(row.need_text(1)?.to_owned()).or_default().push((place, position));
            }
            Ok(())
        })?;
    }
    let mut ranks = vec![vec![u32::MAX; snapshot.ids(entity).len() as usize]; columns.len()];
    for (rank, (_, holders)) in (0..).zip(by_text) {
        for (place, position) in holders {
            if let Some(slot) = ranks.get_mut(place).and_then(|of_column| of_column.get_mut(position as usize)) {
                *slot = rank;
            }
        }
    }
    Ok(ranks)
}

/// For each object the rank of its value's word in the vocabulary of a version; `u32::MAX` where there is none.
pub fn word_ranks(
    conn: &mut Conn,
    snapshot: &Snapshot,
    (entity, field): (Entity, &'static Field),
    version: Version,
) -> Result<Vec<u32>, StoreError> {
    let mut by_word: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let (table, column) = (entity.table(), field.column);
    let sql = format!("SELECT id, {column} FROM {table} WHERE tenant_id = ? AND {column} IS NOT NULL");
    Statement::new(sql).bind(snapshot.tenant_id).each(conn, |row| {
        let position = snapshot.ids(entity).position(row.need_int(0)?);
        let word = in_version(version, entity, field.name, row.need_text(1)?);
        if let (Some(position), Some(word)) = (position, word) {
            match by_word.get_mut(word) {
                Some(holders) => holders.push(position),
                None => _ = by_word.insert(word.to_owned(), vec![position]),
            }
        }
        Ok(())
    })?;
    let mut ranks = vec![u32::MAX; snapshot.ids(entity).len() as usize];
    for (rank, holders) in (0..).zip(by_word.values()) {
        for position in holders {
            if let Some(slot) = ranks.get_mut(*position as usize) {
                *slot = rank;
            }
        }
    }
    Ok(ranks)
}

/// What each object's column holds, where it holds anything.
pub fn values(
    conn: &mut Conn,
    snapshot: &Snapshot,
    (entity, column): (Entity, &'static str),
) -> Result<HashMap<u32, Value>, StoreError> {
    let sql = format!("SELECT id, {column} FROM {} WHERE tenant_id = ? AND {column} IS NOT NULL", entity.table());
    let mut found = HashMap::new();
    Statement::new(sql).bind(snapshot.tenant_id).each(conn, |row| {
        let value = match (row.text(1), row.real(1)) {
            (Some(text), _) => Value::Text(text.to_owned()),
            (None, Some(number)) => Value::Number(number),
            (None, None) => return Ok(()),
        };
        found.extend(snapshot.ids(entity).position(row.need_int(0)?).map(|position| (position, value)));
        Ok(())
    })?;
    Ok(found)
}

/// What one object's column holds, if anything.
pub fn value(
    conn: &mut Conn,
    snapshot: &Snapshot,
    (entity, column): (Entity, &'static str),
    position: u32,
) -> Result<Option<Value>, StoreError> {
    let sql = format!("SELECT {column} FROM {} WHERE tenant_id = ? AND id = ?", entity.table());
    let statement = Statement::new(sql).bind(snapshot.tenant_id).bind(snapshot.ids(entity).row_id(position));
    let mut found = None;
    statement.each(conn, |row| {
        found = match (row.text(0), row.real(0)) {
            (Some(text), _) => Some(Value::Text(text.to_owned())),
            (None, number) => number.map(Value::Number),
        };
        Ok(())
    })?;
    Ok(found)
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
}
