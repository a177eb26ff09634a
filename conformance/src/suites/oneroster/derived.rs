//! Collections that hold some of another's objects: schools of the orgs, terms of the sessions, students of the users
//! (OneRoster 1.1 §3.1, OneRoster 1.2 Rostering).

use serde_json::Value;

use super::brief::{Run, must, policy};
use super::routes::named;
use super::service::{Edition, Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 Rostering, the operations' descriptions";
const VIEW: &str = "OneRoster 1.2 REST §2.4, responses of single objects";

/// Checks of suites with rostering.
pub const ROSTERING: &[Check] = &[
    must("OR-106", "/schools lists schools, /terms terms and /gradingPeriods grading periods only", CLAUSE, only_types),
    must("OR-106b", "An org of type school is in /schools, and a term in /terms", CLAUSE, all_of_type),
    policy(
        "OR-109",
        "A user who is no student isn't found in /students, nor one who is no teacher in /teachers",
        VIEW,
        not_that_role,
    ),
    policy("OR-109b", "An org that is no school isn't found in /schools", VIEW, not_a_school),
    policy("OR-109c", "A grading period isn't found in /terms", VIEW, not_a_term),
    must("OR-119", "Students and teachers are users too", CLAUSE, are_users as Run),
];

/// Checks of 1.2 Rostering.
pub const V1P2: &[Check] = &[
    must("OR-107", "Each user of /students has a role student, each of /teachers a role teacher", CLAUSE, only_roles),
    must(
        "OR-107b",
        "A user with a role student is in /students, one with a role teacher in /teachers",
        CLAUSE,
        all_of_role,
    ),
];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[
    must(
        "OR-108",
        "Each user of /students has the role student, each of /teachers the role teacher",
        "OneRoster 1.1 §3.1",
        only_roles,
    ),
    must(
        "OR-108b",
        "A user with the role student is in /students, one with the role teacher in /teachers",
        "OneRoster 1.1 §3.1",
        all_of_role,
    ),
];

/// The collections by type: the part, the whole, the type.
const TYPES: &[(&str, &str, &str)] = &[
    ("schools", "orgs", "school"),
    ("terms", "academicSessions", "term"),
    ("gradingPeriods", "academicSessions", "gradingPeriod"),
];

/// The collections by role.
const ROLES: &[(&str, &str)] = &[("students", "student"), ("teachers", "teacher")];

/// How many objects are asked for one by one.
const FEW: usize = 3;

fn sample(service: &Service<'_, '_>, path: &str) -> Result<Vec<Value>, Stop> {
    let collection = named(path)?;
    if !service.served()?.contains(&collection) {
        return Ok(Vec::new());
    }
    Ok(service.sample(collection)?.as_array().cloned().unwrap_or_default())
}

fn type_of(object: &Value) -> &str {
    object.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn has_role(edition: Edition, user: &Value, role: &str) -> bool {
    match edition {
        Edition::V1p1 => user.get("role").and_then(Value::as_str) == Some(role),
        _ => roles(user).contains(&role),
    }
}

fn roles(user: &Value) -> Vec<&str> {
    let roles = user.get("roles").and_then(Value::as_array);
    roles.into_iter().flatten().filter_map(|role| role.get("role")?.as_str()).collect()
}

/// A skip if nothing was there to be looked at.
fn seen(n_seen: usize, what: &str) -> Verdict {
    if n_seen == 0 { Err(Stop::skipped(format!("the target shows {what}"))) } else { Ok(()) }
}

fn only_types(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for (part, _, kind) in TYPES {
        for object in sample(&service, part)? {
            expect(type_of(&object) == *kind, format!("GET {part}: only type {kind}"), || object.to_string())?;
            n_seen += 1;
        }
    }
    seen(n_seen, "no schools and sessions")
}

/// Asks for each of a few objects in a collection of parts, and gives the statuses with the addresses.
fn asked(service: &Service<'_, '_>, part: &str, objects: &[&Value]) -> Result<Vec<(String, u16)>, Stop> {
    let paths = objects.iter().take(FEW).map(|object| format!("{part}/{}", encode(id_of(object))));
    paths.map(|path| service.get(&path).map(|response| (path, response.status))).collect()
}

/// Of the objects of a whole, those that `fits` are in the part, or those that don't aren't.
fn expect_all(
    service: &Service<'_, '_>,
    (part, whole): (&str, &str),
    status: u16,
    fits: impl Fn(&Value) -> bool,
) -> Result<usize, Stop> {
    let objects = sample(service, whole)?;
    let fitting: Vec<&Value> = objects.iter().filter(|object| fits(object)).collect();
    let found = asked(service, part, &fitting)?;
    for (path, seen) in &found {
        let is_right = *seen == status;
        expect(is_right, format!("GET {path}, an object of /{whole}: {status}"), || seen.to_string())?;
    }
    Ok(found.len())
}

fn all_of_type(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for (part, whole, kind) in TYPES {
        n_seen += expect_all(&service, (part, whole), 200, |object| type_of(object) == *kind)?;
    }
    seen(n_seen, "no schools and sessions")
}

fn only_roles(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for (part, role) in ROLES {
        for user in sample(&service, part)? {
            let is_one = has_role(service.edition, &user, role);
            expect(is_one, format!("GET {part}: only users with the role {role}"), || user.to_string())?;
            n_seen += 1;
        }
    }
    seen(n_seen, "no students and teachers")
}

fn all_of_role(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for (part, role) in ROLES {
        n_seen += expect_all(&service, (part, "users"), 200, |user| has_role(service.edition, user, role))?;
    }
    seen(n_seen, "no students and teachers")
}

fn not_that_role(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for (part, role) in ROLES {
        n_seen += expect_all(&service, (part, "users"), 404, |user| !has_role(service.edition, user, role))?;
    }
    seen(n_seen, "no users who are no students or no teachers")
}

fn not_a_school(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    seen(expect_all(&service, ("schools", "orgs"), 404, |org| type_of(org) != "school")?, "no org but schools")
}

fn not_a_term(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let is_period = |session: &Value| type_of(session) == "gradingPeriod";
    seen(expect_all(&service, ("terms", "academicSessions"), 404, is_period)?, "no grading periods")
}

fn are_users(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let users = named("users")?;
    let mut n_seen = 0;
    for (part, _) in ROLES {
        for user in sample(&service, part)?.iter().take(FEW) {
            let found = service.single(users, id_of(user))?;
            expect(id_of(&found) == id_of(user), format!("{part}/{} among the users", id_of(user)), || {
                found.to_string()
            })?;
            n_seen += 1;
        }
    }
    seen(n_seen, "no students and teachers")
}
