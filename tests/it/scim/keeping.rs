//! Two providers that keep accounts of one board: what each sees, and what others see.

use serde_json::{Value, json};

use crate::harness::{Reply, Server, World, on_each_database};
use crate::rostering::board::{SECRET, import_at};
use crate::rostering::client::Client;
use crate::rostering::village::{settle, village};
use crate::scim::board::token;
use crate::scim::client::encoded;
use crate::scim::records::assert_becomes;

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
}
