//! What SCIM leaves behind: disclosures, notes of people who may be there twice, accounts in other doors, the log.

use std::process::Command;

use koppelvlak::audit::Disclosure;
use koppelvlak::catalogue::Category;
use koppelvlak::consent::release::bit;
use koppelvlak::store::Statement;
use serde_json::{Value, json};

use crate::harness::{Reply, Server, World, on_each_database};
use crate::rostering::board::SECRET;
use crate::rostering::client::Client;
use crate::rostering::village::settle;
use crate::scim::board::token;
use crate::scim::client::{encoded, id};

const RULES: &str = r#"
[tenant]
slug = "noord"
name = "Noord"

[[vendor]]
id = "idp"
name = "Provider"
scopes = ["scim"]
identifiers = "source"

[[vendor]]
id = "atlas"
name = "Atlas"
scopes = ["roster.readonly"]
identifiers = "source"
secret = "tulip-tulip-tulip-tulip-tulip-tulip-tulip"

[[rule]]
id = "idp-1"
vendor = "idp"
categories = ["structure", "class-label", "identity", "name", "enrolment", "login", "contact-email"]
schools = ["S1"]
roles = ["student", "teacher"]
purpose = "x"
basis = "public-task"
agreement = "D"
from = "2026-08-01"
write = ["login", "contact-email"]

[[rule]]
id = "atlas-1"
vendor = "atlas"
categories = ["structure", "identity", "name", "login", "contact-email"]
purpose = "x"
basis = "public-task"
agreement = "D"
from = "2026-08-01"
"#;

struct Idp {
    server: Server,
    token: String,
}

impl Idp {
    fn at(world: &World) -> Self {
        settle(world);
        world.apply(RULES);
        Self { server: world.serve(), token: token(world, "noord", "idp") }
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/scim+json")];
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.server.send(method, &format!("/noord/scim/v2{path}"), &headers, &text);
        assert!(reply.status < 300, "{method} {path}: {}", reply.body);
        reply
    }

    fn get(&self, path: &str) -> Value {
        self.send("GET", path, &Value::Null).json()
    }
}

/// What a person's field is for a vendor, once it is that. Accounts come in a little later while others write.
pub(super) fn assert_becomes(atlas: &Client<'_>, person: &str, field: &str, expected: &str) {
    let began = std::time::Instant::now();
    loop {
        let found = atlas.one(&format!("/users/{person}"))[field].clone();
        if found == expected {
            return;
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{person}: {field} stays {found}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Of each answer that was recorded for a vendor, how many resources and how many people.
fn recorded(world: &World, vendor: &str) -> Vec<(i64, u64)> {
    let mut conn = world.database.read_activity().unwrap();
    let statement =
        Statement::new("SELECT records, people FROM disclosure WHERE vendor_id = ? ORDER BY id").bind(vendor);
    let read = |row: koppelvlak::store::Row<'_>| {
        let people = Disclosure::decode(row.bytes(1).unwrap()).unwrap();
        let all = people.iter().fold(roaring::RoaringBitmap::new(), |all, (_, some)| all | some);
        (row.need_int(0).unwrap(), all.len())
    };
    statement.rows(&mut conn).unwrap().iter().map(read).collect()
}

fn ask(world: &World, arguments: &[impl AsRef<std::ffi::OsStr>]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koppelvlak"));
    command.current_dir(world.folder()).env_clear().env("TMPDIR", world.folder());
    let output = command.args(["--database", &world.url]).args(arguments).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

pub(super) fn run(world: &World, arguments: &[&str]) -> String {
    let (is_done, told) = ask(world, arguments);
    assert!(is_done, "{told}");
    told
}

pub(super) fn refused(world: &World, arguments: &[String]) -> String {
    let (is_done, told) = ask(world, arguments);
    assert!(!is_done, "{told}");
    told
}

/// Whom the last answer to a vendor told of, and what.
fn last_told(world: &World, vendor: &str) -> Vec<(u64, Vec<u32>)> {
    let mut conn = world.database.read_activity().unwrap();
    let statement = Statement::new("SELECT people FROM disclosure WHERE vendor_id = ? ORDER BY id DESC LIMIT 1");
    let rows = statement.bind(vendor).rows(&mut conn).unwrap();
    let people = Disclosure::decode(rows.first().unwrap().bytes(0).unwrap()).unwrap();
    let mut told: Vec<(u64, Vec<u32>)> = people.iter().map(|(what, whom)| (*what, whom.iter().collect())).collect();
    told.sort_unstable();
    told
}

/// How many people were told of in that category, by all answers that were recorded for a vendor.
fn told(world: &World, vendor: &str, category: Category) -> u64 {
    let mut conn = world.database.read_activity().unwrap();
    let statement = Statement::new("SELECT people FROM disclosure WHERE vendor_id = ?").bind(vendor);
    let rows = statement.rows(&mut conn).unwrap();
    let all = rows.iter().flat_map(|row| Disclosure::decode(row.bytes(0).unwrap()).unwrap());
    all.filter(|(categories, _)| categories & bit(category) != 0).map(|(_, people)| people.len()).sum()
}

on_each_database! {
    fn groups_of_a_user_are_recorded_as_enrolment(world: &World) {
        let idp = Idp::at(world);

        idp.get("/Users?count=100&excludedAttributes=groups");
        assert_eq!(told(world, "idp", Category::Enrolment), 0);

        let people = idp.get("/Users?count=100");
        let with_class = |user: &&Value| {
            user["groups"].as_array().is_some_and(|groups| groups.iter().any(|group| {
                group["value"].as_str().unwrap().starts_with("class-")
            }))
        };
        let n_in_classes = people["Resources"].as_array().unwrap().iter().filter(with_class).count() as u64;
        assert!(n_in_classes > 0);
        assert_eq!(told(world, "idp", Category::Enrolment), n_in_classes);
    }

    fn what_oneroster_reads_again_is_shown_and_recorded_as_at_first(world: &World) {
        let idp = Idp::at(world);
        let atlas = Client::new(&idp.server, "noord", "atlas", SECRET);
        let page = |query: &str| atlas.ok(&format!("/users?{query}")).json()["users"].as_array().unwrap().clone();
        let cas = atlas.one("/users/cas");
        // The first texts are only learned from.
        for _ in 0..20 {
            assert_eq!(atlas.one("/users/cas"), cas);
        }

        // One is kept and the others are read beside it; then all are kept.
        let at_first = page("limit=100");
        let told_at_first = last_told(world, "atlas");
        assert_eq!(page("limit=100"), at_first);

        assert_eq!(last_told(world, "atlas"), told_at_first);
        assert!(at_first.len() > 4 && at_first.contains(&cas));
        let people: std::collections::BTreeSet<&str> =
            at_first.iter().map(|person| person["sourcedId"].as_str().unwrap()).collect();
        assert_eq!(people.len(), at_first.len(), "each person is its own: {people:?}");
        for (place, person) in at_first.iter().enumerate() {
            assert_eq!(atlas.one(&format!("/users/{}", person["sourcedId"].as_str().unwrap())), *person);
            assert_eq!(page(&format!("limit=1&offset={place}")), std::slice::from_ref(person));
        }
    }

    fn what_is_read_again_is_shown_and_recorded_as_at_first(world: &World) {
        let idp = Idp::at(world);
        let at_first = idp.get("/Users");
        let told_at_first = last_told(world, "idp");

        // The first texts are only learned from, so that not all are kept at once.
        for _ in 0..6 {
            assert_eq!(idp.get("/Users"), at_first);
            assert_eq!(last_told(world, "idp"), told_at_first);
        }
        let user = |list: &Value, wanted: &str| {
            list["Resources"].as_array().unwrap().iter().find(|user| id(user) == wanted).unwrap().clone()
        };
        for person in at_first["Resources"].as_array().unwrap() {
            assert_eq!(idp.get(&format!("/Users/{}", id(person))), *person);
            assert_eq!(idp.get(&format!("/Users?filter=userName+eq+{}", encoded(&person["userName"].to_string())))["Resources"], json!([person]));
        }

        let rename = json!({"Operations": [{"op": "replace", "path": "userName", "value": "ann@idp.example"}]});
        idp.send("PATCH", "/Users/ann", &rename);
        let group = id(&idp.send("POST", "/Groups", &json!({"displayName": "Own", "members": [{"value": "tom"}]})).json());
        let later = idp.get("/Users");
        assert_eq!(user(&later, "ann")["userName"], "ann@idp.example");
        assert_eq!(user(&later, "ann"), idp.get("/Users/ann"));
        let values = |user: &Value| user["groups"].as_array().unwrap().iter().map(|g| g["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert!(values(&user(&later, "tom")).contains(&group));
        for person in at_first["Resources"].as_array().unwrap() {
            let (person, name) = (id(person), person["userName"].clone());
            if !["ann", "tom"].contains(&person.as_str()) {
                assert_eq!(user(&later, &person)["userName"], name);
                assert!(!values(&user(&later, &person)).contains(&group), "{person}");
            }
        }

        world.apply(&RULES.replacen("\"identity\", \"name\", ", "\"identity\", ", 1));
        for person in idp.get("/Users")["Resources"].as_array().unwrap() {
            assert_eq!((person.get("name"), person.get("displayName")), (None, None), "{person}");
        }
    }

    fn what_an_answer_tells_is_recorded_and_nothing_else(world: &World) {
        let idp = Idp::at(world);
        let ask = |path: &str| {
            let n_before = recorded(world, "idp").len();
            idp.get(path);
            recorded(world, "idp")[n_before..].to_vec()
        };

        assert_eq!(ask("/Users"), [(4, 4)]);
        assert_eq!(ask("/Users?count=1"), [(1, 1)]);
        assert_eq!(ask("/Users/ann"), [(1, 1)]);
        // Everybody is looked at, one is told.
        assert_eq!(ask(&format!("/Users?filter={}", encoded("displayName co \"Ann\""))), [(1, 1)]);
        assert_eq!(ask("/Users?sortBy=displayName&count=2"), [(2, 2)]);
        assert_eq!(ask("/Groups/class-K1"), [(1, 3)]);
        assert_eq!(ask("/Groups/class-K1?excludedAttributes=members").iter().map(|(_, people)| people).sum::<u64>(), 0);
        assert_eq!(ask("/ServiceProviderConfig"), []);
        let own = id(&idp.send("POST", "/Users", &json!({"userName": "own"})).json());
        assert_eq!(ask(&format!("/Users/{own}")).iter().map(|(_, people)| people).sum::<u64>(), 0,
            "its own is its own");
        let n_before = recorded(world, "idp").len();
        idp.send("PATCH", "/Users/ann",
            &json!({"Operations": [{"op": "replace", "path": "displayName", "value": "A"}]}));
        assert_eq!(recorded(world, "idp")[n_before..], [(1, 1)], "the answer of a change tells too");
    }

    fn an_account_shows_in_every_door_and_goes_back_when_it_is_cleared(world: &World) {
        let idp = Idp::at(world);
        let atlas = Client::new(&idp.server, "noord", "atlas", SECRET);
        let user = |name: &str| atlas.one(&format!("/users/{name}"));
        assert_eq!((&user("ann")["username"], &user("ann")["email"]), (&json!("ann1"), &json!("ann@noord.example")));

        idp.send("PATCH", "/Users/ann",
            &json!({"Operations": [{"op": "replace",
                "value": {"userName": "ann-idp", "emails": [{"value": "ann@idp.example", "type": "work"}]}}]}));
        assert_becomes(&atlas, "ann", "username", "ann-idp");
        assert_eq!(user("ann")["email"], "ann@idp.example");
        idp.send("PATCH", "/Users/ann", &json!({"Operations": [{"op": "remove", "path": "emails"}]}));

        assert_becomes(&atlas, "ann", "email", "ann@noord.example");
        assert_eq!(user("ann")["username"], "ann-idp");
        assert_eq!(idp.get("/Users/ann")["emails"][0]["value"], "ann@noord.example");
        assert_eq!(user("bob")["username"], "bob1");
    }

    fn a_user_whom_the_school_hides_is_noted_and_the_school_says_who_it_is(world: &World) {
        let idp = Idp::at(world);
        let made = idp.send("POST", "/Users",
            &json!({"userName": "DEE1", "emails": [{"value": "dee@idp.example", "type": "work"}]})).json();
        idp.send("POST", "/Users", &json!({"userName": "stranger", "emails": [{"value": "TIA@noord.example"}]}));
        idp.send("POST", "/Users", &json!({"userName": "nobody"}));

        let noted = run(world, &["show", "reconciliations", "--tenant", "noord", "--format", "json"]);
        let noted: Value = serde_json::from_str(&noted).unwrap();
        let pairs: Vec<(&str,
            &str)> = noted.as_array().unwrap().iter().map(|n| (n["person"].as_str().unwrap(),
                n["by"].as_str().unwrap())).collect();
        assert_eq!(pairs, [("dee", "userName"), ("tia", "emails")]);

        run(world,
            &["reconcile", "--tenant", "noord", "--vendor", "idp", "--user", &id(&made), "--person", "dee", "same"]);

        let atlas = Client::new(&idp.server, "noord", "atlas", SECRET);
        idp.send("PATCH", &format!("/Users/{}", id(&made)),
            &json!({"Operations": [{"op": "replace", "path": "userName", "value": "dee-idp"}]}));
        assert_becomes(&atlas, "dee", "username", "dee-idp");
        assert_eq!(idp.get(&format!("/Users/{}", id(&made)))["userName"], "dee-idp");
        assert_eq!(idp.server.get_as(&idp.token, "/noord/scim/v2/Users/dee").status, 404, "she stays hidden");
    }

    fn two_servers_keep_one_name_space(world: &World) {
        let one = Idp::at(world);
        let two = Idp { server: world.serve(), token: one.token.clone() };
        let bearer = format!("Bearer {}", one.token);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/scim+json")];
        for round in 0..4 {
            let body = json!({"userName": format!("new{round}")}).to_string();
            let statuses: Vec<u16> = std::thread::scope(|scope| {
                let post = |idp: &Idp| idp.server.send("POST", "/noord/scim/v2/Users", &headers, &body).status;
                let posts: Vec<_> = [&one, &two, &one,
                    &two].map(|idp| scope.spawn(move || post(idp))).into_iter().collect();
                posts.into_iter().map(|post| post.join().unwrap()).collect()
            });
            assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
            assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3, "{statuses:?}");
        }
        let group = id(&one.send("POST", "/Groups", &json!({"displayName": "g"})).json());
        std::thread::scope(|scope| {
            for (n, person) in ["ann", "bob", "cas", "tom"].iter().enumerate() {
                let (idp, group) = (if n.is_multiple_of(2) { &one } else { &two }, &group);
                scope.spawn(move || idp.send("PATCH", &format!("/Groups/{group}"),
                    &json!({"Operations": [{"op": "add", "path": "members", "value": [{"value": person}]}]})));
            }
        });
        assert_eq!(two.get(&format!("/Groups/{group}"))["members"].as_array().map(Vec::len), Some(4));
        assert_eq!(two.get("/Users")["totalResults"], 8);
    }
}
