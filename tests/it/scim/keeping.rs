//! Two providers that keep accounts of one board: what each sees, and what others see.

use koppelvlak::clock::Clock;
use koppelvlak::http::App;
use koppelvlak::store::Statement;
use serde_json::{Value, json};

use crate::harness::{NOW, Reply, Server, World, on_each_database};
use crate::rostering::board::{SECRET, import_at};
use crate::rostering::client::Client;
use crate::rostering::village::{settle, village};
use crate::scim::board::token;
use crate::scim::client::encoded;
use crate::scim::records::{assert_becomes, refused, run};

const ATLAS: &str = r#"
[tenant]
slug = "noord"
name = "Noord"

[[vendor]]
id = "atlas"
name = "Atlas"
scopes = ["roster.readonly"]
identifiers = "source"
secret = "tulip-tulip-tulip-tulip-tulip-tulip-tulip"

[[rule]]
id = "atlas-1"
vendor = "atlas"
categories = ["structure", "identity", "name", "login", "contact-email"]
purpose = "x"
basis = "public-task"
agreement = "D"
from = "2026-08-01"
"#;

/// A provider that sees the first school, and what it may write there.
fn provider(vendor: &str, write: &str, more: &str) -> String {
    format!(
        "[[vendor]]\nid = \"{vendor}\"\nname = \"{vendor}\"\nscopes = [\"scim\"]\nidentifiers = \"source\"\n\n\
         [[rule]]\nid = \"{vendor}-1\"\nvendor = \"{vendor}\"\n\
         categories = [\"structure\", \"class-label\", \"identity\", \"name\", \"login\", \"contact-email\"]\n\
         schools = [\"S1\"]\nroles = [\"student\", \"teacher\"]\npurpose = \"x\"\nbasis = \"public-task\"\n\
         agreement = \"D\"\nfrom = \"2026-08-01\"\nwrite = [{write}]\n{more}\n"
    )
}

const BOTH: &str = "\"login\", \"contact-email\"";

struct Keeper<'s> {
    server: &'s Server,
    bearer: String,
}

impl<'s> Keeper<'s> {
    fn new(world: &World, server: &'s Server, vendor: &str) -> Self {
        Self { server, bearer: format!("Bearer {}", token(world, "noord", vendor)) }
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let headers = [("Authorization", self.bearer.as_str()), ("Content-Type", "application/scim+json")];
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.server.send(method, &format!("/noord/scim/v2{path}"), &headers, &text);
        assert!(reply.status < 300, "{method} {path}: {}", reply.body);
        reply
    }

    fn get(&self, path: &str) -> Value {
        self.send("GET", path, &Value::Null).json()
    }

    fn set(&self, path: &str, values: &Value) -> Value {
        let change = json!({"Operations": [{"op": "replace", "value": values}]});
        self.send("PATCH", path, &change).json()
    }

    fn clear(&self, path: &str, attribute: &str) {
        self.send("PATCH", path, &json!({"Operations": [{"op": "remove", "path": attribute}]}));
    }

    /// Who changed after that time.
    fn changed_after(&self, time: &str) -> Vec<String> {
        let found = self.get(&format!("/Users?filter={}", encoded(&format!("meta.lastModified gt \"{time}\""))));
        let id = |user: &Value| user["id"].as_str().unwrap().to_owned();
        found["Resources"].as_array().into_iter().flatten().map(id).collect()
    }
}

on_each_database! {
    fn what_others_make_of_a_kept_part_moves_no_time(world: &World) {
        settle(world);
        world.apply(&[ATLAS, &provider("one", BOTH, ""), &provider("two", BOTH, "")].concat());
        let server = world.serve();
        let [one, two] = ["one", "two"].map(|vendor| Keeper::new(world, &server, vendor));
        let atlas = Client::new(&server, "noord", "atlas", SECRET);
        let address = |text: &str| json!([{"value": text, "type": "work"}]);
        let both = |name: &str| json!({"userName": name, "emails": address(&format!("{name}@idp.example"))});
        one.get("/Users");
        one.set("/Users/ann", &both("ann-one"));
        one.set("/Users/bob", &json!({"userName": "bob-one"}));
        assert_becomes(&atlas, "bob", "username", "bob-one");
        let before = ["ann", "bob"].map(|person| one.get(&format!("/Users/{person}")));
        let times = ["ann", "bob"].map(|person| {
            one.get(&format!("/Users/{person}"))["meta"]["lastModified"].as_str().unwrap().to_owned()
        });

        two.set("/Users/ann", &both("ann-two"));
        two.set("/Users/bob", &json!({"userName": "bob-two"}));
        assert_becomes(&atlas, "ann", "username", "ann-two");
        assert_becomes(&atlas, "bob", "username", "bob-two");
        two.clear("/Users/ann", "emails");
        assert_becomes(&atlas, "ann", "email", "ann@noord.example");

        assert_eq!(["ann", "bob"].map(|person| one.get(&format!("/Users/{person}"))), before);
        assert!(!one.changed_after(&times[0]).contains(&"ann".to_owned()));
        assert!(!one.changed_after(&times[1]).contains(&"bob".to_owned()));

        let mut set = village();
        set.edit("users.csv", "ann1,", "ann9,");
        set.edit("users.csv", "ann@noord.example", "");
        set.edit("users.csv", "Bob,van den Berg", "Rob,van den Berg");
        set.edit("users.csv", "cas@noord.example", "cas9@noord.example");
        import_at(world, "noord", &set.folder().path, "2026-09-01T09:00:00Z");

        assert_eq!(one.get("/Users/ann"), before[0]);
        assert!(!one.changed_after(&times[0]).contains(&"ann".to_owned()));
        // What is not kept moves, also a part of an account that is not.
        assert_eq!(one.changed_after(&times[1]), ["bob", "cas"]);
        two.set("/Users/bob", &json!({"emails": address("bob@two.example")}));
        assert_becomes(&atlas, "bob", "email", "bob@two.example");
        let time = one.get("/Users/bob")["meta"]["lastModified"].as_str().unwrap().to_owned();
        assert_eq!(one.get("/Users/bob")["emails"][0]["value"], "bob@two.example");
        assert!(time > times[1] && one.changed_after(&times[1]).contains(&"bob".to_owned()));
    }
    fn a_name_of_somebody_hidden_stays_with_the_provider_until_the_school_decides(world: &World) {
        settle(world);
        world.apply(&[ATLAS, &provider("one", BOTH, "")].concat());
        let server = world.serve();
        let one = Keeper::new(world, &server, "one");
        let atlas = Client::new(&server, "noord", "atlas", SECRET);
        let doubles = || -> Vec<(String, String, String, String)> {
            let noted = run(world, &["show", "reconciliations", "--tenant", "noord", "--format", "json"]);
            let noted: Vec<Value> = serde_json::from_str(&noted).unwrap();
            let text = |of: &Value, name: &str| of[name].as_str().unwrap().to_owned();
            noted.iter().map(|of| (text(of, "user"), text(of, "person"), text(of, "by"), text(of, "decision"))).collect()
        };
        let doubt = |user: &str, person: &str, by: &str, decision: &str| {
            (user.to_owned(), person.to_owned(), by.to_owned(), decision.to_owned())
        };

        let told = one.set("/Users/ann", &json!({"userName": "DEE1"}));
        one.set("/Users/bob", &json!({"emails": [{"value": "tia@noord.example"}], "userName": "bob-one"}));

        assert_eq!(told["userName"], "DEE1");
        assert_becomes(&atlas, "bob", "username", "bob-one");
        let noted = [doubt("ann", "dee", "userName", ""), doubt("bob", "tia", "emails", "")];
        assert_eq!(doubles(), noted);
        assert_eq!((&atlas.one("/users/ann")["username"], &atlas.one("/users/bob")["email"]),
            (&json!("ann1"), &json!("bob@noord.example")));
        assert_eq!(one.get("/Users/ann")["userName"], "DEE1");

        // The hidden person has another name since.
        let mut set = village();
        set.edit("users.csv", "dee1,", "dee2,");
        import_at(world, "noord", &set.folder().path, "2026-09-01T09:00:00Z");
        assert_becomes(&atlas, "ann", "username", "DEE1");
        assert_eq!(atlas.one("/users/bob")["email"], "bob@noord.example");

        let decide = |word: &str| ["reconcile", "--tenant", "noord", "--vendor", "one", "--user", "bob", "--person", "tia", word].map(str::to_owned);
        assert!(refused(world, &decide("same")).contains("both are people of the administration"));
        run(world, &decide("different").each_ref().map(String::as_str));
        assert_becomes(&atlas, "bob", "email", "tia@noord.example");
        assert_eq!(doubles(), [doubt("ann", "dee", "userName", ""), doubt("bob", "tia", "emails", "different")]);
    }

    fn a_user_who_is_renamed_like_somebody_hidden_is_noted(world: &World) {
        settle(world);
        world.apply(&[ATLAS, &provider("one", BOTH, "")].concat());
        let server = world.serve();
        let one = Keeper::new(world, &server, "one");
        let new = |name: &str| one.send("POST", "/Users", &json!({"userName": name})).json()["id"].as_str().unwrap().to_owned();
        let [renamed, replaced, addressed] = ["a", "b", "c"].map(new);

        one.set(&format!("/Users/{renamed}"), &json!({"userName": "Dee1"}));
        one.send("PUT", &format!("/Users/{replaced}"), &json!({"userName": "tia1"}));
        one.set(&format!("/Users/{addressed}"), &json!({"emails": [{"value": "MUM@noord.example", "type": "work"}]}));
        one.set(&format!("/Users/{addressed}"), &json!({"title": "Head"}));

        let noted = run(world, &["show", "reconciliations", "--tenant", "noord", "--format", "json"]);
        let noted: Vec<Value> = serde_json::from_str(&noted).unwrap();
        let mut noted: Vec<(&str, &str)> =
            noted.iter().map(|of| (of["user"].as_str().unwrap(), of["person"].as_str().unwrap())).collect();
        noted.sort_unstable_by_key(|(_, person)| *person);
        assert_eq!(noted, [(&*renamed, "dee"), (&*addressed, "mum"), (&*replaced, "tia")]);
    }

    fn what_a_rule_let_a_provider_keep_ends_with_it(world: &World) {
        settle(world);
        let rules = |write: &str, more: &str| world.apply(&[ATLAS, &provider("one", write, more), &provider("two", BOTH, "")].concat());
        rules(BOTH, "");
        let server = world.serve();
        let [one, two] = ["one", "two"].map(|vendor| Keeper::new(world, &server, vendor));
        let atlas = Client::new(&server, "noord", "atlas", SECRET);
        let n_runs = || {
            let rows = Statement::new("SELECT COUNT(*) FROM import_run").rows(&mut world.database.read().unwrap()).unwrap();
            rows.first().unwrap().int(0)
        };
        one.set("/Users/ann", &json!({"userName": "ann-one", "emails": [{"value": "ann@one.example", "type": "work"}]}));
        one.set("/Users/bob", &json!({"userName": "bob-one"}));
        two.set("/Users/cas", &json!({"userName": "cas-two"}));
        assert_becomes(&atlas, "cas", "username", "cas-two");
        assert_becomes(&atlas, "ann", "email", "ann@one.example");
        let kept = run(world, &["show", "accounts", "--tenant", "noord", "--format", "json"]);
        let kept: Vec<Value> = serde_json::from_str(&kept).unwrap();
        let pairs: Vec<String> =
            kept.iter().map(|of| format!("{} {} {}", of["person"], of["attribute"], of["vendor"]).replace('"', "")).collect();
        assert_eq!(pairs, ["ann email one", "ann username one", "bob username one", "cas username two"]);
        assert!(kept.iter().all(|of| of["since"].as_str().unwrap().starts_with("2026-09-01T08:")), "{kept:?}");
        let explain = |vendor: &str, field: &str| {
            run(world, &["explain", "--tenant", "noord", "--vendor", vendor, "--person", "ann", "--field", field])
        };
        assert!(explain("atlas", "username").contains("username is kept by vendor one since 2026-09-01T08:"));
        assert!(!explain("atlas", "email").contains("username is kept"));

        // The school lets it keep user names no more, and addresses still; nobody reads but another provider.
        rules("\"contact-email\"", "");
        let began = std::time::Instant::now();
        while two.get("/Users/bob")["userName"] != "bob1" {
            assert!(began.elapsed() < std::time::Duration::from_secs(20));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_becomes(&atlas, "ann", "username", "ann1");
        assert_becomes(&atlas, "bob", "username", "bob1");
        assert_eq!((&atlas.one("/users/ann")["email"], &atlas.one("/users/cas")["username"]),
            (&json!("ann@one.example"), &json!("cas-two")));
        assert_eq!(one.get("/Users/ann")["userName"], "ann1");

        // It may again, and what it kept is its own again.
        rules(BOTH, "");
        assert_becomes(&atlas, "ann", "username", "ann-one");
        let settled = n_runs();

        // Everything of it ends.
        rules(BOTH, "status = \"ended\"");
        assert_becomes(&atlas, "ann", "username", "ann1");
        assert_becomes(&atlas, "ann", "email", "ann@noord.example");
        assert_becomes(&atlas, "bob", "username", "bob1");
        assert_eq!(atlas.one("/users/cas")["username"], "cas-two");
        assert_eq!(n_runs(), settled.map(|n| n + 1));
        std::thread::sleep(std::time::Duration::from_secs(6));
        assert_eq!(atlas.one("/users/ann")["username"], "ann1");
        assert_eq!(n_runs(), settled.map(|n| n + 1), "nothing is left to give back");
        world.apply(&[ATLAS, &provider("two", BOTH, "").replace("identifiers =", "status = \"ended\"\nidentifiers =")].concat());
        assert_becomes(&atlas, "cas", "username", "cas1");
    }

    fn what_ended_goes_back_also_where_nobody_reads(world: &World) {
        let rules = |write: &str| world.apply(&[ATLAS, &provider("one", BOTH, write)].concat());
        settle(world);
        rules("");
        let server = world.serve();
        Keeper::new(world, &server, "one").set("/Users/ann", &json!({"userName": "ann-one"}));
        assert_becomes(&Client::new(&server, "noord", "atlas", SECRET), "ann", "username", "ann-one");
        drop(server);
        let n_kept = || {
            let rows = Statement::new("SELECT COUNT(*) FROM account_owner").rows(&mut world.database.read().unwrap()).unwrap();
            rows.first().unwrap().int(0).unwrap()
        };
        let at = |instant: &str| {
            App::new(world.database.clone(), world.key.clone(), Clock::fixed(instant).unwrap(), "").unwrap()
        };
        let look = |instant: &str| {
            at(instant).find_accounts().unwrap();
            n_kept()
        };

        let before = look(NOW);
        rules("until = \"2026-09-03\"");
        let on_the_last_day = look("2026-09-03T23:59:59Z");
        assert_eq!((before, on_the_last_day), (1, 1));

        // While the server before lets go of the board, it is looked at again, as a server does every few seconds.
        let (after, began) = (at("2026-09-04T00:00:00Z"), std::time::Instant::now());
        while n_kept() > 0 {
            after.find_accounts().unwrap();
            assert!(began.elapsed() < std::time::Duration::from_secs(20), "the name isn't given back");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
