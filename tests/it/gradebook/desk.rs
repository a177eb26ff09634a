//! What tests write to the gradebook, and at which class.

use serde_json::{Value, json};

use crate::gradebook::client::client;
use crate::harness::Reply;
use crate::rostering::board::Demo;
use crate::rostering::client::Client;

/// A vendor that writes, at the addresses of a service.
pub fn writer<'d>(demo: &'d Demo, vendor: &str, base: &str) -> Client<'d> {
    client(&demo.server, "demo", vendor, base)
}

pub fn send(client: &Client<'_>, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
    let bearer = format!("Bearer {}", client.token);
    let mut all = vec![("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    all.extend(headers);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    client.server.send(method, &format!("{}{path}", client.base), &all, &body)
}

pub fn put(client: &Client<'_>, path: &str, body: &Value) -> Reply {
    send(client, "PUT", path, &[], body)
}

pub fn delete(client: &Client<'_>, path: &str) -> Reply {
    send(client, "DELETE", path, &[], &Value::Null)
}

/// What a write needs: a class with a pupil, its school and a category. The board is shared by the tests, so that each
/// write has a name of its own.
pub struct Place {
    pub class: String,
    pub school: String,
    pub student: String,
    pub category: String,
}

impl Place {
    /// A class in which the vendor may write.
    pub fn of(demo: &Demo, vendor: &str) -> Self {
        let (rostering, gradebook) = (writer(demo, vendor, "rostering/v1p2"), writer(demo, vendor, "gradebook/v1p2"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let classes = rostering.page("/classes?limit=10000");
        let with_pupils = |class: &&Value| {
            !rostering.page(&format!("/classes/{}/students?limit=1", text(&class["sourcedId"]))).is_empty()
        };
        let class = classes.iter().find(with_pupils).unwrap();
        let id = text(&class["sourcedId"]);
        Self {
            school: text(&class["school"]["sourcedId"]),
            student: text(&rostering.page(&format!("/classes/{id}/students?limit=1"))[0]["sourcedId"]),
            category: text(&gradebook.page("/categories?limit=1")[0]["sourcedId"]),
            class: id,
        }
    }
}

pub fn line_item(place: &Place, id: &str, title: &str) -> Value {
    json!({"lineItem": {
        "sourcedId": id, "title": title, "description": "", "resultValueMin": 0, "resultValueMax": 100,
        "assignDate": "2026-09-01T08:00:00.123Z", "dueDate": "2026-09-01T08:01:00.123Z",
        "class": {"sourcedId": place.class}, "category": {"sourcedId": place.category},
        "school": {"sourcedId": place.school}}})
}

pub fn result(place: &Place, id: &str, item: &str, score: f64, status: &str) -> Value {
    json!({"result": {
        "sourcedId": id, "score": score, "comment": "", "scoreStatus": status, "scoreDate": "2026-09-01T08:00:00.123Z",
        "lineItem": {"sourcedId": item}, "student": {"sourcedId": place.student}}})
}
