//! `kill -9` during an import, at any moment: the database is as before or as after, never between.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use koppelvlak::catalogue::Entity;
use koppelvlak::clock::Clock;
use koppelvlak::oneroster::csv::import::{Options, import};
use koppelvlak::store::connection::transaction;
use koppelvlak::store::import::fields;
use koppelvlak::store::{Conn, Database, Statement, StoreError};
use koppelvlak_fixtures::{BoardOptions, Changes, write_oneroster};
use tempfile::TempDir;

use crate::harness::{NOW, World};

const MOMENTS: u32 = 20;

/// The instant of the import that is killed.
const LATER: &str = "2026-09-02T08:00:00Z";

/// Two sets of one board; between them pupils left, and others have another name.
fn sets() -> (TempDir, TempDir) {
    let write = |changes| {
        let folder = TempDir::new().unwrap();
        let options = BoardOptions { pupils: 120, changes, ..BoardOptions::default() };
        write_oneroster(folder.path(), &options).unwrap();
        folder
    };
    (write(Changes::default()), write(Changes { remove_pupils: 40, rename_pupils: 30 }))
}

fn prepared(world: &World, set: &Path) {
    let clock = Clock::fixed(NOW).unwrap();
    let options = Options { confirm_removals: false, dry_run: false, clock };
    import(&world.database, "noord", set, &options, &mut |_| {}).unwrap();
}

fn start(url: &str, set: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_koppelvlak"))
        .args(["import", "oneroster", "--tenant", "noord", "--confirm-removals", "--database", url])
        .arg(set)
        .env("KOPPELVLAK_CLOCK", LATER)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A digest of everything that an import touches.
fn state(database: &Database) -> u64 {
    let mut hash = DefaultHasher::new();
    let mut conn = database.write().unwrap();
    transaction(&mut conn, |conn| {
        if let Conn::Postgres(_) = conn {
            // The server may still be busy with the statement of a client that is gone.
            Statement::new("SELECT pg_advisory_xact_lock(?)").bind(1).execute(conn)?;
        }
        note(conn, &mut hash, "tenant", "data_epoch, name, slug")?;
        note(conn, &mut hash, "import_run", "number, at, source, summary")?;
        for entity in Entity::imported() {
            let own: Vec<_> = fields(entity).iter().map(|field| field.column).collect();
            let columns = format!("id, sourced_id, status, created_at, changed, digest, {}", own.join(", "));
            note(conn, &mut hash, entity.table(), &columns)?;
        }
        Ok::<_, StoreError>(())
    })
    .unwrap();
    hash.finish()
}

fn note(conn: &mut Conn, hash: &mut DefaultHasher, table: &str, columns: &str) -> Result<(), StoreError> {
    let rows = Statement::new(format!("SELECT {columns} FROM {table} ORDER BY 1")).rows(conn)?;
    table.hash(hash);
    for row in rows.iter() {
        for i in 0..columns.split(", ").count() {
            (row.text(i), row.int(i), row.real(i).map(f64::to_bits), row.bytes(i)).hash(hash);
        }
    }
    Ok(())
}

/// Kills an import at moments spread over its whole length, each time in a world made by `world`.
fn kill_at_any_moment(world: impl Fn() -> World) {
    let (first, second) = sets();
    let whole = world();
    prepared(&whole, first.path());
    let before = state(&whole.database);
    let began = Instant::now();
    assert!(start(&whole.url, second.path()).wait().unwrap().success());
    let length = began.elapsed();
    let after = state(&whole.database);
    assert_ne!(before, after);

    let mut seed = DefaultHasher::new();
    let mut n_before = 0;
    for moment in 0..MOMENTS {
        let world = world();
        prepared(&world, first.path());
        assert_eq!(state(&world.database), before, "the same set gives the same database");
        moment.hash(&mut seed);
        // The first part of an import is the check, so most moments lie in its second half.
        let share = f64::from(moment) + f64::from(u32::try_from(seed.finish() % 1_000).unwrap()) / 1_000.0;
        let wait = length.mul_f64(1.1 * (share / f64::from(MOMENTS)).sqrt());

        let mut child = start(&world.url, second.path());
        std::thread::sleep(wait);
        child.kill().unwrap();
        child.wait().unwrap();

        let state = state(&world.database);
        assert!(state == before || state == after, "between the two, killed after {wait:?} of {length:?}");
        n_before += u32::from(state == before);
        assert_eq!(world.serve().get("/readyz").status, 200);
    }
    assert!(n_before > 0, "every import was done before it was killed");
}

#[test]
fn a_killed_import_leaves_all_or_nothing_on_sqlite() {
    kill_at_any_moment(World::on_sqlite);
}

#[test]
fn a_killed_import_leaves_all_or_nothing_on_postgres() {
    if World::on_postgres().is_some() {
        kill_at_any_moment(|| World::on_postgres().unwrap());
    }
}

#[test]
fn an_import_that_was_killed_can_be_done_again() {
    let world = World::on_sqlite();
    let (first, second) = sets();
    prepared(&world, first.path());
    let mut child = start(&world.url, second.path());
    std::thread::sleep(Duration::from_millis(100));
    child.kill().unwrap();
    child.wait().unwrap();

    assert!(start(&world.url, second.path()).wait().unwrap().success());

    let status = "SELECT sourced_id FROM person WHERE status = 'tobedeleted'";
    assert!(Statement::new(status).rows(&mut world.database.read().unwrap()).unwrap().len() >= 40);
}
