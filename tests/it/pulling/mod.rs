//! Another provider read over REST: our own server as the provider, and a scripted one for what goes wrong.

mod fake;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use koppelvlak::catalogue::{Entity, Version};
use koppelvlak::clock::Clock;
use koppelvlak::oneroster::csv::import;
use koppelvlak::oneroster::pull::{Changes, Credentials, Event, Options, PullError, Source, Watch, pull};
use koppelvlak::store::import::Summary;

use fake::{Fake, village};

use crate::exporting::{COLLECTIONS, blank, board_with_rules, collection, edit, rules_of};
use crate::harness::{NOW, World, on_each_database};
use crate::rostering::board::{SECRET, import_at};
use crate::rostering::client::Client;

/// A pull into the board `copy`, and what it told.
struct Puller<'w> {
    world: &'w World,
    source: Source,
    credentials: Credentials,
    changes: Changes,
    limit: u32,
    instant: &'static str,
    is_dry_run: bool,
    events: Vec<Event>,
    waits: Vec<Duration>,
}

impl<'w> Puller<'w> {
    fn new(world: &'w World, from: &str, version: Version) -> Self {
        let is_oauth1 = version == Version::V1p1;
        Self {
            world,
            source: Source::parse(from, version, None).unwrap(),
            credentials: Credentials { client_id: "everything".into(), secret: SECRET.into(), is_oauth1, scope: None },
            changes: Changes::All,
            limit: 100,
            instant: NOW,
            is_dry_run: false,
            events: Vec::new(),
            waits: Vec::new(),
        }
    }

    fn spool(&self) -> PathBuf {
        self.world.folder().join("pull")
    }

    fn pull(&mut self) -> Result<Summary, PullError> {
        let (mut events, mut waits) = (Vec::new(), Vec::new());
        let spool = self.spool();
        let clock = Clock::fixed(self.instant).unwrap();
        let options = Options {
            tenant: "copy",
            spool: &spool,
            limit: self.limit,
            changes: self.changes,
            import: import::Options { confirm_removals: false, dry_run: self.is_dry_run, clock },
        };
        let mut watch =
            Watch { tell: &mut |event| events.push(event), import: &mut |_| {}, wait: &mut |wait| waits.push(wait) };
        let outcome = pull(&self.world.database, &self.source, &self.credentials, &options, &mut watch);
        self.events = events;
        self.waits = waits;
        outcome
    }

    /// What lies in the folder of pages.
    fn left(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.spool())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    }
}

on_each_database! {
    fn a_view_that_is_read_over_1_2_is_the_same_view(world: &World) {
        let rules = board_with_rules(world);
        let server = world.serve();
        let mut puller = Puller::new(world, &format!("{}/demo/ims/oneroster", server.url), Version::V1p2);

        let first = puller.pull().unwrap();
        let second = puller.pull().unwrap();

        assert!(first.is_changed && !second.is_changed);
        assert_eq!(puller.left(), ["last.json", "lock"]);
        assert_eq!(std::fs::metadata(puller.spool()).unwrap().permissions().mode() & 0o777, 0o700);
        let client = |service, tenant| Client::of_service(&server, tenant, ("everything", SECRET), service);
        world.apply(&rules_of("copy", &rules, &collection(&client("rostering/v1p2", "demo"), "users", "demo")));
        for (service, path) in COLLECTIONS {
            let [one, other] = ["demo", "copy"].map(|tenant| collection(&client(service, tenant), path, tenant));
            assert!(!one.is_empty(), "{path}");
            assert_eq!(one.len(), other.len(), "{path}");
            for (one, other) in one.iter().zip(&other) {
                assert_eq!(one, other, "{path}");
            }
        }
    }

    fn a_view_that_is_read_over_1_1_is_the_same_view(world: &World) {
        let rules = board_with_rules(world);
        let server = world.serve();
        let mut puller = Puller::new(world, &format!("{}/demo/ims/oneroster/v1p1", server.url), Version::V1p1);

        let first = puller.pull().unwrap();
        let second = puller.pull().unwrap();

        assert!(first.is_changed && !second.is_changed);
        // Some have a scale in the place of numbers, which files of 1.1 can't say.
        let is_left_out = |event: &Event| matches!(event, Event::LeftOut { collection: "lineItems", .. });
        assert!(puller.events.iter().any(is_left_out), "{:?}", puller.events);
        let client = |tenant| Client::of_service(&server, tenant, ("everything", SECRET), "v1p1");
        world.apply(&rules_of("copy", &rules, &collection(&client("demo"), "users", "demo")));
        for path in ["orgs", "academicSessions", "courses", "classes", "users", "enrollments", "demographics"] {
            let [mut one, other] = ["demo", "copy"].map(|tenant| collection(&client(tenant), path, tenant));
            // A type of the board's own has no word in 1.1, and files must give one.
            for class in one.iter_mut().filter(|class| path == "classes" && class["classType"].is_null()) {
                class["classType"] = "scheduled".into();
            }
            assert!(!one.is_empty(), "{path}");
            assert_eq!(one.len(), other.len(), "{path}");
            for (one, other) in one.iter().zip(&other) {
                assert_eq!(one, other, "{path}");
            }
        }
    }

    fn changes_bring_a_copy_to_where_a_full_read_would(world: &World) {
        let rules = board_with_rules(world);
        let folder = world.folder().join("csv");
        let pulled = |changes, instant: &'static str| {
            let server = world.serve_at(instant);
            let mut puller = Puller::new(world, &format!("{}/demo/ims/oneroster", server.url), Version::V1p2);
            puller.changes = changes;
            puller.instant = instant;
            puller.pull().unwrap()
        };
        pulled(Changes::All, NOW);

        edit(&folder, "users.csv", |(i, line)| Some(if i % 3 == 1 { line.replacen(",true,", ",false,", 1) } else { line.to_owned() }));
        edit(&folder, "enrollments.csv", |(i, line)| (i % 5 != 2).then(|| line.to_owned()));
        edit(&folder, "roles.csv", |(i, line)| Some(if i % 4 == 1 { line.replacen(",parent,", ",guardian,", 1) } else { line.to_owned() }));
        import_at(world, "demo", &folder, "2026-09-02T06:00:00Z");
        let changed = pulled(Changes::SinceLast, "2026-09-03T08:00:00Z");
        let nothing = pulled(Changes::SinceLast, "2026-09-04T08:00:00Z");

        assert!(changed.is_changed && !nothing.is_changed);
        let server = world.serve_at("2026-09-05T08:00:00Z");
        let client = |tenant| Client::new(&server, tenant, "everything", SECRET);
        let mut people = collection(&client("demo"), "users", "demo");
        people.retain(|person| person["status"] == "active");
        world.apply(&rules_of("copy", &rules, &people));
        for path in ["orgs", "classes", "users", "enrollments"] {
            let [one, other] = ["demo", "copy"].map(|tenant| {
                let mut objects = collection(&client(tenant), path, tenant);
                objects.retain(|object| object["status"] == "active");
                objects
            });
            assert_eq!(one.len(), other.len(), "{path}");
            for (one, other) in one.iter().zip(&other) {
                assert_eq!(one, other, "{path}");
            }
        }
    }
}

on_each_database! {
    fn changes_take_away_what_1_1_cannot_say_any_more(world: &World) {
        board_with_rules(world);
        let folder = world.folder().join("csv");
        let pulled = |changes, instant: &'static str| {
            let server = world.serve_at(instant);
            let mut puller = Puller::new(world, &format!("{}/demo/ims/oneroster/v1p1", server.url), Version::V1p1);
            puller.changes = changes;
            puller.instant = instant;
            puller.pull().unwrap()
        };
        pulled(Changes::All, NOW);
        blank(&folder, "results.csv", "score", |i| i % 3 == 1);
        blank(&folder, "lineItems.csv", "resultValueMin", |i| i % 4 == 1);
        import_at(world, "demo", &folder, "2026-09-02T06:00:00Z");

        let changed = pulled(Changes::SinceLast, "2026-09-03T08:00:00Z");
        let active = |table: &str| {
            let sql = format!(
                "SELECT COUNT(*) FROM {table} JOIN tenant ON tenant.id = tenant_id WHERE slug = 'copy' AND status = 'active'"
            );
            let rows = koppelvlak::store::Statement::new(sql).rows(&mut world.database.read().unwrap()).unwrap();
            rows.first().unwrap().int(0).unwrap()
        };
        let n_items = active("line_item");
        let full = pulled(Changes::All, "2026-09-04T08:00:00Z");

        assert!(changed.of(Entity::Result).unwrap().removed > 0 && changed.of(Entity::LineItem).unwrap().removed > 0);
        assert_eq!((n_items, full.of(Entity::LineItem).unwrap().removed), (active("line_item"), 0));
    }
}

#[test]
fn an_odd_identifier_or_sign_stops_no_pull() {
    let world = World::on_sqlite();
    let fake = Fake::start(Box::new(|path, _| {
        let (status, headers, body) = village(path);
        let body = body
            .replace("u-1", "sis:1/é")
            .replace("o-2", "org:{2}")
            .replace("Willemijn", "Wil\\u0000le\\u001bmijn")
            .replace(r#""sourcedId":"u-2","status":"tobedeleted""#, r#""sourcedId":"u 2","status":"active""#);
        let demographics =
            r#"{"demographics":[{"sourcedId":"u 2","sex":"male"},{"sourcedId":"sis:1/é","sex":"female"}]}"#;
        let is_first = path.contains("/demographics") && path.contains("offset=0");
        if path.contains("/demographics") && !is_first {
            return (200, headers, r#"{"demographics":[]}"#.to_owned());
        }
        if is_first { (200, headers, demographics.to_owned()) } else { (status, headers, body) }
    }));
    let mut puller = puller(&world, &fake);

    puller.pull().unwrap();
    let again = puller.pull().unwrap();

    let sql = "SELECT sourced_id || given_name FROM person";
    let rows = koppelvlak::store::Statement::new(sql).rows(&mut world.database.read().unwrap()).unwrap();
    let people: Vec<&str> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    assert_eq!(people, ["sis:1/éWil le mijn"]);
    assert!(!again.is_changed);
    for collection in ["users", "demographics"] {
        assert!(puller.events.contains(&Event::LeftOut { collection, n: 1 }), "{:?}", puller.events);
    }
}

#[test]
fn the_command_reads_a_provider_and_keeps_its_secret_to_itself() {
    let world = World::on_sqlite();
    board_with_rules(&world);
    let server = world.serve();
    let run = |secret: &str, more: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_koppelvlak"))
            .current_dir(world.folder())
            .env("KOPPELVLAK_DATABASE_URL", &world.url)
            .env("KOPPELVLAK_CLOCK", NOW)
            .env("KOPPELVLAK_PULL_CLIENT_SECRET", secret)
            .args(["import", "oneroster-api", "--tenant", "copy", "--client-id", "everything"])
            .args(["--from", &format!("{}/demo/ims/oneroster", server.url)])
            .args(more)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };

    let (refused, why) = run("wrong-wrong-wrong", &[]);
    let (rehearsed, _) = run(SECRET, &["--dry-run"]);
    let (done, printed) = run(SECRET, &["--delta", "--limit", "7"]);

    assert_eq!((refused, rehearsed, done), (Some(1), Some(0), Some(0)), "{why}{printed}");
    assert!(why.contains("status 401") && !why.contains("wrong-wrong"), "{why}");
    assert!(printed.contains("No earlier pull is known here") && printed.contains("Reading users"), "{printed}");
    assert!(printed.contains("people") && !printed.contains(SECRET), "{printed}");
    assert_eq!(std::fs::read_dir(world.folder().join("board.pull/copy")).unwrap().count(), 2);
}

fn puller<'w>(world: &'w World, fake: &Fake) -> Puller<'w> {
    let mut puller = Puller::new(world, &fake.root(), Version::V1p2);
    puller.limit = 2;
    puller
}

#[test]
fn a_pull_that_broke_off_goes_on_where_it_stopped() {
    let world = World::on_sqlite();
    let fake = Fake::start(Box::new(|path, n| {
        let breaks = path.contains("/courses") && n == 1;
        if breaks { (500, String::new(), "Willemijn".into()) } else { village(path) }
    }));
    let mut puller = puller(&world, &fake);

    let failure = puller.pull().unwrap_err().to_string();
    let before = fake.take();
    let summary = puller.pull().unwrap();
    let after = fake.take();

    assert_eq!(failure, "courses, from object 0 on: the provider answered with status 500");
    assert!(before.iter().any(|path| path.contains("/orgs?limit=2&offset=2")), "{before:?}");
    assert!(puller.events.contains(&Event::Resumed));
    assert!(after[0].contains("/courses?") && !after.iter().any(|path| path.contains("/orgs")), "{after:?}");
    assert!(puller.events.contains(&Event::Skipped { collection: "results", status: 404 }));
    assert!(summary.is_changed);
    let of = |entity| summary.of(entity).unwrap().added;
    assert_eq!([of(koppelvlak::catalogue::Entity::Org), of(koppelvlak::catalogue::Entity::User)], [3, 1]);
}

#[test]
fn what_passes_is_tried_again_and_what_stays_fails_with_its_place() {
    let world = World::on_sqlite();
    let fake = Fake::start(Box::new(|path, n| match (path.contains("/orgs"), path.contains("/users"), n) {
        (true, _, 1) => (429, "Retry-After: 0\r\n".into(), String::new()),
        (true, _, 2) => (503, "Retry-After: 7\r\n".into(), String::new()),
        (_, true, 1) => (0, String::new(), String::new()),
        _ => village(path),
    }));
    let mut patient = puller(&world, &fake);

    patient.pull().unwrap();

    let waits: Vec<u64> = patient.waits.iter().map(Duration::as_secs).collect();
    assert_eq!(waits, [0, 7, 0, 7, 2, 2], "two pages of orgs as they were told, two of users by our own measure");
    for status in [503_u16, 500] {
        let fake = Fake::start(Box::new(move |_, _| (status, "Retry-After: 0\r\n".into(), String::new())));
        let mut puller = puller(&world, &fake);

        let failure = puller.pull().unwrap_err().to_string();

        assert_eq!(failure, format!("orgs, from object 0 on: the provider answered with status {status}"));
        assert_eq!(fake.take().len(), if status == 503 { 6 } else { 1 });
    }
    let fake = Fake::start(Box::new(|_, _| (429, "Retry-After: 86400\r\n".into(), String::new())));
    assert!(matches!(puller(&world, &fake).pull(), Err(PullError::Later { seconds: 86400, .. })));
}

#[test]
fn a_next_link_is_followed_at_its_own_origin_alone() {
    let world = World::on_sqlite();
    let thief = Fake::start(Box::new(|path, _| village(path)));
    let elsewhere = thief.url.clone();
    let fake = Fake::start(Box::new(move |path, _| {
        let (status, _, body) = village(path);
        let link = format!("Link: <{elsewhere}/ims/oneroster{path}>; rel=\"next\"\r\n");
        (status, link, body)
    }));

    puller(&world, &fake).pull().unwrap();

    assert_eq!(thief.take(), Vec::<String>::new());
    assert!(fake.take().iter().any(|path| path.contains("/orgs?limit=2&offset=2")));
}

#[test]
fn faults_are_those_of_the_import_and_a_rehearsal_leaves_nothing() {
    let world = World::on_sqlite();
    let fake = Fake::start(Box::new(|path, _| {
        let (status, headers, body) = village(path);
        (status, headers, body.replace("\"district\"", "\"kingdom\""))
    }));
    let sound = Fake::start(Box::new(|path, _| village(path)));

    let failure = puller(&world, &fake).pull();
    let mut rehearsal = puller(&world, &sound);
    rehearsal.is_dry_run = true;
    let summary = rehearsal.pull().unwrap();

    let Err(PullError::Import(import::ImportError::Faults(faults))) = failure else { panic!("{failure:?}") };
    assert_eq!(faults.faults.len(), 1, "{faults:?}");
    assert!(summary.is_new_tenant);
    assert_eq!(rehearsal.left(), ["lock"]);
}

#[test]
fn what_a_provider_has_none_of_any_more_goes_and_a_token_that_ended_is_renewed() {
    let world = World::on_sqlite();
    let people = |path: &str| {
        let (status, headers, body) = village(path);
        let demographics = r#"{"demographics":[{"sourcedId":"u-1","status":"active","sex":"female"}]}"#;
        if path.contains("/demographics") { (200, headers, demographics.to_owned()) } else { (status, headers, body) }
    };
    let before = Fake::start(Box::new(move |path, _| people(path)));
    let after = Fake::start(Box::new(|path, n| match (path.contains("/demographics"), path.contains("/users")) {
        (true, _) => (200, String::new(), r#"{"demographics":[]}"#.into()),
        (_, true) if n == 1 => (401, String::new(), String::new()),
        _ => village(path),
    }));
    puller(&world, &before).pull().unwrap();

    let summary = puller(&world, &after).pull().unwrap();
    let again = puller(&world, &after).pull().unwrap();

    assert_eq!(summary.of(koppelvlak::catalogue::Entity::Demographics).unwrap().removed, 1);
    assert_eq!(summary.of(koppelvlak::catalogue::Entity::User).unwrap().unchanged, 1);
    assert!(!again.is_changed);
}

#[test]
fn a_role_that_went_away_goes_with_the_changes_and_moves_no_other() {
    let world = World::on_sqlite();
    let two = r#""roles":[{"roleType":"secondary","role":"aide","org":{"sourcedId":"o-1"}},"#;
    let full = Fake::start(Box::new(move |path, _| {
        let (status, headers, body) = village(path);
        (status, headers, body.replace(r#""roles":["#, two))
    }));
    let changed = Fake::start(Box::new(|path, _| village(path)));
    puller(&world, &full).pull().unwrap();
    let mut delta = puller(&world, &changed);
    delta.changes = Changes::Since(Clock::fixed(NOW).unwrap().now());

    let summary = delta.pull().unwrap();
    let again = delta.pull().unwrap();

    assert!(summary.is_changed && !again.is_changed);
    let sql = "SELECT roles FROM person WHERE sourced_id = 'u-1'";
    let rows = koppelvlak::store::Statement::new(sql).rows(&mut world.database.read().unwrap()).unwrap();
    let roles: Vec<serde_json::Value> = serde_json::from_str(rows.first().unwrap().text(0).unwrap()).unwrap();
    let of = |role: &str| roles.iter().find(|other| other["role"] == role).unwrap();
    assert_eq!(of("aide")["gone"], true);
    assert_eq!(of("teacher")["gone"], serde_json::Value::Null);
    assert!(of("teacher")["at"].as_i64() < of("aide")["at"].as_i64());
    assert!(changed.take().iter().any(|path| path.contains("filter=dateLastModified%3E%3D%27")));
}

#[test]
fn pages_wait_for_whoever_must_confirm_that_people_left() {
    let world = World::on_sqlite();
    let full = Fake::start(Box::new(|path, _| village(path)));
    let empty = Fake::start(Box::new(|path, _| {
        let is_people = path.contains("/users");
        if is_people { (200, String::new(), r#"{"users":[]}"#.into()) } else { village(path) }
    }));
    puller(&world, &full).pull().unwrap();
    let mut refused = puller(&world, &empty);

    let failure = refused.pull();
    empty.take();
    let again = refused.pull();

    for outcome in [failure, again] {
        let is_guarded = matches!(outcome, Err(PullError::Import(import::ImportError::Removals { removed: 1, of: 1 })));
        assert!(is_guarded, "{outcome:?}");
    }
    assert_eq!(refused.left(), ["last.json", "lock", "pages", "state.json"]);
    assert!(empty.take().is_empty(), "nothing is read twice");
}

#[test]
fn two_pulls_into_one_folder_do_not_mix() {
    let world = World::on_sqlite();
    let fake = Fake::start(Box::new(|path, _| village(path)));
    let mut puller = puller(&world, &fake);
    std::fs::create_dir(puller.spool()).unwrap();
    let lock = std::fs::File::create(puller.spool().join("lock")).unwrap();
    lock.lock().unwrap();

    assert!(matches!(puller.pull(), Err(PullError::Busy(_))));
    assert!(fake.take().is_empty());
}
