//! Leaks by queries and writes over SCIM.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::consent::{as_richer, filter};
use super::consent_doors::people;
use crate::proxy::{Fault, edit};

/// All that the vendor that sees more is shown of people.
fn theirs(request: &Request) -> String {
    as_richer(&people(request, "?limit=5000")).text()
}

/// Whether the body of a request names somebody whom only the other vendor sees.
fn names_hidden(request: &Request) -> bool {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let all = as_richer(&people(request, "?limit=5000&fields=sourcedId")).json();
    all["users"].as_array().unwrap().iter().any(|one| body.contains(one["sourcedId"].as_str().unwrap()))
}

/// Puts withheld values into the first resource of a list, or the one that stands alone.
fn tell_all(request: &Request, response: &mut Response) {
    let theirs = theirs(request);
    edit(response, |json| {
        if json.get("Resources").is_some() {
            json["Resources"][0]["title"] = Value::from(theirs);
        } else {
            json["title"] = Value::from(theirs);
        }
    });
}

fn is(request: &Request, method: &str, path: &str) -> bool {
    request.method == method && request.url.contains(&format!("/scim/v2{path}"))
}

/// Those of queries.
pub const QUERIES: &[Sabotage] = &[
    Sabotage {
        what: "a filter over SCIM counts over withheld values",
        checks: &["CO-Q1e", "CO-Q2c"],
        fault: Fault::Answer(|request, response| {
            let asked = filter(request).filter(|_| is(request, "GET", "/Users?"));
            if let Some(value) = asked.as_deref().and_then(|filter| filter.split('"').nth(1))
                && theirs(request).contains(value)
            {
                edit(response, |list| list["totalResults"] = json!(4711));
            }
        }),
    },
    Sabotage {
        what: "totalResults counts before the rules",
        checks: &["CO-Q11b"],
        fault: Fault::Answer(|request, response| {
            if is(request, "GET", "/Groups?") {
                edit(response, |list| list["totalResults"] = json!(4711));
            }
        }),
    },
    Sabotage {
        what: "who asks for attributes by name gets them",
        checks: &["CO-Q15"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("&attributes=") {
                tell_all(request, response);
            }
        }),
    },
    Sabotage {
        what: ".search looks past the rules",
        checks: &["CO-Q15"],
        fault: Fault::Answer(|request, response| {
            if is(request, "POST", "/Users/.search") {
                tell_all(request, response);
            }
        }),
    },
    Sabotage {
        what: "a group has a hidden member",
        checks: &["CO-R2b"],
        fault: Fault::Answer(|request, response| {
            if is(request, "GET", "/Groups?") {
                edit(response, |list| {
                    if let Some(group) = list["Resources"].as_array_mut().and_then(|groups| groups.first_mut()) {
                        group["members"] = json!([{"value": "hidden", "type": "User"}]);
                    }
                });
            }
        }),
    },
    Sabotage {
        what: "a member's name is that of the administration",
        checks: &["CO-R4"],
        fault: Fault::Answer(|request, response| {
            if is(request, "GET", "/Groups?") {
                edit(response, |list| {
                    for group in list["Resources"].as_array_mut().unwrap() {
                        for member in group["members"].as_array_mut().into_iter().flatten() {
                            member["display"] = json!("Verborgen Naam");
                        }
                    }
                });
            }
        }),
    },
];

/// Those of writes.
pub const WRITES: &[Sabotage] = &[
    Sabotage {
        what: "a user that is made is filled up from the administration",
        checks: &["CO-U2"],
        fault: Fault::Answer(|request, response| {
            if is(request, "POST", "/Users") {
                tell_all(request, response);
            }
        }),
    },
    Sabotage {
        what: "a path that selects a hidden member is forbidden",
        checks: &["CO-U4"],
        fault: Fault::Answer(|request, response| {
            if is(request, "PATCH", "/Groups/") && names_hidden(request) {
                response.status = 403;
            }
        }),
    },
    Sabotage {
        what: "an operation of Bulk on a hidden user is forbidden",
        checks: &["CO-U8"],
        fault: Fault::Answer(|request, response| {
            if is(request, "POST", "/Bulk") && names_hidden(request) {
                edit(response, |answer| answer["Operations"][0]["status"] = json!("403"));
            }
        }),
    },
    Sabotage {
        what: "a group with a hidden member is forbidden",
        checks: &["CO-U9"],
        fault: Fault::Answer(|request, response| {
            if is(request, "POST", "/Groups") && names_hidden(request) {
                response.status = 403;
            }
        }),
    },
];

/// No sabotage: a server that puts names beside groups, as this one doesn't.
pub const NAMES: Fault = Fault::Answer(|request, response| {
    if is(request, "GET", "/Users?") {
        let mut ask = request.clone();
        ask.url = format!("{}/Groups?count=1000", request.url.split("/Users?").next().unwrap());
        let client = koppelvlak_conformance::client::Client::new(std::time::Duration::from_secs(30));
        let groups = client.send_once(&ask).unwrap().json();
        let groups = groups["Resources"].as_array().unwrap();
        edit(response, |list| {
            for user in list["Resources"].as_array_mut().unwrap() {
                for group in user["groups"].as_array_mut().into_iter().flatten() {
                    let named = groups.iter().find(|one| one["id"] == group["value"]);
                    group["display"] = named.map(|one| one["displayName"].clone()).unwrap_or_default();
                }
            }
        });
    }
});
