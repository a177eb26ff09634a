//! The words of EGIL: types in the order in which they are sent, URNs, and Swedish terms.

use crate::scim::push::draft::{Kind, Place};

/// The kinds, each after those that it refers to.
pub const KINDS: [Kind; 7] = [
    Kind { name: ORGANISATION, endpoint: "/Organisations", is_account: false },
    Kind { name: SCHOOL_UNIT_GROUP, endpoint: "/SchoolUnitGroups", is_account: false },
    Kind { name: SCHOOL_UNIT, endpoint: "/SchoolUnits", is_account: false },
    Kind { name: USER, endpoint: "/Users", is_account: true },
    Kind { name: EMPLOYMENT, endpoint: "/Employments", is_account: false },
    Kind { name: STUDENT_GROUP, endpoint: "/StudentGroups", is_account: false },
    Kind { name: ACTIVITY, endpoint: "/Activities", is_account: false },
];

pub const ORGANISATION: &str = "organisation";
pub const SCHOOL_UNIT_GROUP: &str = "schoolunitgroup";
pub const SCHOOL_UNIT: &str = "schoolunit";
pub const USER: &str = "user";
pub const EMPLOYMENT: &str = "employment";
pub const STUDENT_GROUP: &str = "studentgroup";
pub const ACTIVITY: &str = "activity";

/// The extension of users.
pub const USER_EXTENSION: &str = "urn:scim:schemas:extension:sis:school:1.0:User";

/// The schema of a type that SCIM doesn't know.
pub fn schema(name: &str) -> String {
    format!("urn:scim:schemas:extension:sis:school:1.0:{name}")
}

/// An attribute with one value.
pub const fn one(attribute: &'static str) -> Place {
    Place { extension: None, attribute, is_list: false }
}

/// An attribute with many values.
pub const fn many(attribute: &'static str) -> Place {
    Place { extension: None, attribute, is_list: true }
}

/// The schools at which a pupil is.
pub const ENROLMENTS: Place = Place { extension: Some(USER_EXTENSION), attribute: "enrolments", is_list: true };

/// The carers of a pupil.
pub const USER_RELATIONS: Place = Place { extension: Some(USER_EXTENSION), attribute: "userRelations", is_list: true };

/// What a carer is to a pupil, by whether a role of the carer says that it is the one in whose custody the pupil is.
pub fn relation_type<'r>(mut roles: impl Iterator<Item = &'r str>) -> &'static str {
    if roles.any(|role| matches!(role, "guardian" | "parent")) { "Vårdnadshavare" } else { "Annan ansvarig" }
}

/// What somebody does at a school, by the role; pupils and their families have no employment.
pub fn employment_role(role: &str) -> Option<&'static str> {
    match role {
        "student" | "guardian" | "parent" | "relative" => None,
        "teacher" => Some("Lärare"),
        "principal" => Some("Rektor"),
        "aide" => Some("Lärarassistent"),
        "counselor" => Some("Studie- och yrkesvägledare"),
        _ => Some("Annan personal"),
    }
}

/// The kind of a group, by the kind of class.
pub fn group_type(class_type: Option<&str>) -> &'static str {
    if class_type == Some("homeroom") { "Klass" } else { "Undervisning" }
}

/// The school year that a grade stands for, if it is a number.
pub fn school_year(grades: Option<&str>) -> Option<u8> {
    let grades: Vec<String> = serde_json::from_str(grades?).ok()?;
    grades.iter().find_map(|grade| grade.parse().ok())
}
