//! A group of the school as a SCIM group: what is released, and nothing else.

use serde_json::{Map, Value};

use crate::catalogue::{Entity, Field};
use crate::consent::released::Record;
use crate::consent::{Release, Released, RequiredFields, placeholder};
use crate::query::View;
use crate::scim::schema::EDUCATION_GROUP;
use crate::scim::school::directory::Source;
use crate::scim::school::person::SchoolNames;

/// The fields of a class that are read for a SCIM group.
pub fn fields_of_class() -> impl Iterator<Item = &'static Field> {
    const READ: [&str; 5] = ["title", "classCode", "classType", "grades", "school"];
    Entity::Class.fields().iter().filter(|field| READ.contains(&field.name))
}

/// A group as it is shown.
#[derive(Debug)]
pub struct Shown {
    /// The attributes that have a value.
    pub body: Map<String, Value>,
    /// What stands for a name that is withheld, or that there is none of. Filters and sorts never see it.
    pub placeholder: Option<String>,
}

/// Represents a class.
pub fn of_class<'a, R: Record<'a>>(released: &Released<'a, R>) -> Shown {
    let text = |name: &str| {
        let found = released.fields().find(|(_, field)| field.name == name);
        found.and_then(|(place, field)| released.text(place, field))
    };
    let mut body = Map::new();
    let title = text("title");
    if let Some(title) = title {
        body.insert("displayName".to_owned(), title.into());
    }
    let mut education = Map::new();
    education.insert("kind".to_owned(), "class".into());
    for name in ["classType", "classCode"] {
        if let Some(value) = text(name) {
            education.insert(name.to_owned(), value.into());
        }
    }
    if let Some(grades) = text("grades").and_then(|grades| serde_json::from_str::<Value>(grades).ok()) {
        education.insert("gradeLevels".to_owned(), grades);
    }
    let school = released.fields().find(|(_, field)| field.name == "school");
    let school = school.and_then(|(place, field)| released.reference(place, field, Entity::Org));
    if let Some(school) = school {
        education.insert("school".to_owned(), released.release().identifier(Entity::Org, school).into());
    }
    body.insert(EDUCATION_GROUP.id.to_owned(), education.into());
    let release = released.release();
    let is_wanted = title.is_none() && release.required_fields() == RequiredFields::Placeholder;
    let sourced_id = release.snapshot().ids(Entity::Class).sourced_id(released.position());
    let placeholder = is_wanted.then(|| placeholder::of(release, Entity::Class, sourced_id, "title")).flatten();
    Shown { body, placeholder }
}

/// The name of a school's group, or of the one of a role there.
pub fn name_at_school(release: &Release, (org, role): (u32, Option<&str>), names: SchoolNames<'_>) -> String {
    let name = names.of(org).map_or_else(|| release.identifier(Entity::Org, org), str::to_owned);
    match role {
        Some(role) => format!("{name}: {role}"),
        None => name,
    }
}

/// Represents a school, or those who hold a role there.
pub fn of_school(view: &View, source: Source, names: SchoolNames<'_>) -> Shown {
    let release: &Release = &view.release;
    let (org, kind, role) = match source {
        Source::School(org) => (org, "school", None),
        Source::Role(org, role) => (org, "role", Some(release.snapshot().people.role_name(role))),
        Source::Class(_) => return Shown { body: Map::new(), placeholder: None },
    };
    let school = release.identifier(Entity::Org, org);
    let mut body = Map::new();
    body.insert("displayName".to_owned(), name_at_school(release, (org, role), names).into());
    let mut education = Map::new();
    education.insert("kind".to_owned(), kind.into());
    education.insert("school".to_owned(), school.into());
    body.insert(EDUCATION_GROUP.id.to_owned(), education.into());
    Shown { body, placeholder: None }
}
