//! What goes wrong at the vendor's server, and what becomes of it.

use std::process::Command;
use std::sync::mpsc::channel;

use koppelvlak::consent::rules_file::{self, Submission};
use koppelvlak::scim::push::PushError;
use koppelvlak::store::{push_queue, push_state};
use serde_json::{Map, Value, json};

use super::ALL;
use super::fake::{Asked, Fake, Manner, Trouble};
use super::two::{n_rows, push_at, push_rules, without};
use crate::harness::{NOW, World, on_each_database};
use crate::rostering::board::{SECRET, import_at};
use crate::rostering::village::{one_rule, settle, village};

/// Later instants, each after all that waits at the one before.
const LATER: [&str; 8] = [
    "2026-09-01T09:00:00Z",
    "2026-09-01T10:00:00Z",
    "2026-09-01T11:00:00Z",
    "2026-09-01T12:00:00Z",
    "2026-09-01T13:00:00Z",
    "2026-09-01T14:00:00Z",
    "2026-09-01T15:00:00Z",
    "2026-09-01T16:00:00Z",
];

/// A board that pushes to a fake server.
fn pushing_to_a_fake(world: &World) -> Fake {
    settle(world);
    let fake = Fake::start(Manner::Scim);
    world.apply(&push_rules(&one_rule("r", &ALL, ""), &fake.url, "tulip", ""));
    fake
}

fn is_post_of(asked: &Asked, id: &str) -> bool {
    asked.method == "POST" && asked.external_id() == id
}

fn ids_of(asked: &[Asked]) -> Vec<&str> {
    asked.iter().map(Asked::external_id).collect()
}

fn external_ids(resources: &[Value]) -> Vec<&str> {
    let mut ids: Vec<&str> = resources.iter().map(|resource| resource["externalId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids
}

on_each_database! {
    fn nothing_leaves_that_the_vendor_could_not_read_itself(world: &World) {
        for categories in [&ALL[..], &["identity", "name"], &["login", "contact-email"], &["enrolment", "structure"]] {
            let fake = Fake::start(Manner::Scim);
            settle(world);
            world.apply(&push_rules(&one_rule("r", categories, ""), &fake.url, "tulip", "").replace("\"absent\"", "\"placeholder\""));
            let server = world.serve();
            let token = server.token("atlas", SECRET);

            push_at(world, NOW).unwrap();

            for endpoint in ["/Users", "/Groups"] {
                let door = server.get_as(&token, &format!("/noord/scim/v2{endpoint}?count=1000")).json();
                let mut read: Vec<Map<String, Value>> = door["Resources"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|resource| without(resource, &["meta", "groups", "members"]))
                    .collect();
                for resource in &mut read {
                    let id = resource.remove("id").unwrap();
                    resource.insert("externalId".to_owned(), id);
                    if endpoint == "/Users" {
                        resource.entry("active").or_insert(true.into());
                    }
                }
                let mut sent: Vec<_> = fake.has(endpoint).iter().map(|sent| without(sent, &["id", "members"])).collect();
                for all in [&mut read, &mut sent] {
                    all.sort_by_key(|resource| resource["externalId"].to_string());
                }
                assert_eq!(sent, read, "{categories:?} {endpoint}");
            }
        }
    }

    fn what_arrived_without_an_answer_is_found_and_not_made_twice(world: &World) {
        let fake = pushing_to_a_fake(world);
        fake.fail(|asked| is_post_of(asked, "cas").then_some(Trouble::BreakAfter));

        let first = push_at(world, NOW).unwrap();
        fake.heal();
        let second = push_at(world, LATER[0]).unwrap();

        assert!(first.given < 7 && first.failed == 1, "who was under way arrived too: {first:?}");
        assert!(first.until.is_some());
        assert_eq!((second.failed, second.queued), (0, 0));
        assert_eq!(external_ids(&fake.has("/Users")), ["ann", "bob", "cas", "dee", "mum", "tia", "tom"]);
        assert_eq!(usize::try_from(n_rows(world, "pushed")), Ok(fake.has("/Users").len() + fake.has("/Groups").len()));
    }

    fn a_killed_process_leaves_nothing_undone_and_nothing_twice(world: &World) {
        let fake = pushing_to_a_fake(world);
        let (tell, arrived) = channel();
        let (goes_on, may_go_on) = channel();
        fake.fail(move |asked| {
            if is_post_of(asked, "cas") {
                tell.send(()).unwrap();
                may_go_on.recv().unwrap();
            }
            None
        });
        let mut process = Command::new(env!("CARGO_BIN_EXE_koppelvlak"))
            .args(["push", "--tenant", "noord", "--vendor", "atlas"])
            .current_dir(world.folder())
            .env("KOPPELVLAK_CLOCK", NOW)
            .env("KOPPELVLAK_DATABASE_URL", &world.url)
            .env("KOPPELVLAK_MASTER_KEY", "5a".repeat(32))
            .spawn()
            .unwrap();

        arrived.recv().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        goes_on.send(()).unwrap();
        let at_once = push_at(world, NOW);
        fake.heal();
        let later = push_at(world, "2026-09-01T08:02:01Z").unwrap();

        assert!(matches!(at_once, Err(PushError::Busy)));
        assert_eq!((later.given, later.failed, later.queued), (n_rows(world, "pushed").unsigned_abs(), 0, 0));
        assert_eq!(external_ids(&fake.has("/Users")), ["ann", "bob", "cas", "dee", "mum", "tia", "tom"]);
    }

    fn a_server_that_asks_for_rest_gets_it(world: &World) {
        let fake = pushing_to_a_fake(world);
        fake.fail(|_| Some(Trouble::Answer(429, "Retry-After: 120\r\n", Value::Null)));

        let first = push_at(world, NOW).unwrap();
        let asked = fake.take().len();
        fake.heal();
        let early = push_at(world, "2026-09-01T08:01:59Z").unwrap();
        let asked_early = fake.take().len();
        let late = push_at(world, "2026-09-01T08:02:02Z").unwrap();

        assert_eq!((asked, first.failed), (1, 1));
        assert_eq!((asked_early, early.given), (0, 0));
        assert_eq!((late.queued, late.failed), (0, 0));
    }

    fn a_date_to_come_back_at_is_kept_too(world: &World) {
        let fake = pushing_to_a_fake(world);
        fake.fail(|_| Some(Trouble::Answer(503, "Retry-After: Tue, 01 Sep 2026 08:30:00 GMT\r\n", Value::Null)));

        let until = push_at(world, NOW).unwrap().until.unwrap();

        assert_eq!(until.to_rfc3339(), "2026-09-01T08:30:01.000Z");
    }

    fn a_server_that_is_down_is_asked_ever_less_often(world: &World) {
        let fake = pushing_to_a_fake(world);
        fake.fail(|_| Some(Trouble::Answer(503, "", Value::Null)));

        let waits = LATER.map(|at| {
            push_at(world, at).unwrap();
            let now = koppelvlak::clock::Clock::fixed(at).unwrap().now().0;
            let conn = &mut *world.database.read_activity().unwrap();
            push_state::read(conn, (1, "atlas")).unwrap().unwrap().not_before - now
        });

        assert_eq!(fake.take().len(), LATER.len());
        assert!((2_000..2_600).contains(&waits[0]), "{waits:?}");
        assert!(waits.windows(2).all(|pair| pair[1] > pair[0] * 3 / 2), "{waits:?}");
    }

    fn what_a_server_never_takes_becomes_a_dead_letter_and_holds_up_nobody(world: &World) {
        let fake = pushing_to_a_fake(world);
        let refusal = json!({"scimType": "invalidValue", "detail": "Ann O'Brien can't be"});
        fake.fail(move |asked| is_post_of(asked, "ann").then(|| Trouble::Answer(400, "", refusal.clone())));

        let first = push_at(world, NOW).unwrap();
        let waiting = external_ids(&fake.has("/Groups")).contains(&"class-K1");
        for at in &LATER[..5] {
            push_at(world, at).unwrap();
        }

        assert!(first.failed == 1 && first.queued > 1);
        assert!(!waiting, "a class waits for its members");
        assert_eq!(fake.take().iter().filter(|asked| is_post_of(asked, "ann")).count(), 5);
        let dead = push_queue::dead(&mut world.database.read_activity().unwrap(), (1, "atlas"), 10).unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].id.as_str(), dead[0].last_error.as_deref()), ("ann", Some("POST /Users: 400 invalidValue")));
        let class = fake.has("/Groups").into_iter().find(|group| group["externalId"] == "class-K1").unwrap();
        assert_eq!(class["members"].as_array().unwrap().len(), 2);

        fake.heal();
        push_queue::retry(&mut world.database.write_activity().unwrap(), (1, "atlas")).unwrap();
        push_at(world, LATER[6]).unwrap();

        let class = fake.has("/Groups").into_iter().find(|group| group["externalId"] == "class-K1").unwrap();
        assert_eq!(class["members"].as_array().unwrap().len(), 3);
        assert_eq!(n_rows(world, "push_queue"), 0);
    }

    fn a_dead_letter_that_is_forgotten_comes_back_when_it_changes(world: &World) {
        let fake = pushing_to_a_fake(world);
        fake.fail(|asked| is_post_of(asked, "ann").then_some(Trouble::Answer(400, "", Value::Null)));
        push_at(world, NOW).unwrap();
        for at in &LATER[..4] {
            push_at(world, at).unwrap();
        }
        fake.heal();
        fake.take();

        let n = push_queue::forget(&mut world.database.write_activity().unwrap(), (1, "atlas")).unwrap();
        push_at(world, LATER[5]).unwrap();
        let forgotten = fake.take();
        let mut set = village();
        set.edit("users.csv", "ann@noord.example", "ann.new@noord.example");
        import_at(world, "noord", &set.folder().path, "2026-08-21T06:00:00Z");
        push_at(world, LATER[6]).unwrap();

        assert_eq!(n, 1);
        assert!(!ids_of(&forgotten).contains(&"ann"));
        assert!(external_ids(&fake.has("/Users")).contains(&"ann"));
    }

    fn a_later_change_takes_the_place_of_one_that_waits(world: &World) {
        let fake = pushing_to_a_fake(world);
        push_at(world, NOW).unwrap();
        fake.take();
        fake.fail(|asked| (asked.external_id() == "ann").then_some(Trouble::Answer(500, "", Value::Null)));
        let change = |from: &str, instant: &str| {
            let mut set = village();
            set.edit("users.csv", "ann@noord.example", from);
            import_at(world, "noord", &set.folder().path, instant);
        };

        change("one@noord.example", "2026-08-21T06:00:00Z");
        push_at(world, LATER[0]).unwrap();
        change("two@noord.example", "2026-08-22T06:00:00Z");
        fake.heal();
        push_at(world, LATER[1]).unwrap();

        let mails: Vec<Value> = fake.take().iter().map(|asked| asked.body["emails"][0]["value"].clone()).collect();
        assert_eq!(mails, ["one@noord.example", "two@noord.example"]);
    }

    fn nothing_is_referred_to_before_it_is_there(world: &World) {
        let fake = pushing_to_a_fake(world);
        let mut n = 0;
        fake.fail(move |asked| {
            n += 1;
            (asked.method == "POST" && n % 3 == 0).then_some(Trouble::Answer(500, "", Value::Null))
        });

        let summaries: Vec<_> = std::iter::once(NOW).chain(LATER).map(|at| push_at(world, at).unwrap()).collect();

        assert_eq!(summaries.last().unwrap().queued, 0);
        let known: Vec<Value> = ["/Users", "/Groups"].iter().flat_map(|at| fake.has(at)).collect();
        let n_members: usize = fake.has("/Groups").iter().map(|group| group["members"].as_array().map_or(0, Vec::len)).sum();
        for group in fake.has("/Groups") {
            for member in group["members"].as_array().into_iter().flatten() {
                assert!(known.iter().any(|other| other["id"] == member["value"]), "{member}");
            }
        }
        assert!(n_members > 15, "{n_members}");
    }

    fn an_account_that_was_there_before_is_adopted(world: &World) {
        let fake = pushing_to_a_fake(world);
        fake.put("/Users", "theirs", json!({"userName": "ann1", "active": false}));

        let summary = push_at(world, NOW).unwrap();

        assert_eq!((summary.failed, summary.queued), (0, 0));
        let users = fake.has("/Users");
        assert_eq!(users.len(), 7);
        let ann = users.iter().find(|user| user["id"] == "theirs").unwrap();
        assert_eq!((&ann["externalId"], &ann["active"]), (&"ann".into(), &true.into()));
    }

    fn what_the_server_lost_is_made_anew(world: &World) {
        let fake = pushing_to_a_fake(world);
        push_at(world, NOW).unwrap();
        let lost = fake.has("/Users").iter().find(|user| user["externalId"] == "ann").unwrap()["id"].clone();
        let groups: Vec<Value> = fake.has("/Groups");
        let named = |group: &&Value| group["members"].to_string().contains(&lost.to_string());
        let with_lost: Vec<Value> = groups.iter().filter(named).cloned().collect();
        let before = external_ids(&with_lost);
        assert!(!before.is_empty());
        fake.lose("/Users", "ann");
        let mut set = village();
        set.edit("users.csv", "ann@noord.example", "ann.new@noord.example");
        import_at(world, "noord", &set.folder().path, "2026-08-21T06:00:00Z");

        let summary = push_at(world, LATER[0]).unwrap();

        let id = fake.has("/Users").iter().find(|user| user["externalId"] == "ann").unwrap()["id"].clone();
        let groups = fake.has("/Groups");
        let has_ann = |group: &&Value| {
            group["members"].as_array().is_some_and(|members| members.iter().any(|member| member["value"] == id))
        };
        let with_ann: Vec<Value> = groups.iter().filter(has_ann).cloned().collect();
        assert_eq!(fake.has("/Users").len(), 7);
        assert_eq!(external_ids(&with_ann), before, "her groups name her by her new id");
        assert_eq!((summary.given, summary.failed), (1 + before.len() as u64, 0), "and nothing else is sent again");
        assert_eq!(push_at(world, LATER[1]).unwrap().given, 0);
    }

    fn two_nodes_do_not_push_at_once(world: &World) {
        let fake = pushing_to_a_fake(world);
        let now = koppelvlak::clock::Clock::fixed(NOW).unwrap().now().0;
        let hold = |holder: &str, at: i64| {
            let conn = &mut *world.database.write_activity().unwrap();
            push_state::hold(conn, (1, "atlas"), holder, (at, at + 120_000)).unwrap()
        };

        assert!(hold("another", now) && !hold("a third", now));
        let refused = push_at(world, NOW);
        let after = push_at(world, LATER[0]).unwrap();

        assert!(matches!(refused, Err(PushError::Busy)));
        assert_eq!(fake.has("/Users").len(), 7);
        assert_eq!(after.failed, 0);
    }

    fn a_refusal_holds_for_the_next_request(world: &World) {
        let fake = pushing_to_a_fake(world);
        let refusal = "[[choice]]\nperson = \"tom\"\nvendor = \"atlas\"\nchoice = \"refuse\"\nby = \"tom\"\non = \"2026-08-20\"\n";
        let rules = push_rules(&format!("{}{refusal}", one_rule("r", &ALL, "")), &fake.url, "tulip", "");
        let (database, key) = (world.database.clone(), world.key.clone());
        fake.fail(move |asked| {
            if is_post_of(asked, "ann") {
                let now = koppelvlak::clock::Clock::fixed(NOW).unwrap().now();
                let submission = Submission { file: "rules.toml", text: &rules, who: "test", now };
                rules_file::apply(&database, &key, submission).unwrap();
            }
            None
        });

        push_at(world, NOW).unwrap();

        let asked = fake.take();
        assert!(ids_of(&asked).contains(&"mum"));
        let wire = format!("{asked:?}");
        assert!(!wire.contains("\"tom\"") && !wire.contains("tom1"), "{wire}");
    }

    fn a_new_token_is_used_and_another_server_starts_afresh(world: &World) {
        let fake = pushing_to_a_fake(world);
        fake.fail(|_| Some(Trouble::Answer(401, "", Value::Null)));
        push_at(world, NOW).unwrap();
        fake.heal();
        world.apply(&push_rules(&one_rule("r", &ALL, ""), &fake.url, "new-tulip", ""));
        push_at(world, LATER[0]).unwrap();
        let other = Fake::start(Manner::Scim);

        world.apply(&push_rules(&one_rule("r", &ALL, ""), &other.url, "tulip", ""));
        push_at(world, LATER[1]).unwrap();

        assert_eq!(fake.has("/Users").len(), 7);
        assert_eq!(other.has("/Users").len(), 7);
    }
}
