//! The first requests after a start, when nothing is in memory yet.

use super::village;
use crate::harness::{World, on_each_database};

/// More than the server has threads and connections for.
const AT_ONCE: usize = 32;

on_each_database! {
    fn many_first_requests_at_once_are_all_answered(world: &World) {
        village::settle(world);
        let server = village::serve(world, &village::rules(&village::one_rule("r", &["structure", "identity", "name"], "")));
        let client = village::atlas(&server);

        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(|| client.get("/users").status)).collect();
            asked.into_iter().map(|answer| answer.join().unwrap()).collect()
        });

        assert_eq!(statuses, [200; AT_ONCE]);
    }
}
