//! Several requests at a time: of different resources, never of one, and none after the server wants to be left alone.

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier, Mutex};

use serde_json::Value;

use super::ALL;
use super::fake::{Fake, Manner, Trouble};
use super::two::{push_at, push_rules};
use crate::harness::{NOW, World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::village::{one_rule, settle, village};

/// A server that answers four requests only when all four are there: those after the first, which comes alone.
fn pushing_four_at_once(world: &World, then: impl Fn() -> Option<Box<Trouble>> + Send + 'static) -> (Fake, Met) {
    settle(world);
    let fake = Fake::start(Manner::Scim);
    world.apply(&push_rules(&one_rule("r", &ALL, ""), &fake.url, "tulip", ""));
    let (all, met, mut n) = (Arc::new(Barrier::new(4)), Met::default(), 0);
    let seen = Arc::clone(&met);
    fake.fail(move |asked| {
        n += 1;
        if !(2..=5).contains(&n) {
            return None;
        }
        seen.lock().unwrap().insert(asked.external_id().to_owned());
        Some(Trouble::Together(Arc::clone(&all), then()))
    });
    (fake, met)
}

type Met = Arc<Mutex<BTreeSet<String>>>;

on_each_database! {
    fn four_people_are_given_at_once(world: &World) {
        let (fake, met) = pushing_four_at_once(world, || None);

        let summary = push_at(world, NOW).unwrap();

        assert_eq!((summary.failed, summary.queued), (0, 0));
        assert_eq!(met.lock().unwrap().len(), 4);
        assert_eq!(fake.has("/Users").len(), 7);
        assert_eq!(fake.collisions(), Vec::<String>::new());
    }

    fn nobody_is_changed_twice_at_once_and_groups_wait_for_people(world: &World) {
        let (fake, _) = pushing_four_at_once(world, || None);
        push_at(world, NOW).unwrap();
        fake.take();
        let mut set = village();
        for name in ["ann", "bob", "cas", "dee", "tom+x", "tia", "mum"] {
            set.edit("users.csv", &format!("{name}@noord.example"), &format!("{name}@zuid.example"));
        }
        set.edit("classes.csv", "Maths 1", "Maths I");
        import_at(world, "noord", &set.folder().path, "2026-08-21T06:00:00Z");

        let summary = push_at(world, "2026-09-01T09:00:00Z").unwrap();

        let asked = fake.take();
        let of = |endpoint: &str| asked.iter().filter(|asked| asked.method == "PUT" && asked.endpoint() == endpoint).count();
        assert_eq!((summary.failed, summary.queued, asked.len()), (0, 0, 8));
        assert_eq!((of("/Users"), of("/Groups")), (7, 1));
        assert!(asked.is_sorted_by_key(|asked| asked.endpoint() == "/Groups"));
        assert_eq!(fake.collisions(), Vec::<String>::new());
    }

    fn after_one_429_nobody_asks_again_before_the_time(world: &World) {
        let rest = || Some(Box::new(Trouble::Answer(429, "Retry-After: 120\r\n", Value::Null)));
        let (fake, met) = pushing_four_at_once(world, rest);

        let first = push_at(world, NOW).unwrap();
        let asked = fake.take().len();
        let early = push_at(world, "2026-09-01T08:01:59Z").unwrap();
        let asked_early = fake.take().len();
        let late = push_at(world, "2026-09-01T08:02:02Z").unwrap();

        assert_eq!((asked, first.given, first.failed), (5, 1, 4), "those that were under way, and no other");
        assert_eq!(met.lock().unwrap().len(), 4);
        assert_eq!((asked_early, early.given), (0, 0));
        assert_eq!((late.queued, late.failed, fake.has("/Users").len()), (0, 0, 7));
    }

    fn the_longest_rest_that_was_asked_for_counts(world: &World) {
        let seconds = Mutex::new(["30", "120", "60", "90"].into_iter());
        let rest = move || {
            let header = match seconds.lock().unwrap().next() {
                Some("30") => "Retry-After: 30\r\n",
                Some("60") => "Retry-After: 60\r\n",
                Some("90") => "Retry-After: 90\r\n",
                _ => "Retry-After: 120\r\n",
            };
            Some(Box::new(Trouble::Answer(503, header, Value::Null)))
        };
        let (_fake, _) = pushing_four_at_once(world, rest);

        let until = push_at(world, NOW).unwrap().until.unwrap();

        assert_eq!(until.to_rfc3339(), "2026-09-01T08:02:00.000Z");
    }
}
