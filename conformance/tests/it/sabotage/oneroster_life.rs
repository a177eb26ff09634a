//! Sabotages of what changed since when, of queries below other objects, and of resources.

use koppelvlak_conformance::exchange::Request;
use serde_json::json;

use super::Sabotage;
use super::oneroster_edits::{list, objects, remove};
use super::oneroster_endpoints::{ask_instead, segments};
use crate::proxy::{Fault, answer};

const FINDS_ALL: Fault = Fault::Request(|request| {
    for predicate in ["%3E", "%3C"] {
        let (asked, wide) = (format!("dateLastModified{predicate}%27"), if predicate == "%3E" { "1" } else { "9" });
        request.url = request.url.replace(&format!("{asked}2"), &format!("{asked}{wide}"));
    }
});
const FINDS_NONE: Fault = Fault::Answer(|request, response| {
    if request.url.contains("filter=dateLastModified") {
        list(response, Vec::clear);
    }
});

/// Those of what is written.
pub const WRITTEN: &[Sabotage] = &[
    Sabotage { what: "everything is found by when it changed", checks: &["OR-701"], fault: FINDS_ALL },
    Sabotage { what: "nothing is found by when it changed", checks: &["OR-701"], fault: FINDS_NONE },
    Sabotage {
        what: "what is the last of a page of changes is left out",
        checks: &["OR-705"],
        fault: Fault::Answer(|request, response| {
            if request.url.contains("sort=dateLastModified") {
                list(response, |all| drop(all.pop()));
            }
        }),
    },
];

/// Those of all suites.
pub const ALL: &[Sabotage] = &[
    Sabotage { what: "everything is found by when it changed", checks: &["OR-703"], fault: FINDS_ALL },
    Sabotage { what: "nothing is found by when it changed", checks: &["OR-703"], fault: FINDS_NONE },
    Sabotage {
        what: "what is printed is another instant than what is kept",
        checks: &["OR-703"],
        fault: Fault::Answer(|_, response| {
            objects(response, |object| object["dateLastModified"] = json!("2026-01-05T08:00:00.000Z"));
        }),
    },
    Sabotage {
        what: "filters below other objects aren't looked at",
        checks: &["OR-332"],
        fault: Fault::Request(|request| {
            if segments(request).len() > 2 {
                request.url = request.url.replace("filter=", "unused=");
            }
        }),
    },
    Sabotage {
        what: "offsets below other objects aren't looked at",
        checks: &["OR-332"],
        fault: Fault::Answer(|request, response| {
            if segments(request).len() > 2 && request.url.contains("offset=") {
                list(response, Vec::clear);
                list(response, |all| all.push(json!({"sourcedId": "another"})));
            }
        }),
    },
    Sabotage {
        what: "a filter below an object finds what stands below others",
        checks: &["OR-332b"],
        fault: Fault::Request(|request| {
            if segments(request).len() > 2 && request.url.contains("filter=") {
                let last = (*segments(request).last().unwrap()).to_owned();
                ask_instead(request, &last);
            }
        }),
    },
];

/// Those of resources in both versions.
pub const RESOURCES: &[Sabotage] = &[
    Sabotage {
        what: "resources have no names of their vendors",
        checks: &["OR-551"],
        fault: Fault::Answer(|_, response| objects(response, |object| remove(object, "vendorResourceId"))),
    },
    Sabotage {
        what: "below classes and courses all resources stand",
        checks: &["OR-552", "OR-552b"],
        fault: Fault::Request(all_below),
    },
    Sabotage {
        what: "below classes and courses no resources stand",
        checks: &["OR-552", "OR-552b"],
        fault: Fault::Answer(|request, response| {
            if is_below(request) {
                list(response, Vec::clear);
            }
        }),
    },
];

/// Those of resources in 1.2.
pub const RESOURCES_V1P2: &[Sabotage] = &[
    Sabotage { what: "below users all resources stand", checks: &["OR-552c"], fault: Fault::Request(all_below) },
    Sabotage {
        what: "below a user who isn't there is an empty list",
        checks: &["OR-553"],
        fault: Fault::Answer(|request, response| {
            if is_below(request) && response.status == 404 {
                *response = answer(200, "application/json", &json!({"resources": []}));
            }
        }),
    },
];

fn is_below(request: &Request) -> bool {
    matches!(segments(request).as_slice(), [_, _, "resources"])
}

fn all_below(request: &mut Request) {
    if is_below(request) {
        ask_instead(request, "resources");
    }
}
