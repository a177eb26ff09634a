//! The attributes that every resource has, and that no schema lists (RFC 7643 §3.1).

use super::attribute::Attribute;

static META_PARTS: &[Attribute] = &[
    Attribute::string("resourceType", "Name of the resource type.").case_exact().read_only(),
    Attribute::date_time("created", "When the resource came to be.").read_only(),
    Attribute::date_time("lastModified", "When the resource last changed.").read_only(),
    Attribute::reference("location", &["uri"], "Address of the resource.").read_only(),
    Attribute::string("version", "Entity tag of the resource as it is.").case_exact().read_only(),
];

/// The URNs of the schemas that a resource follows.
pub static SCHEMAS: Attribute = Attribute {
    multi_valued: true,
    ..Attribute::reference("schemas", &["uri"], "URNs of the schemas that the resource follows.").required().always()
};

/// The server's own identifier.
pub static ID: Attribute =
    Attribute::string("id", "Identifier given by the server, for good.").case_exact().read_only().always();

/// The client's identifier.
pub static EXTERNAL_ID: Attribute =
    Attribute::string("externalId", "Identifier that the client gave the resource.").case_exact().key();

/// What the server knows about the resource itself.
pub static META: Attribute = Attribute::complex("meta", META_PARTS, "Facts about the resource itself.").read_only();

/// All four, in the order in which they are told.
pub static COMMON: [&Attribute; 4] = [&SCHEMAS, &ID, &EXTERNAL_ID, &META];
