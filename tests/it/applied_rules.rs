//! Rules files applied to both databases: what is stored, what is kept, what is shown.

use std::fs;

use clap::ValueEnum as _;
use koppelvlak::catalogue::Category;
use koppelvlak::cli::apply::Apply;
use koppelvlak::cli::arguments::Format;
use koppelvlak::cli::show::{Show, What};
use koppelvlak::clock::{Clock, Millis};
use koppelvlak::consent::choice::Decision;
use koppelvlak::consent::connection::{Identifiers, RequiredFields};
use koppelvlak::consent::rules_file::{self, Applied, ApplyError, Submission};
use koppelvlak::store::tenant::Tenant;
use koppelvlak::store::{Conn, Database, DatabaseUrl, Statement, StoreError, choice, history, rule, tenant, vendor};

use crate::harness::{World, on_each_database};
use crate::rules_text::{SOUND, with};

const TABLES: [&str; 6] = ["tenant", "special_category", "connection", "consent_rule", "choice", "history"];

fn now() -> Clock {
    Clock::fixed("2026-11-02T09:00:00Z").unwrap()
}

fn submit(text: &str) -> Submission<'_> {
    Submission { file: "rules.toml", text, who: "mia", now: now().now() }
}

impl World {
    fn hand_in(&self, text: &str) -> Result<Applied, ApplyError> {
        rules_file::apply(&self.database, &self.key, submit(text))
    }

    fn board(&self) -> Tenant {
        self.read(|conn| tenant::by_slug(conn, "noord")).unwrap()
    }

    fn dump(&self, table: &str) -> String {
        let everything = Statement::new(format!("SELECT * FROM {table}"));
        format!("{:?}", self.read(|conn| everything.rows(conn)))
    }

    fn number(&self, query: &str) -> i64 {
        self.read(|conn| Statement::new(query).rows(conn)).first().unwrap().need_int(0).unwrap()
    }

    fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> T {
        work(&mut self.database.read().unwrap()).unwrap()
    }

    fn dump_rules(&self) -> String {
        TABLES.map(|table| self.dump(table)).join("\n")
    }

    /// A board with the schools, classes, courses and people that the sound file names.
    fn with_school_data(&self) -> &Self {
        self.hand_in("[tenant]\nslug = \"noord\"\nname = \"Stichting Noord\"\n").unwrap();
        let id = |number: i64| (1_i64 << 32) | number;
        let mut rows = Vec::new();
        for (number, school) in [(1, "S1"), (2, "S2")] {
            rows.push(
                Statement::new(
                    "INSERT INTO org (id, tenant_id, sourced_id, status, created_at, digest, name, type) \
                     VALUES (?, 1, ?, 'active', 0, ?, 'School', 'school')",
                )
                .bind(id(number))
                .bind(school)
                .bind(vec![0_u8]),
            );
        }
        rows.push(
            Statement::new(
                "INSERT INTO course (id, tenant_id, sourced_id, status, created_at, digest, title) \
                 VALUES (?, 1, 'V1', 'active', 0, ?, 'Rekenen')",
            )
            .bind(id(1))
            .bind(vec![0_u8]),
        );
        rows.push(
            Statement::new(
                "INSERT INTO \"class\" (id, tenant_id, sourced_id, status, created_at, digest, title, course, school, \
                 terms, grades) VALUES (?, 1, 'C1', 'active', 0, ?, 'Groep 5', ?, ?, '[]', '[\"5\"]')",
            )
            .bind(id(1))
            .bind(vec![0_u8])
            .bind(id(1))
            .bind(id(1)),
        );
        for (number, person, grades, status) in
            [(1, "P1", Some("[\"5\",\"6\"]"), "active"), (2, "P2", None, "tobedeleted")]
        {
            rows.push(
                Statement::new(
                    "INSERT INTO person (id, tenant_id, sourced_id, status, created_at, digest, enabled_user, \
                     given_name, family_name, roles, grades) VALUES (?, 1, ?, ?, 0, ?, 'true', 'A', 'B', '[]', ?)",
                )
                .bind(id(number))
                .bind(person)
                .bind(status)
                .bind(vec![0_u8])
                .bind(grades),
            );
        }
        let conn = &mut self.database.write().unwrap();
        for row in rows {
            row.execute(conn).unwrap();
        }
        self
    }
}

on_each_database! {
    fn what_a_file_says_is_what_is_stored(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();

        let board = world.board();
        assert_eq!((board.id, board.name.as_str()), (1, "Stichting Noord"));
        assert_eq!(board.local_identifiers, ["identifier"]);

        let special = world.read(|conn| tenant::special(conn, 1));
        assert_eq!(special.len(), 1);
        assert_eq!((special[0].category, special[0].until.to_string()), (Category::Ethnicity, "2027-07-31".into()));

        let stored = world.read(|conn| vendor::connection(conn, 1, "atlas")).unwrap();
        assert_eq!(stored.connection.scopes, ["gradebook.createput", "roster.readonly"]);
        assert_eq!(stored.connection.identifiers, Identifiers::Pairwise);
        assert_eq!(stored.connection.required_fields, RequiredFields::Placeholder);
        let secret = vendor::unseal_secret(&world.key, &stored).unwrap();
        assert_eq!(secret, b"a-secret-of-32-characters-for-us");
        assert_eq!(world.read(|conn| vendor::connections_of(conn, "atlas")), [stored]);

        let rules = world.read(|conn| rule::current(conn, 1, "atlas"));
        assert_eq!(rules.len(), 1);
        assert_eq!(
            rules[0].categories,
            [Category::Structure, Category::Identity, Category::Name, Category::Ethnicity]
        );
        assert_eq!(rules[0].population.schools, ["S1", "S2"]);
        assert_eq!(rules[0].reason.as_deref(), Some("The study compares groups"));
        assert_eq!(rules[0].version, 1);
        assert!(world.read(|conn| rule::current(conn, 1, "mercator")).is_empty());

        let choices = world.read(|conn| choice::all(conn, 1));
        assert_eq!((choices[0].choice.person, choices[0].choice.decision), ((1 << 32) | 1, Decision::Refuse));
        assert!(world.read(|conn| choice::standing(conn, 1, "atlas")).is_empty(), "it was withdrawn");
    }

    fn the_same_file_again_changes_nothing(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let before = world.dump_rules();

        let again = world.hand_in(SOUND).unwrap();

        assert_eq!(again.changes, Vec::<String>::new());
        assert_eq!(world.dump_rules(), before);
    }

    fn the_order_of_lists_and_tables_changes_nothing(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let other = SOUND
            .replace("[\"S1\", \"S2\"]", "[\"S2\", \"S1\"]")
            .replace("[\"structure\", \"identity\", \"name\", \"ethnicity\"]", "[\"ethnicity\", \"name\", \"identity\", \"structure\"]")
            .replace("\"roster.readonly\", \"gradebook.createput\"", "\"gradebook.createput\", \"roster.readonly\"");

        assert_eq!(world.hand_in(&other).unwrap().changes, Vec::<String>::new());
    }

    fn a_changed_rule_gets_a_new_version_and_the_old_one_stays(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let epoch = world.board().consent_epoch;

        let applied = world.hand_in(&with("\"name\", \"ethnicity\"", "\"contact-email\"")).unwrap();

        assert_eq!(
            applied.changes,
            ["~ rule atlas-1: version 1 -> 2; categories +contact-email -name -ethnicity"]
        );
        let rules = world.read(|conn| rule::current(conn, 1, "atlas"));
        assert_eq!((rules.len(), rules[0].version), (1, 2));
        assert_eq!(world.number("SELECT COUNT(*) FROM consent_rule"), 2);
        assert_eq!(world.board().consent_epoch, epoch + 1);
    }

    fn what_a_file_does_not_mention_stays(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();

        let applied = world.hand_in("[tenant]\nslug = \"noord\"\n").unwrap();

        assert_eq!(applied.changes, Vec::<String>::new());
        assert_eq!(world.read(|conn| rule::all(conn, 1)).len(), 1);
        assert_eq!(world.board().local_identifiers, ["identifier"]);
    }

    fn a_file_with_a_problem_changes_nothing_at_all(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let before = world.dump_rules();
        let text = SOUND
            .replace("Stichting Noord", "Stichting Zuid")
            .replace("\"P2\"", "\"P3\"")
            .replace("[\"C1\"]", "[\"C2\"]")
            .replace("[\"V1\"]", "[\"V2\"]")
            .replace("\"S2\"", "\"S3\"")
            .replace("\"6\"", "\"7\"")
            .replace("person = \"P1\"", "person = \"P4\"");

        let error = world.hand_in(&text).unwrap_err();

        assert_eq!(
            error.to_string(),
            "rules.toml has 6 problems; nothing was applied\n\
             rules.toml:22: rule `atlas-1`: there is no school `S3`\n\
             rules.toml:25: rule `atlas-1`: there is no grade `7`; the board has `5`, `6`\n\
             rules.toml:26: rule `atlas-1`: there is no class `C2`\n\
             rules.toml:27: rule `atlas-1`: there is no course `V2`\n\
             rules.toml:28: rule `atlas-1`: there is no person `P3`\n\
             rules.toml:39: choice `P4`: there is no such person"
        );
        assert_eq!(world.dump_rules(), before);
    }

    fn a_dry_run_says_the_same_and_writes_nothing(world: &World) {
        world.with_school_data();
        let before = world.dump_rules();

        let rehearsed = rules_file::rehearse(&world.database, &world.key, submit(SOUND)).unwrap();

        assert_eq!(world.dump_rules(), before);
        assert_eq!(rehearsed.changes, world.hand_in(SOUND).unwrap().changes);
        assert_eq!(rehearsed.secrets, []);
    }

    fn every_change_is_kept_with_who_when_before_and_after(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        world.hand_in(&with("status = \"active\"", "status = \"suspended\"")).unwrap();

        let history = world.read(|conn| history::latest(conn, 1, 100));

        let subjects: Vec<_> = history.iter().map(|entry| entry.subject.as_str()).collect();
        let expected = [
            "tenant noord", "tenant noord", "special ethnicity", "vendor atlas", "rule atlas-1", "choice P1",
            "rule atlas-1",
        ];
        assert_eq!(subjects, expected);
        let last = history.last().unwrap();
        assert_eq!((last.who.as_str(), last.at), ("mia", now().now()));
        assert!(last.before.as_deref().unwrap().contains("\"status\":\"active\""));
        assert!(last.after.as_deref().unwrap().contains("\"status\":\"suspended\""));
    }

    fn a_vendor_keeps_its_secret_until_the_file_names_another(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let line = "secret = \"a-secret-of-32-characters-for-us\"\n";
        let sealed = || world.read(|conn| vendor::connection(conn, 1, "atlas")).unwrap();

        let unnamed = world.hand_in(&with(line, "")).unwrap();
        assert_eq!((unnamed.changes.len(), unnamed.secrets.len()), (0, 0));
        assert_eq!(vendor::unseal_secret(&world.key, &sealed()).unwrap(), b"a-secret-of-32-characters-for-us");

        let other = world.hand_in(&with(line, "secret = \"another-secret-for-us\"\n")).unwrap();
        assert_eq!(other.changes, ["~ vendor atlas: secret changed"]);
        assert_eq!(vendor::unseal_secret(&world.key, &sealed()).unwrap(), b"another-secret-for-us");
    }

    fn a_made_secret_is_told_once_and_stored_sealed(world: &World) {
        let text = "[tenant]\nslug = \"noord\"\nname = \"Noord\"\n[[vendor]]\nid = \"v\"\nname = \"V\"\nscopes = []\n";

        let applied = world.hand_in(text).unwrap();

        let [(vendor, secret)] = applied.secrets.as_slice() else { panic!("one secret") };
        assert_eq!((vendor.as_str(), secret.len()), ("v", 43));
        assert!(applied.changes.iter().all(|line| !line.contains(secret)));
        assert!(!world.dump_rules().contains(secret));
        assert_eq!(world.hand_in(text).unwrap().secrets, []);
        let stored = world.read(|conn| vendor::connection(conn, 1, "v")).unwrap();
        assert_eq!(vendor::unseal_secret(&world.key, &stored).unwrap(), secret.as_bytes());
        assert!(!stored.secret_sealed.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
    }

    fn a_secret_that_a_file_names_stands_in_no_history_and_no_output(world: &World) {
        let applied = world.with_school_data().hand_in(SOUND).unwrap();
        let text = SOUND.replace("a-secret-of-32-characters-for-us", "another-secret-for-us");
        let changed = world.hand_in(&text).unwrap();

        for secret in ["a-secret-of-32-characters-for-us", "another-secret-for-us"] {
            assert!(!world.dump_rules().contains(secret));
            assert!(!format!("{applied:?}{changed:?}").contains(secret));
        }
    }

    fn a_refusal_stands_until_it_is_withdrawn_itself(world: &World) {
        let choice = |what: &str, on: &str, more: &str| {
            let text = format!(
                "[tenant]\nslug = \"noord\"\n[[choice]]\nperson = \"P1\"\nchoice = \"{what}\"\nby = \"pupil\"\n\
                 on = \"{on}\"\n{more}"
            );
            world.hand_in(&text).unwrap().changes
        };
        let standing = || {
            let choices = world.read(|conn| choice::standing(conn, 1, "anyone"));
            choices.iter().map(|choice| choice.decision).collect::<Vec<_>>()
        };
        world.with_school_data();

        choice("refuse", "2026-09-01", "");
        choice("grant", "2026-10-01", "");
        assert_eq!(standing(), [Decision::Refuse, Decision::Grant]);

        choice("refuse", "2026-09-01", "withdrawn = \"2026-10-05\"\n");
        assert_eq!(standing(), [Decision::Grant]);

        let lines = choice("refuse", "2026-10-20", "");
        assert_eq!(lines, ["+ choice P1: person P1; choice refuse; by pupil; on 2026-10-20"]);
        assert_eq!(standing(), [Decision::Grant, Decision::Refuse]);
        assert_eq!(world.number("SELECT COUNT(*) FROM choice"), 3);
    }

    fn a_file_with_a_choice_made_twice_settles(world: &World) {
        world.with_school_data();
        let text = format!(
            "{SOUND}[[choice]]\nperson = \"P1\"\nvendor = \"atlas\"\ncategories = [\"photo\"]\nchoice = \"refuse\"\n\
             by = \"parent\"\non = \"2026-10-01\"\n"
        );

        world.hand_in(&text).unwrap();

        assert_eq!(world.hand_in(&text).unwrap().changes, Vec::<String>::new());
        assert_eq!(world.read(|conn| choice::standing(conn, 1, "atlas")).len(), 1);
        assert!(world.read(|conn| choice::standing(conn, 1, "mercator")).is_empty());
    }

    fn a_rule_never_moves_to_another_vendor(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let text = SOUND.replace("atlas\"", "mercator\"");

        let error = world.hand_in(&text).unwrap_err().to_string();

        assert!(
            error.ends_with(
                "rules.toml:21: rule `atlas-1`: is a rule of vendor `atlas` already; a rule of another vendor needs its own id"
            ),
            "{error}"
        );
    }

    fn boards_do_not_see_each_other(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let text = SOUND.replace("slug = \"noord\"", "slug = \"zuid\"");

        let error = world.hand_in(&text).unwrap_err().to_string();

        assert!(error.contains("there is no school `S1`") && error.contains("there is no person `P1`"), "{error}");
        world.hand_in("[tenant]\nslug = \"zuid\"\nname = \"Zuid\"\n[[vendor]]\nid = \"atlas\"\nname = \"A\"\nscopes = []\n").unwrap();
        let of_both = world.read(|conn| vendor::connections_of(conn, "atlas"));
        assert_eq!(of_both.iter().map(|stored| stored.tenant_id).collect::<Vec<_>>(), [1, 2]);
        assert!(world.read(|conn| rule::all(conn, 2)).is_empty());
    }

    fn the_command_prints_what_changed_and_what_to_do_next(world: &World) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rules.toml");
        fs::write(&file, "[tenant]\nslug = \"noord\"\nname = \"Noord\"\n").unwrap();
        let run = |dry_run| {
            let command = Apply { file: file.clone(), dry_run, by: " ".into() };
            let applied = command.apply_to(&world.database, &world.key, now()).unwrap();
            let mut out = Vec::new();
            command.print(&applied, Format::Table, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };

        assert_eq!(
            run(true),
            "+ tenant noord: name Noord\n\n1 change to make, nothing written. Without --dry-run the file is applied.\n"
        );
        assert_eq!(
            run(false),
            "+ tenant noord: name Noord\n\nMade 1 change; it holds for the next request.\n\
             Next: koppelvlak show rules --tenant noord\n"
        );
        assert_eq!(run(false), "nothing to change\n");
        assert_eq!(world.read(|conn| history::latest(conn, 1, 9))[0].who, "operator");
    }

    fn what_is_stored_can_be_listed(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let show = |what, format, day: &str| {
            let mut out = Vec::new();
            let clock = Clock::Fixed(Millis::at_start_of(day.parse().unwrap()));
            Show { what, tenant: Some("noord".into()), vendor: None }.print(&world.database, clock, format, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };

        for what in What::value_variants() {
            let json: Vec<serde_json::Value> =
                serde_json::from_str(&show(*what, Format::Json, "2026-11-02")).unwrap();
            // Nothing was pushed, and no provider made anybody.
            let is_empty = matches!(what, What::Accounts | What::Push | What::Reconciliations);
            assert_eq!(json.is_empty(), is_empty, "{what:?}");
            assert!(json.iter().all(|row| row["tenant"] == "noord"), "{what:?}");
            assert!(show(*what, Format::Table, "2026-11-02").starts_with("tenant "));
        }
        let today = |day| {
            let json: serde_json::Value = serde_json::from_str(&show(What::Rules, Format::Json, day)).unwrap();
            json[0]["today"].clone()
        };
        assert_eq!(today("2026-07-31"), "not active: begins 2026-08-01");
        assert_eq!(today("2026-08-01"), "active");
        assert_eq!(today("2027-07-31"), "active");
        assert_eq!(today("2027-08-01"), "not active: its last day was 2027-07-31");
        assert!(show(What::Choices, Format::Table, "2026-11-02").contains("P1"));
        assert!(!show(What::Vendors, Format::Json, "2026-11-02").contains("secret"));
    }

    fn a_board_that_is_not_there_cannot_be_listed(world: &World) {
        let show = Show { what: What::Rules, tenant: Some("oost".into()), vendor: None };

        let error = show.print(&world.database, now(), Format::Table, &mut Vec::new()).unwrap_err();

        assert_eq!(error.to_string(), "there is no board `oost`; `koppelvlak show tenants` lists them");
    }

    fn a_rule_that_ended_does_not_start_again(world: &World) {
        world.with_school_data();
        world.hand_in(&with("status = \"active\"", "status = \"suspended\"")).unwrap();
        world.hand_in(&with("status = \"active\"", "status = \"active\"")).unwrap();
        world.hand_in(&with("status = \"active\"", "status = \"ended\"")).unwrap();

        for status in ["status = \"active\"", "status = \"suspended\"", ""] {
            let refused = world.hand_in(&with("status = \"active\"", status)).unwrap_err().to_string();
            assert!(refused.contains("rule `atlas-1`: has ended, which is for good"), "{refused}");
        }
        assert!(world.hand_in(&with("status = \"active\"", "status = \"ended\"")).unwrap().changes.is_empty());
    }

    fn a_vendor_that_ended_is_out_with_the_next_request(world: &World) {
        world.with_school_data().hand_in(SOUND).unwrap();
        let server = world.serve_at("2026-11-02T09:00:00Z");
        let token = server.token("atlas", "a-secret-of-32-characters-for-us");
        let ask = || server.get_as(&token, "/noord/ims/oneroster/rostering/v1p2/orgs").status;
        assert_eq!(ask(), 200);

        let ended = with("required_fields = \"placeholder\"\n", "required_fields = \"placeholder\"\nstatus = \"ended\"\n");
        assert_eq!(world.hand_in(&ended).unwrap().changes, ["~ vendor atlas: status active -> ended"]);

        assert_eq!(ask(), 401);
        let form = "grant_type=client_credentials&client_id=atlas&client_secret=a-secret-of-32-characters-for-us";
        assert_eq!(server.ask_token("/oauth2/token", form).status, 401);
    }

    fn two_files_at_once_make_two_boards(world: &World) {
        let make = |slug: &str| {
            let database = Database::open(&DatabaseUrl::parse(&world.url).unwrap()).unwrap();
            let text = format!("[tenant]\nslug = \"{slug}\"\nname = \"A board\"\n");
            rules_file::apply(&database, &world.key, submit(&text)).map(drop)
        };

        std::thread::scope(|scope| {
            let threads = ["a", "b", "c", "d"].map(|slug| scope.spawn(move || make(slug)));
            for thread in threads {
                thread.join().unwrap().unwrap();
            }
        });

        let mut ids: Vec<i64> = world.read(tenant::all).iter().map(|board| board.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3, 4]);
    }
}
