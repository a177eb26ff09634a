//! Where a check writes: a class with a pupil that the client sees, and what else the objects of a gradebook name.
//!
//! What was put at a desk is deleted when the desk is left, also by a check that fails.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::collection::Collection;
use super::super::routes::{found, named, of_gradebook, of_rostering, reference};
use super::super::service::{Edition, Service, id_of};
use crate::check::{Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::{Request, Response};
use crate::probe::nonce;

/// What a read-only target, or one that knows no such request, answers a write with.
const CANT_WRITE: [u16; 4] = [401, 403, 405, 501];

/// Where a check writes.
pub struct Desk<'s, 'p, 'a> {
    /// The interface.
    pub service: &'s Service<'p, 'a>,
    ground: Arc<Value>,
    made: RefCell<Vec<String>>,
}

impl Drop for Desk<'_, '_, '_> {
    fn drop(&mut self) {
        for url in self.made.take().into_iter().rev() {
            // What can't be deleted was told by the check already, or can't be helped.
            drop(self.service.probe.send(Request::new("DELETE", url)));
        }
    }
}

impl<'s, 'p, 'a> Desk<'s, 'p, 'a> {
    /// A desk at which the client may put and delete objects of that collection; a skip if it may not.
    pub fn open(service: &'s Service<'p, 'a>, path: &str) -> Result<Self, Stop> {
        let desk = Self { service, ground: ground(service)?, made: RefCell::default() };
        let collection = named(path)?;
        let name = format!("{} may write {path}", service.edition.base());
        let statuses = service.probe.once(&name, || {
            let gone = service.probe.send(Request::new("DELETE", desk.url(collection, &nonce())))?;
            if CANT_WRITE.contains(&gone.status) {
                return Ok(Value::from(gone.status));
            }
            let put = desk.put(collection, &desk.draft(collection)?)?;
            desk.clear();
            Ok(Value::from(put.status))
        })?;
        let status = statuses.as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
        // Who has no such path answers 404 as well: all that the object names was read before.
        if status == 404 || CANT_WRITE.contains(&status) {
            return Err(Stop::skipped(format!("the client may not write {path}: {status}")));
        }
        Ok(desk)
    }

    /// The address of an object.
    pub fn url(&self, collection: Collection, id: &str) -> String {
        self.service.url(&format!("{}/{}", collection.path, encode(id)))
    }

    /// The id of what drafts name: `class`, `school`, `student`, `session` or `category`.
    pub fn known(&self, name: &str) -> Result<&str, Stop> {
        let id = self.ground.get(name).and_then(Value::as_str);
        id.ok_or_else(|| Stop::skipped(format!("the client sees no {name} to write about")))
    }

    /// A reference as the standard wants it.
    pub fn reference(&self, path: &str, kind: &str, id: &str) -> Value {
        let is_of_gradebook = matches!(kind, "category" | "lineItem" | "scoreScale" | "assessmentLineItem");
        let edition = match self.service.edition {
            Edition::V1p1 => Edition::V1p1,
            edition if is_of_gradebook => edition,
            _ => Edition::Rostering,
        };
        let href = Service::at(self.service.probe, edition).url(&format!("{path}/{}", encode(id)));
        json!({"href": href, "sourcedId": id, "type": kind})
    }

    /// An object that the standard takes, under an id that nobody used; what it names is there.
    pub fn draft(&self, collection: Collection) -> Result<Value, Stop> {
        let own = match collection.path {
            "categories" => json!({"title": "Conformance category"}),
            "lineItems" => self.line_item()?,
            "results" => {
                let line_item = self.make("lineItems")?;
                self.result(&self.reference("lineItems", "lineItem", id_of(&line_item)))?
            }
            "scoreScales" => json!({
                "title": "Conformance scale", "type": "letters",
                "class": self.reference("classes", "class", self.known("class")?),
                "scoreScaleValue": [{"itemValueLHS": "A", "itemValueRHS": "90"}, {"itemValueLHS": "B", "itemValueRHS": "80"}],
            }),
            "assessmentLineItems" => json!({
                "title": "Conformance assessment", "description": "Made by a check, and deleted by it",
                "resultValueMin": 0.0, "resultValueMax": 10.0,
            }),
            "assessmentResults" => {
                let assessment = self.make("assessmentLineItems")?;
                json!({
                    "assessmentLineItem":
                        self.reference("assessmentLineItems", "assessmentLineItem", id_of(&assessment)),
                    "student": self.reference("users", "user", self.known("student")?),
                    "score": 7.5, "scoreDate": "2026-01-12", "scoreStatus": "fully graded",
                })
            }
            path => return Err(Stop::skipped(format!("no {path} are written"))),
        };
        Ok(with(
            &json!({"sourcedId": nonce(), "status": "active", "dateLastModified": "2026-01-05T08:00:00.000Z"}),
            &own,
        ))
    }

    /// A result of the known pupil for a line item, without an id.
    pub fn result(&self, line_item: &Value) -> Result<Value, Stop> {
        Ok(json!({
            "lineItem": line_item, "student": self.reference("users", "user", self.known("student")?),
            "scoreStatus": "fully graded", "score": 7.5, "scoreDate": "2026-01-12", "comment": "Conformance",
        }))
    }

    fn line_item(&self) -> Result<Value, Stop> {
        let category = match self.known("category") {
            Ok(id) => id.to_owned(),
            Err(_) => id_of(&self.make("categories")?).to_owned(),
        };
        let mut item = json!({
            "title": "Conformance line item", "description": "Made by a check, and deleted by it",
            "assignDate": "2026-01-05T08:00:00.000Z", "dueDate": "2026-01-12T08:00:00.000Z",
            "class": self.reference("classes", "class", self.known("class")?),
            "category": self.reference("categories", "category", &category),
            "resultValueMin": 0.0, "resultValueMax": 10.0,
        });
        if self.service.edition == Edition::V1p1 {
            let session = self.reference("academicSessions", "academicSession", self.known("session")?);
            item = with(&item, &json!({"gradingPeriod": session}));
        } else {
            let school = self.reference("orgs", "org", self.known("school")?);
            item = with(&item, &json!({"school": school}));
            if let Ok(session) = self.known("session") {
                let session = self.reference("academicSessions", "academicSession", session);
                item = with(&item, &json!({"academicSession": session}));
            }
        }
        Ok(item)
    }

    /// Puts an object, which is deleted when the desk is left.
    pub fn put(&self, collection: Collection, object: &Value) -> Result<Response, Stop> {
        self.put_at(collection, id_of(object), &json!({collection.singular: object}))
    }

    /// Puts a body at an id.
    pub fn put_at(&self, collection: Collection, id: &str, body: &Value) -> Result<Response, Stop> {
        self.send(collection, id, Request::new("PUT", self.url(collection, id)).json("application/json", body))
    }

    /// Sends a request that may make an object of that id.
    pub fn send(&self, collection: Collection, id: &str, request: Request) -> Result<Response, Stop> {
        self.note(collection, id);
        self.service.probe.send(request.header("Accept", "application/json"))
    }

    /// Notes that an object is to be deleted when the desk is left.
    pub fn note(&self, collection: Collection, id: &str) {
        let url = self.url(collection, id);
        let mut made = self.made.borrow_mut();
        if !made.contains(&url) {
            made.push(url);
        }
    }

    /// Puts a draft, which must succeed.
    pub fn make(&self, path: &str) -> Result<Value, Stop> {
        let collection = named(path)?;
        let draft = self.draft(collection)?;
        self.must_put(collection, &draft)?;
        Ok(draft)
    }

    /// Puts an object, which must succeed.
    pub fn must_put(&self, collection: Collection, object: &Value) -> Verdict {
        let response = self.put(collection, object)?;
        let expected = format!("PUT {}/{}: success", collection.path, id_of(object));
        expect(matches!(response.status, 200 | 201 | 204), expected, || response.summary())
    }

    /// Deletes an object.
    pub fn delete(&self, collection: Collection, id: &str) -> Result<Response, Stop> {
        let url = self.url(collection, id);
        let response = self.service.probe.send(Request::new("DELETE", url.as_str()))?;
        if matches!(response.status, 200 | 204) {
            self.made.borrow_mut().retain(|made| *made != url);
        }
        Ok(response)
    }

    /// Deletes all that was made.
    pub fn clear(&self) {
        for url in self.made.take().into_iter().rev() {
            drop(self.service.probe.send(Request::new("DELETE", url)));
        }
    }

    /// What a collection lists under that id.
    pub fn listed(&self, collection: Collection, id: &str) -> Result<Vec<Value>, Stop> {
        let path = format!("{}?filter={}", collection.path, encode(&format!("sourcedId='{id}'")));
        Ok(self.service.page(&path, collection.plural)?.objects)
    }
}

/// An object with more members, of which those replace its own.
pub fn with(object: &Value, more: &Value) -> Value {
    let mut all = object.as_object().cloned().unwrap_or_default();
    all.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(all)
}

/// An object without a member.
pub fn without(object: &Value, member: &str) -> Value {
    let mut all = object.as_object().cloned().unwrap_or_default();
    all.remove(member);
    Value::Object(all)
}

/// Ids that drafts name, once for all checks of a run: of a result that is there, or of an enrollment.
fn ground(service: &Service<'_, '_>) -> Result<Arc<Value>, Stop> {
    service.probe.once(&format!("{} ground", service.edition.base()), || match of_a_result(service) {
        Err(Stop::Skipped(_)) => of_an_enrollment(service),
        other => other,
    })
}

fn put(ids: &mut Map<String, Value>, name: &str, id: Option<&str>) {
    if let Some(id) = id {
        ids.insert(name.to_owned(), Value::from(id));
    }
}

fn of_a_result(service: &Service<'_, '_>) -> Result<Value, Stop> {
    let known = of_gradebook(service)?;
    let id = |path: &str| known.get(path).and_then(Value::as_str);
    let item = found(service, "lineItems", id("lineItems").unwrap_or_default())?;
    let mut ids = Map::new();
    put(&mut ids, "class", id("classes"));
    put(&mut ids, "student", id("students"));
    put(&mut ids, "school", id("schools"));
    put(&mut ids, "category", reference(&item, "category"));
    put(&mut ids, "session", reference(&item, "gradingPeriod").or(reference(&item, "academicSession")));
    Ok(Value::Object(ids))
}

fn of_an_enrollment(service: &Service<'_, '_>) -> Result<Value, Stop> {
    let known = of_rostering(service)?;
    let id = |path: &str| known.get(path).and_then(Value::as_str);
    let categories = service.some(named("categories")?);
    let mut ids = Map::new();
    put(&mut ids, "class", id("classes"));
    put(&mut ids, "student", id("students"));
    put(&mut ids, "school", id("schools"));
    put(&mut ids, "session", id("terms"));
    put(&mut ids, "category", categories.ok().as_ref().and_then(|all| all.first()).map(id_of));
    Ok(Value::Object(ids))
}
