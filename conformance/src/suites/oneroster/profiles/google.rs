//! The steps of Google's own conformance notebooks, which a provider has to pass to be taken.

use serde_json::{Value, json};

use super::super::brief::{needing, practice, writing};
use super::super::gradebook::desk::{Desk, with};
use super::super::routes::{named, reference};
use super::super::service::{Edition, Service, id_of};
use crate::check::{Check, Severity, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::{Probe, nonce};

const CLAUSE: &str = "Google Workspace, OneRoster integration conformance tests";

/// Checks of suites with rostering.
pub const ROSTERING: &[Check] = &[needing(
    "a teacher with an email and a class, which has students and grading periods",
    practice("OR-801", "Google's steps of rostering: a teacher by email, classes, students, periods", CLAUSE, reads),
)];

/// Checks of the gradebook of 1.2.
pub const GRADEBOOK: &[Check] = &[writing(practice(
    "OR-801b",
    "Google's steps of the gradebook: a line item and its results are put, changed and deleted",
    CLAUSE,
    writes,
))];

/// Checks of 1.1.
pub const V1P1: &[Check] = &[Check {
    // Google takes only 1.2 any more.
    severity: Severity::May,
    ..writing(practice(
        "OR-802",
        "Google's steps of the gradebook, in 1.1",
        "Google Workspace, OneRoster 1.1 integration conformance tests",
        writes,
    ))
}];

/// What Google asks for at most.
const ALL: &str = "limit=10000";

fn step(service: &Service<'_, '_>, path: &str, plural: &str) -> Result<Vec<Value>, Stop> {
    Ok(service.page(path, plural)?.objects)
}

fn text<'v>(object: &'v Value, member: &str) -> &'v str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn has(object: &Value, members: &[&str], what: &str) -> Verdict {
    let missing: Vec<&&str> = members.iter().filter(|member| object.get(**member).is_none()).collect();
    expect(missing.is_empty(), format!("{what} with {}", members.join(", ")), || format!("{object} has no {missing:?}"))
}

fn reads(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    step(&service, "teachers?limit=1", "users")?;
    let teachers = service.some(named("teachers")?)?;
    let is_active = |one: &&Value| text(one, "status") == "active" && !text(one, "email").is_empty();
    for teacher in teachers.iter().filter(is_active).take(20) {
        match of_teacher(&service, text(teacher, "email")) {
            // This one teaches nothing that tells.
            Err(Stop::Skipped(_)) => {}
            other => return other,
        }
    }
    Err(Stop::skipped("no teacher has an email, and a class with students and grading periods"))
}

fn of_teacher(service: &Service<'_, '_>, email: &str) -> Verdict {
    // The quotes aren't encoded there.
    let path = format!("teachers?filter=email='{}'&{ALL}", encode(email));
    let found = step(service, &path, "users")?;
    let [teacher] = found.as_slice() else {
        return Err(Stop::failed(format!("GET {path}: one user"), format!("{} users", found.len())));
    };
    has(teacher, &["email", "sourcedId"], "a teacher")?;
    let path = format!("teachers/{}/classes?{ALL}&filter=status='active'", encode(id_of(teacher)));
    let classes = step(service, &path, "classes")?;
    let Some(class) = classes.first() else { return Err(Stop::skipped("the teacher has no class")) };
    let term = class.get("terms").and_then(|terms| terms.get(0)).map(id_of).unwrap_or_default();
    let has_both = reference(class, "school").is_some() && !term.is_empty();
    expect(has_both, "a class with school.sourcedId and terms[0].sourcedId", || class.to_string())?;
    let students = step(service, &format!("classes/{}/students?{ALL}", encode(id_of(class))), "users")?;
    let Some(student) = students.first() else { return Err(Stop::skipped("the class has no students")) };
    has(student, &["sourcedId"], "a student")?;
    let periods = step(service, &format!("terms/{}/gradingPeriods?{ALL}", encode(term)), "academicSessions")?;
    for period in &periods {
        has(period, &["sourcedId", "title", "startDate", "endDate", "schoolYear"], "a grading period")?;
        expect(text(period, "type") == "gradingPeriod", "only type gradingPeriod", || period.to_string())?;
    }
    if periods.is_empty() { Err(Stop::skipped("the class's first term has no grading periods")) } else { Ok(()) }
}

/// What Google writes about.
struct Lesson<'d, 's, 'p, 'a> {
    desk: &'d Desk<'s, 'p, 'a>,
    class: String,
    item: String,
    result: String,
}

fn writes(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    Desk::open(&service, "lineItems")?;
    let desk = Desk::open(&service, "results")?;
    let class = desk.known("class")?.to_owned();
    let lesson = Lesson { desk: &desk, class, item: uuid(), result: uuid() };
    lesson.line_item()?;
    lesson.results()?;
    lesson.deletes()
}

/// A random identifier as Python's `uuid4` writes it.
fn uuid() -> String {
    let digits = format!("{}{}", nonce(), nonce());
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}

impl Lesson<'_, '_, '_, '_> {
    fn put(&self, path: &str, body: &Value, statuses: &[u16]) -> Verdict {
        let collection = named(path)?;
        let object = body.get(collection.singular).cloned().unwrap_or_default();
        let response = self.desk.put_at(collection, id_of(&object), body)?;
        let wanted: Vec<String> = statuses.iter().map(u16::to_string).collect();
        let expected = format!("PUT {path}/{}: {}", id_of(&object), wanted.join(" or "));
        expect(statuses.contains(&response.status), expected, || response.summary())
    }

    fn line_item(&self) -> Verdict {
        let service = self.desk.service;
        let mut item = json!({
            "sourcedId": self.item, "title": "Conformance", "description": "Conformance", "resultValueMin": 0,
            "resultValueMax": 100, "assignDate": "2026-01-05T08:00:00.000Z", "dueDate": "2026-01-05T08:01:00.000Z",
            "class": {"sourcedId": self.class},
        });
        if service.edition == Edition::Gradebook {
            // A form is left over in this request.
            let url = service.url(&format!("classes/{}/categories?{ALL}", encode(&self.class)));
            let form = "grant_type=client_credentials";
            let request = Request::new("GET", url.as_str()).body("application/x-www-form-urlencoded", form);
            let response = service.probe.send(request)?;
            let category = first(&response, "categories");
            let expected = format!("GET {url} with a form as its body: categories");
            let id = category.as_ref().map(id_of).filter(|id| !id.is_empty());
            expect(id.is_some(), expected, || response.summary())?;
            let school = self.desk.known("school")?;
            item = with(&item, &json!({"category": {"sourcedId": id}, "school": {"sourcedId": school}}));
        }
        self.put("lineItems", &json!({"lineItem": item}), &[201])?;
        let items = format!("classes/{}/lineItems?{ALL}", encode(&self.class));
        self.listed(&items, "lineItems", &self.item)?;
        let item = with(&item, &json!({"title": "t".repeat(112)}));
        self.put("lineItems", &json!({"lineItem": item}), &[200, 201])?;
        self.listed(&items, "lineItems", &self.item).map(drop)
    }

    fn listed(&self, path: &str, plural: &str, id: &str) -> Result<Value, Stop> {
        let listed = step(self.desk.service, path, plural)?;
        let found = listed.iter().find(|object| id_of(object) == id).cloned();
        found.ok_or_else(|| Stop::failed(format!("GET {path}: with {id}"), format!("{} others", listed.len())))
    }

    fn result_list(&self) -> String {
        format!("classes/{}/lineItems/{}/results?{ALL}", encode(&self.class), encode(&self.item))
    }

    fn results(&self) -> Verdict {
        let result = |score: u32, status: &str| {
            json!({"result": {
                "sourcedId": self.result, "score": score, "comment": "", "scoreStatus": status,
                "scoreDate": "2026-01-05T08:01:00.000Z", "lineItem": {"sourcedId": self.item},
                "student": {"sourcedId": self.desk.known("student").unwrap_or_default()},
            }})
        };
        let path = self.result_list();
        self.put("results", &result(80, "fully graded"), &[200, 201])?;
        self.listed(&path, "results", &self.result)?;
        self.put("results", &result(300, "fully graded"), &[200, 201])?;
        let read = self.listed(&path, "results", &self.result)?;
        let is_kept = read.get("score").and_then(Value::as_f64) == Some(300.0);
        expect(is_kept, "a score of 300, of 100 at most", || read.to_string())?;
        self.put("results", &result(80, "exempt"), &[200, 201])?;
        let read = self.listed(&path, "results", &self.result)?;
        expect(text(&read, "scoreStatus") == "exempt", "the scoreStatus exempt", || read.to_string())
    }

    fn deletes(&self) -> Verdict {
        let service = self.desk.service;
        let items = format!("classes/{}/lineItems?{ALL}", encode(&self.class));
        for (path, id, list) in [("results", &self.result, self.result_list()), ("lineItems", &self.item, items)] {
            let response = self.desk.delete(named(path)?, id)?;
            let expected = format!("DELETE {path}/{id}: 200 or 204");
            expect(matches!(response.status, 200 | 204), expected, || response.summary())?;
            let left = step(service, &list, path)?;
            expect(left.iter().all(|one| id_of(one) != id), format!("GET {list}: without {id}"), || {
                "it's there".to_owned()
            })?;
        }
        Ok(())
    }
}

fn first(response: &Response, plural: &str) -> Option<Value> {
    response.json().get(plural)?.get(0).cloned()
}
