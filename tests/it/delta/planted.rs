//! Each fault that is planted in what clients are told later is found within a number of histories.
//!
//! The switch is the process's, so this test runs alone: `cargo test --features planted-leaks planted`.

use koppelvlak::planted::{self, Leak};

use super::history::History;
use crate::harness::World;

const MOST_HISTORIES: u64 = 40;

#[test]
fn each_planted_fault_of_deltas_is_found() {
    let mut missing = Vec::new();
    for leak in Leak::OF_DELTA {
        planted::set(Some(leak));
        let found = (1..=MOST_HISTORIES).find(|seed| History::new(World::on_sqlite(), *seed).run(30).is_err());
        planted::set(None);
        eprintln!("{leak:?}: found in history {found:?}");
        if found.is_none() {
            missing.push(leak);
        }
    }

    assert_eq!(missing, [], "faults that were not found");
}
