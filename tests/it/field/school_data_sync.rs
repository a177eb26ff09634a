//! Microsoft School Data Sync (1.1): five collections and demographics, whole with `status='active'`, then by
//! `dateLastModified`, in pages of 5,000. It gives up on a row whose references it can't resolve.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::connections::{of_village, refusal};
use super::walk::while_full;
use crate::csv_set::Set;
use crate::harness::{Server, World, on_each_database};
use crate::rostering::board::{Demo, SECRET, import_at, on_each_demo};
use crate::rostering::client::{Client, id, set};
use crate::rostering::village::{serve, settle, village};

const COLLECTIONS: [&str; 6] = ["academicSessions", "orgs", "users", "classes", "enrollments", "demographics"];

/// What it keeps: rows by collection and identifier.
#[derive(Default)]
struct Copy(BTreeMap<&'static str, BTreeMap<String, Value>>);

impl Copy {
    /// Reads what a filter finds, every collection to its end; quotes and `>` go as they are.
    fn read(&mut self, client: &Client<'_>, limit: usize, filter: &str) {
        for collection in COLLECTIONS {
            let rows = while_full(limit, |offset| {
                let path = format!("{}/{collection}?offset={offset}&limit={limit}&filter={filter}", client.base);
                let request = format!(
                    "GET {path} HTTP/1.1\r\nHost: sds.example\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
                    client.token
                );
                rows_of(&client.server.send_raw(&request))
            });
            let kept = self.0.entry(collection).or_default();
            for row in rows {
                if row["status"] == "tobedeleted" {
                    kept.remove(&id(&row));
                } else {
                    kept.insert(id(&row), row);
                }
            }
        }
    }

    fn ids(&self, collection: &str) -> BTreeSet<String> {
        self.0[collection].keys().cloned().collect()
    }

    /// Each reference of a row leads to a row that was read.
    fn resolves(&self) {
        let known = |row: &Value, reference: &Value, collection: &str| {
            assert!(self.0[collection].contains_key(&id(reference)), "{reference} of {row}");
        };
        for row in self.0["users"].values() {
            for member in ["username", "givenName", "familyName", "role", "enabledUser"] {
                assert!(row[member].is_string(), "{member} of {row}");
            }
            row["orgs"].as_array().unwrap().iter().for_each(|org| known(row, org, "orgs"));
        }
        for row in self.0["classes"].values() {
            known(row, &row["school"], "orgs");
            row["terms"].as_array().unwrap().iter().for_each(|term| known(row, term, "academicSessions"));
        }
        for row in self.0["enrollments"].values() {
            known(row, &row["user"], "users");
            known(row, &row["class"], "classes");
            known(row, &row["school"], "orgs");
        }
        for row in self.0["academicSessions"].values().filter(|row| row["parent"].is_object()) {
            known(row, &row["parent"], "academicSessions");
        }
        assert!(self.ids("demographics").is_subset(&self.ids("users")));
    }
}

/// The rows of an answer as it came over the wire.
fn rows_of(answer: &str) -> Vec<Value> {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    let body: Value = serde_json::from_str(body).unwrap();
    body.as_object().unwrap().values().next().unwrap().as_array().unwrap().clone()
}

fn sync(server: &Server) -> Client<'_> {
    Client::of_service(server, "noord", ("atlas", SECRET), "v1p1")
}

/// A change of the school's data, by an import after every answer so far.
fn change(world: &World, edit: impl FnOnce(&mut Set)) {
    let mut set = village();
    edit(&mut set);
    import_at(world, "noord", &set.folder().path, "2026-09-02T06:00:00Z");
}

on_each_demo! {
    fn or_803_either_kind_of_quote_reads_the_whole_board(demo: &Demo) {
        let client = Client::of_service(&demo.server, "demo", ("everything", SECRET), "v1p1");
        let mut copies = Vec::new();
        for (limit, filter) in [(5_000, "status='active'"), (100, "status='active'"), (5_000, "status=\u{2019}active\u{2019}")] {
            let mut copy = Copy::default();
            copy.read(&client, limit, filter);
            copy.resolves();
            for collection in COLLECTIONS {
                assert_eq!(copy.ids(collection), client.all(&format!("/{collection}")), "{limit} {filter} {collection}");
            }
            copies.push(copy.0);
        }
        assert!(copies.iter().all(|copy| *copy == copies[0]));
        let mut nothing = Copy::default();
        nothing.read(&client, 5_000, "dateLastModified>'2030-01-01T00:00:00Z'");
        assert!(nothing.0.values().all(BTreeMap::is_empty), "{:?}", nothing.0);
    }
}

on_each_database! {
    fn or_803_a_sync_holds_exactly_whom_it_may_and_follows_what_changes(world: &World) {
        settle(world);
        let server = serve(world, &of_village());
        let client = sync(&server);
        let mut copy = Copy::default();

        copy.read(&client, 2, "status='active'");

        copy.resolves();
        assert_eq!(copy.ids("users"), set(["ann", "cas", "dee", "mum", "tia", "tom"]));
        assert_eq!(copy.ids("orgs"), set(["B", "S1", "S2"]));
        assert_eq!(copy.ids("academicSessions"), set(["G1", "T1", "T2", "Y1"]));
        assert_eq!(copy.ids("classes"), set(["K1", "K2", "K3"]));
        assert_eq!(copy.ids("enrollments"), set(["E1", "E3", "E4", "E5", "E6", "E7", "E8"]));
        assert_eq!(copy.ids("demographics"), set(["ann"]));

        change(world, |set| {
            set.edit("users.csv", ",Dee,", ",Deirdre,");
            set.cut_where("enrollments.csv", |line| line.starts_with("E3,"));
            set.append("enrollments.csv", "E9,,,K2,S1,ann,student,,2026-09-02,");
        });
        world.apply(&of_village().replace("[[choice]]", &(refusal("cas") + "[[choice]]")));
        copy.read(&client, 5_000, "dateLastModified>'2026-09-01T00:00:00Z'");

        copy.resolves();
        assert_eq!(copy.ids("users"), set(["ann", "dee", "mum", "tia", "tom"]));
        assert_eq!(copy.0["users"]["dee"]["givenName"], "Deirdre");
        assert_eq!(copy.ids("enrollments"), set(["E1", "E5", "E6", "E7", "E8", "E9"]));
        let mut whole = Copy::default();
        whole.read(&client, 5_000, "status='active'");
        assert_eq!(copy.0, whole.0);
    }
}
