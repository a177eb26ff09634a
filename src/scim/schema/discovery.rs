//! The schemas of the discovery resources themselves (RFC 7643 §5 to §7, §8.7.2; RFC 9865).
//!
//! `etag` of the configuration and `type` of its authentication schemes are missing from the standard's own JSON
//! and are here; extensions of a resource type are optional and a list.

use super::attribute::Attribute;
use super::resource_type::Schema;

const SUPPORTED: Attribute = Attribute::boolean("supported", "Whether it can be used.").required().read_only();

static FEATURE: &[Attribute] = &[SUPPORTED];

static BULK: &[Attribute] = &[
    SUPPORTED,
    Attribute::integer("maxOperations", "How many operations one job may have.").required().read_only(),
    Attribute::integer("maxPayloadSize", "How many bytes one job may have.").required().read_only(),
];

static FILTERING: &[Attribute] =
    &[SUPPORTED, Attribute::integer("maxResults", "How many resources one answer has at most.").required().read_only()];

static SCHEME: &[Attribute] = &[
    Attribute::string("type", "Which kind of authentication it is.")
        .suggesting(&["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"])
        .required()
        .read_only(),
    Attribute::string("name", "Its name.").required().read_only(),
    Attribute::string("description", "What a client has to do.").required().read_only(),
    Attribute::reference("specUri", &["external"], "Where it is specified.").read_only(),
    Attribute::reference("documentationUri", &["external"], "Where its use is explained.").read_only(),
    Attribute::boolean("primary", "Whether it is the preferred one.").read_only(),
];

static PAGINATION: &[Attribute] = &[
    Attribute::boolean("cursor", "Whether pages can be asked for by cursor.").required().read_only(),
    Attribute::boolean("index", "Whether pages can be asked for by position.").required().read_only(),
    Attribute::string("defaultPaginationMethod", "Which of both a request without either gets.")
        .suggesting(&["cursor", "index"])
        .read_only(),
    Attribute::integer("defaultPageSize", "How long a page is when the client doesn't say.").read_only(),
    Attribute::integer("maxPageSize", "How long a page is at most.").read_only(),
    Attribute::integer("cursorTimeout", "For how many seconds a cursor can be used.").read_only(),
];

static CONFIGURATION: &[Attribute] = &[
    Attribute::reference("documentationUri", &["external"], "Help for people.").read_only(),
    Attribute::complex("patch", FEATURE, "Changing parts of a resource.").required().read_only(),
    Attribute::complex("bulk", BULK, "Several operations in one request.").required().read_only(),
    Attribute::complex("filter", FILTERING, "Choosing resources by their values.").required().read_only(),
    Attribute::complex("changePassword", FEATURE, "Setting passwords.").required().read_only(),
    Attribute::complex("sort", FEATURE, "Ordering resources by their values.").required().read_only(),
    Attribute::complex("etag", FEATURE, "Versions of resources.").required().read_only(),
    Attribute::complex("authenticationSchemes", SCHEME, "How a client shows who it is.").many().required().read_only(),
    Attribute::complex("pagination", PAGINATION, "How lists are cut into pages.").read_only(),
];

/// `urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig`.
pub static SERVICE_PROVIDER_CONFIG: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "ServiceProviderConfig",
    description: "What this server can do.",
    attributes: CONFIGURATION,
};

static SCHEMA_EXTENSION: &[Attribute] = &[
    Attribute::reference("schema", &["uri"], "URI of the schema.").required().read_only(),
    Attribute::boolean("required", "Whether every resource must have it.").required().read_only(),
];

static KIND_OF_RESOURCE: &[Attribute] = &[
    Attribute::string("id", "Identifier; the same as the name.").case_exact().read_only(),
    Attribute::string("name", "Name, as in meta.resourceType.").required().case_exact().read_only(),
    Attribute::string("description", "What the resources are.").read_only(),
    Attribute::reference("endpoint", &["uri"], "Where the resources are, below the base address.")
        .required()
        .read_only(),
    Attribute::reference("schema", &["uri"], "URI of the resources' own schema.").required().read_only(),
    Attribute::complex("schemaExtensions", SCHEMA_EXTENSION, "Schemas that may be added.").many().read_only(),
];

/// `urn:ietf:params:scim:schemas:core:2.0:ResourceType`.
pub static RESOURCE_TYPE: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    description: "A kind of resource.",
    attributes: KIND_OF_RESOURCE,
};

/// The characteristics of an attribute; those of a sub-attribute are the same.
const CHARACTERISTICS: [Attribute; 11] = [
    Attribute::string("name", "Name.").required().case_exact().read_only(),
    Attribute::string("type", "Kind of value.")
        .suggesting(&["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"])
        .required()
        .read_only(),
    Attribute::boolean("multiValued", "Whether it is a list.").required().read_only(),
    Attribute::string("description", "What it holds.").case_exact().read_only(),
    Attribute::boolean("required", "Whether a resource must have it.").read_only(),
    Attribute::string("canonicalValues", "Values that are suggested.").many().case_exact().read_only(),
    Attribute::boolean("caseExact", "Whether letter case matters.").read_only(),
    Attribute::string("mutability", "Who may write it.")
        .suggesting(&["readOnly", "readWrite", "immutable", "writeOnly"])
        .case_exact()
        .read_only(),
    Attribute::string("returned", "When it is in an answer.")
        .suggesting(&["always", "never", "default", "request"])
        .case_exact()
        .read_only(),
    Attribute::string("uniqueness", "Among which resources its values are unique.")
        .suggesting(&["none", "server", "global"])
        .case_exact()
        .read_only(),
    Attribute::string("referenceTypes", "What a reference may lead to.").many().case_exact().read_only(),
];

static SUB_ATTRIBUTES: &[Attribute] = &CHARACTERISTICS;

static OF_AN_ATTRIBUTE: &[Attribute] = &{
    let [name, kind, many, description, required, canonical, case, mutability, returned, unique, refers] =
        CHARACTERISTICS;
    let parts = Attribute::complex("subAttributes", SUB_ATTRIBUTES, "The parts of a complex attribute.");
    let parts = parts.many().read_only();
    [name, kind, many, description, required, canonical, case, mutability, returned, unique, refers, parts]
};

static SCHEMA_ATTRIBUTES: &[Attribute] = &[
    Attribute::string("id", "URI of the schema.").required().case_exact().read_only().always(),
    Attribute::string("name", "Name.").read_only(),
    Attribute::string("description", "What it describes.").read_only(),
    Attribute::complex("attributes", OF_AN_ATTRIBUTE, "Its attributes.").many().required().read_only(),
];

/// `urn:ietf:params:scim:schemas:core:2.0:Schema`.
pub static SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    description: "A set of attributes under one URI.",
    attributes: SCHEMA_ATTRIBUTES,
};
