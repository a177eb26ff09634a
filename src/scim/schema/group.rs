//! The core schema of groups (RFC 7643 §4.2). `displayName` is required, as the prose says and the JSON doesn't;
//! members have the `display` that the standard's examples use.

use super::attribute::Attribute;
use super::resource_type::Schema;

static MEMBER: &[Attribute] = &[
    Attribute::string("value", "Identifier of the member.").immutable(),
    Attribute::reference("$ref", &["User", "Group"], "Address of the member.").immutable(),
    Attribute::string("type", "Whether the member is a user or a group.").suggesting(&["User", "Group"]).immutable(),
    Attribute::string("display", "What the client calls the member.").immutable().key(),
];

static ATTRIBUTES: &[Attribute] = &[
    Attribute::string("displayName", "Name of the group.").required().key(),
    Attribute::complex("members", MEMBER, "Who is in the group.").many(),
];

/// `urn:ietf:params:scim:schemas:core:2.0:Group`.
pub static CORE_GROUP: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "A set of users.",
    attributes: ATTRIBUTES,
};
