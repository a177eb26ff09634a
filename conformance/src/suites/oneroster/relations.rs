//! What members of several objects have to do with each other (OneRoster 1.2 Information Models §5).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::brief::{must, should};
use super::collection::Collection;
use super::members::{listed, samples};
use super::service::{Service, id_of};
use super::shape::day;
use super::subjects::{at, clause};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::Probe;

const CLAUSE: &str = "OneRoster 1.2 Information Models §5; OneRoster 1.1 §4";

/// How many objects are asked for one by one.
const MOST_ASKED: usize = 15;

/// Checks of rostering in both versions.
pub const ROSTER: &[Check] = &[
    must(
        "OR-215",
        "subjects and subjectCodes are as long as each other where both are there",
        CLAUSE,
        subjects_pair_up,
    ),
    should(
        "OR-216",
        "A class has one primary teacher at a time, and only teachers are primary",
        CLAUSE,
        one_is_primary,
    ),
    must("OR-217", "Academic sessions end after they start, and parents and children agree", CLAUSE, sessions_agree),
    should("OR-217b", "Grading periods lie within the dates of their parents", CLAUSE, grading_periods_lie_within),
    must("OR-218", "Parents and children of orgs agree, and no org is above itself", CLAUSE, orgs_agree),
    must("OR-219", "Demographics have the sourcedId of a user", CLAUSE, demographics_are_of_users),
    must("OR-220", "Whoever is an agent of a user has that user as an agent too", CLAUSE, agents_are_mirrored),
];

/// Checks of 1.2 Rostering.
pub const V1P2_ROSTER: &[Check] = &[
    must("OR-212", "A user has one primary role for each org, and roles end after they begin", CLAUSE, roles_are_right),
    must(
        "OR-221",
        "The userProfile of a role is the profileId of a profile of the same user",
        CLAUSE,
        profiles_are_there,
    ),
];

fn sample(service: &Service<'_, '_>, path: &str) -> Result<(Collection, Vec<Value>), Stop> {
    let found = samples(service)?.into_iter().find(|(collection, _)| collection.path == path);
    found.ok_or_else(|| Stop::skipped(format!("the target shows no {path}")))
}

fn text<'o>(object: &'o Value, path: &str) -> &'o str {
    at(object, path).first().and_then(|value| value.as_str()).unwrap_or_default()
}

fn texts<'o>(object: &'o Value, path: &str) -> Vec<&'o str> {
    at(object, path).into_iter().filter_map(Value::as_str).collect()
}

fn is_active(object: &Value) -> bool {
    text(object, "status") == "active"
}

/// That none of the objects of a collection is wrong, where `wrong` says what is wrong with one.
fn each(service: &Service<'_, '_>, path: &str, expected: &str, wrong: impl Fn(&Value) -> Option<String>) -> Verdict {
    let (_, objects) = sample(service, path)?;
    let found: Vec<String> =
        objects.iter().filter_map(|object| Some(format!("{path}/{}: {}", id_of(object), wrong(object)?))).collect();
    expect(found.is_empty(), expected, || listed(&found))
}

fn subjects_pair_up(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for path in ["courses", "classes"] {
        each(&service, path, "as many subjectCodes as subjects", |object| {
            let (subjects, codes) = (at(object, "subjects"), at(object, "subjectCodes"));
            let differ = !subjects.is_empty() && !codes.is_empty() && subjects.len() != codes.len();
            differ.then(|| format!("{subjects:?}, {codes:?}"))
        })?;
    }
    Ok(())
}

fn one_is_primary(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (collection, mut objects) = sample(&service, "enrollments")?;
    let path = format!("enrollments?limit={}&filter={}", probe.target.sample, clause("primary", "=", "true"));
    // If the filter isn't known, others say so; the sample is looked at then.
    if let Ok(page) = service.page(&path, collection.plural) {
        objects.extend(page.objects);
    }
    let mut of_class: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for object in objects.iter().filter(|object| is_active(object) && text(object, "primary") == "true") {
        let role = text(object, "role");
        if role != "teacher" {
            wrong.push(format!("enrollment {} of a {role} is primary", id_of(object)));
        }
        let others = of_class.entry(text(object, "class.sourcedId")).or_default();
        if let Some(other) = others.iter().find(|other| id_of(other) != id_of(object) && overlap(object, other)) {
            wrong.push(format!("enrollments {} and {} are both primary", id_of(object), id_of(other)));
        }
        others.push(object);
    }
    expect(wrong.is_empty(), "one primary teacher of a class at a time", || listed(&wrong))
}

/// Whether two objects are in force at the same time; days without an end are far away.
fn overlap(one: &Value, other: &Value) -> bool {
    let begins = |object: &Value| text(object, "beginDate").to_owned();
    let ends = |object: &Value| match text(object, "endDate") {
        "" => "9999".to_owned(),
        end => end.to_owned(),
    };
    begins(one) < ends(other) && begins(other) < ends(one)
}

/// That each object's parent knows it as a child, and each child its parent, where both say so.
fn family_agrees(objects: &[Value]) -> Vec<String> {
    let active = objects.iter().filter(|object| is_active(object));
    let by_id: BTreeMap<&str, &Value> = active.map(|object| (id_of(object), object)).collect();
    let mut wrong = Vec::new();
    for (id, object) in &by_id {
        let parent = text(object, "parent.sourcedId");
        if let Some(above) = by_id.get(parent) {
            let is_child = texts(above, "children.sourcedId").contains(id);
            if above.get("children").is_some() && !is_child {
                wrong.push(format!("{id} has the parent {parent}, which lacks it among its children"));
            }
        }
        for child in texts(object, "children.sourcedId") {
            let named = by_id.get(child).map(|below| text(below, "parent.sourcedId"));
            if named.is_some_and(|named| named != *id) {
                wrong.push(format!("{id} has the child {child}, whose parent is {}", named.unwrap_or_default()));
            }
        }
        let mut seen = BTreeSet::from([*id]);
        let mut above = parent;
        while let Some(next) = by_id.get(above) {
            if !seen.insert(above) {
                wrong.push(format!("{id} is below itself"));
                break;
            }
            above = text(next, "parent.sourcedId");
        }
    }
    wrong
}

fn sessions_agree(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    each(&service, "academicSessions", "startDate before endDate, which is exclusive", |object| {
        let (start, end) = (day(text(object, "startDate"))?, day(text(object, "endDate"))?);
        (start >= end).then(|| format!("{start} to {end}"))
    })?;
    let (_, sessions) = sample(&service, "academicSessions")?;
    let wrong = family_agrees(&sessions);
    expect(wrong.is_empty(), "parents and children of sessions agree", || listed(&wrong))
}

fn grading_periods_lie_within(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (_, sessions) = sample(&service, "academicSessions")?;
    each(&service, "academicSessions", "grading periods within the dates of their parents", |object| {
        let parent = sessions.iter().find(|one| id_of(one) == text(object, "parent.sourcedId"))?;
        let dates = |one: &Value| Some((day(text(one, "startDate"))?, day(text(one, "endDate"))?));
        let ((start, end), (parent_start, parent_end)) = (dates(object)?, dates(parent)?);
        let is_outside = text(object, "type") == "gradingPeriod" && (start < parent_start || end > parent_end);
        is_outside.then(|| format!("{start} to {end}, its parent {parent_start} to {parent_end}"))
    })
}

fn orgs_agree(probe: &Probe<'_>) -> Verdict {
    let (_, orgs) = sample(&Service::of(probe), "orgs")?;
    let wrong = family_agrees(&orgs);
    expect(wrong.is_empty(), "parents and children of orgs agree", || listed(&wrong))
}

fn demographics_are_of_users(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (_, demographics) = sample(&service, "demographics")?;
    for object in demographics.iter().filter(|object| is_active(object)).take(MOST_ASKED) {
        let path = format!("users/{}", encode(id_of(object)));
        let response = service.get(&path)?;
        expect(response.status == 200, format!("GET {path}: the user whom the demographics are about"), || {
            response.summary()
        })?;
    }
    Ok(())
}

fn agents_are_mirrored(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (users, mut objects) = sample(&service, "users")?;
    if let Ok((_, students)) = sample(&service, "students") {
        objects.extend(students);
    }
    let active = objects.iter().filter(|object| is_active(object));
    let pairs = active.flat_map(|object| texts(object, "agents.sourcedId").into_iter().map(move |id| (object, id)));
    let mut n_asked = 0;
    for (object, agent) in pairs.take(MOST_ASKED) {
        let agent = match objects.iter().find(|other| id_of(other) == agent) {
            Some(known) => known.clone(),
            None => service.single(users, agent)?,
        };
        n_asked += 1;
        expect(
            texts(&agent, "agents.sourcedId").contains(&id_of(object)) || !is_active(&agent),
            format!("user {} has {} as an agent, as that has it", id_of(&agent), id_of(object)),
            || agent.to_string(),
        )?;
    }
    if n_asked == 0 { Err(Stop::skipped("no user has an agent")) } else { Ok(()) }
}

fn roles_are_right(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    each(&service, "users", "one primary role for each org, begun before it ends", |user| {
        let mut n_primary: BTreeMap<&str, usize> = BTreeMap::new();
        for role in at(user, "roles") {
            *n_primary.entry(text(role, "org.sourcedId")).or_default() +=
                usize::from(text(role, "roleType") == "primary");
            let days = (day(text(role, "beginDate")), day(text(role, "endDate")));
            if let (Some(begin), Some(end)) = days
                && begin > end
            {
                return Some(format!("a role from {begin} to {end}"));
            }
        }
        let (org, n) = n_primary.into_iter().find(|(_, n)| *n != 1)?;
        Some(format!("{n} primary roles for the org {org}"))
    })
}

fn profiles_are_there(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (_, users) = sample(&service, "users")?;
    if users.iter().all(|user| at(user, "roles.userProfile").is_empty()) {
        return Err(Stop::skipped("no role names a userProfile"));
    }
    each(&service, "users", "a profile of the user with that profileId", |user| {
        let profiles = texts(user, "userProfiles.profileId");
        let mut named = texts(user, "roles.userProfile").into_iter();
        named.find(|name| !profiles.contains(name)).map(|name| format!("{name} is none of {profiles:?}"))
    })
}
