//! The invented board of the demo, shared by the tests that only read.

use std::path::Path;
use std::sync::OnceLock;

use koppelvlak::clock::Clock;
use koppelvlak::oneroster::csv::import::{Options, import};
use koppelvlak::store::import::Summary;
use koppelvlak_fixtures::{Board, BoardOptions, demo_rules, write_oneroster};

use crate::field::connections;
use crate::harness::{Server, World};
use crate::rostering::client::Client;

/// The secret of every vendor.
pub const SECRET: &str = "tulip-tulip-tulip-tulip-tulip-tulip-tulip";

/// The vendors of the demo that may see something now.
pub const VENDORS: [&str; 4] = ["everything", "names-only", "gradebook", "identity-provider"];

/// Imports a folder into a board, at an instant.
pub fn import_at(world: &World, tenant: &str, folder: &Path, instant: &str) -> Summary {
    let options = Options { confirm_removals: true, dry_run: false, clock: Clock::fixed(instant).unwrap() };
    import(&world.database, tenant, folder, &options, &mut |_| {}).unwrap()
}

/// Invents the board of the demo, with few pupils, and imports it; returns it with its rules.
pub fn invent(world: &World) -> (Board, String) {
    let folder = world.folder().join("csv");
    let options = BoardOptions { pupils: 60, enrollments_per_pupil: 3, ..BoardOptions::default() };
    let board = write_oneroster(&folder, &options).unwrap();
    import_at(world, "demo", &folder, "2026-08-20T06:00:00Z");
    let rules = demo_rules(&board, "2026-09-01", &|_| Some(SECRET.to_owned()));
    (board, rules)
}

/// The demo's board with a server over it. Nothing may be changed in it.
pub struct Demo {
    pub board: Board,
    pub server: Server,
    _world: World,
}

impl Demo {
    fn new(world: World) -> Self {
        let (board, rules) = invent(&world);
        world.apply(&(rules + &connections::of_demo()));
        Self { board, server: world.serve(), _world: world }
    }

    /// The one on SQLite.
    pub fn on_sqlite() -> &'static Self {
        static DEMO: OnceLock<Demo> = OnceLock::new();
        DEMO.get_or_init(|| Self::new(World::on_sqlite_for_all()))
    }

    /// The one on PostgreSQL, if there is a server to test with.
    pub fn on_postgres() -> Option<&'static Self> {
        static DEMO: OnceLock<Option<Demo>> = OnceLock::new();
        DEMO.get_or_init(|| World::on_postgres().map(Self::new)).as_ref()
    }

    /// A client of one of the demo's vendors.
    pub fn client(&self, vendor: &str) -> Client<'_> {
        Client::new(&self.server, "demo", vendor, SECRET)
    }
}

/// Runs one rule as a test on the shared demo of each database.
macro_rules! on_each_demo {
    ($(fn $name:ident($demo:ident: &Demo) $body:block)*) => {$(
        mod $name {
            use super::*;

            fn rule($demo: &Demo) $body

            #[test]
            fn sqlite() {
                rule(Demo::on_sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(demo) = Demo::on_postgres() {
                    rule(demo);
                }
            }
        }
    )*};
}
pub(crate) use on_each_demo;
