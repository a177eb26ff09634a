//! A resource as it is to be sent, but for the ids that the vendor's server gave to what it refers to.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::audit::told::People;
use crate::keys::MasterKey;

/// A kind of resource that a profile has.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// What the queue calls it.
    pub name: &'static str,
    /// Its endpoint below the server's address.
    pub endpoint: &'static str,
    /// Whether it is a person's account, which may be made inactive instead of being deleted.
    pub is_account: bool,
}

/// Where a reference stands in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The extension that the attribute belongs to.
    pub extension: Option<&'static str>,
    /// The attribute.
    pub attribute: &'static str,
    /// Whether it has many values.
    pub is_list: bool,
}

/// A reference to another resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// Where it stands.
    pub place: Place,
    /// The kind of what it leads to.
    pub kind: &'static str,
    /// The vendor's identifier of what it leads to.
    pub id: String,
    /// What stands beside it.
    pub beside: Map<String, Value>,
    /// Whether the resource is nothing without it.
    pub is_needed: bool,
}

/// A resource to be sent. It is made of what a release let through, and of nothing else.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The vendor's identifier of it.
    pub id: String,
    /// Its attributes without references.
    pub body: Map<String, Value>,
    /// Its references, in order.
    pub links: Vec<Link>,
    /// Whom it tells about.
    pub told: People,
}

/// The ids at the vendor's server, by kind and the vendor's identifier.
pub type Known = HashMap<&'static str, HashMap<String, String>>;

/// Whose hashes they are.
#[derive(Clone, Copy)]
pub struct Hasher<'a> {
    /// The key that all others derive from.
    pub key: &'a MasterKey,
    /// The board.
    pub tenant: &'a str,
    /// The vendor.
    pub vendor: &'a str,
}

/// How many bytes of a hash are kept.
const HASH: usize = 16;

impl Hasher<'_> {
    /// A keyed hash of all that would be sent: the database alone lets nobody try values.
    pub fn hash(self, draft: &Draft) -> Vec<u8> {
        // Maps and links always have a JSON form.
        let text = serde_json::to_string(&(&draft.body, &draft.links)).unwrap_or_default();
        let hash = self.key.derive("push hash", &[self.tenant, self.vendor, &text]);
        hash.get(..HASH).unwrap_or_default().to_vec()
    }
}

impl Draft {
    /// The references that lead to nothing that the server has.
    pub fn missing<'d>(&'d self, known: &'d Known) -> impl Iterator<Item = &'d Link> {
        self.links.iter().filter(|link| remote(known, link).is_none())
    }

    /// The body with the server's ids in it; what the server doesn't have is left out. `relative` makes the `$ref` of
    /// a reference, where the profile has it.
    pub fn complete(&self, known: &Known, relative: impl Fn(&Link, &str) -> Option<String>) -> Map<String, Value> {
        let mut body = self.body.clone();
        for link in &self.links {
            let Some(remote) = remote(known, link) else { continue };
            let mut value = link.beside.clone();
            value.insert("value".to_owned(), remote.into());
            if let Some(reference) = relative(link, remote) {
                value.insert("$ref".to_owned(), reference.into());
            }
            let Place { extension, attribute, is_list } = link.place;
            let Some(attributes) = within(&mut body, extension) else { continue };
            if !is_list {
                attributes.insert(attribute.to_owned(), value.into());
            } else if let Value::Array(values) = attributes.entry(attribute).or_insert_with(|| Value::Array(Vec::new()))
            {
                values.push(value.into());
            }
        }
        body
    }
}

fn remote<'k>(known: &'k Known, link: &Link) -> Option<&'k str> {
    known.get(link.kind)?.get(&link.id).map(String::as_str)
}

fn within<'b>(body: &'b mut Map<String, Value>, extension: Option<&str>) -> Option<&'b mut Map<String, Value>> {
    let Some(extension) = extension else { return Some(body) };
    body.entry(extension).or_insert_with(|| Map::new().into()).as_object_mut()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_get_the_servers_ids_and_what_it_lacks_is_left_out() {
        let link = |attribute, is_list: bool, id: &str| Link {
            place: Place { extension: is_list.then_some("urn:x"), attribute, is_list },
            kind: "user",
            id: id.to_owned(),
            beside: Map::from_iter([("type".to_owned(), "User".into())]),
            is_needed: false,
        };
        let links = vec![link("owner", false, "a"), link("members", true, "a"), link("members", true, "b")];
        let draft = Draft { id: "g".into(), body: Map::new(), links, told: Vec::new() };
        let known = Known::from([("user", HashMap::from([("a".to_owned(), "1".to_owned())]))]);

        let body = draft.complete(&known, |_, id| Some(format!("Users/{id}")));

        let one = json!({"value": "1", "$ref": "Users/1", "type": "User"});
        assert_eq!(Value::Object(body), json!({"owner": one, "urn:x": {"members": [one]}}));
        assert_eq!(draft.missing(&known).count(), 1);
    }
}
