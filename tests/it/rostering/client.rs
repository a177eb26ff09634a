//! A vendor's client: lists, pages and single objects of one board.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::harness::{Reply, Server};

/// Percent-encodes a value for a query or a path.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// One vendor at one board.
pub struct Client<'s> {
    pub server: &'s Server,
    pub token: String,
    /// The base path of rostering.
    pub base: String,
}

impl<'s> Client<'s> {
    /// Gets a token at the board's own address.
    pub fn new(server: &'s Server, tenant: &str, vendor: &str, secret: &str) -> Self {
        Self::of_service(server, tenant, (vendor, secret), "rostering/v1p2")
    }

    /// A client of another service, by its path below OneRoster's.
    pub fn of_service(server: &'s Server, tenant: &str, (vendor, secret): (&str, &str), service: &str) -> Self {
        let form = format!("grant_type=client_credentials&client_id={vendor}&client_secret={secret}");
        let reply = server.ask_token(&format!("/{tenant}/oauth2/token"), &form);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        Self { server, token, base: format!("/{tenant}/ims/oneroster/{service}") }
    }

    /// GET below the base path, which begins with a slash.
    pub fn get(&self, path: &str) -> Reply {
        self.server.get_as(&self.token, &format!("{}{path}", self.base))
    }

    /// GET of an absolute address of this server, as links and references have it.
    pub fn follow(&self, url: &str) -> Reply {
        let path = url.strip_prefix(&self.server.url).unwrap_or_else(|| panic!("{url} is elsewhere"));
        self.server.get_as(&self.token, path)
    }

    /// GET that must succeed.
    pub fn ok(&self, path: &str) -> Reply {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply
    }

    /// The objects of one answer.
    pub fn page(&self, path: &str) -> Vec<Value> {
        objects(&self.ok(path))
    }

    /// Every object of a collection that a filter finds, tombstones among them.
    pub fn found(&self, path: &str, filter: &str) -> BTreeSet<String> {
        ids(&self.page(&format!("{path}?limit=10000&filter={}", encoded(filter))))
    }

    /// The identifiers of a whole collection, without tombstones.
    pub fn all(&self, path: &str) -> BTreeSet<String> {
        let mut objects = self.page(&format!("{path}?limit=10000"));
        objects.retain(|object| object["status"] == "active");
        ids(&objects)
    }

    /// The identifiers of the tombstones in a collection.
    pub fn tombstones(&self, path: &str) -> BTreeSet<String> {
        self.found(path, "status='tobedeleted'")
    }

    /// The one object of an answer.
    pub fn one(&self, path: &str) -> Value {
        single(&self.ok(path))
    }

    /// The code minor of a refusal, with its status.
    pub fn refused(&self, path: &str) -> (u16, String) {
        refusal(&self.get(path))
    }
}

/// The objects in a list answer, whatever its wrapper.
pub fn objects(reply: &Reply) -> Vec<Value> {
    let body = reply.json();
    let members = body.as_object().unwrap();
    assert_eq!(members.len(), 1, "one wrapper: {:?}", members.keys());
    members.values().next().unwrap().as_array().unwrap_or_else(|| panic!("a list: {}", reply.body)).clone()
}

/// The object in an answer of one.
pub fn single(reply: &Reply) -> Value {
    let body = reply.json();
    let members = body.as_object().unwrap();
    assert_eq!(members.len(), 1, "one wrapper: {:?}", members.keys());
    members.values().next().unwrap().clone()
}

/// The status and code minor of a refusal.
pub fn refusal(reply: &Reply) -> (u16, String) {
    let body = reply.json();
    let minor = &body["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"];
    (reply.status, minor.as_str().unwrap_or_else(|| panic!("{}: {}", reply.status, reply.body)).to_owned())
}

/// The `sourcedId` of each object.
pub fn ids(objects: &[Value]) -> BTreeSet<String> {
    objects.iter().map(id).collect()
}

/// The `sourcedId` of an object.
pub fn id(object: &Value) -> String {
    object["sourcedId"].as_str().unwrap_or_else(|| panic!("{object} has no sourcedId")).to_owned()
}

/// A set of names.
pub fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// The links of an answer, by relation.
pub fn links(reply: &Reply) -> std::collections::BTreeMap<String, String> {
    let Some(header) = reply.headers.get("link") else { return std::collections::BTreeMap::new() };
    // As the strictest client does: split on commas, then exactly `<url>; rel="name"`.
    let link = |text: &str| {
        let (url, relation) = text.trim().split_once(">; rel=\"").unwrap_or_else(|| panic!("no link: {text}"));
        (relation.strip_suffix('"').unwrap().to_owned(), url.strip_prefix('<').unwrap().to_owned())
    };
    header.split(',').map(link).collect()
}
