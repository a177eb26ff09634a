//! Sabotages of paging over SCIM, by index and by cursor.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_edits::{change_parameter, drop_parameter, parameter};
use super::scim_edits::{is_below, list, on, path, refusal, remove};
use crate::proxy::{Fault, edit};

fn number(request: &Request, name: &str) -> i64 {
    parameter(request, name).and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn set(request: &mut Request, name: &str, value: &str) {
    change_parameter(request, name, |_| Some(value.to_owned()));
}

fn cursor(request: &Request) -> Option<&str> {
    parameter(request, "cursor")
}

/// Edits a page that was asked for by cursor.
fn page(request: &Request, response: &mut Response, change: impl FnOnce(&mut Value)) {
    if cursor(request).is_some() && response.status == 200 {
        edit(response, change);
    }
}

/// Those of paging by index.
pub const INDEX: &[Sabotage] = &[
    Sabotage {
        what: "startIndex counts from 0",
        checks: &["SC-090", "SC-098"],
        fault: Fault::Request(|request| {
            let start = number(request, "startIndex");
            set(request, "startIndex", &(start - 1).max(1).to_string());
        }),
    },
    Sabotage {
        what: "each page leaves out one user",
        checks: &["SC-090"],
        fault: Fault::Request(|request| {
            let start = number(request, "startIndex");
            if start > 1 {
                set(request, "startIndex", &(start + 1).to_string());
            }
        }),
    },
    Sabotage {
        what: "totalResults is what is still to come",
        checks: &["SC-090", "SC-093"],
        fault: Fault::Answer(|request, response| {
            let start = number(request, "startIndex");
            on(request, response, "/Users", |list| {
                list["totalResults"] = json!((list["totalResults"].as_i64().unwrap() - start + 1).max(0));
            });
        }),
    },
    Sabotage {
        what: "totalResults is what the page holds",
        checks: &["SC-090", "SC-093"],
        fault: Fault::Answer(|request, response| {
            on(request, response, "/Users", |list| {
                let n = list["Resources"].as_array().map_or(0, Vec::len);
                if n < 12 {
                    list["totalResults"] = json!(n);
                }
            });
        }),
    },
    Sabotage {
        what: "a startIndex below 1 is refused",
        checks: &["SC-091"],
        fault: Fault::Instead(|request| (number(request, "startIndex") < 1).then(|| refusal(400, "invalidValue"))),
    },
    Sabotage {
        what: "a startIndex below 1 is told as it came",
        checks: &["SC-091"],
        fault: Fault::Answer(|request, response| {
            let start = number(request, "startIndex");
            on(request, response, "/Users", |list| list["startIndex"] = json!(start));
        }),
    },
    Sabotage {
        what: "a negative count is none at all",
        checks: &["SC-092", "SC-105"],
        fault: Fault::Request(|request| {
            if number(request, "count") < 0 {
                drop_parameter(request, "count");
            }
        }),
    },
    Sabotage {
        what: "a count of 0 counts nothing",
        checks: &["SC-092"],
        fault: Fault::Answer(|request, response| {
            if number(request, "count") == 0 {
                on(request, response, "/Users", |list| list["totalResults"] = json!(0));
            }
        }),
    },
    Sabotage {
        what: "past the end nothing is found",
        checks: &["SC-093"],
        fault: Fault::Instead(|request| (number(request, "startIndex") > 1000).then(|| refusal(404, ""))),
    },
    Sabotage {
        what: "count isn't read",
        checks: &["SC-094", "SC-092", "SC-101", "SC-105"],
        fault: Fault::Request(|request| drop_parameter(request, "count")),
    },
    Sabotage {
        what: "a large count is refused",
        checks: &["SC-094", "SC-105"],
        fault: Fault::Instead(|request| (number(request, "count") > 1000).then(|| refusal(400, "invalidValue"))),
    },
    Sabotage {
        what: "numbers that are none are passed over",
        checks: &["SC-095"],
        fault: Fault::Request(|request| {
            for name in ["startIndex", "count"] {
                change_parameter(request, name, |text| text.parse::<i64>().ok().map(|number| number.to_string()));
            }
        }),
    },
    Sabotage {
        what: "names of parameters are exact to their case",
        checks: &["SC-096"],
        fault: Fault::Request(|request| drop_parameter(request, "startindex")),
    },
    Sabotage {
        what: "large numbers overflow",
        checks: &["SC-097"],
        fault: Fault::Instead(|request| request.url.contains("9999999999").then(|| refusal(500, ""))),
    },
    Sabotage {
        what: "a page is sorted after it was cut",
        checks: &["SC-098"],
        fault: Fault::Request(|request| {
            if number(request, "count") < 60 {
                drop_parameter(request, "sortBy");
            }
        }),
    },
    Sabotage {
        what: "totalResults counts what no filter was asked for",
        checks: &["SC-098"],
        fault: Fault::Answer(|request, response| {
            if parameter(request, "filter").is_some() {
                on(request, response, "/Users", |list| {
                    list["totalResults"] = json!(list["totalResults"].as_i64().unwrap() + 1);
                });
            }
        }),
    },
];

/// Those of paging by cursor.
pub const CURSOR: &[Sabotage] = &[
    Sabotage {
        what: "whether there is paging by index isn't told",
        checks: &["SC-100"],
        fault: Fault::Answer(|request, response| {
            on(request, response, "/ServiceProviderConfig", |config| remove(&mut config["pagination"], "index"));
        }),
    },
    Sabotage {
        what: "the walk ends after a page",
        checks: &["SC-101"],
        fault: Fault::Answer(|request, response| page(request, response, |list| remove(list, "nextCursor"))),
    },
    Sabotage {
        what: "every cursor leads to the first page",
        checks: &["SC-101", "SC-106"],
        fault: Fault::Request(|request| set(request, "cursor", "")),
    },
    Sabotage {
        what: "pages by cursor lose their last user",
        checks: &["SC-101"],
        fault: Fault::Answer(|request, response| {
            if cursor(request).is_some() {
                list(response, |users| drop(users.pop()));
            }
        }),
    },
    Sabotage {
        what: "the first page has a previous one",
        checks: &["SC-102"],
        fault: Fault::Answer(|request, response| {
            if cursor(request) == Some("") {
                page(request, response, |list| list["previousCursor"] = json!("abc"));
            }
        }),
    },
    Sabotage {
        what: "the cursor back leads on",
        checks: &["SC-102"],
        fault: Fault::Answer(|request, response| {
            if cursor(request).is_some_and(|cursor| !cursor.is_empty()) {
                page(request, response, |list| list["previousCursor"] = list["nextCursor"].clone());
            }
        }),
    },
    Sabotage {
        what: "cursors are base64 with its other signs",
        checks: &["SC-103"],
        fault: Fault::Answer(|request, response| {
            page(request, response, |list| {
                if let Some(cursor) = list["nextCursor"].as_str() {
                    list["nextCursor"] = json!(format!("{cursor}=="));
                }
            });
        }),
    },
    Sabotage {
        what: "a cursor that can't be read is the first one",
        checks: &["SC-104", "SC-104b", "SC-107"],
        fault: Fault::Answer(|request, response| {
            if cursor(request).is_some() && response.status == 400 {
                *response = super::scim_edits::nothing();
            }
        }),
    },
    Sabotage {
        what: "a cursor that can't be read is an invalid value",
        checks: &["SC-104b"],
        fault: Fault::Answer(|request, response| {
            if cursor(request).is_some() && response.status == 400 {
                *response = refusal(400, "invalidValue");
            }
        }),
    },
    Sabotage {
        what: "a cursor is the number of users before it",
        checks: &["SC-106"],
        fault: Fault::Request(|request| {
            if cursor(request).is_some_and(|cursor| !cursor.is_empty()) {
                set(request, "cursor", "");
                request.url = request.url.replace("cursor=", "startIndex=3");
            }
        }),
    },
    Sabotage {
        what: "a search by POST knows no cursors",
        checks: &["SC-108"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "/Users/.search") {
                edit(response, |list| remove(list, "nextCursor"));
            }
        }),
    },
    Sabotage {
        what: "a search by POST starts over",
        checks: &["SC-108"],
        fault: Fault::Request(|request| {
            if path(request) == "/Users/.search" {
                let mut body: Value = serde_json::from_slice(&request.body).unwrap();
                body["cursor"] = json!("");
                request.body = body.to_string().into_bytes();
            }
        }),
    },
];
