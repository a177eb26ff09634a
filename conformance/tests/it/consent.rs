//! The suite `consent` against the demo, as each of the vendors to whom some check applies.

use std::collections::BTreeMap;
use std::time::Duration;

use koppelvlak_conformance::client::Client;
use koppelvlak_conformance::credentials::{Credentials, Secret, Tokens};
use koppelvlak_conformance::exchange::Request;
use koppelvlak_conformance::suites::Suite;
use koppelvlak_conformance::target::{Party, Target};
use serde_json::{Value, json};

use crate::good_server::Demo;
use crate::proxy::Proxy;
use crate::sabotage::{Sabotage, consent, consent_scim, of};
use crate::saboteur::{all_pass, each_is_noticed, each_is_sabotaged, pass};

/// Checks that need SCIM.
const SCIM: &[&str] = &[
    "CO-P18", "CO-P18a", "CO-Q1e", "CO-Q2c", "CO-Q11b", "CO-Q15", "CO-R2b", "CO-R4", "CO-U1", "CO-U2", "CO-U3",
    "CO-U4", "CO-U8", "CO-U9",
];
/// Checks that find nothing in the demo; a proxy adds what they look at.
const ADDED: &[&str] = &["CO-R4"];
/// Checks that need line items, and the right to write results.
const GRADEBOOK: &[&str] = &["CO-U10"];

const TIMEOUT: Duration = Duration::from_secs(30);
/// What links name, so that both servers have the same ones.
const PUBLIC: &str = "http://demo.example";

/// A demo whose answers are those of any other that is started so.
fn demo() -> Demo {
    let environment =
        [("KOPPELVLAK_MASTER_KEY", "0123456789abcdef0123456789abcdef"), ("KOPPELVLAK_CLOCK", "2026-11-25T08:00:00Z")];
    Demo::start_in(120, &["--public-url", PUBLIC], &environment)
}

/// Changes what only a vendor with SCIM sees: usernames.
fn change_hidden_values(twin: &Demo) {
    let client = Client::new(TIMEOUT);
    let base = twin.text("/scim/base_url").replace(PUBLIC, &twin.text("/listen_url"));
    let authorization = format!("Bearer {}", twin.text("/scim/token"));
    let get = Request::new("GET", format!("{base}/Users?count=200")).header("Authorization", authorization.as_str());
    let people = client.send(&get).unwrap().json();
    for person in people["Resources"].as_array().unwrap() {
        let id = person["id"].as_str().unwrap();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "userName", "value": format!("a{id}")}],
        });
        let patch = Request::new("PATCH", format!("{base}/Users/{id}"))
            .header("Authorization", authorization.as_str())
            .json("application/scim+json", &body);
        assert_eq!(client.send(&patch).unwrap().status, 200, "{id}");
    }
}

#[test]
fn every_check_of_consent_passes_on_a_good_server_and_fails_on_one_that_leaks() {
    let suite = Suite::named("consent").unwrap();
    let (demo, twin) = (demo(), demo());
    change_hidden_values(&twin);
    let origin = demo.text("/listen_url");
    let tokens: BTreeMap<&str, String> = ["everything", "names-only", "identity-provider", "gradebook"]
        .map(|vendor| (vendor, token_of(&demo, vendor)))
        .into();
    consent::TOKENS
        .set(consent::Tokens { richer: tokens["everything"].clone(), names_only: tokens["names-only"].clone() })
        .unwrap();
    let aim_as = |vendor: &str, at: &str| {
        let root = |at: &str| demo.text("/oneroster/root").replace(PUBLIC, at);
        let mut target = Target::new(&root(at), Credentials::Bearer(tokens[vendor].clone()), TIMEOUT);
        let credentials = Credentials::Bearer(tokens["everything"].clone());
        target.others = vec![Party { name: "everything".to_owned(), credentials }];
        target.allows_writes = true;
        if vendor == "identity-provider" {
            target.scim = Some((demo.text("/scim/base_url").replace(PUBLIC, at), demo.text("/scim/token")));
        } else {
            let there = Credentials::Bearer(token_of(&twin, vendor));
            target.twin = Some(Box::new(Target::new(&root(&twin.text("/listen_url")), there, TIMEOUT)));
        }
        target
    };
    let skipped_as_reader: Vec<&str> = [SCIM, GRADEBOOK].concat();

    all_pass(suite, &aim_as("names-only", &origin), &skipped_as_reader);
    all_pass(suite, &aim_as("gradebook", &origin), SCIM);
    all_pass(suite, &aim_as("identity-provider", &origin), &[GRADEBOOK, ADDED, &["CO-T1", "CO-T2", "CO-D2b"]].concat());
    let named = Proxy::start(&origin, consent_scim::NAMES);
    pass(suite, &aim_as("identity-provider", &named.origin()), &[], &|check| ADDED.contains(&check.id));
    let sabotages = of(suite.name);
    each_is_sabotaged(suite, &sabotages);
    for (vendor, checks) in [("identity-provider", SCIM), ("gradebook", GRADEBOOK)] {
        each_is_noticed(suite, &about(&sabotages, checks), &origin, &|at| aim_as(vendor, at));
    }
    let others: Vec<&str> = suite.checks().map(|check| check.id).filter(|id| !skipped_as_reader.contains(id)).collect();
    each_is_noticed(suite, &about(&sabotages, &others), &origin, &|at| aim_as("names-only", at));
}

fn token_of(demo: &Demo, vendor: &str) -> String {
    let secret = demo.text(&format!("/vendors/{vendor}/client_secret"));
    let url = demo.text("/token_url").replace(PUBLIC, &demo.text("/listen_url"));
    let tokens = Tokens::new(url, Secret { id: vendor.to_owned(), secret }, String::new());
    let response = Client::new(TIMEOUT).send(&tokens.request("")).unwrap();
    response.json().get("access_token").and_then(Value::as_str).unwrap().to_owned()
}

fn about(sabotages: &[&'static Sabotage], checks: &[&str]) -> Vec<&'static Sabotage> {
    sabotages.iter().copied().filter(|one| one.checks.iter().any(|check| checks.contains(check))).collect()
}
