//! Leaks by what is there, by references, and by the protocol.

use serde_json::{Value, json};

use super::Sabotage;
use super::consent::{as_names_only, as_richer, each, is_client, is_hidden, set};
use crate::proxy::{Fault, answer, edit};

fn dangling(kind: &str) -> Value {
    json!({"href": "http://127.0.0.1/hidden", "sourcedId": "hidden", "type": kind})
}

/// All of them.
pub const SABOTAGES: &[Sabotage] = &[
    Sabotage {
        what: "demographics that are there are not found, others forbidden",
        checks: &["CO-Q20"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("/demographics/") && is_hidden(request, response) {
                response.status = 404;
            }
        }),
    },
    Sabotage {
        what: "a list below a hidden object is empty",
        checks: &["CO-P11"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("?limit=5") && is_hidden(request, response) {
                *response = answer(200, "application/json", &json!({"users": []}));
            }
        }),
    },
    Sabotage {
        what: "a hidden object is forbidden",
        checks: &["CO-R1"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && is_hidden(request, response) {
                response.status = 403;
            }
        }),
    },
    Sabotage {
        what: "the error for a hidden object has words of its own",
        checks: &["CO-R1", "CO-P1"],
        fault: Fault::Answer(|request, response| {
            if request.method == "GET" && is_hidden(request, response) {
                edit(response, |error| error["imsx_description"] = Value::from("Withheld by rule 12"));
            }
        }),
    },
    Sabotage {
        what: "an error shows where the program stopped",
        checks: &["CO-P1"],
        fault: Fault::Answer(|request, response| {
            if response.status == 400 && request.url.contains("filter=x") {
                response.body = b"Traceback (most recent call last):\n  File \"filter.py\"".to_vec();
            }
        }),
    },
    Sabotage {
        what: "HEAD finds hidden objects",
        checks: &["CO-R1b"],
        fault: Fault::Answer(|request, response| {
            if request.method == "HEAD" && is_hidden(request, response) {
                response.status = 200;
            }
        }),
    },
    Sabotage {
        what: "OPTIONS allows more of hidden objects",
        checks: &["CO-R1b"],
        fault: Fault::Answer(|request, response| {
            if request.method == "OPTIONS" && as_richer(&get(request)).status == 200 {
                set(response, "allow", "GET, PUT, DELETE");
            }
        }),
    },
    Sabotage {
        what: "a condition is looked at before the rules",
        checks: &["CO-R1c"],
        fault: Fault::Answer(|request, response| {
            if request.header_value("if-match") == Some("\"none\"") && is_hidden(request, response) {
                response.status = 412;
            }
        }),
    },
    Sabotage {
        what: "without a token objects that exist are forbidden, others not authorized",
        checks: &["CO-P3"],
        fault: Fault::Answer(|request, response| {
            if response.status == 401 && as_names_only(request).status == 200 {
                response.status = 403;
            }
        }),
    },
    Sabotage {
        what: "enrollments refer to hidden classes",
        checks: &["CO-R2"],
        fault: Fault::Answer(|request, response| {
            each(request, response, "enrollments", |one| one["class"] = dangling("class"));
        }),
    },
    Sabotage {
        what: "an href has the key of a table",
        checks: &["CO-R3"],
        fault: Fault::Answer(|request, response| {
            each(request, response, "enrollments", |one| one["user"]["href"] = Value::from("http://10.0.0.7/12"));
        }),
    },
    Sabotage {
        what: "an org has hidden children",
        checks: &["CO-R10"],
        fault: Fault::Answer(|request, response| {
            each(request, response, "orgs", |org| org["children"] = json!([dangling("org")]));
        }),
    },
    Sabotage {
        what: "people have hidden agents",
        checks: &["CO-R12"],
        fault: Fault::Answer(|request, response| {
            each(request, response, "users", |person| person["agents"] = json!([dangling("user")]));
        }),
    },
    Sabotage {
        what: "people have roles at hidden schools",
        checks: &["CO-R13"],
        fault: Fault::Answer(|request, response| {
            each(request, response, "users", |person| person["roles"][0]["org"] = dangling("org"));
        }),
    },
    Sabotage {
        what: "withheld values stand in another field",
        checks: &["CO-Q5"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && request.url.contains("/users?limit=100&offset=0") {
                let mut all = request.clone();
                all.url = all.url.replace("limit=100", "limit=5000");
                let theirs = as_richer(&all).text();
                each(request, response, "users", |person| person["pronouns"] = Value::from(theirs.clone()));
            }
        }),
    },
    Sabotage {
        what: "an ETag is of the record, whoever asks",
        checks: &["CO-D2"],
        fault: Fault::Answer(|_, response| {
            if response.header("etag").is_some() {
                set(response, "etag", "\"1\"");
            }
        }),
    },
    Sabotage {
        what: "those who left are told with their addresses",
        checks: &["CO-D5"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && request.url.contains("/users?") && request.url.contains("tobedeleted") {
                let mut all = request.clone();
                all.url = request.url.split("&filter=").next().unwrap().to_owned();
                response.body = as_richer(&all).body;
            }
        }),
    },
    Sabotage {
        what: "a cursor is only an offset",
        checks: &["CO-P4", "CO-P4b"],
        fault: Fault::Request(|request| {
            if let Some((before, _)) = request.url.split_once("&cursor=") {
                request.url = before.to_owned();
            }
        }),
    },
    Sabotage {
        what: "answers may be cached",
        checks: &["CO-P6"],
        fault: Fault::Answer(|_, response| set(response, "cache-control", "public, max-age=60")),
    },
    Sabotage {
        what: "HEAD counts before the rules",
        checks: &["CO-P10"],
        fault: Fault::Answer(|request, response| {
            if request.method == "HEAD" && response.header("x-total-count").is_some() {
                set(response, "x-total-count", "4711");
            }
        }),
    },
    Sabotage {
        what: "an identifier of one vendor works for another",
        checks: &["CO-P3b"],
        fault: Fault::Answer(|request, response| {
            if !is_client(request) && response.status == 404 && request.url.contains("/users/") {
                *response = as_names_only(request);
            }
        }),
    },
    Sabotage {
        what: "files are made without the rules",
        checks: &["CO-P18b", "CO-P18c"],
        fault: Fault::Answer(|request, response| {
            if is_client(request) && request.url.ends_with("/bulk.zip") {
                *response = as_richer(request);
            }
        }),
    },
];

fn get(request: &koppelvlak_conformance::exchange::Request) -> koppelvlak_conformance::exchange::Request {
    let mut get = request.clone();
    get.method = "GET".to_owned();
    get
}
