//! What an import leaves in the database, on SQLite and, where there is one, on PostgreSQL.

use std::path::Path;

use koppelvlak::catalogue::Entity;
use koppelvlak::clock::{Clock, Millis};
use koppelvlak::oneroster::csv::import::{ImportError, Options, import};
use koppelvlak::store::import::{Counts, Summary};
use koppelvlak::store::{Database, DatabaseUrl, Statement, migration};
use tempfile::TempDir;

use crate::csv_set::{OnDisk, Set};

struct Board {
    database: Database,
    _folder: TempDir,
}

fn board() -> Board {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("board.db"));
    let database = Database::open(&url).unwrap();
    migration::migrate(&database).unwrap();
    Board { database, _folder: folder }
}

fn at(ms: i64) -> Options {
    Options { confirm_removals: true, dry_run: false, clock: Clock::Fixed(Millis(ms)) }
}

impl Board {
    fn import(&self, set: &Set, ms: i64) -> Summary {
        let OnDisk { path, .. } = &set.folder();
        self.try_import(path, &at(ms)).unwrap()
    }

    fn try_import(&self, path: &Path, options: &Options) -> Result<Summary, ImportError> {
        import(&self.database, "noord", path, options, &mut |_| {})
    }

    fn texts(&self, sql: &str) -> Vec<Option<String>> {
        let rows = Statement::new(sql).rows(&mut self.database.read().unwrap()).unwrap();
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }

    fn text(&self, sql: &str) -> Option<String> {
        self.texts(sql).pop().unwrap()
    }

    fn epoch(&self) -> i64 {
        let rows = Statement::new("SELECT data_epoch FROM tenant").rows(&mut self.database.read().unwrap()).unwrap();
        rows.first().unwrap().need_int(0).unwrap()
    }
}

fn counts(added: u64, changed: u64, unchanged: u64, removed: u64) -> Option<Counts> {
    Some(Counts { added, changed, unchanged, removed })
}

#[test]
fn a_first_import_adds_every_row_of_every_file() {
    let board = board();

    let summary = board.import(&Set::v1p2(), 1_000);

    let n = [3, 2, 1, 1, 1, 4, 1, 3, 1, 1, 1, 1];
    for (entity, n) in Entity::ALL.iter().zip(n) {
        assert_eq!(summary.of(*entity), counts(n, 0, 0, 0), "{entity:?}");
    }
    assert!(summary.is_changed && summary.is_new_tenant);
    assert_eq!(board.epoch(), 1);
    koppelvlak::store::snapshot_load::load(&board.database, 1).unwrap();
}

#[test]
fn the_same_set_again_changes_nothing() {
    let board = board();
    board.import(&Set::v1p2(), 1_000);

    let summary = board.import(&Set::v1p2(), 2_000);

    assert!(!summary.is_changed);
    assert_eq!(summary.of(Entity::User), counts(0, 0, 4, 0));
    assert_eq!(board.epoch(), 1);
    for entity in Entity::ALL {
        let changed = board.texts(&format!("SELECT changed FROM {}", entity.table()));
        assert!(changed.iter().all(Option::is_none), "{entity:?}");
    }
}

#[test]
fn a_new_name_moves_the_time_of_the_name_only() {
    let board = board();
    board.import(&Set::v1p2(), 1_000);
    let mut set = Set::v1p2();
    set.fill("users.csv", "givenName", "Anna");

    let summary = board.import(&set, 2_000);

    assert_eq!(summary.of(Entity::User), counts(0, 1, 3, 0));
    assert_eq!(board.text("SELECT changed FROM person WHERE sourced_id = 'P1'").unwrap(), r#"{"name":2000}"#);
    assert_eq!(board.epoch(), 2);
}

#[test]
fn a_row_that_is_missing_goes_and_comes_back() {
    let board = board();
    let mut set = Set::v1p2();
    board.import(&set, 1_000);
    set.cut("enrollments.csv", 3..4);

    let gone = board.import(&set, 2_000);
    let status = board.text("SELECT status FROM enrollment WHERE sourced_id = 'E3'").unwrap();
    let back = board.import(&Set::v1p2(), 3_000);

    assert_eq!(gone.of(Entity::Enrollment), counts(0, 0, 2, 1));
    assert_eq!(status, "tobedeleted");
    assert_eq!(back.of(Entity::Enrollment), counts(0, 1, 2, 0));
    let row = "SELECT status || changed FROM enrollment WHERE sourced_id = 'E3'";
    assert_eq!(board.text(row).unwrap(), r#"active{"enrolment":3000}"#);
}
