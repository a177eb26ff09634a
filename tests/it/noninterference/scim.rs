//! Requests of SCIM by chance: every resource, every attribute that people and groups have, filters, sorts, pages,
//! writes and bulk jobs, with names and values of both worlds.

use koppelvlak::catalogue::Entity;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::pair::{Leak, Pair};
use super::requests::{Ask, Grammar};
use crate::board::Dice;
use crate::harness::Reply;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const EDUCATION: &str = "urn:koppelvlak:params:scim:schemas:extension:education:2.0:User";

/// Attributes of users, each with the field of OneRoster whose values it shows.
const OF_USERS: [(&str, &str); 24] = [
    ("id", "sourcedId"),
    ("userName", "username"),
    ("name.givenName", "givenName"),
    ("name.familyName", "familyName"),
    ("name.middleName", "middleName"),
    ("name.formatted", "givenName"),
    ("displayName", "givenName"),
    ("nickName", "preferredFirstName"),
    ("userType", "role"),
    ("active", "enabledUser"),
    ("emails", "email"),
    ("emails.value", "email"),
    ("emails[type eq \"work\"].value", "email"),
    ("phoneNumbers.value", "phone"),
    ("roles.value", "roles.role"),
    ("groups.value", ""),
    ("meta.lastModified", "dateLastModified"),
    ("externalId", "identifier"),
    ("enterprise:employeeNumber", "identifier"),
    ("enterprise:organization", ""),
    ("education:localId", "identifier"),
    ("education:gradeLevels", "grades"),
    ("education:identifiers.value", "userIds.identifier"),
    ("education:roles.school", "roles.org.sourcedId"),
];

const OF_GROUPS: [(&str, &str); 8] = [
    ("id", ""),
    ("displayName", "title"),
    ("members", ""),
    ("members.value", ""),
    ("externalId", "classCode"),
    ("meta.lastModified", "dateLastModified"),
    ("urn:koppelvlak:params:scim:schemas:extension:education:2.0:Group:classCode", "classCode"),
    ("urn:koppelvlak:params:scim:schemas:extension:education:2.0:Group:school", "school.sourcedId"),
];

/// What the vendor made over SCIM and was told.
#[derive(Debug, Clone, Default)]
pub struct Made {
    users: Vec<String>,
    groups: Vec<String>,
    cursor: Option<String>,
}

impl Made {
    fn note(&mut self, ask: &Ask, reply: &Reply) {
        if reply.body.is_empty() {
            return;
        }
        let body = reply.json();
        if (ask.method, reply.status) == ("POST", 201)
            && let Some(id) = body["id"].as_str()
        {
            let made = if ask.path.contains("/Users") { &mut self.users } else { &mut self.groups };
            made.push(id.to_owned());
        }
        let next = body["nextCursor"].as_str();
        self.cursor = next.map(|next| {
            let (before, after) = ask.path.split_once("cursor=").unwrap_or((&ask.path, ""));
            let rest = after.split_once('&').map_or(String::new(), |(_, rest)| format!("&{rest}"));
            format!("{before}cursor={next}{rest}")
        });
    }
}

impl Pair {
    /// Sends requests of SCIM by chance to both.
    pub fn probe_scim(&mut self, requests: usize) -> Result<(), Leak> {
        let grammar = self.grammar();
        let mut made = Made::default();
        for _ in 0..requests {
            let mut dice = self.dice().clone();
            let ask = match made.cursor.take() {
                Some(path) if dice.chance(70) => Ask::get(path),
                _ => grammar.ask_scim(&made, &mut dice),
            };
            let reply = self.ask(&ask)?;
            made.note(&ask, &reply);
            *self.dice() = dice;
        }
        Ok(())
    }
}

impl Grammar {
    /// The next request of SCIM.
    pub fn ask_scim(&self, made: &Made, dice: &mut Dice) -> Ask {
        let root = format!("/{}/scim/v2", super::TENANT);
        let of_users = dice.chance(70);
        let endpoint = if of_users { "Users" } else { "Groups" };
        let write = |method: &'static str, path: String, body: Value| Ask {
            method,
            headers: vec![("Content-Type", "application/scim+json".to_owned())],
            body: body.to_string(),
            ..Ask::get(path)
        };
        match dice.below(20) {
            0..=9 => Ask::get(format!("{root}/{endpoint}?{}", self.scim_query(of_users, made, dice))),
            10 => Ask::get(format!("{root}?{}", self.scim_query(of_users, made, dice))),
            11..=13 => {
                let id = self.scim_id(of_users, made, dice);
                Ask::get(format!("{root}/{endpoint}/{}", encoded(&id)))
            }
            14 => {
                let filter = self.scim_filter(of_users, made, dice);
                write("POST", format!("{root}/{endpoint}/.search"), json!({"filter": filter, "count": 3}))
            }
            15 | 16 => write("POST", format!("{root}/{endpoint}"), self.scim_body(of_users, made, dice)),
            17 => {
                let path = format!("{root}/{endpoint}/{}", encoded(&self.scim_id(of_users, made, dice)));
                let method = dice.word(&["PUT", "DELETE"]);
                write(method, path, self.scim_body(of_users, made, dice))
            }
            18 => {
                let path = format!("{root}/{endpoint}/{}", encoded(&self.scim_id(of_users, made, dice)));
                write("PATCH", path, self.scim_patch(of_users, made, dice))
            }
            _ => {
                let mut operations = Vec::new();
                for n in 0..=dice.below(3) {
                    let data = self.scim_body(of_users, made, dice);
                    let path = format!("/{endpoint}");
                    operations.push(json!({"method": "POST", "path": path, "bulkId": n.to_string(), "data": data}));
                }
                let path = format!("/{endpoint}/{}", encoded(&self.scim_id(of_users, made, dice)));
                let data = self.scim_patch(of_users, made, dice);
                operations.push(json!({"method": "PATCH", "path": path, "data": data}));
                let job = json!({"Operations": operations, "failOnErrors": 1 + dice.below(3)});
                write("POST", format!("{root}/Bulk"), job)
            }
        }
    }

    fn scim_query(&self, of_users: bool, made: &Made, dice: &mut Dice) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        if dice.chance(70) {
            pairs.push(("filter", self.scim_filter(of_users, made, dice)));
        }
        if dice.chance(25) {
            let (name, _) = attribute(of_users, dice);
            pairs.push(("sortBy", spelled(name.split('[').next().unwrap_or_default())));
            pairs.push(("sortOrder", dice.word(&["ascending", "descending"]).to_owned()));
        }
        match dice.below(4) {
            0 => pairs.push(("cursor", String::new())),
            1 => pairs.push(("startIndex", dice.word(&["0", "1", "2", "3", "5", "9", "100"]).to_owned())),
            _ => {}
        }
        if dice.chance(60) {
            pairs.push(("count", dice.word(&["0", "1", "2", "3", "5", "10", "1000"]).to_owned()));
        }
        if dice.chance(20) {
            let (name, _) = attribute(of_users, dice);
            let which = dice.word(&["attributes", "excludedAttributes"]);
            pairs.push((which, spelled(name)));
        }
        pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
    }

    fn scim_filter(&self, of_users: bool, made: &Made, dice: &mut Dice) -> String {
        let mut text = self.scim_clause(of_users, made, dice);
        for _ in 0..dice.below(3) {
            let more = self.scim_clause(of_users, made, dice);
            text = match dice.below(4) {
                0 => format!("{text} and {more}"),
                1 => format!("{text} or {more}"),
                2 => format!("not ({text}) and {more}"),
                _ => format!("({text} or {more})"),
            };
        }
        text
    }

    fn scim_clause(&self, of_users: bool, made: &Made, dice: &mut Dice) -> String {
        let (name, field) = attribute(of_users, dice);
        let name = spelled(name);
        if dice.chance(15) {
            return format!("{name} pr").replace("].value pr", "]");
        }
        let value = self.scim_value((of_users, &name, field), made, dice);
        let operator = dice.word(&["eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
        if name == "active" {
            format!("{name} {} {}", dice.word(&["eq", "ne"]), dice.word(&["true", "false"]))
        } else {
            format!("{name} {operator} {}", Value::from(value))
        }
    }

    fn scim_value(&self, (of_users, name, field): (bool, &str, &str), made: &Made, dice: &mut Dice) -> String {
        if matches!(name, "groups.value") || (!of_users && name == "id") {
            return self.scim_id(false, made, dice);
        }
        if name.starts_with("members") || (of_users && name == "id") {
            return self.scim_id(true, made, dice);
        }
        let entity = if of_users { Entity::User } else { Entity::Class };
        self.scim_value_of(entity, field, dice)
    }

    /// A value that a field has in one of the worlds; those that stand in one world alone tell most.
    fn scim_value_of(&self, entity: Entity, field: &str, dice: &mut Dice) -> String {
        let values: Vec<String> = self.boards().iter().flat_map(|board| self.values_in(board, entity, field)).collect();
        let value = dice.maybe(&values).cloned().unwrap_or_else(|| "x".to_owned());
        match dice.below(8) {
            0 => value.to_uppercase(),
            1 => value.chars().take(2).collect(),
            _ => value,
        }
    }

    fn scim_id(&self, of_users: bool, made: &Made, dice: &mut Dice) -> String {
        let own = if of_users { &made.users } else { &made.groups };
        if dice.chance(35)
            && let Some(id) = dice.maybe(own)
        {
            return id.clone();
        }
        if of_users {
            return self.any(Entity::User, dice);
        }
        match dice.below(4) {
            0 => format!("school-{}", self.any(Entity::Org, dice)),
            1 => format!("{}-{}", dice.word(&["student", "teacher", "guardian"]), self.any(Entity::Org, dice)),
            _ => format!("class-{}", self.any(Entity::Class, dice)),
        }
    }

    fn scim_body(&self, of_users: bool, made: &Made, dice: &mut Dice) -> Value {
        if !of_users {
            let members: Vec<Value> =
                (0..dice.below(4)).map(|_| json!({"value": self.scim_id(true, made, dice)})).collect();
            let name = self.scim_value_of(Entity::Class, "title", dice);
            return json!({"displayName": if name.is_empty() { "g" } else { &name }, "members": members});
        }
        let mut text = |field: &str| self.scim_value_of(Entity::User, field, dice);
        let (user_name, email, family, number) =
            (text("username"), text("email"), text("familyName"), text("identifier"));
        json!({
            "userName": if user_name.is_empty() { "somebody" } else { &user_name },
            "externalId": number,
            "name": {"familyName": family},
            "emails": [{"value": email, "type": "work"}],
            "active": dice.chance(80),
            ENTERPRISE: {"employeeNumber": number, "manager": {"value": self.scim_id(true, made, dice)}},
        })
    }

    fn scim_patch(&self, of_users: bool, made: &Made, dice: &mut Dice) -> Value {
        let op = dice.word(&["add", "replace", "Replace", "remove"]);
        let operation = if of_users {
            let (name, field) = attribute(true, dice);
            let value = self.scim_value((true, name, field), made, dice);
            let value = if name == "active" { json!(dice.word(&["True", "False"])) } else { json!(value) };
            json!({"op": op, "path": spelled(name), "value": value})
        } else if dice.chance(50) {
            json!({"op": "remove", "path": format!("members[value eq {}]", Value::from(self.scim_id(true, made, dice)))})
        } else {
            let members =
                [json!({"value": self.scim_id(true, made, dice)}), json!({"value": self.scim_id(false, made, dice)})];
            json!({"op": op, "path": "members", "value": members})
        };
        json!({"Operations": [operation]})
    }
}

fn attribute(of_users: bool, dice: &mut Dice) -> (&'static str, &'static str) {
    if of_users { *dice.pick(&OF_USERS) } else { *dice.pick(&OF_GROUPS) }
}

/// An attribute with the URN of its extension.
fn spelled(name: &str) -> String {
    match name.split_once(':') {
        Some(("enterprise", name)) => format!("{ENTERPRISE}:{name}"),
        Some(("education", name)) => format!("{EDUCATION}:{name}"),
        _ => name.to_owned(),
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
