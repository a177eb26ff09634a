//! What a check makes: under names that nobody has, and taken away again however the check ends.
//!
//! What it asks for beyond the least is what any server may be expected to take: some want a name or an address.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::service::{delete, send, text};
use crate::check::{Stop, expect};
use crate::credentials::encode;
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

/// The URN of users (RFC 7643 §4.1).
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The URN of what enterprises add to users (RFC 7643 §4.3).
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The URN of groups (RFC 7643 §4.2).
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Where users are.
pub const USERS: &str = "/Users";
/// Where groups are.
pub const GROUPS: &str = "/Groups";

/// The resources that a check has made, which are deleted with it, the newest first.
#[derive(Debug)]
pub struct Made<'p, 't> {
    probe: &'p Probe<'t>,
    paths: RefCell<Vec<String>>,
}

impl<'p, 't> Made<'p, 't> {
    /// Nothing yet.
    pub fn by(probe: &'p Probe<'t>) -> Self {
        Self { probe, paths: RefCell::default() }
    }

    /// A POST of that body to `/Users` or `/Groups`, whatever its answer; what it makes is noted.
    pub fn post(&self, path: &str, body: &Value) -> Result<Response, Stop> {
        let response = send(self.probe, "POST", path, body)?;
        self.note(path, &response);
        Ok(response)
    }

    /// A new user with these attributes beside, or instead of, those of [`user`]; null takes one of them away.
    pub fn user(&self, attributes: &Value) -> Result<Value, Stop> {
        self.resource(USERS, &with(user(), attributes))
    }

    /// A new group likewise.
    pub fn group(&self, attributes: &Value) -> Result<Value, Stop> {
        self.resource(GROUPS, &with(group(), attributes))
    }

    /// A new group with these users as members.
    pub fn group_of(&self, members: &[&Value]) -> Result<Value, Stop> {
        self.group(&json!({"members": self::members(members)}))
    }

    /// What a POST of that body makes, as the server shows it.
    pub fn resource(&self, path: &str, body: &Value) -> Result<Value, Stop> {
        let response = self.post(path, body)?;
        let is_made = response.status == 201 && response.json().get("id").is_some_and(Value::is_string);
        expect(is_made, format!("POST {path}: 201 and a resource with an `id`"), || response.summary())?;
        Ok(response.json())
    }

    /// Notes what an answer to a POST, to that path, says was made.
    pub fn note(&self, path: &str, response: &Response) {
        if !(200..300).contains(&response.status) {
            return;
        }
        let made = match response.json().get("id").and_then(Value::as_str) {
            Some(id) => Some(at(path, id)),
            None => response.header("location").map(|location| self.probe.target.resolve(location)),
        };
        self.note_path(made.unwrap_or_default());
    }

    /// Notes that what is there was made.
    pub fn note_path(&self, path: String) {
        if !path.is_empty() {
            self.paths.borrow_mut().push(path);
        }
    }
}

impl Drop for Made<'_, '_> {
    fn drop(&mut self) {
        // What is cleared away isn't part of what was found, so it goes by a way of its own, and may fail.
        let probe = self.probe.towards(self.probe.target);
        for path in self.paths.borrow_mut().drain(..).rev() {
            drop(delete(&probe, &path));
        }
    }
}

/// The body of a user whom nobody has yet.
pub fn user() -> Value {
    let name = nonce();
    let address = format!("conformance-{name}@example.org");
    json!({
        "schemas": [USER],
        "userName": address,
        "externalId": name,
        "name": {"givenName": "Conformance", "familyName": name},
        "displayName": format!("Conformance {name}"),
        "emails": [{"value": address, "type": "work", "primary": true}],
        "active": true,
    })
}

/// The body of a group that nobody has yet.
pub fn group() -> Value {
    json!({"schemas": [GROUP], "displayName": format!("Conformance {}", nonce())})
}

/// The body with these attributes beside or instead of its own, and without those that are null.
///
/// Who brings attributes of an extension gets its URN into `schemas` (RFC 7643 §3).
pub fn with(mut body: Value, attributes: &Value) -> Value {
    let (Some(own), Some(others)) = (body.as_object_mut(), attributes.as_object()) else { return body };
    for (name, value) in others {
        if value.is_null() {
            own.remove(name);
        } else {
            own.insert(name.clone(), value.clone());
        }
    }
    if own.contains_key(ENTERPRISE) && !others.contains_key("schemas") {
        own.insert("schemas".to_owned(), json!([USER, ENTERPRISE]));
    }
    body
}

/// Where the resource of that id is, below `/Users` or `/Groups`.
pub fn at(path: &str, id: &str) -> String {
    format!("{path}/{}", encode(id))
}

/// Where a user is that a server has shown.
pub fn user_at(user: &Value) -> String {
    at(USERS, id(user))
}

/// Where a group is that a server has shown.
pub fn group_at(group: &Value) -> String {
    at(GROUPS, id(group))
}

/// The id of a resource that a server has shown.
pub fn id(resource: &Value) -> &str {
    text(resource, "/id")
}

/// `members` that are these users.
pub fn members(users: &[&Value]) -> Value {
    users.iter().map(|user| json!({"value": id(user), "type": "User"})).collect()
}
