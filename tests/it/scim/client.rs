//! An identity provider: what it sends, and what every answer must be like.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Reply, Server};
use crate::scim::board::Boards;

/// URNs as the standard has them.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub const EDUCATION: &str = "urn:koppelvlak:params:scim:schemas:extension:education:2.0:User";
pub const EDUCATION_GROUP: &str = "urn:koppelvlak:params:scim:schemas:extension:education:2.0:Group";
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
pub const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
pub const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

const SCIM_TYPES: [&str; 13] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
];

/// A provider at one board.
pub struct Provider<'s> {
    pub boards: &'s Boards,
    pub server: &'s Server,
    /// `/{tenant}/scim/v2`.
    pub base: String,
    pub vendor: String,
    pub token: String,
}

impl Provider<'_> {
    /// Any request with headers of its own, and a body as text.
    pub fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend(headers);
        let reply = self.server.send(method, &format!("{}{path}", self.base), &all, body);
        check(&reply, &format!("{method} {path}"));
        reply
    }

    /// Any request as the standard wants it, with further headers.
    pub fn with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let mut all = vec![("Accept", "application/scim+json")];
        if !body.is_null() {
            all.push(("Content-Type", "application/scim+json; charset=utf-8"));
        }
        all.extend(headers);
        self.raw(method, path, &all, &text)
    }

    /// The answer to a body that is announced and never comes.
    pub fn announce(&self, path: &str, n_bytes: u64) -> String {
        self.server.send_raw(&format!(
            "POST {}{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\
             Content-Type: application/scim+json\r\nContent-Length: {n_bytes}\r\n\r\n{{",
            self.base, self.token
        ))
    }

    pub fn get(&self, path: &str) -> Reply {
        self.with("GET", path, &[], &Value::Null)
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.with("POST", path, &[], body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.with("PUT", path, &[], body)
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.with("DELETE", path, &[], &Value::Null)
    }

    /// PATCH with these operations.
    pub fn patch(&self, path: &str, operations: &Value) -> Reply {
        self.with("PATCH", path, &[], &json!({"schemas": [PATCH], "Operations": operations}))
    }

    /// GET that must succeed.
    pub fn read(&self, path: &str) -> Value {
        body(&self.get(path), 200)
    }

    /// PATCH that must succeed.
    pub fn patched(&self, path: &str, operations: &Value) -> Value {
        body(&self.patch(path, operations), 200)
    }

    /// Makes a resource.
    pub fn make(&self, path: &str, resource: &Value) -> Value {
        body(&self.post(path, resource), 201)
    }

    /// Makes a user; returns its id.
    pub fn user(&self, name: &str) -> String {
        id(&self.make("/Users", &json!({"schemas": [USER], "userName": name})))
    }

    /// Makes a group with these members; returns its id.
    pub fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        id(&self.make("/Groups", &json!({"schemas": [GROUP], "displayName": name, "members": members})))
    }

    /// A list with a filter.
    pub fn filtered(&self, path: &str, filter: &str) -> Reply {
        self.get(&format!("{path}?count=1000&filter={}", encoded(filter)))
    }

    /// An attribute of the resources that a filter finds.
    pub fn found(&self, path: &str, filter: &str, attribute: &str) -> BTreeSet<String> {
        let reply = self.filtered(path, filter);
        assert_eq!(reply.status, 200, "{filter}: {}", reply.body);
        let list = reply.json();
        let found = list["Resources"].as_array().unwrap();
        assert_eq!(list["totalResults"], found.len(), "{filter}");
        found.iter().map(|resource| resource[attribute].as_str().unwrap().to_owned()).collect()
    }

    /// The user names that a filter finds.
    pub fn names(&self, filter: &str) -> BTreeSet<String> {
        self.found("/Users", filter, "userName")
    }
}

/// What every answer must be like (SC-030, SC-901 to SC-904).
fn check(reply: &Reply, what: &str) {
    if reply.body.is_empty() {
        return;
    }
    assert_eq!(reply.header("content-type"), "application/scim+json", "{what}: {}", reply.body);
    // A name that comes twice is a fault that most readers don't tell.
    let told = koppelvlak::scim::json::parse(reply.body.as_bytes());
    let told = told.unwrap_or_else(|refusal| panic!("{what}: {}: {}", refusal.body(), reply.body));
    let is_error = told["schemas"] == json!([ERROR]);
    assert_eq!(is_error, reply.status >= 400, "{what}: {}", reply.body);
    if is_error {
        assert_eq!(told["status"], reply.status.to_string(), "{what}");
        let detail = told["detail"].as_str().unwrap_or_else(|| panic!("{what}: {told}"));
        assert!(!detail.is_empty() && !detail.contains("SELECT") && !detail.contains(".rs"), "{what}: {detail}");
        match told.get("scimType").map(|kind| kind.as_str().unwrap()) {
            Some(kind) => assert!(SCIM_TYPES.contains(&kind), "{what}: {kind}"),
            None => assert!(!matches!(reply.status, 400 | 409) || what.contains("Bulk"), "{what}: {told}"),
        }
    } else {
        assert_bare(&told, what);
    }
}

/// No `null` and no password is ever told.
fn assert_bare(told: &Value, what: &str) {
    match told {
        Value::Null => panic!("{what}: a null is told"),
        Value::Array(items) => items.iter().for_each(|item| assert_bare(item, what)),
        Value::Object(members) => {
            let is_resource = members.contains_key("meta") || members.contains_key("userName");
            assert!(!(is_resource && members.contains_key("password")), "{what}: a password is told");
            members.values().for_each(|member| assert_bare(member, what));
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The body of an answer that must have that status.
pub fn body(reply: &Reply, status: u16) -> Value {
    assert_eq!(reply.status, status, "{}", reply.body);
    reply.json()
}

/// The status and kind of a refusal.
pub fn refusal(reply: &Reply) -> (u16, String) {
    let told = reply.json();
    assert_eq!(told["schemas"], json!([ERROR]), "{} {}", reply.status, reply.body);
    (reply.status, told["scimType"].as_str().unwrap_or_default().to_owned())
}

/// Fails unless an answer is that refusal.
#[track_caller]
pub fn assert_refused(reply: &Reply, status: u16, kind: &str) {
    assert_eq!(refusal(reply), (status, kind.to_owned()), "{}", reply.body);
}

/// A resource's id.
pub fn id(resource: &Value) -> String {
    resource["id"].as_str().unwrap_or_else(|| panic!("{resource} has no id")).to_owned()
}

/// A resource's version.
pub fn version(resource: &Value) -> String {
    resource["meta"]["version"].as_str().unwrap_or_else(|| panic!("{resource} has no version")).to_owned()
}

/// The texts of an attribute in a list.
pub fn texts(list: &Value, attribute: &str) -> Vec<String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| item[attribute].as_str().unwrap_or_default().to_owned()).collect()
}

/// The ids of a group's members.
pub fn members(group: &Value) -> BTreeSet<String> {
    texts(&group["members"], "value").into_iter().collect()
}

/// A set of texts.
pub fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

pub use crate::rostering::client::encoded;
