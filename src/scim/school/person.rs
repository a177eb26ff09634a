//! A person of the school as a SCIM user: what is released, and nothing else.
//!
//! What the standard requires and the school withholds has the placeholder that OneRoster shows, and filters and
//! sorts never see it: [`Shown::placeholder`] holds it apart.

use serde_json::{Map, Value, json};

use crate::catalogue::element::{Role, UserId};
use crate::catalogue::{Category, Entity, Field, Kind};
use crate::consent::released::Record;
use crate::consent::{Released, RequiredFields, placeholder};
use crate::scim::schema::{EDUCATION_USER, ENTERPRISE_USER};

/// The fields of a person that are read for a SCIM user.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    const READ: [&str; 14] = [
        "username",
        "userIds",
        "enabledUser",
        "givenName",
        "familyName",
        "middleName",
        "preferredFirstName",
        "preferredLastName",
        "roles",
        "primaryOrg",
        "identifier",
        "email",
        "sms",
        "phone",
    ];
    let is_read = |field: &&Field| READ.contains(&field.name) || field.name == "grades";
    Entity::User.fields().iter().filter(is_read)
}

/// A person as it is shown.
#[derive(Debug)]
pub struct Shown {
    /// The attributes that have a value.
    pub body: Map<String, Value>,
    /// What stands for a user name that is withheld, or that there is none of.
    pub placeholder: Option<String>,
}

/// Names of schools, as far as the vendor may know them.
pub trait SchoolNames {
    /// The name of the org at that position.
    fn of(&self, org: u32) -> Option<&str>;
}

/// Names by position.
impl SchoolNames for &[Option<String>] {
    fn of(&self, org: u32) -> Option<&str> {
        self.get(org as usize)?.as_deref()
    }
}

/// Represents a person.
pub fn represent<'a, R: Record<'a>>(released: &Released<'a, R>, names: &impl SchoolNames) -> Shown {
    released.note(Category::Identity);
    let read = Read { released };
    let mut body = Map::new();
    let user_name = read.text("username");
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    let placeholder = match user_name {
        Some(_) => None,
        None if released.release().required_fields() == RequiredFields::Absent => None,
        None => {
            let sourced_id = released.release().snapshot().ids(Entity::User).sourced_id(released.position());
            placeholder::of(released.release(), Entity::User, sourced_id, "username")
        }
    };
    put("userName", user_name.map(Value::from));
    let (given, family) = (read.text("givenName"), read.text("familyName"));
    let preferred = read.text("preferredFirstName");
    put("name", name(given, read.text("middleName"), family));
    let called = joined([preferred.or(given), read.text("preferredLastName").or(family)]);
    put("displayName", called.map(Value::from));
    put("nickName", preferred.map(Value::from));
    put("active", read.text("enabledUser").map(|text| Value::from(text == "true")));
    put("emails", read.text("email").map(|email| json!([{"value": email, "type": "work", "primary": true}])));
    put("phoneNumbers", phones(read.text("phone"), read.text("sms")));
    let roles = read.roles();
    let main = roles.iter().position(|(org, role)| role.role_type == "primary" && read.primary_org() == Some(*org));
    let main = main.or_else(|| roles.iter().position(|(_, role)| role.role_type == "primary"));
    put("userType", main.and_then(|main| roles.get(main)).map(|(_, role)| Value::from(&*role.role)));
    put("roles", core_roles(&roles, main, names));
    let local = read.text("identifier");
    let is_staff = roles.iter().all(|(_, role)| !matches!(&*role.role, "student" | "guardian" | "parent" | "relative"));
    let mut enterprise = Map::new();
    if let Some(number) = local.filter(|_| is_staff && !roles.is_empty()) {
        enterprise.insert("employeeNumber".to_owned(), number.into());
    }
    if let Some(name) = read.primary_org().and_then(|org| names.of(org)) {
        enterprise.insert("organization".to_owned(), name.into());
    }
    put(ENTERPRISE_USER.id, (!enterprise.is_empty()).then(|| enterprise.into()));
    let education = education(&read, local, (&roles, main), names);
    put(EDUCATION_USER.id, (!education.is_empty()).then(|| education.into()));
    Shown { body, placeholder }
}

fn name(given: Option<&str>, middle: Option<&str>, family: Option<&str>) -> Option<Value> {
    let formatted = joined([given, family])?;
    let mut name = Map::new();
    name.insert("formatted".to_owned(), formatted.into());
    for (part, value) in [("givenName", given), ("middleName", middle), ("familyName", family)] {
        if let Some(value) = value {
            name.insert(part.to_owned(), value.into());
        }
    }
    Some(name.into())
}

fn joined(parts: [Option<&str>; 2]) -> Option<String> {
    match parts {
        [None, None] => None,
        [Some(one), None] | [None, Some(one)] => Some(one.to_owned()),
        [Some(first), Some(last)] => Some(format!("{first} {last}")),
    }
}

fn phones(phone: Option<&str>, sms: Option<&str>) -> Option<Value> {
    let numbers: Vec<Value> = [("work", phone), ("mobile", sms)]
        .into_iter()
        .filter_map(|(kind, number)| Some(json!({"value": number?, "type": kind})))
        .collect();
    (!numbers.is_empty()).then(|| numbers.into())
}

type RoleAt<'a> = (u32, Role<'a>);

fn core_roles(roles: &[RoleAt<'_>], main: Option<usize>, names: &impl SchoolNames) -> Option<Value> {
    let mut told: Vec<Value> = Vec::with_capacity(roles.len());
    for (place, (org, role)) in roles.iter().enumerate() {
        let mut value = Map::new();
        value.insert("value".to_owned(), role.role.as_ref().into());
        value.insert("type".to_owned(), role.role_type.as_ref().into());
        value.insert("primary".to_owned(), (main == Some(place)).into());
        if let Some(school) = names.of(*org) {
            value.insert("display".to_owned(), format!("{} at {school}", role.role).into());
        }
        told.push(value.into());
    }
    (!told.is_empty()).then(|| told.into())
}

fn education<'a, R: Record<'a>>(
    read: &Read<'_, 'a, R>,
    local: Option<&str>,
    (roles, main): (&[RoleAt<'_>], Option<usize>),
    names: &impl SchoolNames,
) -> Map<String, Value> {
    let mut told = Map::new();
    if let Some(local) = local {
        told.insert("localId".to_owned(), local.into());
    }
    let identifiers: Vec<Value> =
        read.user_ids().into_iter().map(|id| json!({"type": id.r#type, "value": id.identifier})).collect();
    if !identifiers.is_empty() {
        told.insert("identifiers".to_owned(), identifiers.into());
    }
    if let Some(Value::Array(grades)) = read.text("grades").and_then(|text| serde_json::from_str(text).ok()) {
        told.insert("gradeLevels".to_owned(), grades.into());
    }
    let roles: Vec<Value> =
        roles.iter().enumerate().map(|(place, role)| read.role(role, main == Some(place), names)).collect();
    if !roles.is_empty() {
        told.insert("roles".to_owned(), roles.into());
    }
    told
}

/// The released fields by their names.
struct Read<'f, 'a, R> {
    released: &'f Released<'a, R>,
}

impl<'a, R: Record<'a>> Read<'_, 'a, R> {
    /// The text of a field. A name with two categories shows the value of the one that is released.
    fn text(&self, name: &str) -> Option<&'a str> {
        let mut of_name = self.released.fields().filter(|(_, field)| field.name == name);
        of_name.find_map(|(place, field)| self.released.text(place, field))
    }

    fn user_ids(&self) -> Vec<UserId<'a>> {
        let of_name = self.released.fields().filter(|(_, field)| field.name == "userIds");
        let texts = of_name.filter_map(|(place, field)| self.released.text(place, field));
        texts.filter_map(|text| serde_json::from_str::<Vec<UserId<'a>>>(text).ok()).flatten().collect()
    }

    fn primary_org(&self) -> Option<u32> {
        let (place, field) = self.released.fields().find(|(_, field)| field.name == "primaryOrg")?;
        self.released.reference(place, field, Entity::Org)
    }

    /// The roles at orgs in the view.
    fn roles(&self) -> Vec<RoleAt<'a>> {
        let Some((place, field)) = self.released.fields().find(|(_, field)| field.kind == Kind::Roles) else {
            return Vec::new();
        };
        let text = self.released.text(place, field);
        let roles: Vec<Role<'a>> = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let release = self.released.release();
        let orgs = &release.snapshot().orgs.ids;
        let is_shown = |org: &u32| release.is_live(Entity::Org, *org);
        let shown = roles.into_iter().filter(|role| !role.gone);
        shown.filter_map(|role| Some((orgs.position(role.org).filter(is_shown)?, role))).collect()
    }

    fn role(&self, (org, role): &RoleAt<'_>, is_main: bool, names: &impl SchoolNames) -> Value {
        let mut told = Map::new();
        told.insert("value".to_owned(), role.role.as_ref().into());
        told.insert("school".to_owned(), self.released.release().identifier(Entity::Org, *org).into());
        told.insert("primary".to_owned(), is_main.into());
        if let Some(name) = names.of(*org) {
            told.insert("schoolName".to_owned(), name.into());
        }
        if self.released.shows(Category::EnrolmentDates) {
            for (name, day) in [("begin", &role.begin_date), ("end", &role.end_date)] {
                if let Some(day) = day {
                    self.released.note(Category::EnrolmentDates);
                    told.insert(name.to_owned(), day.as_ref().into());
                }
            }
        }
        told.into()
    }
}
