//! The JSON Schemas of what the services of OneRoster answer, from the catalogue's table of fields.
//!
//! Objects are closed: a member that is not listed is never sent.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::catalogue::{Entity, Field, Kind, Presence, Version};
use crate::oneroster::csv::Vocabulary;
use crate::oneroster::discovery::vocabulary;
use crate::oneroster::operation::{Operation, Subset};

/// The name of the schema of an operation's answer.
pub fn wrapper(operation: &Operation) -> String {
    match operation.subset {
        Subset::One | Subset::OneOfKind(_) => format!("Single{}DType", capital(operation.entity)),
        Subset::All | Subset::Kind(_) | Subset::Nested(_) if operation.entity == Entity::LineItemCategory => {
            // The published document has this one name in the plural.
            "CategoriesSetDType".to_owned()
        }
        Subset::All | Subset::Kind(_) | Subset::Nested(_) => format!("{}SetDType", capital(operation.entity)),
    }
}

/// Every schema of a service, by name.
pub fn all(version: Version, operations: &[Operation]) -> BTreeMap<String, Value> {
    let mut schemas = BTreeMap::new();
    for operation in operations {
        let object = reference(&format!("{}DType", capital(operation.entity)));
        let is_single = matches!(operation.subset, Subset::One | Subset::OneOfKind(_));
        let content = if is_single { object } else { json!({"type": "array", "items": object}) };
        let mut members = vec![(operation.wrapper, content, true)];
        if version == Version::V1p1 {
            members.push(("statusInfoSet", infos(), false));
        }
        schemas.insert(wrapper(operation), closed(members));
        schemas.insert(format!("{}DType", capital(operation.entity)), of_entity(version, operation.entity));
    }
    let entities: BTreeSet<Entity> = operations.iter().map(|operation| operation.entity).collect();
    let kinds = || entities.iter().flat_map(|entity| entity.fields_in(version)).map(|field| field.kind);
    for target in kinds().filter_map(target).collect::<BTreeSet<_>>() {
        let of_type = json!({"type": "string", "enum": [target.name()]});
        let members = vec![("href", uri(), true), ("sourcedId", text(), true), ("type", of_type, true)];
        schemas.insert(reference_name(target), closed(members));
    }
    schemas.insert("MetadataDType".to_owned(), json!({"type": "object", "additionalProperties": true}));
    for kind in kinds() {
        schemas.extend(elements(kind));
    }
    match version {
        Version::V1p1 => schemas.extend(status_info_set()),
        Version::V1p2 => schemas.extend(status_info()),
    }
    schemas
}

/// The name of the schema of a refusal.
pub const fn refusal(version: Version) -> &'static str {
    match version {
        Version::V1p1 => "StatusInfoSetDType",
        Version::V1p2 => "imsx_StatusInfoDType",
    }
}

/// The kind of object that values of a kind refer to.
const fn target(kind: Kind) -> Option<Entity> {
    match kind {
        Kind::Reference(target) | Kind::ReferenceList(target) | Kind::Children(target) => Some(target),
        Kind::Resources => Some(Entity::Resource),
        Kind::Roles | Kind::RoleOrgs => Some(Entity::Org),
        Kind::ScoreScaleLink => Some(Entity::ScoreScale),
        Kind::Text
        | Kind::Boolean
        | Kind::Date
        | Kind::DateTime
        | Kind::Number
        | Kind::TextList
        | Kind::UserIds
        | Kind::UserProfiles
        | Kind::ScoreScaleValues
        | Kind::LearningObjectives
        | Kind::LearningObjectiveResults
        | Kind::Metadata
        | Kind::MainRole
        | Kind::Unstored => None,
    }
}

/// The schemas of the elements of a kind of value.
fn elements(kind: Kind) -> Vec<(String, Value)> {
    let named = |name: &str, schema: Value| (name.to_owned(), schema);
    let some = |items: Value| json!({"type": "array", "minItems": 1, "items": items});
    match kind {
        Kind::Roles => vec![named("RoleDType", role())],
        Kind::UserIds => {
            vec![named("UserIdDType", closed(vec![("type", text(), true), ("identifier", text(), true)]))]
        }
        Kind::UserProfiles => vec![
            named("UserProfileDType", user_profile()),
            named("CredentialDType", closed(vec![("type", text(), true), ("username", text(), true)])),
        ],
        Kind::ScoreScaleValues => {
            let sides = vec![("itemValueLHS", text(), true), ("itemValueRHS", text(), true)];
            vec![named("ScoreScaleValueDType", closed(sides))]
        }
        Kind::LearningObjectives => {
            let members = vec![("source", source(), true), ("learningObjectiveIds", some(text()), true)];
            vec![named("LearningObjectiveSetDType", closed(members))]
        }
        Kind::LearningObjectiveResults => {
            let results = some(reference("LearningObjectiveResultsDType"));
            let members = vec![("source", source(), true), ("learningObjectiveResults", results, true)];
            let of_one = vec![
                ("learningObjectiveId", text(), true),
                ("score", json!({"type": "number", "format": "float"}), false),
                ("textScore", text(), false),
            ];
            vec![
                named("LearningObjectiveScoreSetDType", closed(members)),
                named("LearningObjectiveResultsDType", closed(of_one)),
            ]
        }
        Kind::Text
        | Kind::Boolean
        | Kind::Date
        | Kind::DateTime
        | Kind::Number
        | Kind::TextList
        | Kind::Reference(_)
        | Kind::ReferenceList(_)
        | Kind::Children(_)
        | Kind::Resources
        | Kind::ScoreScaleLink
        | Kind::Metadata
        | Kind::MainRole
        | Kind::RoleOrgs
        | Kind::Unstored => Vec::new(),
    }
}

/// Where objectives come from: the published pattern for words of one's own begins with a slash.
fn source() -> Value {
    let own = r"^/(?!case$)(?!unknown$)[a-z0-9]+$";
    json!({"anyOf": [{"type": "string", "enum": ["case", "unknown"]}, {"type": "string", "pattern": own}]})
}

fn of_entity(version: Version, entity: Entity) -> Value {
    let mut members = vec![
        ("sourcedId", text(), true),
        ("status", json!({"type": "string", "enum": ["active", "tobedeleted"]}), true),
        ("dateLastModified", json!({"type": "string", "format": "date-time"}), true),
    ];
    for field in entity.fields_in(version) {
        let is_new = members.iter().all(|(name, ..)| *name != field.name);
        if let Some(form) = form(version, entity, field).filter(|_| is_new) {
            members.push((field.name, form, field.presence(version) == Presence::Required));
        }
    }
    closed(members)
}

/// The form of a field's value; `None` for what is never sent.
fn form(version: Version, entity: Entity, field: &Field) -> Option<Value> {
    let words = |vocabulary: Vocabulary| words(version, vocabulary);
    let at_least_one = |list: Value| at_least_one(list, field.presence(version));
    let list = |items: Value| json!({"type": "array", "items": items});
    Some(match field.kind {
        Kind::Text => vocabulary(entity, field).map_or_else(text, words),
        Kind::Boolean => json!({"type": "string", "enum": ["true", "false"]}),
        Kind::Date => date(),
        Kind::DateTime => json!({"type": "string", "format": "date-time"}),
        Kind::Number => json!({"type": "number", "format": "float"}),
        Kind::TextList => list(vocabulary(entity, field).map_or_else(text, words)),
        Kind::Reference(target) => reference(&reference_name(target)),
        Kind::ReferenceList(target) | Kind::Children(target) => at_least_one(list(reference(&reference_name(target)))),
        Kind::Resources => list(reference(&reference_name(Entity::Resource))),
        Kind::Roles => at_least_one(list(reference("RoleDType"))),
        Kind::UserIds => list(reference("UserIdDType")),
        Kind::UserProfiles => list(reference("UserProfileDType")),
        Kind::Metadata => reference("MetadataDType"),
        Kind::ScoreScaleLink => reference(&reference_name(Entity::ScoreScale)),
        Kind::ScoreScaleValues => at_least_one(list(reference("ScoreScaleValueDType"))),
        Kind::LearningObjectives => list(reference("LearningObjectiveSetDType")),
        Kind::LearningObjectiveResults => list(reference("LearningObjectiveScoreSetDType")),
        Kind::MainRole => words(Vocabulary::UserRole),
        Kind::RoleOrgs => at_least_one(list(reference(&reference_name(Entity::Org)))),
        Kind::Unstored => return None,
    })
}

fn at_least_one(mut list: Value, presence: Presence) -> Value {
    if presence == Presence::Required
        && let Some(list) = list.as_object_mut()
    {
        list.insert("minItems".to_owned(), json!(1));
    }
    list
}

fn role() -> Value {
    closed(vec![
        ("roleType", words(Version::V1p2, Vocabulary::RoleType), true),
        ("role", words(Version::V1p2, Vocabulary::UserRole), true),
        ("org", reference(&reference_name(Entity::Org)), true),
        ("userProfile", uri(), false),
        ("beginDate", date(), false),
        ("endDate", date(), false),
    ])
}

fn user_profile() -> Value {
    closed(vec![
        ("profileId", uri(), true),
        ("profileType", text(), true),
        ("vendorId", text(), true),
        ("applicationId", text(), false),
        ("description", text(), false),
        ("credentials", json!({"type": "array", "items": reference("CredentialDType")}), false),
    ])
}

/// A list of status information, of which there is at least one.
fn infos() -> Value {
    json!({"type": "array", "minItems": 1, "items": reference("StatusInfoDType")})
}

/// `statusInfoSet` of 1.1 and what is in it.
fn status_info_set() -> [(String, Value); 2] {
    let one_of = |words: &[&str]| json!({"type": "string", "enum": words});
    let info = closed(vec![
        ("imsx_codeMajor", one_of(&["success", "failure"]), true),
        ("imsx_severity", one_of(&["warning", "error"]), true),
        ("imsx_description", text(), true),
        ("imsx_codeMinor", text(), false),
    ]);
    [
        ("StatusInfoSetDType".to_owned(), closed(vec![("statusInfoSet", infos(), true)])),
        ("StatusInfoDType".to_owned(), info),
    ]
}

/// `imsx_StatusInfo` and what is in it.
fn status_info() -> [(String, Value); 3] {
    let one_of = |words: &[&str]| json!({"type": "string", "enum": words});
    let minors = [
        "fullsuccess",
        "invalid_filter_field",
        "invalid_selection_field",
        "invaliddata",
        "unauthorisedrequest",
        "forbidden",
        "server_busy",
        "unknownobject",
        "internal_server_error",
    ];
    let fields = json!({"type": "array", "minItems": 1, "items": reference("imsx_CodeMinorFieldDType")});
    [
        (
            "imsx_StatusInfoDType".to_owned(),
            closed(vec![
                ("imsx_codeMajor", one_of(&["success", "processing", "failure", "unsupported"]), true),
                ("imsx_severity", one_of(&["status", "warning", "error"]), true),
                ("imsx_description", text(), false),
                ("imsx_CodeMinor", reference("imsx_CodeMinorDType"), false),
            ]),
        ),
        ("imsx_CodeMinorDType".to_owned(), closed(vec![("imsx_codeMinorField", fields, true)])),
        (
            "imsx_CodeMinorFieldDType".to_owned(),
            closed(vec![
                ("imsx_codeMinorFieldName", text(), true),
                ("imsx_codeMinorFieldValue", one_of(&minors), true),
            ]),
        ),
    ]
}

/// An object with these members, each with its form and whether it is required, and no others.
fn closed(members: Vec<(&str, Value, bool)>) -> Value {
    let required: Vec<&str> = members.iter().filter(|(.., is_required)| *is_required).map(|(name, ..)| *name).collect();
    let mut schema =
        Map::from_iter([("type".to_owned(), json!("object")), ("additionalProperties".to_owned(), json!(false))]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    let members = members.into_iter().map(|(name, form, _)| (name.to_owned(), form));
    schema.insert("properties".to_owned(), Value::Object(members.collect()));
    Value::Object(schema)
}

fn words(version: Version, vocabulary: Vocabulary) -> Value {
    let listed = json!({"type": "string", "enum": vocabulary.words(version)});
    if vocabulary.is_extensible(version) {
        json!({"anyOf": [listed, {"type": "string", "pattern": r"^ext:[a-zA-Z0-9.\-_]+$"}]})
    } else {
        listed
    }
}

fn text() -> Value {
    json!({"type": "string"})
}

fn uri() -> Value {
    json!({"type": "string", "format": "uri"})
}

fn date() -> Value {
    json!({"type": "string", "format": "date"})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn reference_name(target: Entity) -> String {
    // The published document shortens this one name.
    if target == Entity::AcademicSession {
        "AcadSessionGUIDRefDType".to_owned()
    } else {
        format!("{}GUIDRefDType", capital(target))
    }
}

/// The entity's name with a capital, as the published document's schemas have it.
fn capital(entity: Entity) -> String {
    let mut letters = entity.name().chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
