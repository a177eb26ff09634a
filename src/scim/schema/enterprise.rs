//! What a user is in an organization (RFC 7643 §4.3).

use super::attribute::Attribute;
use super::resource_type::Schema;

static MANAGER: &[Attribute] = &[
    Attribute::string("value", "Identifier of the manager's account.").key(),
    Attribute::reference("$ref", &["User"], "Address of the manager's account."),
    Attribute::string("displayName", "Name of the manager, from that account.").read_only(),
];

static ATTRIBUTES: &[Attribute] = &[
    Attribute::string("employeeNumber", "Number that the organization gave the user."),
    Attribute::string("costCenter", "Cost center."),
    Attribute::string("organization", "Organization, such as the school."),
    Attribute::string("division", "Division."),
    Attribute::string("department", "Department."),
    Attribute::complex("manager", MANAGER, "The user's manager."),
];

/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`.
pub static ENTERPRISE_USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "What a user is in an organization.",
    attributes: ATTRIBUTES,
};
