//! Leaks by files, by the other version, by identifiers and order, and by what operating a server shows.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use koppelvlak_conformance::credentials::encode;
use koppelvlak_conformance::exchange::Request;
use serde_json::Value;
use sha1::{Digest, Sha1};

use super::Sabotage;
use super::consent::{as_richer, each, filter, is_client, is_hidden, set};
use crate::proxy::{Fault, edit};

/// The people whom the vendor that sees more lists.
fn theirs(request: &Request) -> Vec<Value> {
    let root = request.url.split_once("/demo/").unwrap().0;
    let url = format!("{root}/demo/ims/oneroster/rostering/v1p2/users?limit=5000");
    as_richer(&Request::new("GET", url)).json()["users"].as_array().unwrap().clone()
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "OneRoster 1.1 serves everything",
        checks: &["CO-P18d", "CO-P18e"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && request.url.contains("/v1p1/users") {
                *response = as_richer(request);
            }
        }),
    },
    Sabotage {
        what: "files of changes are made without the rules",
        checks: &["CO-D12", "CO-D12b"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && request.url.contains("/delta.zip") {
                *response = as_richer(request);
            }
        }),
    },
    Sabotage {
        what: "identifiers are numbers from a sequence",
        checks: &["CO-R6"],
        fault: Fault::Answer(|request, response| {
            if let Some((_, offset)) = request.url.split_once("/users?limit=100&offset=") {
                let offset: usize = offset.parse().unwrap();
                edit(response, |list| {
                    for (place, person) in list["users"].as_array_mut().unwrap().iter_mut().enumerate() {
                        person["sourcedId"] = Value::from((1000 + offset + place).to_string());
                    }
                });
            }
        }),
    },
    Sabotage {
        what: "identifiers are hashes of e-mail addresses",
        checks: &["CO-R6b"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && request.url.contains("/users?") {
                let theirs = theirs(request);
                let address = theirs.iter().find_map(|person| person["email"].as_str()).unwrap();
                let hash = Sha1::digest(address).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
                each(request, response, "users", |person| person["sourcedId"] = Value::from(hash.clone()));
            }
        }),
    },
    Sabotage {
        what: "people come in the order of their e-mail addresses",
        checks: &["CO-Q9"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && request.url.ends_with("/users?limit=100") {
                let name = |person: &Value| format!("{} {}", person["givenName"], person["familyName"]);
                let addresses: BTreeMap<String, String> =
                    theirs(request).iter().map(|one| (name(one), one["email"].to_string())).collect();
                edit(response, |list| {
                    let people = list["users"].as_array_mut().unwrap();
                    people.sort_by_key(|person| addresses.get(&name(person)).cloned());
                });
            }
        }),
    },
    Sabotage {
        what: "a filter in another case counts over withheld values",
        checks: &["CO-Q18"],
        fault: Fault::Answer(|request, response| {
            if let Some(filter) = filter(request).filter(|filter| filter.starts_with("email='")) {
                let mut ask = request.clone();
                let list = request.url.split('?').next().unwrap();
                ask.url = format!("{list}?limit=1&filter={}", encode(&filter.to_lowercase()));
                if let Some(total) = as_richer(&ask).header("x-total-count") {
                    set(response, "x-total-count", total);
                }
            }
        }),
    },
    Sabotage {
        what: "hidden people are read before they are refused",
        checks: &["CO-P5"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/users/") && is_hidden(request, response) {
                sleep(Duration::from_millis(40));
            }
        }),
    },
    Sabotage {
        what: "counters are told for each school by name",
        checks: &["CO-P12"],
        fault: Fault::Answer(|request, response| {
            if let Some(root) = request.url.strip_suffix("/metrics") {
                let url = format!("{root}/demo/ims/oneroster/rostering/v1p2/orgs");
                response.body.extend(as_richer(&Request::new("GET", url)).body);
            }
        }),
    },
];
