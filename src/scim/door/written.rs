//! Users of the school written at once, where the whole of them is wanted: most of what providers ask for.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::Serialize;

use crate::scim::door::exchange::Exchange;
use crate::scim::door::people::Groups;
use crate::scim::door::resource::{About, Resource, location, reference};
use crate::scim::schema::{GROUP, USER};
use crate::scim::school::directory::Membership;
use crate::scim::school::user::User;

/// What an answer says of a user beside what the school masters.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Frame<'w> {
    schemas: Vec<&'static str>,
    id: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'w str>,
    meta: Meta<'w>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta<'w> {
    resource_type: &'static str,
    last_modified: String,
    location: &'w str,
    version: &'w str,
}

/// Completes a user whose attributes are written with what the resource says of itself, and with groups.
pub fn complete((user, attributes): (&User<'_>, &str), about: About, beside: &Beside<'_>, base: &str) -> Resource {
    let location = location(base, about.resource_type, &about.id);
    let frame = Frame {
        schemas: std::iter::once(USER.schema.id).chain(user.extensions()).collect(),
        id: &about.id,
        user_name: beside.placeholder,
        meta: Meta {
            resource_type: about.resource_type.name,
            last_modified: about.modified_at.to_rfc3339(),
            location: &location,
            version: &about.tag,
        },
    };
    // Writing into memory can't fail.
    let frame = serde_json::to_string(&frame).unwrap_or_default();
    let mut text = String::with_capacity(frame.len() + attributes.len() + beside.groups.len() + 16);
    text.push_str(frame.strip_suffix('}').unwrap_or_default());
    let attributes = attributes.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    if !attributes.is_empty() {
        text.push(',');
        text.push_str(attributes);
    }
    if !beside.groups.is_empty() {
        text.push_str(",\"groups\":[");
        text.push_str(beside.groups);
        text.push(']');
    }
    text.push('}');
    Resource { attributes: serde_json::Map::new(), written: Some(text), placeholder: None, tag: about.tag, location }
}

/// What stands beside a user's attributes.
#[derive(Debug)]
pub struct Beside<'w> {
    /// What stands for the user name.
    pub placeholder: Option<&'w str>,
    /// References to groups, with commas between them.
    pub groups: &'w str,
}

/// References to groups as texts, each made once an answer.
pub struct References<'e, 'a> {
    exchange: &'e Exchange<'a>,
    known: HashMap<Membership, String>,
}

impl<'e, 'a> References<'e, 'a> {
    /// References for one answer.
    pub fn new(exchange: &'e Exchange<'a>) -> Self {
        Self { exchange, known: HashMap::new() }
    }

    /// References to these groups, with commas between them.
    pub fn to(&mut self, groups: &Groups) -> String {
        let mut text = String::new();
        for membership in &groups.of_school {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(match self.known.entry(*membership) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(self.exchange.group_of_school(membership).to_string()),
            });
        }
        for own in &groups.own {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(&reference(&self.exchange.base, &GROUP, own, "direct").to_string());
        }
        text
    }
}
