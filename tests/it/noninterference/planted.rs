//! The generator is strong enough: each leak that is planted on purpose is found within 2,000 requests.
//!
//! The switch is the process's, so this test runs alone: `cargo test --features planted-leaks planted`.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use koppelvlak::planted::{self, Leak};

use super::doors;
use super::pair::{self, Pair};
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

/// Looks for a leak in fresh worlds, one pair after the other; says after how many requests it was found.
fn requests_until_found(leak: Leak, probe: impl Fn(&mut Pair) -> Result<(), pair::Leak>) -> Option<usize> {
    let mut asked = 0;
    for seed in 1.. {
        let mut pair = Pair::new(World::on_sqlite, seed);
        planted::set(Some(leak));
        let found = probe(&mut pair);
        planted::set(None);
        asked += pair.asked;
        if found.is_err() || asked >= MOST_REQUESTS {
            return found.is_err().then_some(asked);
        }
    }
    None
}

fn all_are_found(leaks: &[Leak], probe: impl Fn(&mut Pair) -> Result<(), pair::Leak>) {
    let _switch = with_the_switch();
    let mut missing = Vec::new();
    for leak in leaks {
        let found = requests_until_found(*leak, &probe);
        eprintln!("{leak:?}: {found:?} requests");
        missing.extend(found.is_none().then_some(*leak));
    }
    assert_eq!(missing, [], "leaks that were not found");
}

#[test]
fn each_planted_leak_of_writes_is_found() {
    all_are_found(&Leak::OF_WRITES, |pair| pair.probe_writes(250));
}

#[test]
fn each_planted_leak_of_scim_is_found() {
    all_are_found(&Leak::OF_SCIM, |pair| pair.probe_scim(250));
}

#[test]
fn each_planted_leak_of_sets_is_found() {
    all_are_found(&Leak::OF_SETS, |pair| {
        pair.fetch_sets()?;
        pair.advance();
        pair.fetch_sets()
    });
}

#[test]
fn a_door_that_shows_more_than_the_others_is_told_apart() {
    let _switch = with_the_switch();
    planted::set(Some(Leak::SetWithUncutAgents));
    let differs = |seed| {
        let pair = Pair::new(World::on_sqlite, seed);
        catch_unwind(AssertUnwindSafe(|| doors::compare(&pair))).is_err()
    };
    let found = (1..=8).find(|seed| differs(*seed));
    planted::set(None);

    assert!(found.is_some());
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
