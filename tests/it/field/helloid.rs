//! `HelloID` (1.2 and 1.1): asks for its scopes by `http://`, takes the last word of an address for the wrapper's name,
//! goes on as long as exactly as many rows come as it asked for, and makes people with their contracts out of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::connections::of_village;
use super::walk::while_as_many;
use crate::harness::{Server, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, on_each_demo};
use crate::rostering::client::{encoded, id, ids};
use crate::rostering::village::{serve, settle};

const COLLECTIONS: [&str; 6] = ["orgs", "academicSessions", "courses", "classes", "enrollments", "users"];

struct HelloId<'s> {
    server: &'s Server,
    token: String,
    base: String,
}

impl<'s> HelloId<'s> {
    fn sign_in(server: &'s Server, tenant: &str, vendor: &str, version: &str) -> Self {
        let scopes = ["roster-core.readonly", "roster.readonly"]
            .map(|name| format!("http://purl.imsglobal.org/spec/or/{version}/scope/{name}"));
        let form = format!(
            "client_id={vendor}&client_secret={SECRET}&grant_type=client_credentials&scope={}",
            encoded(&scopes.join(" "))
        );
        let reply = server.ask_token(&format!("/{tenant}/token"), &form);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let granted = reply.json()["scope"].as_str().unwrap().to_owned();
        assert!(granted.split(' ').all(|scope| scopes.iter().any(|asked| asked == scope)), "{granted}");
        let service = if version == "v1p1" { "v1p1" } else { "rostering/v1p2" };
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        Self { server, token, base: format!("/{tenant}/ims/oneroster/{service}") }
    }

    fn read(&self, collection: &str, limit: usize) -> Vec<Value> {
        while_as_many(limit, |offset| {
            let path = format!("{}/{collection}?limit={limit}&offset={offset}", self.base);
            let bearer = format!("bearer {}", self.token);
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let reply = self.server.send("GET", &path, &headers, "");
            assert_eq!(reply.status, 200, "{path}: {}", reply.body);
            reply.json()[collection].as_array().unwrap_or_else(|| panic!("{collection}: {}", reply.body)).clone()
        })
    }
}

/// The words of a person's role and the classes of its contracts.
fn people(helloid: &HelloId<'_>, limit: usize) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let titles: BTreeMap<String, Value> =
        helloid.read("classes", limit).iter().map(|class| (id(class), class["title"].clone())).collect();
    let enrollments = helloid.read("enrollments", limit);
    let contracts = |person: &str| {
        let own = enrollments.iter().filter(|enrollment| id(&enrollment["user"]) == person);
        own.map(|enrollment| titles[&id(&enrollment["class"])].as_str().unwrap().to_owned()).collect()
    };
    let role = |person: &Value| person.get("role").or_else(|| person["roles"][0].get("role")).cloned();
    let users = helloid.read("users", limit);
    users
        .iter()
        .map(|person| (id(person), (role(person).unwrap().as_str().unwrap().to_owned(), contracts(&id(person)))))
        .collect()
}

on_each_demo! {
    fn or_807_each_collection_is_read_to_its_end_under_its_own_name(demo: &Demo) {
        for version in ["v1p2", "v1p1"] {
            let helloid = HelloId::sign_in(&demo.server, "demo", "identity-provider", version);
            for collection in COLLECTIONS {
                let whole = helloid.read(collection, 10_000);
                assert!(!whole.is_empty(), "{collection}");
                for limit in [1_000, whole.len(), whole.len().div_ceil(3)] {
                    assert_eq!(helloid.read(collection, limit), whole, "{version} {collection} by {limit}");
                }
                assert_eq!(ids(&whole).len(), whole.len());
            }
        }
    }
}

on_each_database! {
    fn or_807_it_makes_exactly_the_people_it_may_with_their_contracts(world: &World) {
        settle(world);
        let server = serve(world, &of_village());
        for version in ["v1p2", "v1p1"] {
            let helloid = HelloId::sign_in(&server, "noord", "atlas", version);

            let people = people(&helloid, 2);

            let of = |role: &str, classes: &[&str]| (role.to_owned(), classes.iter().map(|class| (*class).to_owned()).collect());
            let expected = [
                ("ann", of("student", &["Maths 1"])),
                ("cas", of("student", &["Maths 1", "Reading 1"])),
                ("dee", of("student", &["Reading 1"])),
                ("mum", of("parent", &[])),
                ("tia", of("teacher", &["Reading 1"])),
                ("tom", of("teacher", &["Maths 1", "Reading 2"])),
            ];
            assert_eq!(people, expected.into_iter().map(|(who, what)| (who.to_owned(), what)).collect());
        }
    }
}
