//! One import: what it is, when it is, and what it leaves behind when all tables are done.

use super::summary::{Counts, Summary};
use crate::catalogue::Entity;
use crate::clock::Millis;
use crate::store::tenant::{self, Tenant};
use crate::store::{Conn, Database, Statement, StoreError, cell};

/// One import, inside its transaction.
pub struct Run<'c> {
    conn: &'c mut Conn,
    tenant: Tenant,
    now: i64,
    summary: Summary,
}

/// What version 1.1 leaves unsaid of schools, by row ids.
#[derive(Debug, Default)]
pub struct Schools {
    /// The orgs that are schools.
    pub schools: Vec<i64>,
    /// Classes with their schools.
    pub of_classes: Vec<(i64, i64)>,
}

impl<'c> Run<'c> {
    /// Begins an import into a board; a board that doesn't exist yet is made, with its slug as its name.
    ///
    /// The board is locked against other imports. The time of an import is always after that of the one
    /// before, whatever the clock says: a vendor that asks for what changed since then must not miss it.
    pub fn begin(conn: &'c mut Conn, slug: &str, clock: Millis) -> Result<Self, StoreError> {
        let found = tenant::by_slug(conn, slug)?;
        let is_new_tenant = found.is_none();
        let tenant = match found {
            Some(tenant) => tenant,
            None => tenant::insert(conn, slug, slug, clock)?,
        };
        if let Conn::Postgres(_) = conn {
            // Not the row itself: decisions about vendors don't wait for an import.
            Statement::new("SELECT pg_advisory_xact_lock(?)").bind(tenant.id).execute(conn)?;
        }
        let rows = Statement::new("SELECT MAX(at) FROM import_run WHERE tenant_id = ?").bind(tenant.id).rows(conn)?;
        let last = rows.first().and_then(|row| row.int(0));
        let now = last.map_or(clock.0, |last| clock.0.max(last + 1));
        let summary = Summary { tenant: slug.to_owned(), is_new_tenant, ..Summary::default() };
        Ok(Self { conn, tenant, now, summary })
    }

    /// The number that leads every key of the board.
    pub fn tenant_id(&self) -> i64 {
        self.tenant.id
    }

    /// The columns of people in which a nine-digit number is the board's own.
    pub fn local_identifiers(&self) -> &[String] {
        &self.tenant.local_identifiers
    }

    /// The time of the import (ms).
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Notes that values were dropped because they hold national numbers, or identifiers of the chain where none
    /// belong.
    pub fn note_dropped(&mut self, national_ids: u64, chain_ids: u64) {
        self.summary.national_ids_dropped += national_ids;
        self.summary.chain_ids_dropped += chain_ids;
    }

    /// The schools that the board has, and the school of each of its classes, by row ids.
    pub fn schools(&mut self) -> Result<Schools, StoreError> {
        let mut found = Schools::default();
        Statement::new("SELECT id FROM org WHERE tenant_id = ? AND type = 'school'").bind(self.tenant.id).each(
            self.conn,
            |row| {
                found.schools.push(row.need_int(0)?);
                Ok(())
            },
        )?;
        Statement::new("SELECT id, school FROM class WHERE tenant_id = ? AND school IS NOT NULL")
            .bind(self.tenant.id)
            .each(self.conn, |row| {
                found.of_classes.push((row.need_int(0)?, row.need_int(1)?));
                Ok(())
            })?;
        Ok(found)
    }

    pub(super) fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    pub(super) fn record(&mut self, entity: Entity, counts: Counts) {
        self.summary.entities.push((entity, counts));
    }

    /// Tells every node if something changed, and keeps a record of the import.
    pub fn finish(mut self, source: &str) -> Result<Summary, StoreError> {
        let moved = |counts: &Counts| counts.added + counts.changed + counts.removed > 0;
        self.summary.is_changed = self.summary.entities.iter().any(|(_, counts)| moved(counts));
        if self.summary.is_changed {
            Statement::new("UPDATE tenant SET data_epoch = data_epoch + 1 WHERE id = ?")
                .bind(self.tenant.id)
                .execute(self.conn)?;
        }
        Statement::new(
            "INSERT INTO import_run (tenant_id, number, at, source, summary) \
             SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ?, ? FROM import_run WHERE tenant_id = ?",
        )
        .bind(self.tenant.id)
        .bind(self.now)
        .bind(source)
        .bind(cell::json(&self.summary)?)
        .bind(self.tenant.id)
        .execute(self.conn)?;
        Ok(self.summary)
    }
}

/// Tells the database how its tables look now, and lets SQLite's log shrink to nothing.
pub fn settle(database: &Database) -> Result<(), StoreError> {
    let mut conn = database.write()?;
    match &*conn {
        Conn::Sqlite(_) => {
            Statement::new("PRAGMA analysis_limit=1000").rows(&mut conn)?;
            Statement::new("ANALYZE").execute(&mut conn)?;
            Statement::new("PRAGMA wal_checkpoint(TRUNCATE)").rows(&mut conn)?;
        }
        Conn::Postgres(_) => {
            for entity in Entity::imported() {
                Statement::new(format!("ANALYZE {}", entity.table())).execute(&mut conn)?;
            }
        }
    }
    Ok(())
}
