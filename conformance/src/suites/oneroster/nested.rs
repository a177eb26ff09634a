//! Collections below other objects: what belongs to them and nothing else (OneRoster 1.1 §3.1, OneRoster 1.2 Rostering).

use std::collections::BTreeSet;

use serde_json::Value;

use super::brief::must;
use super::routes::{Asked, found, is_served, named, of_rostering, reference, served};
use super::service::{Page, Service, id_of};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "OneRoster 1.2 Rostering, the operations' descriptions";

/// Checks of all suites.
pub const ALL: &[Check] = &[
    must("OR-101c", "A nested collection comes as a list in the wrapper of its objects", CLAUSE, nested_wrappers),
    must("OR-105", "Below an object that isn't there nothing is found: 404", CLAUSE, unknown_parent),
];

/// Checks of suites with rostering.
pub const ROSTERING: &[Check] = &[
    must("OR-105b", "A class isn't found below another school than its own: 404", CLAUSE, class_of_another_school),
    must("OR-110", "A class's students are those who are enrolled in it as students", CLAUSE, students_of_class),
    must("OR-111", "A class's teachers are those who are enrolled in it as teachers", CLAUSE, teachers_of_class),
    must("OR-111b", "A user's classes are those in which the user is enrolled", CLAUSE, classes_of_user),
    must("OR-112", "A class has the same people below its school as by itself", CLAUSE, class_below_school),
    must("OR-113", "A term's classes each name the term, or a session in it or around it", CLAUSE, classes_of_term),
    must("OR-113b", "A class is among those of each term that it names", CLAUSE, class_in_its_term),
    must("OR-114", "A term's grading periods are grading periods, and lie in it", CLAUSE, periods_of_term),
    must("OR-115", "A course's classes are of that course, and a school's of that school", CLAUSE, classes_of_parents),
];

/// The most enrollments of a class or user that are compared.
const MOST: usize = 500;

fn nested_wrappers(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for Asked { route, path } in served(&service)? {
        service.page(&format!("{path}?limit=1"), route.plural)?;
    }
    Ok(())
}

fn unknown_parent(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for Asked { route, .. } in served(&service)? {
        let path = route.with_all(&nonce());
        let response = service.get(&path)?;
        expect(response.status == 404, format!("GET {path}, below no object: 404"), || response.summary())?;
    }
    Ok(())
}

/// The id of the class, school, term and so on with which nested collections are asked.
fn parent(service: &Service<'_, '_>, path: &str) -> Result<String, Stop> {
    let ids = of_rostering(service)?;
    let id = ids.get(path).and_then(Value::as_str).map(str::to_owned);
    id.ok_or_else(|| Stop::skipped(format!("none of the {path} is known to have anything below it")))
}

fn class_of_another_school(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    is_served(&service, "schools/{}/classes/{}/students")?;
    let (class, own) = (parent(&service, "classes")?, parent(&service, "schools")?);
    let schools = service.some(named("schools")?)?;
    let Some(other) = schools.iter().map(id_of).find(|id| *id != own) else {
        return Err(Stop::skipped("there is but one school"));
    };
    let path = format!("schools/{}/classes/{}/students", encode(other), encode(&class));
    let response = service.get(&path)?;
    expect(response.status == 404, format!("GET {path}, a class of another school: 404"), || response.summary())
}

fn ids(objects: &[Value]) -> BTreeSet<String> {
    objects.iter().map(|object| id_of(object).to_owned()).collect()
}

/// A whole list; a skip if it is longer than what is compared.
fn whole(service: &Service<'_, '_>, path: &str, plural: &str) -> Result<Page, Stop> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let page = service.page(&format!("{path}{separator}limit={MOST}"), plural)?;
    let n_listed = page.objects.len();
    // Who tells no total may have cut the list at a round number.
    let is_whole = page.total().map_or(n_listed == 0 || n_listed % 50 != 0, |total| total < MOST);
    if is_whole && page.link("next").is_none() {
        Ok(page)
    } else {
        Err(Stop::skipped(format!("GET {path}: too many to be compared")))
    }
}

/// The server's day, as its answer tells it.
fn day(page: &Page) -> Option<String> {
    let date = chrono::DateTime::parse_from_rfc2822(page.response.header("date")?).ok()?;
    Some(date.format("%Y-%m-%d").to_string())
}

/// What enrollments name: all of it, and what active ones name that hold today.
fn enrolled(service: &Service<'_, '_>, filter: &str, member: &str) -> Result<[BTreeSet<String>; 2], Stop> {
    let page = whole(service, &format!("enrollments?filter={}", encode(filter)), "enrollments")?;
    let today = day(&page);
    let text = |one: &Value, member: &str| one.get(member).and_then(Value::as_str).map(str::to_owned);
    let holds = |one: &&Value| {
        let Some(today) = &today else { return false };
        text(one, "status").as_deref() == Some("active")
            && text(one, "beginDate").is_none_or(|begins| begins < *today)
            && text(one, "endDate").is_none_or(|ends| ends > *today)
    };
    let named = |one: &Value| reference(one, member).map(str::to_owned);
    let all = page.objects.iter().filter_map(named).collect();
    Ok([all, page.objects.iter().filter(holds).filter_map(named).collect()])
}

/// A nested list holds all that enrollments name which hold today, and nothing that none names.
fn expect_enrolled(service: &Service<'_, '_>, path: &str, plural: &str, filter: &str, member: &str) -> Verdict {
    let [all, now] = enrolled(service, filter, member)?;
    let listed = ids(&whole(service, path, plural)?.objects);
    let missing: Vec<&String> = now.difference(&listed).collect();
    expect(missing.is_empty(), format!("GET {path}: whoever or whatever enrollments with {filter} name"), || {
        format!("not {missing:?}")
    })?;
    let beyond: Vec<&String> = listed.difference(&all).collect();
    expect(beyond.is_empty(), format!("GET {path}: nothing but what enrollments with {filter} name"), || {
        format!("also {beyond:?}")
    })
}

/// Some classes: the one that surely has enrollments, and others.
fn some_classes(service: &Service<'_, '_>) -> Result<Vec<String>, Stop> {
    let mut found = vec![parent(service, "classes")?];
    found.extend(service.some(named("classes")?)?.iter().map(|class| id_of(class).to_owned()).take(2));
    Ok(found)
}

fn people_of_class(probe: &Probe<'_>, part: &str, role: &str) -> Verdict {
    let service = Service::of(probe);
    is_served(&service, &format!("classes/{{}}/{part}"))?;
    for class in some_classes(&service)? {
        let filter = format!("class.sourcedId='{class}' AND role='{role}'");
        expect_enrolled(&service, &format!("classes/{}/{part}", encode(&class)), "users", &filter, "user")?;
    }
    Ok(())
}

fn students_of_class(probe: &Probe<'_>) -> Verdict {
    people_of_class(probe, "students", "student")
}

fn teachers_of_class(probe: &Probe<'_>) -> Verdict {
    people_of_class(probe, "teachers", "teacher")
}

fn classes_of_user(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    is_served(&service, "users/{}/classes")?;
    let user = parent(&service, "users")?;
    let path = format!("users/{}/classes", encode(&user));
    expect_enrolled(&service, &path, "classes", &format!("user.sourcedId='{user}'"), "class")
}

fn class_below_school(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (class, school) = (parent(&service, "classes")?, parent(&service, "schools")?);
    let mut n_seen = 0;
    for part in ["students", "teachers"] {
        let below = format!("schools/{}/classes/{}/{part}", encode(&school), encode(&class));
        let itself = format!("classes/{}/{part}", encode(&class));
        let routes = ["schools/{}/classes/{}/", "classes/{}/"].map(|path| format!("{path}{part}"));
        if routes.iter().all(|path| is_served(&service, path).is_ok()) {
            let [one, other] = [&below, &itself].map(|path| whole(&service, path, "users"));
            let (one, other) = (ids(&one?.objects), ids(&other?.objects));
            expect(one == other, format!("GET {below}: the same as {itself}, {other:?}"), || format!("{one:?}"))?;
            n_seen += 1;
        }
    }
    if n_seen == 0 { Err(Stop::skipped("the target doesn't have both")) } else { Ok(()) }
}

/// A nested list's first objects.
fn listed(service: &Service<'_, '_>, route: &str, plural: &str) -> Result<(String, Vec<Value>), Stop> {
    is_served(service, route)?;
    let above = route.split('/').next().unwrap_or_default();
    let id = parent(service, above)?;
    let most = service.probe.target.sample;
    let page = service.page(&format!("{}?limit={most}", route.replace("{}", &encode(&id))), plural)?;
    Ok((id, page.objects))
}

/// A session and those around it, from the innermost, as far as they are seen.
fn around(service: &Service<'_, '_>, id: &str) -> Vec<String> {
    let mut chain = vec![id.to_owned()];
    // A year, its terms, their grading periods: no chain of sessions is longer than a few.
    while chain.len() < 6 {
        let Some(last) = chain.last() else { break };
        let Ok(session) = found(service, "academicSessions", last) else { break };
        match reference(&session, "parent") {
            Some(parent) if !chain.iter().any(|known| known == parent) => chain.push(parent.to_owned()),
            _ => break,
        }
    }
    chain
}

fn classes_of_term(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (term, classes) = listed(&service, "terms/{}/classes", "classes")?;
    let own = around(&service, &term);
    for class in classes.iter().take(20) {
        let terms: Vec<&str> = class.get("terms").and_then(Value::as_array).into_iter().flatten().map(id_of).collect();
        let mut is_of_term = terms.iter().any(|named| own.iter().any(|one| one == named));
        for named in terms.iter().filter(|_| !is_of_term).copied().collect::<Vec<_>>() {
            is_of_term = is_of_term || around(&service, named).contains(&term);
        }
        let expected = format!("GET terms/{term}/classes: classes of that term");
        expect(is_of_term, expected, || format!("class {} with the terms {terms:?}", id_of(class)))?;
    }
    Ok(())
}

fn class_in_its_term(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    is_served(&service, "terms/{}/classes")?;
    let (term, class) = (parent(&service, "terms")?, parent(&service, "classes")?);
    let page = whole(&service, &format!("terms/{}/classes", encode(&term)), "classes")?;
    let has_it = ids(&page.objects).contains(&class);
    expect(has_it, format!("class {class}, which names the term {term}, among its classes"), || "it isn't".to_owned())
}

fn periods_of_term(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let (term, periods) = listed(&service, "terms/{}/gradingPeriods", "academicSessions")?;
    for period in &periods {
        let is_one = period.get("type").and_then(Value::as_str) == Some("gradingPeriod");
        expect(is_one, format!("GET terms/{term}/gradingPeriods: only type gradingPeriod"), || period.to_string())?;
        let chain = around(&service, id_of(period));
        let is_in_it = chain.contains(&term);
        expect(is_in_it, format!("the grading period {} below {term}", id_of(period)), || format!("{chain:?}"))?;
    }
    if periods.is_empty() { Err(Stop::skipped("the term has no grading periods")) } else { Ok(()) }
}

fn classes_of_parents(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    let mut n_seen = 0;
    for (route, member) in [("courses/{}/classes", "course"), ("schools/{}/classes", "school")] {
        let (id, classes) = match listed(&service, route, "classes") {
            Err(Stop::Skipped(_)) => continue,
            other => other?,
        };
        for class in &classes {
            let is_of_it = reference(class, member) == Some(&id);
            expect(is_of_it, format!("GET {route} of {id}: classes whose {member} it is"), || class.to_string())?;
            n_seen += 1;
        }
    }
    if n_seen == 0 { Err(Stop::skipped("the target shows neither")) } else { Ok(()) }
}
