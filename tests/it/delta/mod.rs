//! A client that reads everything once and then only what changed has, at any moment, what it would get by
//! reading everything again; and whatever it gets is new to it.
//!
//! Histories of imports, rules, choices, passing days and clocks that go back are made by chance.
//! `KOPPELVLAK_TEST_HISTORIES` and `KOPPELVLAK_TEST_SEED` make a run longer, or repeat one.

mod follower;
mod history;
#[cfg(feature = "planted-leaks")]
mod planted;
mod tombstones;

use history::History;

use crate::harness::World;

#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn histories(n: u64, new_world: impl Fn() -> Option<World>) {
    let first = setting("KOPPELVLAK_TEST_SEED", 1);
    let (mut n_told, mut n_gone, mut n_written) = (0, 0, 0);
    for seed in first..first + setting("KOPPELVLAK_TEST_HISTORIES", n) {
        let Some(world) = new_world() else { return };
        let mut history = History::new(world, seed);
        if let Err(fault) = history.run(30) {
            panic!("seed {seed}: {fault}");
        }
        n_told += history.n_told();
        n_gone += history.n_gone();
        n_written += history.n_written;
    }
    assert!(n_told > 10 && n_gone > 2, "only {n_told} changes and {n_gone} tombstones were told");
    assert!(n_written > 10, "only {n_written} writes were made");
}

#[test]
fn a_client_that_asks_for_changes_has_what_a_full_read_gives_on_sqlite() {
    histories(6, || Some(World::on_sqlite()));
}

#[test]
fn a_client_that_asks_for_changes_has_what_a_full_read_gives_on_postgres() {
    histories(3, World::on_postgres);
}
