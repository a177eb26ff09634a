//! The generator is strong enough: each leak that is planted on purpose is found within 2,000 requests.
//!
//! The switch is the process's, so this test runs alone: `cargo test --features planted-leaks planted`.

use std::collections::BTreeMap;

use koppelvlak::planted::{self, Leak};

use super::pair::Pair;
use crate::harness::{World, with_the_switch};

const MOST_REQUESTS: usize = 2_000;
const PROBE: usize = 120;

/// Plants each leak that is not found yet under both servers, and looks for it.
fn search(pair: &mut Pair, requests: &mut BTreeMap<usize, usize>, missing: &mut Vec<Leak>) {
    missing.retain(|leak| {
        planted::set(Some(*leak));
        pair.restart();
        let before = pair.asked;
        let found = pair.probe(PROBE);
        *requests.entry(*leak as usize).or_default() += pair.asked - before;
        found.is_ok()
    });
    planted::set(None);
}

#[test]
fn each_planted_leak_is_found() {
    let _switch = with_the_switch();
    let mut missing = Leak::ALL.to_vec();
    let mut requests = BTreeMap::new();
    let is_over = |requests: &BTreeMap<usize, usize>| requests.values().any(|n| *n >= MOST_REQUESTS);
    for seed in 1.. {
        if missing.is_empty() || is_over(&requests) {
            break;
        }
        search(&mut Pair::new(World::on_sqlite, seed), &mut requests, &mut missing);
        // What a leak shows may be recorded as served: what comes after a change is looked for in fresh worlds.
        let mut pair = Pair::new(World::on_sqlite, seed);
        pair.probe(PROBE).unwrap();
        pair.advance();
        search(&mut pair, &mut requests, &mut missing);
    }

    for (leak, n) in Leak::ALL.iter().zip(requests.values()) {
        eprintln!("{leak:?}: {n} requests");
    }
    assert_eq!(missing, [], "leaks that were not found");
}
