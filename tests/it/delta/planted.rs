//! Each fault that is planted in what clients are told later is found within a number of histories.
//!
//! The switch is the process's, so this test runs alone: `cargo test --features planted-leaks planted`.

use koppelvlak::planted::{self, Leak};

use super::history::History;
use crate::harness::{World, with_the_switch};
use crate::rostering::village::{atlas, one_rule, rules, serve, settle};

const MOST_HISTORIES: u64 = 10;

/// Whether a vendor is told of people whom it never received, once a rule leaves them out.
fn tells_what_was_not_received() -> bool {
    let world = World::on_sqlite();
    settle(&world);
    let server = serve(&world, &rules(&one_rule("r1", &["identity"], "")));
    let client = atlas(&server);
    client.ok("/orgs");
    world.apply(&rules(&one_rule("r1", &["identity"], "schools = [\"S2\"]")));
    !client.tombstones("/users").is_empty()
}

/// Whether a refusal of a value that isn't there moves a date.
fn moves_without_value() -> bool {
    let world = World::on_sqlite();
    settle(&world);
    let open = one_rule("r1", &["identity", "contact-phone"], "");
    let server = serve(&world, &rules(&open));
    let client = atlas(&server);
    let before = client.ok("/users").body;
    let refusal = "[[choice]]\nperson = \"ann\"\ncategories = [\"contact-phone\"]\nchoice = \"refuse\"\n\
         by = \"parent\"\non = \"2026-08-15\"\n";
    world.apply(&rules(&(open + refusal)));
    client.ok("/users").body != before
}

fn is_found(leak: Leak) -> bool {
    match leak {
        // What was hardly ever left unread is rare in a history of clients that read everything.
        Leak::TombstoneUnreceived => tells_what_was_not_received(),
        Leak::AbsentValueMoves => moves_without_value(),
        _ => (1..=MOST_HISTORIES).any(|seed| {
            let found = History::new(World::on_sqlite(), seed).run(30).is_err();
            if found {
                eprintln!("{leak:?}: history {seed}");
            }
            found
        }),
    }
}

#[test]
fn each_planted_fault_of_deltas_is_found() {
    let _switch = with_the_switch();
    assert!(!tells_what_was_not_received() && !moves_without_value());
    let mut missing = Leak::OF_DELTA.to_vec();
    missing.retain(|leak| {
        planted::set(Some(*leak));
        let found = is_found(*leak);
        planted::set(None);
        !found
    });

    assert_eq!(missing, [], "faults that were not found");
}
