//! Sabotages of collections of OneRoster below other objects.

use koppelvlak_conformance::exchange::{Request, Response};
use serde_json::{Value, json};

use super::Sabotage;
use super::oneroster_endpoints::{ask_instead, each_listed, rewrap, segments, wrapped};
use crate::proxy::{Fault, edit};

/// Those of all suites.
pub const ALL: &[Sabotage] = &[
    Sabotage {
        what: "nested collections come in a wrapper `items`",
        checks: &["OR-101c"],
        fault: Fault::Answer(|request, response| {
            if segments(request).len() > 2 {
                rewrap(response, "items");
            }
        }),
    },
    Sabotage {
        what: "below an object that isn't there an empty list stands",
        checks: &["OR-105"],
        fault: Fault::Answer(|request, response| {
            if response.status == 404 && segments(request).len() > 2 {
                response.status = 200;
                edit(response, |json| *json = json!({"users": []}));
            }
        }),
    },
];

/// Those of suites with rostering.
pub const ROSTERING: &[Sabotage] = &[
    Sabotage {
        what: "which school a class is asked below doesn't matter",
        checks: &["OR-105b"],
        fault: Fault::Request(|request| {
            let asked = asked(request);
            if asked.len() == 5 {
                ask_instead(request, &asked[2..].join("/"));
            }
        }),
    },
    Sabotage {
        what: "a class's last student is left out",
        checks: &["OR-110"],
        fault: Fault::Answer(|request, response| shorten(request, response, "classes", "students")),
    },
    Sabotage {
        what: "a class's students are all students",
        checks: &["OR-110"],
        fault: Fault::Request(|request| whole_instead(request, "classes", "students")),
    },
    Sabotage {
        what: "a class's teachers are left out",
        checks: &["OR-111"],
        fault: Fault::Answer(|request, response| shorten(request, response, "classes", "teachers")),
    },
    Sabotage {
        what: "a class's teachers are all teachers",
        checks: &["OR-111"],
        fault: Fault::Request(|request| whole_instead(request, "classes", "teachers")),
    },
    Sabotage {
        what: "a user's classes are all classes",
        checks: &["OR-111b"],
        fault: Fault::Request(|request| whole_instead(request, "users", "classes")),
    },
    Sabotage {
        what: "a user has no classes",
        checks: &["OR-111b"],
        fault: Fault::Answer(|request, response| empty(request, response, "users", "classes")),
    },
    Sabotage {
        what: "below its school a class has one student less",
        checks: &["OR-112"],
        fault: Fault::Answer(|request, response| {
            if segments(request).len() == 5 {
                wrapped(response, |_, list| drop(list.as_array_mut().unwrap().pop()));
            }
        }),
    },
    Sabotage {
        what: "a term's classes are of another term",
        checks: &["OR-113"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "terms", "classes") {
                each_listed(response, |class| class["terms"] = json!([{"sourcedId": "another"}]));
            }
        }),
    },
    Sabotage {
        what: "a term has no classes",
        checks: &["OR-113b"],
        fault: Fault::Answer(|request, response| {
            empty(request, response, "terms", "classes");
        }),
    },
    Sabotage {
        what: "a term's grading periods are all grading periods",
        checks: &["OR-114"],
        fault: Fault::Request(|request| whole_instead(request, "terms", "gradingPeriods")),
    },
    Sabotage {
        what: "a term's grading periods are terms",
        checks: &["OR-114"],
        fault: Fault::Answer(|request, response| {
            if is_below(request, "terms", "gradingPeriods") {
                each_listed(response, |session| session["type"] = Value::from("term"));
            }
        }),
    },
    Sabotage {
        what: "a course's classes are all classes",
        checks: &["OR-115"],
        fault: Fault::Request(|request| whole_instead(request, "courses", "classes")),
    },
    Sabotage {
        what: "a school's classes are all classes",
        checks: &["OR-115"],
        fault: Fault::Request(|request| whole_instead(request, "schools", "classes")),
    },
];

fn asked(request: &Request) -> Vec<String> {
    segments(request).into_iter().map(str::to_owned).collect()
}

fn is_below(request: &Request, above: &str, below: &str) -> bool {
    matches!(segments(request).as_slice(), [first, _, last] if *first == above && *last == below)
}

fn whole_instead(request: &mut Request, above: &str, below: &str) {
    if is_below(request, above, below) {
        ask_instead(request, below);
    }
}

/// The last object of a nested list is left out.
fn shorten(request: &Request, response: &mut Response, above: &str, below: &str) {
    if is_below(request, above, below) {
        wrapped(response, |_, list| drop(list.as_array_mut().unwrap().pop()));
    }
}

/// A nested list is empty.
fn empty(request: &Request, response: &mut Response, above: &str, below: &str) {
    if is_below(request, above, below) {
        wrapped(response, |_, list| *list = json!([]));
    }
}
