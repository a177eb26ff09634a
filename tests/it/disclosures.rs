//! The record of what left: durable before the answer, shared by all nodes, and never skipped.

use koppelvlak::audit::disclosure::{PeopleOf, mask_of};
use koppelvlak::audit::{Disclosure, RecordError, Recorder};
use koppelvlak::catalogue::Category;
use koppelvlak::clock::Millis;
use koppelvlak::store::{Statement, served};
use roaring::RoaringBitmap;

use crate::harness::{World, on_each_database};

fn disclosure(vendor: &str, people: Vec<PeopleOf>) -> Disclosure {
    Disclosure {
        tenant_id: 7,
        at: Millis(1_788_000_000_000),
        vendor: vendor.into(),
        request_id: "r-1".into(),
        rules: "atlas-1@3".into(),
        entity: "user",
        records: 2,
        people,
        objects: None,
    }
}

fn names(people: impl IntoIterator<Item = u32>) -> PeopleOf {
    (mask_of([Category::Identity, Category::Name]), people.into_iter().collect())
}

fn now<F: Future>(work: F) -> F::Output {
    actix_web::rt::System::new().block_on(work)
}

/// Everything recorded, oldest first: vendor, entity, records and the people.
fn recorded(world: &World) -> Vec<(String, String, i64, Vec<PeopleOf>)> {
    let mut conn = world.database.read_activity().unwrap();
    let rows = Statement::new("SELECT vendor_id, entity, records, people FROM disclosure ORDER BY id").rows(&mut conn);
    let rows = rows.unwrap();
    let read = |row: koppelvlak::store::Row<'_>| {
        let people = Disclosure::decode(row.bytes(3).unwrap()).unwrap();
        (row.need_text(0).unwrap().to_owned(), row.need_text(1).unwrap().to_owned(), row.need_int(2).unwrap(), people)
    };
    rows.iter().map(read).collect()
}

fn served_names(world: &World, vendor: &str) -> RoaringBitmap {
    let mut conn = world.database.read_activity().unwrap();
    served::load(&mut conn, 7, vendor).unwrap().remove(&Category::Name).unwrap_or_default()
}

on_each_database! {
    fn a_disclosure_is_in_the_database_when_its_answer_may_leave(world: &World) {
        let recorder = Recorder::start(world.database.clone()).unwrap();

        now(recorder.record(disclosure("atlas", vec![names([1, 5])]))).unwrap();

        assert_eq!(recorded(world), [("atlas".into(), "user".into(), 2, vec![names([1, 5])])]);
    }

    fn what_comes_at_once_is_recorded_without_loss(world: &World) {
        let recorder = Recorder::start(world.database.clone()).unwrap();

        let outcomes = now(async {
            let waiting: Vec<_> = (0..300).map(|n| recorder.record(disclosure("atlas", vec![names([n])]))).collect();
            let mut outcomes = Vec::new();
            for one in waiting {
                outcomes.push(one.await);
            }
            outcomes
        });

        assert!(outcomes.iter().all(Result::is_ok));
        let mut people: Vec<u32> = recorded(world).iter().flat_map(|(.., people)| people[0].1.iter()).collect();
        people.sort_unstable();
        assert_eq!(people, (0..300).collect::<Vec<_>>());
    }

    fn a_disclosure_that_nobody_waits_for_is_not_recorded(world: &World) {
        let recorder = Recorder::start(world.database.clone()).unwrap();
        // The writer is kept busy, so that the next disclosure is still in the queue when its client goes.
        let held = (world.database.write_activity().unwrap(), world.database.write_activity().unwrap());
        let first = recorder.record(disclosure("atlas", vec![names([1])]));
        std::thread::sleep(std::time::Duration::from_millis(20));
        drop(recorder.record(disclosure("atlas", vec![names([2])])));

        drop(held);
        now(first).unwrap();
        recorder.stop();

        assert_eq!(served_names(world, "atlas"), [1].into_iter().collect());
    }

    fn served_sets_grow_by_vendor_and_category_over_all_nodes(world: &World) {
        let (one, other) = (Recorder::start(world.database.clone()), Recorder::start(world.database.clone()));
        let (one, other) = (one.unwrap(), other.unwrap());
        let seen = |people: PeopleOf| disclosure("atlas", vec![people]);

        now(one.record(seen(names([1, 2])))).unwrap();
        now(other.record(seen(names([2, 3])))).unwrap();
        now(one.record(seen(names([2, 4])))).unwrap();
        now(one.record(seen((mask_of([Category::Name]), [9].into_iter().collect())))).unwrap();
        now(other.record(seen((mask_of([Category::Photo]), [8].into_iter().collect())))).unwrap();

        assert_eq!(served_names(world, "atlas"), [1, 2, 3, 4, 9].into_iter().collect());
        assert_eq!(served_names(world, "globe"), RoaringBitmap::new());
    }

    fn an_answer_about_nobody_is_recorded_and_serves_nobody(world: &World) {
        let recorder = Recorder::start(world.database.clone()).unwrap();

        now(recorder.record(disclosure("atlas", Vec::new()))).unwrap();

        assert_eq!(recorded(world).len(), 1);
        assert!(served_names(world, "atlas").is_empty());
    }

    fn what_cannot_be_recorded_is_an_error_and_neither_half_is_kept(world: &World) {
        let recorder = Recorder::start(world.database.clone()).unwrap();
        let run = |text: &str| Statement::new(text).execute(&mut world.database.write_activity().unwrap()).unwrap();
        run("ALTER TABLE served RENAME TO away");

        let outcome = now(recorder.record(disclosure("atlas", vec![names([1])])));
        run("ALTER TABLE away RENAME TO served");

        assert!(matches!(outcome, Err(RecordError::Failed)));
        assert!(recorded(world).is_empty());
        now(recorder.record(disclosure("atlas", vec![names([1])]))).unwrap();
        assert_eq!(served_names(world, "atlas").len(), 1);
    }

    fn an_answer_that_cannot_be_recorded_does_not_leave(world: &World) {
        world.apply(
            "[tenant]\nslug = \"noord\"\nname = \"Noord\"\n[[vendor]]\nid = \"atlas\"\nname = \"Atlas\"\n\
             scopes = [\"roster.readonly\"]\nidentifiers = \"source\"\nrequired_fields = \"absent\"\n\
             secret = \"tulip-tulip-tulip-tulip-tulip-tulip-tulip\"\n",
        );
        let server = world.serve();
        let token = server.token("atlas", "tulip-tulip-tulip-tulip-tulip-tulip-tulip");
        let users = || server.get_as(&token, "/noord/ims/oneroster/rostering/v1p2/users");
        let run = |text: &str| Statement::new(text).execute(&mut world.database.write_activity().unwrap()).unwrap();

        assert_eq!(users().status, 200);
        run("ALTER TABLE disclosure RENAME TO away");
        let refused = users();
        run("ALTER TABLE away RENAME TO disclosure");

        assert_eq!((refused.status, refused.header("retry-after")), (503, "5"));
        assert!(!refused.body.contains("users"), "{}", refused.body);
        assert_eq!(users().status, 200);
        assert_eq!(recorded(world).len(), 2);
    }

    fn what_waits_when_the_recorder_stops_is_written_and_the_rest_refused(world: &World) {
        let recorder = Recorder::start(world.database.clone()).unwrap();
        let waiting: Vec<_> = (0..50).map(|n| recorder.record(disclosure("atlas", vec![names([n])]))).collect();

        recorder.stop();

        assert_eq!(recorded(world).len(), 50);
        now(async {
            for one in waiting {
                one.await.unwrap();
            }
        });
        let late = now(recorder.record(disclosure("atlas", Vec::new())));
        assert!(matches!(late, Err(RecordError::Stopped)));
    }
}
