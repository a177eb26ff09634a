//! A person of the school in the words of SCIM, still borrowed from the rows that it was read from.
//!
//! It is written straight into an answer where the whole of it is wanted, which a list of attributes made for the
//! purpose would make three times as dear; filters, sorts and cuts get [`User::attributes`].

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::json::Json;
use crate::scim::schema::{EDUCATION_USER, ENTERPRISE_USER};

/// A user's attributes that the school masters, of those that have a value.
#[derive(Debug, Default)]
pub struct User<'a> {
    /// RFC 7643 §4.1.1.
    pub user_name: Option<&'a str>,
    /// RFC 7643 §4.1.1.
    pub name: Option<Name<'a>>,
    /// What the person is called.
    pub display_name: Option<Joined<'a>>,
    /// The preferred given name.
    pub nick_name: Option<&'a str>,
    /// Whether the person may log in.
    pub active: Option<bool>,
    /// The school's address of the person.
    pub email: Option<Email<'a>>,
    /// The person's numbers.
    pub phone_numbers: Vec<Phone<'a>>,
    /// The main role.
    pub user_type: Option<Cow<'a, str>>,
    /// Roles at schools, in the core's words.
    pub roles: Vec<CoreRole<'a>>,
    /// RFC 7643 §4.3.
    pub enterprise: Enterprise<'a>,
    /// The project's own extension.
    pub education: Education<'a>,
}

/// A name in its parts.
#[derive(Debug)]
pub struct Name<'a> {
    /// As it is written.
    pub formatted: Joined<'a>,
    /// The given name.
    pub given_name: Option<&'a str>,
    /// Names between the two.
    pub middle_name: Option<&'a str>,
    /// The family name.
    pub family_name: Option<&'a str>,
}

/// Texts with something between them.
#[derive(Debug)]
pub struct Joined<'a> {
    first: Cow<'a, str>,
    /// What stands between the two, and the second.
    rest: Option<(&'static str, &'a str)>,
}

/// An address.
#[derive(Debug)]
pub struct Email<'a> {
    /// The address itself.
    pub value: &'a str,
    /// What it is for.
    pub r#type: &'static str,
    /// Whether it is the main one.
    pub primary: bool,
}

/// A number.
#[derive(Debug)]
pub struct Phone<'a> {
    /// The number itself.
    pub value: &'a str,
    /// What it is for.
    pub r#type: &'static str,
}

/// A role at a school as RFC 7643 §4.1.2 has it.
#[derive(Debug)]
pub struct CoreRole<'a> {
    /// `student`, `teacher`, …
    pub value: Cow<'a, str>,
    /// `primary` or `secondary`.
    pub r#type: Cow<'a, str>,
    /// Whether it is the main one of all.
    pub primary: bool,
    /// The role with its school's name, if that is known.
    pub display: Option<Joined<'a>>,
}

/// RFC 7643 §4.3.
#[derive(Debug, Default)]
pub struct Enterprise<'a> {
    /// The number of staff.
    pub employee_number: Option<&'a str>,
    /// The name of the main school.
    pub organization: Option<&'a str>,
}

/// What schools know of a person and the core has no words for.
#[derive(Debug, Default)]
pub struct Education<'a> {
    /// The number in the administration.
    pub local_id: Option<&'a str>,
    /// Numbers elsewhere.
    pub identifiers: Vec<Identifier<'a>>,
    /// Levels.
    pub grade_levels: Vec<String>,
    /// Roles with the schools at which they are held.
    pub roles: Vec<SchoolRole<'a>>,
}

/// A number elsewhere.
#[derive(Debug)]
pub struct Identifier<'a> {
    /// Whose numbering it is.
    pub r#type: Cow<'a, str>,
    /// The number.
    pub value: Cow<'a, str>,
}

/// A role with the school at which it is held.
#[derive(Debug)]
pub struct SchoolRole<'a> {
    /// `student`, `teacher`, …
    pub value: Cow<'a, str>,
    /// The vendor's identifier of the school.
    pub school: String,
    /// Whether it is the main one of all.
    pub primary: bool,
    /// The school's name, if that is known.
    pub school_name: Option<&'a str>,
    /// First day, inclusive.
    pub begin: Option<Cow<'a, str>>,
    /// Last day, exclusive.
    pub end: Option<Cow<'a, str>>,
}

impl User<'_> {
    /// The URNs of the extensions that have attributes here.
    pub fn extensions(&self) -> impl Iterator<Item = &'static str> {
        let enterprise = (!self.enterprise.is_empty()).then_some(ENTERPRISE_USER.id);
        let education = (!self.education.is_empty()).then_some(EDUCATION_USER.id);
        enterprise.into_iter().chain(education)
    }

    /// The attributes that have a value, as the members of an object.
    pub fn written(&self) -> String {
        let mut json = Json::with_capacity(1024);
        self.write(&mut json);
        String::from_utf8(json.into_bytes()).unwrap_or_default()
    }

    /// The attributes that are written, to be looked at.
    pub fn read(written: &str) -> Map<String, Value> {
        // What was written as JSON reads as such.
        serde_json::from_str(&format!("{{{written}}}")).unwrap_or_default()
    }

    fn write(&self, json: &mut Json) {
        write_text(json, "userName", self.user_name);
        if let Some(name) = &self.name {
            json.name("name");
            json.raw("{");
            json.name("formatted");
            name.formatted.write(json);
            write_text(json, "givenName", name.given_name);
            write_text(json, "middleName", name.middle_name);
            write_text(json, "familyName", name.family_name);
            json.raw("}");
        }
        if let Some(name) = &self.display_name {
            json.name("displayName");
            name.write(json);
        }
        write_text(json, "nickName", self.nick_name);
        if let Some(active) = self.active {
            json.name("active");
            json.boolean(active);
        }
        write_list(json, "emails", self.email.as_slice(), |json, email| {
            json.text_member("value", email.value);
            json.text_member("type", email.r#type);
            write_primary(json, email.primary);
        });
        write_list(json, "phoneNumbers", &self.phone_numbers, |json, phone| {
            json.text_member("value", phone.value);
            json.text_member("type", phone.r#type);
        });
        write_text(json, "userType", self.user_type.as_deref());
        write_list(json, "roles", &self.roles, |json, role| {
            json.text_member("value", &role.value);
            json.text_member("type", &role.r#type);
            write_primary(json, role.primary);
            if let Some(display) = &role.display {
                json.name("display");
                display.write(json);
            }
        });
        if !self.enterprise.is_empty() {
            json.name(ENTERPRISE_USER.id);
            json.raw("{");
            write_text(json, "employeeNumber", self.enterprise.employee_number);
            write_text(json, "organization", self.enterprise.organization);
            json.raw("}");
        }
        if !self.education.is_empty() {
            json.name(EDUCATION_USER.id);
            json.raw("{");
            self.education.write(json);
            json.raw("}");
        }
    }
}

fn write_text(json: &mut Json, name: &'static str, text: Option<&str>) {
    if let Some(text) = text {
        json.text_member(name, text);
    }
}

fn write_primary(json: &mut Json, is_primary: bool) {
    json.name("primary");
    json.boolean(is_primary);
}

/// Writes a list of objects, if it has any.
fn write_list<T>(json: &mut Json, name: &'static str, items: &[T], write: impl Fn(&mut Json, &T)) {
    if items.is_empty() {
        return;
    }
    json.name(name);
    json.raw("[");
    for item in items {
        json.element();
        json.raw("{");
        write(json, item);
        json.raw("}");
    }
    json.raw("]");
}

impl Enterprise<'_> {
    /// Whether nothing has a value.
    pub fn is_empty(&self) -> bool {
        self.employee_number.is_none() && self.organization.is_none()
    }
}

impl Education<'_> {
    /// Whether nothing has a value.
    pub fn is_empty(&self) -> bool {
        self.local_id.is_none() && self.identifiers.is_empty() && self.grade_levels.is_empty() && self.roles.is_empty()
    }

    fn write(&self, json: &mut Json) {
        write_text(json, "localId", self.local_id);
        write_list(json, "identifiers", &self.identifiers, |json, identifier| {
            json.text_member("type", &identifier.r#type);
            json.text_member("value", &identifier.value);
        });
        if !self.grade_levels.is_empty() {
            json.name("gradeLevels");
            json.raw("[");
            for level in &self.grade_levels {
                json.element();
                json.text(level);
            }
            json.raw("]");
        }
        write_list(json, "roles", &self.roles, |json, role| {
            json.text_member("value", &role.value);
            json.text_member("school", &role.school);
            write_primary(json, role.primary);
            write_text(json, "schoolName", role.school_name);
            write_text(json, "begin", role.begin.as_deref());
            write_text(json, "end", role.end.as_deref());
        });
    }
}

impl<'a> Joined<'a> {
    /// The parts that there are, with a space between them.
    pub fn with_space(first: Option<&'a str>, second: Option<&'a str>) -> Option<Self> {
        let rest = first.and(second).map(|second| (" ", second));
        Some(Self { first: first.or(second)?.into(), rest })
    }

    /// A role at a school.
    pub fn role_at(role: Cow<'a, str>, school: &'a str) -> Self {
        Self { first: role, rest: Some((" at ", school)) }
    }

    fn write(&self, json: &mut Json) {
        match self.rest {
            None => json.text(&self.first),
            Some((between, second)) => json.text_of(&[&self.first, between, second]),
        }
    }
}
