//! Our own extensions: what schools know about users and groups, and SCIM has no words for.
//!
//! Of the school's people and groups all of it comes from the administration. A client may set the single texts of
//! what it makes itself; lists are read-only, because generic clients can't handle lists in extensions.

use super::attribute::Attribute;
use super::resource_type::Schema;

static IDENTIFIER: &[Attribute] = &[
    Attribute::string("type", "Which numbering it belongs to.").read_only(),
    Attribute::string("value", "The identifier.").case_exact().read_only(),
];

static ROLE: &[Attribute] = &[
    Attribute::string("value", "What the user is at the school, such as student or teacher.").read_only(),
    Attribute::string("school", "The school's identifier.").case_exact().read_only(),
    Attribute::string("schoolName", "The school's name.").read_only(),
    Attribute::boolean("primary", "Whether this is the user's main role.").read_only(),
    Attribute::string("begin", "First day of the role, as 2026-08-01.").read_only(),
    Attribute::string("end", "Last day of the role, as 2027-07-31.").read_only(),
];

static USER_ATTRIBUTES: &[Attribute] = &[
    Attribute::string("localId", "Number that the school gave the user."),
    Attribute::complex("identifiers", IDENTIFIER, "Identifiers that other parties gave the user.").many().read_only(),
    Attribute::string("gradeLevels", "Years of education the user is in.").many().read_only(),
    Attribute::complex("roles", ROLE, "What the user is at which school.").many().read_only(),
];

/// What schools know about a user.
pub static EDUCATION_USER: Schema = Schema {
    id: "urn:koppelvlak:params:scim:schemas:extension:education:2.0:User",
    name: "EducationUser",
    description: "What a user is at school.",
    attributes: USER_ATTRIBUTES,
};

static GROUP_ATTRIBUTES: &[Attribute] = &[
    Attribute::string("kind", "What the group is made from.").suggesting(&["class", "school", "role"]).read_only(),
    Attribute::string("classType", "Whether the class is a homeroom or a scheduled one."),
    Attribute::string("classCode", "The class's code at the school."),
    Attribute::string("course", "Title of the course that is taught."),
    Attribute::string("school", "The school's identifier.").case_exact().read_only(),
    Attribute::string("gradeLevels", "Years of education the class is for.").many().read_only(),
];

/// What schools know about a group.
pub static EDUCATION_GROUP: Schema = Schema {
    id: "urn:koppelvlak:params:scim:schemas:extension:education:2.0:Group",
    name: "EducationGroup",
    description: "The class, school or role that a group is made from.",
    attributes: GROUP_ATTRIBUTES,
};
