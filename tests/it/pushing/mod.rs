//! What a vendor may see, pushed to its own server: our own server as the vendor's, and a scripted one for what goes
//! wrong.

mod at_once;
mod certificates;
mod egil;
mod failing;
mod fake;
mod steering;
mod two;

use std::collections::BTreeMap;

use koppelvlak::scim::schema::{EDUCATION_GROUP, EDUCATION_USER};
use serde_json::Value;
use two::{Two, without};

use crate::harness::{World, on_each_database};
use crate::rostering::board::import_at;
use crate::rostering::village::{one_rule, village};

/// Everything that a person's account may show.
pub const ALL: [&str; 8] =
    ["identity", "name", "login", "contact-email", "grade-level", "structure", "class-label", "enrolment"];

on_each_database! {
    fn the_vendors_copy_is_what_it_could_have_read(world: &World) {
        let two = Two::new(world);
        two.apply(&one_rule("r", &ALL, ""));

        let summary = two.push();

        let (users, groups) = (two.copy("Users"), two.copy("Groups"));
        assert_eq!((summary.failed, summary.queued, summary.dead), (0, 0, 0));
        assert_eq!(summary.given, (users.len() + groups.len()) as u64);
        assert_eq!(users.len(), 7);
        let ids: BTreeMap<String, String> = [&users, &groups].into_iter().flatten().map(ids).collect();
        for (name, copied) in [("Users", users), ("Groups", groups)] {
            let read = two.read(name);
            assert_eq!(read.len(), copied.len(), "{name}");
            for (read, copied) in read.iter().zip(&copied) {
                assert_eq!(copied["externalId"], read["id"]);
                let members = |of: &Value| -> Vec<String> {
                    let members = of["members"].as_array().cloned().unwrap_or_default();
                    members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
                };
                let mut expected: Vec<String> = members(read).iter().map(|id| ids[id].clone()).collect();
                let mut found = members(copied);
                expected.sort_unstable();
                found.sort_unstable();
                assert_eq!(found, expected, "{}", read["id"]);
                // The copy's server is ours, which keeps no education attributes of a client, and each role once.
                let left_out =
                    ["id", "meta", "groups", "members", "externalId", "schemas", "roles", EDUCATION_USER.id, EDUCATION_GROUP.id];
                let mut read = without(read, &left_out);
                let copied = without(copied, &left_out);
                if name == "Users" {
                    read.entry("active").or_insert(true.into());
                }
                assert_eq!(copied, read);
            }
        }
    }

    fn a_second_push_sends_nothing_and_a_change_only_what_changed(world: &World) {
        let two = Two::new(world);
        two.apply(&one_rule("r", &ALL, ""));
        two.push();

        let second = two.push();
        let mut set = village();
        set.edit("users.csv", "ann@noord.example", "ann.new@noord.example");
        import_at(world, "noord", &set.folder().path, "2026-08-21T06:00:00Z");
        let third = two.push();

        assert_eq!((second.given, second.taken), (0, 0));
        assert_eq!((third.given, third.taken), (1, 0));
        assert_eq!(two.copied("ann")["emails"][0]["value"], "ann.new@noord.example");
    }

    fn a_refusal_makes_the_account_inactive_and_its_end_active_again(world: &World) {
        let two = Two::new(world);
        let rule = one_rule("r", &ALL, "");
        two.apply(&rule);
        two.push();
        let id = two.copied("ann")["id"].clone();
        let refusal = "[[choice]]\nperson = \"ann\"\nvendor = \"atlas\"\nchoice = \"refuse\"\nby = \"parent\"\non = \"2026-08-20\"\n";

        two.apply(&format!("{rule}{refusal}"));
        let refused = two.push();
        let (after, in_class) = (two.copied("ann"), two.members("class-K1"));
        two.apply(&format!("{rule}{refusal}withdrawn = \"2026-08-31\"\n"));
        two.push();

        assert!(refused.taken == 1 && refused.given > 0);
        assert_eq!((&after["id"], &after["active"]), (&id, &false.into()));
        assert!(!in_class.contains(&id.as_str().unwrap().to_owned()));
        let back = two.copied("ann");
        assert_eq!((&back["id"], &back["active"]), (&id, &true.into()));
        assert!(two.members("class-K1").contains(&id.as_str().unwrap().to_owned()));
    }

    fn a_narrower_rule_takes_values_back(world: &World) {
        let two = Two::new(world);
        two.apply(&one_rule("r", &ALL, ""));
        two.push();

        two.apply(&one_rule("r", &["identity", "login", "structure", "enrolment"], ""));
        let summary = two.push();

        assert_eq!((summary.failed, summary.taken), (0, 0));
        let text = serde_json::to_string(&two.copy("Users")).unwrap();
        for withheld in ["noord.example", "Ann", "O'Brien"] {
            assert!(!text.contains(withheld), "{withheld}");
        }
        let titles = serde_json::to_string(&two.copy("Groups")).unwrap();
        assert!(!titles.contains("Maths"));
    }

    fn the_end_of_a_rule_takes_everything_back(world: &World) {
        let two = Two::new(world);
        two.apply(&one_rule("r", &ALL, ""));
        two.push();

        two.apply(&one_rule("r", &ALL, "status = \"ended\""));
        let summary = two.push();

        assert_eq!(summary.failed, 0);
        assert!(two.copy("Users").iter().all(|user| user["active"] == false));
        assert_eq!(two.copy("Groups").len(), 0);
        assert_eq!(two.n_given(), 0);
    }

    fn the_end_of_pushing_deletes_where_the_board_says_so(world: &World) {
        let two = Two::new(world);
        let rule = one_rule("r", &ALL, "");
        two.apply_with(&rule, "deprovision = \"delete\"");
        two.push();

        world.apply(&two.rules_without_push(&rule));
        let summary = two.push();

        assert_eq!(summary.failed, 0);
        assert_eq!((two.copy("Users").len(), two.copy("Groups").len(), two.n_given()), (0, 0, 0));
        assert_eq!(two.push().taken, 0);
    }

    fn the_end_of_a_connection_takes_everything_back(world: &World) {
        let two = Two::new(world);
        let rule = one_rule("r", &ALL, "");
        two.apply(&rule);
        two.push();

        world.apply(&two.rules(&rule, "").replace("secret =", "status = \"ended\"\nsecret ="));
        two.push();

        assert!(two.copy("Users").iter().all(|user| user["active"] == false));
        assert_eq!(two.n_given(), 0);
    }

    fn identifiers_are_those_of_the_connection(world: &World) {
        let two = Two::new(world);
        world.apply(&two.rules(&one_rule("r", &ALL, ""), "").replace("\"source\"", "\"pairwise\""));

        two.push();

        let users = two.copy("Users");
        assert_eq!(users.len(), 7);
        for user in &users {
            assert_eq!(user["externalId"].as_str().unwrap().len(), 32);
        }
        let ids: Vec<Value> = two.read("Users").iter().map(|user| user["id"].clone()).collect();
        assert!(users.iter().all(|user| ids.contains(&user["externalId"])));
    }

    fn whoever_is_told_is_on_record_before(world: &World) {
        let two = Two::new(world);
        two.apply(&one_rule("r", &["identity", "name", "login"], "people = [\"ann\"]"));

        two.push();

        let rows = koppelvlak::store::Statement::new("SELECT people FROM disclosure WHERE vendor_id = 'atlas'")
            .rows(&mut world.database.read_activity().unwrap())
            .unwrap();
        let told: Vec<_> = rows.iter().flat_map(|row| koppelvlak::audit::Disclosure::decode(row.bytes(0).unwrap()).unwrap()).collect();
        let named = koppelvlak::audit::disclosure::mask_of([koppelvlak::catalogue::Category::Name]);
        assert!(told.iter().any(|(mask, people)| mask & named != 0 && people.len() == 1), "{told:?}");
        assert!(told.iter().all(|(_, people)| people.len() == 1), "{told:?}");
    }

    fn a_rehearsal_counts_and_changes_nothing(world: &World) {
        let two = Two::new(world);
        two.apply(&one_rule("r", &ALL, ""));

        let counts = two.rehearse();

        assert_eq!(counts[0].kind, "user");
        assert_eq!((counts[0].new, counts[0].same, counts[0].gone), (7, 0, 0));
        assert_eq!(two.copy("Users").len(), 0);
        for table in ["push_state", "push_queue", "pushed", "memory", "disclosure"] {
            assert_eq!(two.n_rows(table), 0, "{table}");
        }
        two.push();
        assert_eq!((two.rehearse()[0].new, two.rehearse()[0].same), (0, 7));
    }

    fn a_running_server_pushes_by_itself(world: &World) {
        let two = Two::new(world);
        two.apply(&one_rule("r", &ALL, ""));
        let background = koppelvlak::scim::push::Background::start(two.app()).unwrap();

        two.wait_until("all is there", |two| two.n_rows("push_queue") == 0 && two.n_rows("pushed") > 7);
        assert_eq!(two.copy("Users").len(), 7);
        two.apply(&one_rule("r", &ALL, "status = \"ended\""));
        two.wait_until("all is taken back", |two| two.n_rows("pushed") == 0);

        drop(background);
        assert!(two.copy("Users").iter().all(|user| user["active"] == false));
    }
}

/// The id that a resource has with us, and the one that the server gave it.
fn ids(resource: &Value) -> (String, String) {
    (resource["externalId"].as_str().unwrap().to_owned(), resource["id"].as_str().unwrap().to_owned())
}
