//! A person of the school as a SCIM user: what is released, and nothing else.
//!
//! What the standard requires and the school withholds has the placeholder that OneRoster shows, and filters and
//! sorts never see it: it is held apart.

use std::borrow::Cow;

use crate::catalogue::element::{Role, UserId};
use crate::catalogue::{Category, Entity, Field};
use crate::consent::released::Record;
use crate::consent::{Released, RequiredFields, placeholder};
use crate::scim::school::user::{
    CoreRole, Education, Email, Enterprise, Identifier, Joined, Name, Phone, SchoolRole, User,
};

/// What of a person is read for a SCIM user, each under its name in the catalogue.
#[derive(Debug, Clone, Copy)]
enum Part {
    UserName,
    Identifiers,
    Enabled,
    GivenName,
    FamilyName,
    MiddleName,
    PreferredFirstName,
    PreferredLastName,
    Roles,
    PrimaryOrg,
    LocalId,
    Email,
    Mobile,
    Phone,
    Grades,
}

/// By [`Part`].
const NAMES: [&str; 15] = [
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
    "grades",
];

/// The fields of a person that are read for a SCIM user.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    Entity::User.fields().iter().filter(|field| NAMES.contains(&field.name))
}

/// Where the records of one read have them: a name with two categories has two places.
#[derive(Debug)]
pub struct Places([Vec<(usize, &'static Field)>; NAMES.len()]);

impl Places {
    /// The places of fields in records that are read with them.
    pub fn of(fields: &[&'static Field]) -> Self {
        Self(NAMES.map(|name| fields.iter().copied().enumerate().filter(|(_, field)| field.name == name).collect()))
    }

    fn all(&self, part: Part) -> &[(usize, &'static Field)] {
        self.0.get(part as usize).map_or(&[], Vec::as_slice)
    }
}

/// Names of schools by position, as far as the vendor may know them.
#[derive(Debug, Clone, Copy)]
pub struct SchoolNames<'n>(pub &'n [Option<Box<str>>]);

impl<'n> SchoolNames<'n> {
    /// The name of the org at that position.
    pub fn of(self, org: u32) -> Option<&'n str> {
        self.0.get(org as usize)?.as_deref()
    }
}

/// Represents a person: what there is, and what stands for a user name that is withheld, or that there is none of.
pub fn represent<'a, R: Record<'a>>(
    released: &Released<'a, R>,
    places: &Places,
    names: SchoolNames<'a>,
) -> (User<'a>, Option<String>) {
    released.note(Category::Identity);
    let read = Read { released, places, names };
    let user_name = read.text(Part::UserName);
    let placeholder = match user_name {
        Some(_) => None,
        None if released.release().required_fields() == RequiredFields::Absent => None,
        None => {
            let sourced_id = released.release().snapshot().ids(Entity::User).sourced_id(released.position());
            placeholder::of(released.release(), Entity::User, sourced_id, "username")
        }
    };
    let (given, family) = (read.text(Part::GivenName), read.text(Part::FamilyName));
    let preferred = read.text(Part::PreferredFirstName);
    let roles = read.roles();
    let primary_org = read.primary_org();
    let main = roles.iter().position(|(org, role)| role.role_type == "primary" && primary_org == Some(*org));
    let main = main.or_else(|| roles.iter().position(|(_, role)| role.role_type == "primary"));
    let local_id = read.text(Part::LocalId);
    let is_staff = roles.iter().all(|(_, role)| !matches!(&*role.role, "student" | "guardian" | "parent" | "relative"));
    let user = User {
        user_name,
        name: Joined::with_space(given, family).map(|formatted| Name {
            formatted,
            given_name: given,
            middle_name: read.text(Part::MiddleName),
            family_name: family,
        }),
        display_name: Joined::with_space(preferred.or(given), read.text(Part::PreferredLastName).or(family)),
        nick_name: preferred,
        active: read.text(Part::Enabled).map(|text| text == "true"),
        email: read.text(Part::Email).map(|value| Email { value, r#type: "work", primary: true }),
        phone_numbers: read.phones(),
        user_type: main.and_then(|main| roles.get(main)).map(|(_, role)| role.role.clone()),
        roles: roles.iter().enumerate().map(|(place, role)| read.core_role(role, main == Some(place))).collect(),
        enterprise: Enterprise {
            employee_number: local_id.filter(|_| is_staff && !roles.is_empty()),
            organization: primary_org.and_then(|org| names.of(org)),
        },
        education: Education {
            local_id,
            identifiers: read.identifiers(),
            grade_levels: read.text(Part::Grades).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
            roles: roles.iter().enumerate().map(|(place, role)| read.school_role(role, main == Some(place))).collect(),
        },
    };
    (user, placeholder)
}

type RoleAt<'a> = (u32, Role<'a>);

/// The released fields by their names.
struct Read<'f, 'a, R> {
    released: &'f Released<'a, R>,
    places: &'f Places,
    names: SchoolNames<'a>,
}

impl<'a, R: Record<'a>> Read<'_, 'a, R> {
    /// The text of a field. A name with two categories shows the value of the one that is released.
    fn text(&self, part: Part) -> Option<&'a str> {
        self.places.all(part).iter().find_map(|(place, field)| self.released.text(*place, field))
    }

    fn phones(&self) -> Vec<Phone<'a>> {
        let numbers = [("work", self.text(Part::Phone)), ("mobile", self.text(Part::Mobile))];
        numbers.into_iter().filter_map(|(kind, value)| Some(Phone { value: value?, r#type: kind })).collect()
    }

    fn identifiers(&self) -> Vec<Identifier<'a>> {
        let of_name = self.places.all(Part::Identifiers).iter();
        let texts = of_name.filter_map(|(place, field)| self.released.text(*place, field));
        let ids = texts.filter_map(|text| serde_json::from_str::<Vec<UserId<'a>>>(text).ok()).flatten();
        ids.map(|id| Identifier { r#type: id.r#type, value: id.identifier }).collect()
    }

    fn primary_org(&self) -> Option<u32> {
        let (place, field) = self.places.all(Part::PrimaryOrg).first()?;
        self.released.reference(*place, field, Entity::Org)
    }

    /// The roles at orgs in the view.
    fn roles(&self) -> Vec<RoleAt<'a>> {
        let text = self.text(Part::Roles);
        let roles: Vec<Role<'a>> = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let release = self.released.release();
        let orgs = &release.snapshot().orgs.ids;
        let is_shown = |org: &u32| release.is_live(Entity::Org, *org);
        let shown = roles.into_iter().filter(|role| !role.gone);
        shown.filter_map(|role| Some((orgs.position(role.org).filter(is_shown)?, role))).collect()
    }

    fn core_role(&self, (org, role): &RoleAt<'a>, primary: bool) -> CoreRole<'a> {
        let display = self.names.of(*org).map(|school| Joined::role_at(role.role.clone(), school));
        CoreRole { value: role.role.clone(), r#type: role.role_type.clone(), primary, display }
    }

    fn school_role(&self, (org, role): &RoleAt<'a>, primary: bool) -> SchoolRole<'a> {
        let day = |day: &Option<Cow<'a, str>>| {
            let day = day.clone().filter(|_| self.released.shows(Category::EnrolmentDates))?;
            self.released.note(Category::EnrolmentDates);
            Some(day)
        };
        SchoolRole {
            value: role.role.clone(),
            school: self.released.release().identifier(Entity::Org, *org),
            primary,
            school_name: self.names.of(*org),
            begin: day(&role.begin_date),
            end: day(&role.end_date),
        }
    }
}
