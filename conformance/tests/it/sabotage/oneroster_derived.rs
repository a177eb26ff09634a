//! Sabotages of collections of OneRoster that hold some of another's objects.

use koppelvlak_conformance::exchange::{Request, Response};

use super::Sabotage;
use super::oneroster_endpoints::{ask_instead, segments};
use super::oneroster_transport::turn;
use crate::proxy::Fault;

/// Those of suites with rostering.
pub const ROSTERING: &[Sabotage] = &[
    Sabotage {
        what: "/schools lists all orgs",
        checks: &["OR-106"],
        fault: Fault::Request(|request| list_instead(request, "schools", "orgs")),
    },
    Sabotage {
        what: "/terms lists all sessions",
        checks: &["OR-106"],
        fault: Fault::Request(|request| list_instead(request, "terms", "academicSessions")),
    },
    Sabotage {
        what: "no school is found by its id in /schools",
        checks: &["OR-106b"],
        fault: Fault::Answer(|request, response| lose(request, response, "schools")),
    },
    Sabotage {
        what: "/students leads to every user",
        checks: &["OR-109"],
        fault: Fault::Request(|request| one_instead(request, "students", "users")),
    },
    Sabotage {
        what: "/teachers leads to every user",
        checks: &["OR-109"],
        fault: Fault::Request(|request| one_instead(request, "teachers", "users")),
    },
    Sabotage {
        what: "/schools leads to every org",
        checks: &["OR-109b"],
        fault: Fault::Request(|request| one_instead(request, "schools", "orgs")),
    },
    Sabotage {
        what: "/terms leads to every session",
        checks: &["OR-109c"],
        fault: Fault::Request(|request| one_instead(request, "terms", "academicSessions")),
    },
    Sabotage {
        what: "users are found as students or teachers only",
        checks: &["OR-119"],
        fault: Fault::Answer(|request, response| lose(request, response, "users")),
    },
];

/// Those of 1.2 Rostering.
pub const V1P2: &[Sabotage] = &[
    Sabotage {
        what: "/teachers lists all users",
        checks: &["OR-107"],
        fault: Fault::Request(|request| list_instead(request, "teachers", "users")),
    },
    Sabotage {
        what: "no student is found by the id in /students",
        checks: &["OR-107b"],
        fault: Fault::Answer(|request, response| lose(request, response, "students")),
    },
];

/// Those of 1.1.
pub const V1P1: &[Sabotage] = &[
    Sabotage {
        what: "/students lists all users of 1.1",
        checks: &["OR-108"],
        fault: Fault::Request(|request| list_instead(request, "students", "users")),
    },
    Sabotage {
        what: "no teacher is found by the id in /teachers of 1.1",
        checks: &["OR-108b"],
        fault: Fault::Answer(|request, response| lose(request, response, "teachers")),
    },
];

fn list_instead(request: &mut Request, part: &str, whole: &str) {
    if segments(request) == [part] {
        ask_instead(request, whole);
    }
}

fn one_instead(request: &mut Request, part: &str, whole: &str) {
    let asked: Vec<String> = segments(request).into_iter().map(str::to_owned).collect();
    if asked.len() == 2 && asked[0] == part {
        ask_instead(request, &format!("{whole}/{}", asked[1]));
    }
}

/// Single objects of a collection aren't found.
fn lose(request: &Request, response: &mut Response, part: &str) {
    if matches!(segments(request).as_slice(), [path, _] if *path == part) {
        turn(response, 200, 404);
    }
}
