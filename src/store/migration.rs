//! The schema that this version needs, embedded, and the check that a database has exactly that.

use diesel::backend::Backend;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::store::connection::{Conn, Database, DatabaseUrl, Pooled};
use crate::store::{StoreError, name_keys};

const SQLITE_BOARD: EmbeddedMigrations = embed_migrations!("migrations/sqlite/board");
const SQLITE_ACTIVITY: EmbeddedMigrations = embed_migrations!("migrations/sqlite/activity");
const POSTGRES_BOARD: EmbeddedMigrations = embed_migrations!("migrations/postgres/board");
const POSTGRES_ACTIVITY: EmbeddedMigrations = embed_migrations!("migrations/postgres/activity");

/// Brings the database to this version's schema, and keys of names to its rules; returns the names of what was applied. Fails if it is newer.
pub fn migrate(database: &Database) -> Result<Vec<String>, StoreError> {
    for (mut conn, sources) in parts(database)? {
        match &mut *conn {
            Conn::Sqlite(c) => check_known(c, &sources)?,
            Conn::Postgres(c) => check_known(c, &sources)?,
        };
    }
    let mut applied = Vec::new();
    for (mut conn, sources) in parts(database)? {
        for source in sources {
            let done = match &mut *conn {
                Conn::Sqlite(c) => names(c.run_pending_migrations(source)),
                Conn::Postgres(c) => names(c.run_pending_migrations(source)),
            };
            applied.extend(done.map_err(StoreError::Migration)?);
        }
    }
    name_keys::renew(database)?;
    Ok(applied)
}

/// Fails if the schema is older or newer than this version's.
pub fn check(database: &Database) -> Result<(), StoreError> {
    for (mut conn, sources) in parts(database)? {
        match &mut *conn {
            Conn::Sqlite(c) => check_one(c, &sources)?,
            Conn::Postgres(c) => check_one(c, &sources)?,
        }
    }
    Ok(())
}

fn check_one<DB, C>(conn: &mut C, sources: &[EmbeddedMigrations]) -> Result<(), StoreError>
where
    DB: Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    match check_known(conn, sources)?.into_iter().next() {
        Some(missing) => Err(StoreError::OlderSchema(missing)),
        None => Ok(()),
    }
}

/// Fails if something was applied that this version doesn't know; returns what is missing.
fn check_known<DB, C>(conn: &mut C, sources: &[EmbeddedMigrations]) -> Result<Vec<String>, StoreError>
where
    DB: Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let mut known = Vec::new();
    for source in sources {
        let migrations = MigrationSource::<DB>::migrations(source).map_err(StoreError::Migration)?;
        known.extend(migrations.iter().map(|m| m.name().version().to_string()));
    }
    let applied: Vec<String> =
        conn.applied_migrations().map_err(StoreError::Migration)?.iter().map(MigrationVersion::to_string).collect();
    if let Some(newer) = applied.iter().find(|v| !known.contains(v)) {
        return Err(StoreError::NewerSchema(newer.clone()));
    }
    Ok(known.into_iter().filter(|v| !applied.contains(v)).collect())
}

/// Each place that holds tables, with the migrations that belong there: two files on SQLite, one
/// database on PostgreSQL.
fn parts(database: &Database) -> Result<Vec<(Pooled, Vec<EmbeddedMigrations>)>, StoreError> {
    Ok(match database.url() {
        DatabaseUrl::Sqlite(_) => {
            vec![(database.write()?, vec![SQLITE_BOARD]), (database.write_activity()?, vec![SQLITE_ACTIVITY])]
        }
        DatabaseUrl::Postgres(_) => {
            vec![(database.write()?, vec![POSTGRES_BOARD, POSTGRES_ACTIVITY])]
        }
    })
}

fn names(done: diesel::migration::Result<Vec<MigrationVersion<'_>>>) -> diesel::migration::Result<Vec<String>> {
    Ok(done?.iter().map(MigrationVersion::to_string).collect())
}
