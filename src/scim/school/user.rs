//! A person of the school in the words of SCIM, still borrowed from the rows that it was read from.
//!
//! It is written straight into an answer where the whole of it is wanted, which a list of attributes made for the
//! purpose would make three times as dear; filters, sorts and cuts get [`User::attributes`].

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::scim::schema::{EDUCATION_USER, ENTERPRISE_USER};

/// A user's attributes that the school masters, of those that have a value.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User<'a> {
    /// RFC 7643 §4.1.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<&'a str>,
    /// RFC 7643 §4.1.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name<'a>>,
    /// What the person is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<Joined<'a>>,
    /// The preferred given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nick_name: Option<&'a str>,
    /// Whether the person may log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// The school's address of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emails: Option<[Email<'a>; 1]>,
    /// The person's numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phone_numbers: Vec<Phone<'a>>,
    /// The main role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_type: Option<Cow<'a, str>>,
    /// Roles at schools, in the core's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<CoreRole<'a>>,
    /// RFC 7643 §4.3.
    #[serde(
        rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        skip_serializing_if = "Enterprise::is_empty"
    )]
    pub enterprise: Enterprise<'a>,
    /// The project's own extension.
    #[serde(
        rename = "urn:koppelvlak:params:scim:schemas:extension:education:2.0:User",
        skip_serializing_if = "Education::is_empty"
    )]
    pub education: Education<'a>,
}

/// A name in its parts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Name<'a> {
    /// As it is written.
    pub formatted: Joined<'a>,
    /// The given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<&'a str>,
    /// Names between the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<&'a str>,
    /// The family name.
    #[serde(skip_serializing_if = "Option::is_none")]
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
#[derive(Debug, Serialize)]
pub struct Email<'a> {
    /// The address itself.
    pub value: &'a str,
    /// What it is for.
    pub r#type: &'static str,
    /// Whether it is the main one.
    pub primary: bool,
}

/// A number.
#[derive(Debug, Serialize)]
pub struct Phone<'a> {
    /// The number itself.
    pub value: &'a str,
    /// What it is for.
    pub r#type: &'static str,
}

/// A role at a school as RFC 7643 §4.1.2 has it.
#[derive(Debug, Serialize)]
pub struct CoreRole<'a> {
    /// `student`, `teacher`, …
    pub value: Cow<'a, str>,
    /// `primary` or `secondary`.
    pub r#type: Cow<'a, str>,
    /// Whether it is the main one of all.
    pub primary: bool,
    /// The role with its school's name, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<Joined<'a>>,
}

/// RFC 7643 §4.3.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Enterprise<'a> {
    /// The number of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<&'a str>,
    /// The name of the main school.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<&'a str>,
}

/// What schools know of a person and the core has no words for.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Education<'a> {
    /// The number in the administration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_id: Option<&'a str>,
    /// Numbers elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier<'a>>,
    /// Levels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grade_levels: Vec<String>,
    /// Roles with the schools at which they are held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<SchoolRole<'a>>,
}

/// A number elsewhere.
#[derive(Debug, Serialize)]
pub struct Identifier<'a> {
    /// Whose numbering it is.
    pub r#type: Cow<'a, str>,
    /// The number.
    pub value: Cow<'a, str>,
}

/// A role with the school at which it is held.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SchoolRole<'a> {
    /// `student`, `teacher`, …
    pub value: Cow<'a, str>,
    /// The vendor's identifier of the school.
    pub school: String,
    /// Whether it is the main one of all.
    pub primary: bool,
    /// The school's name, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub school_name: Option<&'a str>,
    /// First day, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begin: Option<Cow<'a, str>>,
    /// Last day, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Cow<'a, str>>,
}

impl User<'_> {
    /// The URNs of the extensions that have attributes here.
    pub fn extensions(&self) -> impl Iterator<Item = &'static str> {
        let enterprise = (!self.enterprise.is_empty()).then_some(ENTERPRISE_USER.id);
        let education = (!self.education.is_empty()).then_some(EDUCATION_USER.id);
        enterprise.into_iter().chain(education)
    }

    /// The attributes that have a value.
    pub fn attributes(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(attributes)) => attributes,
            // Texts, flags and lists of them can't fail to be JSON.
            _ => Map::new(),
        }
    }
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
}

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first)?;
        let Some((between, second)) = self.rest else { return Ok(()) };
        f.write_str(between)?;
        f.write_str(second)
    }
}

impl Serialize for Joined<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.rest {
            None => serializer.serialize_str(&self.first),
            Some(_) => serializer.collect_str(self),
        }
    }
}
