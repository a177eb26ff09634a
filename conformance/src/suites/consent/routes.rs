//! Nested lists and demographics: every way to an object shows what the flat list shows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::alike::{Ask, expect_alike};
use super::eye::{CLASSES, COURSES, DEMOGRAPHICS, ENROLLMENTS, Eye, ORGS, SESSIONS, USERS, id_of};
use super::withheld::{self, invent};
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;
use crate::suites::oneroster::collection::Collection;

/// Checks of nested lists.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-Q19",
        "A nested list shows no object that the flat list hides, and none in another way",
        "GDPR art. 5(1)(c): Q19 nested routes",
        "",
        nested_is_flat,
    ),
    leak(
        "CO-Q20",
        "Hidden demographics of a visible person are answered as those of nobody",
        "GDPR art. 5(1)(c): Q20 demographics as a probe",
        "",
        demographics_tell_nothing,
    ),
    leak(
        "CO-P11",
        "A list below a hidden object is answered as one below an object that never existed",
        "GDPR art. 5(1)(c): P11 empty list versus 404",
        RICHER,
        below_hidden,
    ),
];

/// Below what, by which address, which objects stand.
const NESTED: &[(Collection, &str, &str, Collection)] = &[
    (ORGS, "schools", "students", USERS),
    (ORGS, "schools", "teachers", USERS),
    (ORGS, "schools", "classes", CLASSES),
    (ORGS, "schools", "enrollments", ENROLLMENTS),
    (ORGS, "schools", "courses", COURSES),
    (CLASSES, "classes", "students", USERS),
    (CLASSES, "classes", "teachers", USERS),
    (COURSES, "courses", "classes", CLASSES),
    (SESSIONS, "terms", "classes", CLASSES),
    (USERS, "students", "classes", CLASSES),
    (USERS, "teachers", "classes", CLASSES),
];

fn nested_is_flat(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let mut n_compared = 0;
    for (parent, path, tail, child) in NESTED {
        let flat = match client.walk(*child)?.whole(child.path) {
            Err(Stop::Skipped(_)) => continue,
            other => other?,
        };
        let shown: BTreeMap<&str, &Value> = flat.objects.iter().map(|one| (id_of(one), one)).collect();
        for above in client.walk(*parent)?.objects.iter().take(6) {
            let ask = format!("{path}/{}/{tail}?limit=100", encode(id_of(above)));
            for nested in Eye::listed(&client.get(&ask)?, child.plural) {
                n_compared += 1;
                let is_same = shown.get(id_of(&nested)).is_some_and(|flat| **flat == nested);
                expect(is_same, format!("GET {ask}: each object as GET {} shows it", child.path), || {
                    format!("{nested}, but there {:?}", shown.get(id_of(&nested)).map(ToString::to_string))
                })?;
            }
        }
    }
    if n_compared == 0 { Err(Stop::skipped("no nested list has anything")) } else { Ok(()) }
}

fn demographics_tell_nothing(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let seen = client.walk(DEMOGRAPHICS)?.whole("demographics")?;
    let shown = seen.ids();
    let people = client.walk(USERS)?;
    let mut asked: Vec<&str> = people.objects.iter().map(id_of).filter(|id| !shown.contains(id)).take(20).collect();
    let hidden = Eye::richer(probe).and_then(|richer| richer.walk(DEMOGRAPHICS));
    if let Ok(hidden) = &hidden {
        asked.extend(hidden.objects.iter().map(id_of).filter(|id| !shown.contains(id)).take(20));
    }
    let Some(first) = asked.first() else { return Err(Stop::skipped("the client sees demographics of everybody")) };
    let invented = invent(first);
    let ask = |id: &str| format!("demographics/{}", encode(id));
    for id in &asked {
        expect_alike(&client, "demographics", &Ask::get(ask(id), id), &Ask::get(ask(&invented), &invented))?;
    }
    Ok(())
}

fn below_hidden(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let mut n_asked = 0;
    for (parent, path, tail, _) in NESTED {
        let hidden = match withheld::ids(&client, &richer, *parent) {
            Err(Stop::Skipped(_)) => continue,
            other => other?,
        };
        for id in hidden {
            let invented = invent(&id);
            let ask = |id: &str| format!("{path}/{}/{tail}?limit=5", encode(id));
            let (hidden, unknown) = (Ask::get(ask(&id), &id), Ask::get(ask(&invented), &invented));
            expect_alike(&client, "a list below a hidden object", &hidden, &unknown)?;
            n_asked += 1;
        }
    }
    if n_asked == 0 { Err(Stop::skipped("no other party sees objects that the client doesn't")) } else { Ok(()) }
}
