//! One table while a set is brought into it: first the sourcedIds, then the rows, then what is missing.

use std::collections::HashMap;

use super::difference;
use super::index::{Fresh, Index, Rows, State};
use super::run::Run;
use super::summary::Counts;
use super::value::{Digest, Incoming, Value, fields};
use super::write::{How, Writer, Written};
use crate::catalogue::{Entity, Field, Kind};
use crate::store::{Bind, Conn, Statement, StoreError, account_owner};

/// How many stored rows are read at once to compare them, or marked at once as gone.
const AT_ONCE: usize = 500;

/// One table while a set is brought into it.
#[derive(Debug)]
pub struct Table {
    entity: Entity,
    tenant_id: i64,
    fields: Vec<&'static Field>,
    writer: Writer,
    index: Index,
    rows: Rows,
    fresh: Fresh,
    highest: u32,
    counts: Counts,
    /// What goes although the set says nothing of the rest: the set holds changes only.
    leaving: Option<Vec<u32>>,
    /// Columns of people that providers keep, by row ids.
    kept: HashMap<i64, Vec<String>>,
}

impl Table {
    /// Reads what the table has of the board.
    pub fn open(run: &mut Run<'_>, entity: Entity) -> Result<Self, StoreError> {
        let fields = fields(entity);
        let mut table = Self {
            entity,
            tenant_id: run.tenant_id(),
            writer: Writer::new(run.tenant_id(), entity, &fields),
            fields,
            index: Index::default(),
            rows: Rows::default(),
            fresh: Fresh::default(),
            highest: 0,
            counts: Counts::default(),
            leaving: None,
            kept: HashMap::new(),
        };
        if entity == Entity::User {
            let tenant_id = run.tenant_id();
            table.kept = account_owner::kept_columns(run.conn(), tenant_id)?;
        }
        let sql = format!("SELECT id, sourced_id, digest, status FROM {} WHERE tenant_id = ?", entity.table());
        Statement::new(sql).bind(run.tenant_id()).each(run.conn(), |row| {
            let number = number(row.need_int(0)?)?;
            let digest = row.bytes(2).and_then(|bytes| Digest::try_from(bytes).ok()).unwrap_or_default();
            table.index.insert(row.need_text(1)?, number);
            *table.rows.at(number) =
                State { digest, is_stored: true, is_active: row.need_text(3)? == "active", is_seen: false };
            table.highest = table.highest.max(number);
            Ok(())
        })?;
        Ok(table)
    }

    /// Which kind of object the table holds.
    pub fn entity(&self) -> Entity {
        self.entity
    }

    /// Notes that the set has a row; give them all before [`Table::number`].
    pub fn see(&mut self, sourced_id: &str) {
        match self.index.find(sourced_id) {
            Some(number) => self.rows.at(number).is_seen = true,
            None => self.fresh.push(sourced_id),
        }
    }

    /// Lets rows that the set lacks stay: it holds changes only.
    pub fn keep_missing(&mut self) {
        self.leaving.get_or_insert_default();
    }

    /// Notes that a set of changes takes a row away; one that isn't there stays away.
    pub fn leave(&mut self, sourced_id: &str) {
        let number = self.find(sourced_id).filter(|number| self.rows.get(*number).is_active);
        if let (Some(leaving), Some(number)) = (&mut self.leaving, number) {
            leaving.push(number);
        }
    }

    /// The stored rows that stay and of which the set has no row of their own.
    pub fn untouched(&self) -> impl Iterator<Item = u32> {
        self.rows.missing().filter(|number| !self.leaving.as_ref().is_some_and(|leaving| leaving.contains(number)))
    }

    /// The sourcedIds of stored rows, and what one of their columns holds.
    pub fn stored(
        &self,
        run: &mut Run<'_>,
        column: &'static str,
        numbers: &[u32],
    ) -> Result<Vec<(u32, String, Option<String>)>, StoreError> {
        let mut found = Vec::with_capacity(numbers.len());
        for some in numbers.chunks(AT_ONCE) {
            let ids: Vec<i64> = some.iter().map(|number| self.row_id_of(*number)).collect();
            let rows = self.by_ids(run.conn(), &format!("SELECT id, sourced_id, {column}"), &ids).rows(run.conn())?;
            for row in rows.iter() {
                let text = row.text(2).map(str::to_owned);
                found.push((number(row.need_int(0)?)?, row.need_text(1)?.to_owned(), text));
            }
        }
        Ok(found)
    }

    /// The table as it was, for others to refer to.
    pub fn unchanged(self) -> Finished {
        Finished { index: self.index, tenant_id: self.tenant_id }
    }

    /// Notes that the set has a row with the number of a row of another table.
    pub fn see_as(&mut self, sourced_id: &str, number: u32) {
        self.index.insert(sourced_id, number);
        self.rows.at(number).is_seen = true;
    }

    /// Gives each new row its number: in the order of the sourcedIds, so that rows whose sourcedIds begin
    /// alike lie close together.
    pub fn number(&mut self) {
        let fresh = std::mem::take(&mut self.fresh);
        for sourced_id in fresh.sorted() {
            self.highest += 1;
            self.index.insert(sourced_id, self.highest);
            self.rows.at(self.highest).is_seen = true;
        }
    }

    /// The number of the row with that sourcedId.
    pub fn find(&self, sourced_id: &str) -> Option<u32> {
        self.index.find(sourced_id)
    }

    /// The row id of the row with that sourcedId.
    pub fn row_id(&self, sourced_id: &str) -> Option<i64> {
        self.find(sourced_id).map(|number| self.row_id_of(number))
    }

    /// The row id of the row with that number.
    pub fn row_id_of(&self, number: u32) -> i64 {
        (self.tenant_id << 32) | i64::from(number)
    }

    /// How many active rows go with the set, and how many active rows there are.
    pub fn missing(&self) -> (u64, u64) {
        let n = self.leaving.as_ref().map_or_else(|| self.rows.missing().count(), Vec::len);
        (u64::try_from(n).unwrap_or(u64::MAX), self.rows.n_active())
    }

    /// Stores rows of the set, best in the order of their numbers.
    pub fn write(&mut self, run: &mut Run<'_>, incoming: Vec<Incoming>) -> Result<(), StoreError> {
        let mut new = Vec::new();
        let mut different = Vec::new();
        for row in incoming {
            let digest = row.digest();
            let state = self.rows.get(row.number);
            if !state.is_stored {
                new.push(self.first(row, digest, run.now())?);
            } else if state.is_active && state.digest == digest {
                self.counts.unchanged += 1;
            } else {
                different.push(row);
            }
        }
        self.counts.added += u64::try_from(new.len()).unwrap_or(u64::MAX);
        self.writer.write(run.conn(), How::Insert, new)?;
        let mut different = different.into_iter().peekable();
        while different.peek().is_some() {
            let some: Vec<Incoming> = different.by_ref().take(AT_ONCE).collect();
            self.replace(run, some)?;
        }
        Ok(())
    }

    /// Marks as gone what the set lacks or takes away, and tells what happened to the table's rows.
    pub fn finish(mut self, run: &mut Run<'_>) -> Result<Finished, StoreError> {
        let leaving = self.leaving.take().unwrap_or_else(|| self.rows.missing().collect());
        let missing: Vec<i64> = leaving.into_iter().map(|number| self.row_id_of(number)).collect();
        self.counts.removed = u64::try_from(missing.len()).unwrap_or(u64::MAX);
        for some in missing.chunks(AT_ONCE) {
            self.remove(run, some)?;
        }
        run.record(self.entity, self.counts);
        Ok(Finished { index: self.index, tenant_id: self.tenant_id })
    }

    fn first(&self, incoming: Incoming, digest: Digest, now: i64) -> Result<Written, StoreError> {
        let mut values = incoming.values;
        for (value, field) in values.iter_mut().zip(&self.fields) {
            if field.kind == Kind::Roles {
                let roles = std::mem::take(value).into_text();
                *value = Value::Text(super::roles::first(roles.as_deref().unwrap_or("[]"), now)?);
            }
        }
        let id = self.row_id_of(incoming.number);
        Ok(Written { id, sourced_id: incoming.sourced_id, created_at: now, changed: None, digest, values })
    }

    fn replace(&mut self, run: &mut Run<'_>, incoming: Vec<Incoming>) -> Result<(), StoreError> {
        let ids: Vec<i64> = incoming.iter().map(|row| self.row_id_of(row.number)).collect();
        let columns: Vec<_> = self.fields.iter().map(|field| field.column).collect();
        let select = format!("SELECT id, status, created_at, changed, {}", columns.join(", "));
        let stored = self.by_ids(run.conn(), &select, &ids).rows(run.conn())?;
        let mut incoming: HashMap<i64, Incoming> = ids.into_iter().zip(incoming).collect();
        let mut written = Vec::with_capacity(incoming.len());
        for row in stored.iter() {
            let Some(new) = incoming.remove(&row.need_int(0)?) else { continue };
            let id = row.need_int(0)?;
            let kept = self.kept.get(&id).map_or(&[][..], Vec::as_slice);
            let merged = difference::merge(self.entity, &self.fields, row, new, (run.now(), kept))?;
            for (column, value) in &merged.of_administration {
                account_owner::note_of_administration(run.conn(), (self.tenant_id, id, column), value.as_deref())?;
            }
            if merged.is_changed {
                self.counts.changed += 1;
            } else {
                self.counts.unchanged += 1;
            }
            written.push(merged.written);
        }
        self.writer.write(run.conn(), How::Replace, written)
    }

    /// Most rows never changed before, and those get their time in one statement.
    fn remove(&self, run: &mut Run<'_>, ids: &[i64]) -> Result<(), StoreError> {
        let now = run.now();
        let changed = self.by_ids(run.conn(), "SELECT id, changed", ids).rows(run.conn())?;
        let (mut first, mut others) = (Vec::new(), Vec::new());
        for row in changed.iter() {
            match row.text(1) {
                None => first.push(row.need_int(0)?),
                Some(times) => others.push((row.need_int(0)?, difference::removed(self.entity, Some(times), now)?)),
            }
        }
        if !first.is_empty() {
            self.mark(run.conn(), difference::removed(self.entity, None, now)?, &first)?;
        }
        for (id, times) in others {
            self.mark(run.conn(), times, &[id])?;
        }
        Ok(())
    }

    fn mark(&self, conn: &mut Conn, changed: Option<String>, ids: &[i64]) -> Result<(), StoreError> {
        let list = in_list(conn);
        let table = self.entity.table();
        Statement::new(format!(
            "UPDATE {table} SET status = 'tobedeleted', changed = ? WHERE tenant_id = ? AND id {list}"
        ))
        .bind(changed)
        .bind(self.tenant_id)
        .bind(Bind::Ids(ids.to_vec()))
        .execute(conn)?;
        Ok(())
    }

    fn by_ids(&self, conn: &Conn, select: &str, ids: &[i64]) -> Statement {
        let list = in_list(conn);
        let table = self.entity.table();
        Statement::new(format!("{select} FROM {table} WHERE tenant_id = ? AND id {list}"))
            .bind(self.tenant_id)
            .bind(Bind::Ids(ids.to_vec()))
    }
}

/// A table whose rows are all stored; other tables still refer to them.
#[derive(Debug)]
pub struct Finished {
    index: Index,
    tenant_id: i64,
}

impl Finished {
    /// The number of the row with that sourcedId.
    pub fn find(&self, sourced_id: &str) -> Option<u32> {
        self.index.find(sourced_id)
    }

    /// The row id of the row with that sourcedId.
    pub fn row_id(&self, sourced_id: &str) -> Option<i64> {
        Some((self.tenant_id << 32) | i64::from(self.find(sourced_id)?))
    }
}

fn in_list(conn: &Conn) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "IN (?)",
        Conn::Postgres(_) => "= ANY(?)",
    }
}

fn number(row_id: i64) -> Result<u32, StoreError> {
    u32::try_from(row_id & 0xffff_ffff).map_err(|_| StoreError::Shape("a row id out of range"))
}
