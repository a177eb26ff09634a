//! The service discovery document (OneRoster 1.2 REST §2.5; 1.1 has none, and gets the same): an OpenAPI description of what this server
//! really answers at a board, made from the operations and the catalogue, so that it can't fall behind.
//!
//! It is a function of the address alone: whether a board exists can't be learned from it.

use std::collections::BTreeMap;

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value, json};

use crate::auth::Scope;
use crate::catalogue::{Entity, Field, Kind};
use crate::json::PATH_SEGMENT;
use crate::oneroster::csv::{self, File, Version, Vocabulary};
use crate::oneroster::gradebook::operation::{Method, WriteOperation};
use crate::oneroster::operation::{Operation, Subset};
use crate::oneroster::parameters::{DEFAULT_LIMIT, MOST_LIMIT};
use crate::oneroster::schema;

/// A service of OneRoster.
#[derive(Debug)]
pub struct Service {
    /// The version that it belongs to.
    pub version: Version,
    /// What the document calls it.
    pub title: &'static str,
    /// The path below the address of OneRoster at a board.
    pub base: &'static str,
    /// The names of the document; two official texts of 1.2 name two.
    pub files: &'static [&'static str],
    /// What it reads.
    pub operations: &'static [Operation],
    /// What it writes.
    pub writes: &'static [WriteOperation],
}

/// The statuses that a refusal may have, with what they mean.
const REFUSALS: [(&str, &str); 8] = [
    ("400", "A parameter, a filter or a selection of fields can't be understood."),
    ("401", "There is no valid access token."),
    ("403", "The access token lacks the scope, or is for another board."),
    ("404", "There is no such object, or none that the caller may know of."),
    ("414", "The address is too long."),
    ("500", "The server failed; the request's id finds the cause in its log."),
    ("503", "Not available at the moment; `Retry-After` says when to try again."),
    ("default", "Any other refusal."),
];

/// The document of a service of one board, as served at `public_url`.
pub fn document(service: &Service, public_url: &str, tenant: &str) -> Value {
    let board = format!("{public_url}/{}", utf8_percent_encode(tenant, PATH_SEGMENT));
    let mut paths: BTreeMap<String, Value> = BTreeMap::new();
    for operation in service.operations {
        paths.insert(path(operation), json!({"get": describe(operation)}));
    }
    for operation in service.writes {
        let at = paths.entry(write_path(operation)).or_insert_with(|| json!({}));
        if let Some(methods) = at.as_object_mut() {
            methods.insert(operation.method.name().to_lowercase(), describe_write(service, operation));
        }
    }
    let reading = service.operations.iter().flat_map(|operation| operation.scopes);
    let writing = service.writes.iter().flat_map(|operation| operation.scopes);
    let mut scopes: Vec<Scope> = reading.chain(writing).copied().collect();
    scopes.sort_unstable();
    scopes.dedup();
    let version = service.version;
    let scopes: BTreeMap<String, &str> =
        scopes.into_iter().map(|scope| (scope.url_in(version), scope.permits())).collect();
    let mut schemes = json!({"OAuth2CC": {"type": "oauth2", "flows": {"clientCredentials": {
        "tokenUrl": format!("{board}/oauth2/token"),
        "scopes": scopes,
    }}}});
    if let (Version::V1p1, Some(schemes)) = (version, schemes.as_object_mut()) {
        // A scheme of the Authorization header is as near as OpenAPI comes to OAuth 1.0a.
        schemes.insert("OAuth1".to_owned(), json!({"type": "http", "scheme": "oauth"}));
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": service.title,
            "version": version,
            "description": "What a vendor may see is decided by each school; answers are cut to that.",
        },
        "servers": [{"url": format!("{board}/ims/oneroster/{}", service.base)}],
        "paths": paths,
        "components": {
            "schemas": schema::all(version, service.operations),
            "securitySchemes": schemes,
        },
    })
}

/// The operation's address with names for its identifiers.
fn path(operation: &Operation) -> String {
    named_path(operation.path, names(operation))
}

fn write_path(operation: &WriteOperation) -> String {
    named_path(operation.path, write_names(operation))
}

fn write_names(operation: &WriteOperation) -> Vec<String> {
    names_in(operation.path, !matches!(operation.method, Method::Post(_)))
}

fn named_path(path: &str, names: Vec<String>) -> String {
    let mut names = names.into_iter();
    let part = |part: &str| match part {
        "{}" => format!("/{{{}}}", names.next().unwrap_or_default()),
        fixed => format!("/{fixed}"),
    };
    path.split('/').map(part).collect()
}

/// The names of the identifiers in an address: `sourcedId` of the object itself, `classSourcedId` of a class above it.
fn names(operation: &Operation) -> Vec<String> {
    names_in(operation.path, matches!(operation.subset, Subset::One | Subset::OneOfKind(_)))
}

fn names_in(path: &str, is_single: bool) -> Vec<String> {
    let mut names = Vec::new();
    let mut before = "";
    for part in path.split('/') {
        if part == "{}" {
            let one = before.strip_suffix("es").filter(|one| one.ends_with("ss")).or_else(|| before.strip_suffix('s'));
            names.push(if is_single { "sourcedId".to_owned() } else { format!("{}SourcedId", one.unwrap_or(before)) });
        }
        before = part;
    }
    names
}

/// A write: its body is what a read of the same object gives, of which `status`, `dateLastModified` and all of a
/// reference but its `sourcedId` may be left out.
fn describe_write(service: &Service, operation: &WriteOperation) -> Value {
    let version = operation.edition.version;
    let parameters: Vec<Value> = write_names(operation)
        .into_iter()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    let done: &[(&str, &str)] = match operation.method {
        Method::Put => &[("201", "The object is new."), ("200", "The object was there and is replaced.")],
        Method::Delete => &[("204", "The object is gone.")],
        Method::Post(_) => &[("201", "All objects are stored, each under the name that is paired with the client's.")],
    };
    let mut responses: Map<String, Value> =
        done.iter().map(|(status, meaning)| ((*status).to_owned(), json!({"description": meaning}))).collect();
    for (status, meaning) in WRITE_REFUSALS.iter().chain(&REFUSALS) {
        let content = json!({"application/json": {"schema": reference(schema::refusal(version))}});
        responses.insert((*status).to_owned(), json!({"description": meaning, "content": content}));
    }
    let mut security: Vec<Value> =
        operation.scopes.iter().map(|scope| json!({"OAuth2CC": [scope.url_in(version)]})).collect();
    if version == Version::V1p1 {
        security.push(json!({"OAuth1": []}));
    }
    let mut described =
        json!({"operationId": operation.id, "parameters": parameters, "security": security, "responses": responses});
    let read = service
        .operations
        .iter()
        .find(|read| read.wrapper == operation.wrapper && read.entity == operation.entity)
        .filter(|_| operation.method != Method::Delete);
    if let (Some(read), Some(described)) = (read, described.as_object_mut()) {
        let content = json!({"application/json": {"schema": reference(&schema::wrapper(read))}});
        described.insert("requestBody".to_owned(), json!({"required": true, "content": content}));
    }
    described
}

/// What a refusal of a write may mean beside those of reads.
const WRITE_REFUSALS: [(&str, &str); 4] = [
    ("412", "The object is not the one that `If-Match` names, or is there against `If-None-Match: *`."),
    ("413", "The body is too large."),
    ("415", "The body is not JSON."),
    ("422", "The body is wrong; the description names the member."),
];

fn describe(operation: &Operation) -> Value {
    let version = operation.edition.version;
    let is_single = matches!(operation.subset, Subset::One | Subset::OneOfKind(_));
    let mut parameters: Vec<Value> = names(operation)
        .into_iter()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if !is_single {
        parameters.extend(paging());
    }
    parameters.push(json!({
        "name": "fields", "in": "query", "style": "form", "explode": false,
        "description": "The members that the answer shall hold; repeating the parameter works too.",
        "schema": {"type": "array", "items": {"type": "string", "enum": members(operation.edition.version, operation.entity)}},
    }));
    let mut ok = json!({
        "description": if is_single { "The object." } else { "A page of the collection." },
        "content": {"application/json": {"schema": reference(&schema::wrapper(operation))}},
    });
    if !is_single && let Some(ok) = ok.as_object_mut() {
        ok.insert("headers".to_owned(), headers());
    }
    let mut responses = Map::from_iter([("200".to_owned(), ok)]);
    for (status, meaning) in REFUSALS {
        let content = json!({"application/json": {"schema": reference(schema::refusal(version))}});
        responses.insert(status.to_owned(), json!({"description": meaning, "content": content}));
    }
    let scopes: Vec<String> = operation.scopes.iter().map(|scope| scope.url_in(version)).collect();
    // Alternatives are a list of requirements: one scope is enough.
    let mut security: Vec<Value> = scopes.iter().map(|scope| json!({"OAuth2CC": [scope]})).collect();
    if version == Version::V1p1 {
        security.push(json!({"OAuth1": []}));
    }
    json!({"operationId": operation.id, "parameters": parameters, "security": security, "responses": responses})
}

fn paging() -> [Value; 5] {
    let query = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    [
        query(
            "limit",
            "How many objects a page has at most. It is honored or refused, never cut.",
            json!({"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT}),
        ),
        query(
            "offset",
            "How many objects come before the page.",
            json!({"type": "integer", "minimum": 0, "default": 0}),
        ),
        query("sort", "The field to sort by; without it the order is that of `sourcedId`.", json!({"type": "string"})),
        query("orderBy", "Which way to sort.", json!({"type": "string", "enum": ["asc", "desc"]})),
        query("filter", "Such as `status='active' AND dateLastModified>'2026-08-01'`.", json!({"type": "string"})),
    ]
}

fn headers() -> Value {
    json!({
        "X-Total-Count": {"description": "How many objects the whole list has.", "schema": {"type": "integer"}},
        "Link": {"description": "`first`, `prev`, `next` and `last` (RFC 8288).", "schema": {"type": "string"}},
    })
}

/// The members of an object that can be selected, each once.
fn members(version: Version, entity: Entity) -> Vec<&'static str> {
    let mut members = vec!["sourcedId", "status", "dateLastModified"];
    for field in entity.fields_in(version).filter(|field| field.kind != Kind::Unstored) {
        if !members.contains(&field.name) {
            members.push(field.name);
        }
    }
    members
}

fn reference(schema: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

/// The vocabulary of a field, as its CSV column has it.
pub fn vocabulary(entity: Entity, field: &Field) -> Option<Vocabulary> {
    let file = match entity {
        Entity::Org => File::Orgs,
        Entity::AcademicSession => File::AcademicSessions,
        Entity::Course => File::Courses,
        Entity::Class => File::Classes,
        Entity::User => File::Users,
        Entity::Demographics => File::Demographics,
        Entity::Enrollment => File::Enrollments,
        Entity::Resource => File::Resources,
        Entity::LineItemCategory => File::Categories,
        Entity::LineItem | Entity::AssessmentLineItem => File::LineItems,
        Entity::Result | Entity::AssessmentResult => File::Results,
        Entity::ScoreScale => File::ScoreScales,
    };
    // Assessment results have no file of their own and the words of results.
    let name = if field.csv.is_empty() && entity.table().is_empty() { field.name } else { field.csv };
    let column = csv::columns(Version::V1p2, file).iter().find(|column| column.name == name)?;
    if let csv::Kind::Word(words) | csv::Kind::Words(words) = column.kind { Some(words) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_in_an_address_are_named_after_what_they_identify() {
        let paths: Vec<String> = crate::oneroster::v1p2::rostering::OPERATIONS.iter().map(path).collect();

        assert!(paths.contains(&"/academicSessions/{sourcedId}".to_owned()), "{paths:?}");
        assert!(paths.contains(&"/schools/{schoolSourcedId}/classes/{classSourcedId}/students".to_owned()));
        assert!(paths.contains(&"/courses/{courseSourcedId}/classes".to_owned()));
    }
}
