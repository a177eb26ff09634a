//! What the server says about itself (RFC 7643 §5 to §7, RFC 7644 §4, RFC 9865): its features, its kinds of
//! resources, its schemas. All of it follows from the tables, so that it is what is really accepted.

use serde_json::{Value, json};

use super::resource::Object;
use super::schema::{
    Attribute, Kind, RESOURCE_TYPE, RESOURCE_TYPES, ResourceType, SCHEMA, SERVICE_PROVIDER_CONFIG, Schema,
};

/// How many operations a bulk job may have.
pub const MOST_OPERATIONS: u32 = 1000;
/// How many bytes a bulk job may have.
pub const LARGEST_JOB: u32 = 1_048_576;
/// How many resources a page may have.
pub const LONGEST_PAGE: u32 = 1000;
/// How many it has if the client doesn't say.
pub const USUAL_PAGE: u32 = 100;
/// For how many seconds a cursor can be used.
pub const CURSOR_SECONDS: u32 = 3600;

/// What differs between servers.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// Whether passwords can be set.
    pub change_password: bool,
    /// Where people find help.
    pub documentation: Option<String>,
}

/// The one resource at `/ServiceProviderConfig`.
pub fn service_provider_config(base: &str, offer: &Offer) -> Value {
    let mut config = json!({
        "schemas": [SERVICE_PROVIDER_CONFIG.id],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": MOST_OPERATIONS, "maxPayloadSize": LARGEST_JOB},
        "filter": {"supported": true, "maxResults": LONGEST_PAGE},
        "changePassword": {"supported": offer.change_password},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": USUAL_PAGE,
            "maxPageSize": LONGEST_PAGE,
            "cursorTimeout": CURSOR_SECONDS,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token that was issued for the connection, in the Authorization header.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": true,
            },
            {
                "type": "oauth2",
                "name": "OAuth 2.0 client credentials",
                "description": "A token that the client gets for its id and secret.",
                "specUri": "https://www.rfc-editor.org/info/rfc6749",
            },
        ],
        "meta": meta("ServiceProviderConfig", base, "/ServiceProviderConfig"),
    });
    if let (Some(documentation), Some(config)) = (&offer.documentation, config.as_object_mut()) {
        config.insert("documentationUri".to_owned(), documentation.as_str().into());
    }
    config
}

/// All resources at `/ResourceTypes`.
pub fn resource_types(base: &str) -> Vec<Value> {
    RESOURCE_TYPES.iter().map(|resource_type| resource_type_resource(base, resource_type)).collect()
}

/// The one at `/ResourceTypes/{name}`; addresses of clients may have any case.
pub fn resource_type(base: &str, name: &str) -> Option<Value> {
    let found = RESOURCE_TYPES.iter().find(|resource_type| resource_type.name.eq_ignore_ascii_case(name))?;
    Some(resource_type_resource(base, found))
}

/// All resources at `/Schemas`.
pub fn schemas(base: &str) -> Vec<Value> {
    all_schemas().map(|schema| schema_resource(base, schema)).collect()
}

/// The one at `/Schemas/{id}`.
pub fn schema(base: &str, id: &str) -> Option<Value> {
    let found = all_schemas().find(|schema| schema.id.eq_ignore_ascii_case(id))?;
    Some(schema_resource(base, found))
}

fn all_schemas() -> impl Iterator<Item = &'static Schema> {
    let of_resources = RESOURCE_TYPES.iter().flat_map(|resource_type| resource_type.schemas());
    of_resources.chain([&SERVICE_PROVIDER_CONFIG, &RESOURCE_TYPE, &SCHEMA])
}

fn meta(resource_type: &str, base: &str, path: &str) -> Value {
    json!({"resourceType": resource_type, "location": format!("{}{path}", base.trim_end_matches('/'))})
}

fn resource_type_resource(base: &str, resource_type: &ResourceType) -> Value {
    let extensions = resource_type.extensions.iter();
    let extensions = extensions.map(|extension| json!({"schema": extension.schema.id, "required": extension.required}));
    json!({
        "schemas": [RESOURCE_TYPE.id],
        "id": resource_type.name,
        "name": resource_type.name,
        "description": resource_type.description,
        "endpoint": resource_type.endpoint,
        "schema": resource_type.schema.id,
        "schemaExtensions": extensions.collect::<Vec<_>>(),
        "meta": meta("ResourceType", base, &format!("/ResourceTypes/{}", resource_type.name)),
    })
}

fn schema_resource(base: &str, schema: &Schema) -> Value {
    json!({
        "schemas": [SCHEMA.id],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().map(attribute_value).collect::<Vec<_>>(),
        "meta": meta("Schema", base, &format!("/Schemas/{}", schema.id)),
    })
}

/// An attribute with the characteristics that its kind has.
fn attribute_value(attribute: &Attribute) -> Value {
    let mut value = Object::new();
    let mut tell = |name: &str, told: Value| {
        value.insert(name.to_owned(), told);
    };
    tell("name", attribute.name.into());
    tell("type", attribute.kind.name().into());
    tell("multiValued", attribute.multi_valued.into());
    tell("description", attribute.description.into());
    tell("required", attribute.required.into());
    tell("mutability", attribute.mutability.name().into());
    tell("returned", attribute.returned.name().into());
    match attribute.kind {
        Kind::String | Kind::Reference | Kind::Binary => {
            tell("caseExact", attribute.case_exact.into());
            tell("uniqueness", attribute.uniqueness.name().into());
        }
        Kind::Complex => {
            tell("subAttributes", attribute.sub_attributes.iter().map(attribute_value).collect());
        }
        Kind::Boolean | Kind::Decimal | Kind::Integer | Kind::DateTime => {}
    }
    if !attribute.canonical_values.is_empty() {
        tell("canonicalValues", attribute.canonical_values.into());
    }
    if !attribute.reference_types.is_empty() {
        tell("referenceTypes", attribute.reference_types.into());
    }
    Value::Object(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://school.example/scim/v2/";

    fn has_null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(elements) => elements.iter().any(has_null),
            Value::Object(members) => members.values().any(has_null),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    #[test]
    fn nothing_is_null_and_every_address_is_absolute() {
        let mut all = [resource_types(BASE), schemas(BASE)].concat();
        all.push(service_provider_config(BASE, &Offer::default()));
        for resource in &all {
            assert!(!has_null(resource), "{resource}");
            let location = resource["meta"]["location"].as_str().unwrap();
            assert!(location.starts_with("https://school.example/scim/v2/") && !location.contains("2//"), "{location}");
        }
    }

    #[test]
    fn every_schema_that_is_named_can_be_read_in_any_case() {
        for resource_type in resource_types(BASE) {
            let extensions = resource_type["schemaExtensions"].as_array().unwrap();
            for id in extensions.iter().map(|e| &e["schema"]).chain([&resource_type["schema"]]) {
                let id = id.as_str().unwrap();
                assert_eq!(schema(BASE, &id.to_uppercase()).unwrap()["id"], id);
            }
        }
        assert_eq!(schema(BASE, "urn:ietf:params:scim:api:messages:2.0:Error"), None);
        assert_eq!(resource_type(BASE, "user").unwrap()["id"], "User");
        assert_eq!(resource_type(BASE, "Device"), None);
    }

    #[test]
    fn complex_attributes_have_parts_and_types_of_users_suggest_values() {
        fn check(attribute: &Value, of_user: bool) {
            let parts = attribute.get("subAttributes").and_then(Value::as_array);
            assert_eq!(attribute["type"] == "complex", parts.is_some_and(|parts| !parts.is_empty()), "{attribute}");
            if of_user && attribute["name"] == "type" {
                assert!(attribute["canonicalValues"].is_array(), "{attribute}");
            }
            parts.into_iter().flatten().for_each(|part| check(part, of_user));
        }
        for schema in schemas(BASE) {
            let of_user = schema["name"] == "User";
            schema["attributes"].as_array().unwrap().iter().for_each(|attribute| check(attribute, of_user));
        }
    }
}
