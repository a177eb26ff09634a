//! What an answer must look like, and a validator for the part of JSON Schema that this takes.
//!
//! The published document is used where it lies beside the project. The project's own expectations, a
//! restatement in few lines, stand in for it elsewhere; where both are there they are compared.

use std::path::Path;

use serde_json::{Map, Value, json};

use koppelvlak::oneroster::operation::{Operation, Subset};

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// A required member is not there: where, and which.
    Missing(String, String),
    /// Anything else.
    Wrong(String),
}

/// The schemas of the answers, by name.
pub struct Schemas {
    root: Value,
}

impl Schemas {
    /// The published ones where they are there, else the own ones.
    pub fn known() -> Self {
        Self::published().unwrap_or_else(Self::own)
    }

    /// The same for another service: the name of its published document, and the own expectations.
    pub fn of_service(file: &str, own: &str) -> Self {
        Self::published_as(file).unwrap_or_else(|| Self { root: Value::Object(read(own)) })
    }

    /// The own expectations of another service.
    pub fn own_of(own: &str) -> Self {
        Self { root: Value::Object(read(own)) }
    }

    /// The published document, if it lies in `shared` beside the project or above it.
    pub fn published() -> Option<Self> {
        Self::published_as("onerosterv1p2rostersservice_openapi3_v1p0.json")
    }

    /// The published document of that name, if it lies there.
    pub fn published_as(file: &str) -> Option<Self> {
        let file = format!("shared/spec/oneroster/openapi/{file}");
        let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join(&file));
        let path = found.into_iter().find(|path| path.is_file())?;
        let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        Some(Self::of(&document))
    }

    /// The own expectations.
    pub fn own() -> Self {
        Self { root: Value::Object(read(OWN)) }
    }

    /// The own expectations of another service, in the form of the file beside this one.
    pub fn read(text: &str) -> Self {
        Self { root: Value::Object(read(text)) }
    }

    /// The schemas of an OpenAPI document.
    pub fn of(document: &Value) -> Self {
        Self { root: document["components"]["schemas"].clone() }
    }

    /// The names of the schemas, with what each demands in a form that compares.
    pub fn demands(&self) -> std::collections::BTreeMap<String, Value> {
        let plain = |(name, schema): (&String, &Value)| (name.clone(), stripped(schema));
        self.root.as_object().unwrap().iter().map(plain).collect()
    }

    /// What does not fit in the answer of an operation.
    pub fn misfits(&self, operation: &Operation, body: &Value) -> Vec<Misfit> {
        let kind = match operation.entity.name() {
            "academicSession" => "AcademicSession".to_owned(),
            name => name[..1].to_uppercase() + &name[1..],
        };
        let name = match operation.subset {
            Subset::One | Subset::OneOfKind(_) => format!("Single{kind}DType"),
            Subset::All | Subset::Kind(_) | Subset::Nested(_) if kind == "Category" => "CategoriesSetDType".to_owned(),
            Subset::All | Subset::Kind(_) | Subset::Nested(_) => format!("{kind}SetDType"),
        };
        self.misfits_in(&name, body)
    }

    /// What does not fit in the body of a refusal.
    pub fn misfits_in_refusal(&self, body: &Value) -> Vec<Misfit> {
        self.misfits_in("imsx_StatusInfoDType", body)
    }

    /// What does not fit in a body that must be as the schema of that name says.
    pub fn misfits_in(&self, name: &str, body: &Value) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        assert!(self.root[name].is_object(), "no schema {name}");
        self.check(&self.root[name], body, "", &mut misfits);
        misfits
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, misfits: &mut Vec<Misfit>) {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap();
            return self.check(&self.root[name], value, at, misfits);
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            let fits = |choice: &Value| {
                let mut found = Vec::new();
                self.check(choice, value, at, &mut found);
                found.is_empty()
            };
            if !choices.iter().any(fits) {
                misfits.push(Misfit::Wrong(format!("{at}: {value} is none of the choices")));
            }
            return;
        }
        match schema["type"].as_str().unwrap() {
            "object" => self.check_object(schema, value, at, misfits),
            "array" => self.check_list(schema, value, at, misfits),
            "string" => {
                if let Some(wrong) = value.as_str().map_or(Some("no text"), |text| wrong_text(schema, text)) {
                    misfits.push(Misfit::Wrong(format!("{at}: {value} is {wrong}")));
                }
            }
            "number" => {
                if !value.is_number() {
                    misfits.push(Misfit::Wrong(format!("{at}: {value} is no number")));
                }
            }
            other => panic!("a schema of type {other}"),
        }
    }

    fn check_object(&self, schema: &Value, value: &Value, at: &str, misfits: &mut Vec<Misfit>) {
        let Some(members) = value.as_object() else {
            return misfits.push(Misfit::Wrong(format!("{at}: {value} is no object")));
        };
        for required in schema["required"].as_array().into_iter().flatten() {
            let required = required.as_str().unwrap();
            if !members.contains_key(required) {
                misfits.push(Misfit::Missing(at.to_owned(), required.to_owned()));
            }
        }
        for (name, member) in members {
            match schema["properties"].get(name) {
                Some(of_member) => self.check(of_member, member, &format!("{at}/{name}"), misfits),
                None if schema["additionalProperties"] == json!(true) => {}
                None => misfits.push(Misfit::Wrong(format!("{at}: there is no member `{name}`"))),
            }
        }
    }

    fn check_list(&self, schema: &Value, value: &Value, at: &str, misfits: &mut Vec<Misfit>) {
        let Some(items) = value.as_array() else {
            return misfits.push(Misfit::Wrong(format!("{at}: {value} is no list")));
        };
        if (items.len() as u64) < schema["minItems"].as_u64().unwrap_or(0) {
            misfits.push(Misfit::Wrong(format!("{at}: too few items")));
        }
        for (i, item) in items.iter().enumerate() {
            self.check(&schema["items"], item, &format!("{at}/{i}"), misfits);
        }
    }
}

fn wrong_text(schema: &Value, text: &str) -> Option<&'static str> {
    if let Some(words) = schema["enum"].as_array()
        && !words.iter().any(|word| word == text)
    {
        return Some("no word of the vocabulary");
    }
    // One of the two patterns of the documents is left unanchored by mistake; the other begins with a slash.
    match schema["pattern"].as_str() {
        Some(pattern) if pattern.starts_with("^/") && !is_own_source(text) => return Some("no source"),
        Some(pattern) if !pattern.starts_with("^/") && !is_extension(text) => return Some("no `ext:` word"),
        _ => {}
    }
    let fits = match schema["format"].as_str() {
        None => true,
        Some("date") => is_date(text),
        Some("date-time") => is_instant(text),
        Some("uri") => text.split_once(':').is_some_and(|(scheme, rest)| {
            !rest.is_empty() && scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains(' ')
        }),
        Some(other) => panic!("a format {other}"),
    };
    (!fits).then_some("not of its format")
}

fn is_extension(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.strip_prefix("ext:").is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_allowed))
}

fn is_own_source(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.strip_prefix('/')
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_allowed) && rest != "case" && rest != "unknown")
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// The one form that all clients read: `YYYY-MM-DDThh:mm:ss.sssZ`.
fn is_instant(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() == 24
        && bytes[10] == b'T'
        && bytes[19] == b'.'
        && bytes[23] == b'Z'
        && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

/// A schema without words about it, and with its sets in order.
fn stripped(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, value)| {
                let is_about_it = matches!(name.as_str(), "description" | "default") && value.is_string();
                !is_about_it && (*name != "minItems" || **value != json!(0))
            });
            Value::Object(kept.map(|(name, value)| (name.clone(), stripped(value))).collect())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(stripped).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::String(text) => Value::String(text.rsplit('/').next().unwrap_or(text).to_owned()),
        other => other.clone(),
    }
}

/// Reads the own expectations: a line per object, then one for each member.
fn read(text: &str) -> Map<String, Value> {
    let mut schemas = Map::new();
    for block in text.trim().split("\n\n") {
        let mut lines = block.lines();
        let (name, is_open) = match lines.next().unwrap().split_once(' ') {
            Some((name, _open)) => (name, true),
            None => (block.lines().next().unwrap(), false),
        };
        let mut properties = Map::new();
        let mut required = Vec::new();
        for line in lines {
            let mut words = line.split_whitespace();
            let member = words.next().unwrap();
            let plain = member.trim_end_matches('!');
            if plain != member {
                required.push(json!(plain));
            }
            properties.insert(plain.to_owned(), form(&words.collect::<Vec<_>>()));
        }
        let mut schema =
            Map::from_iter([("type".to_owned(), json!("object")), ("additionalProperties".to_owned(), json!(is_open))]);
        schema.insert("properties".into(), Value::Object(properties));
        if !required.is_empty() {
            schema.insert("required".into(), Value::Array(required));
        }
        schemas.insert(name.to_owned(), Value::Object(schema));
    }
    schemas
}

fn form(words: &[&str]) -> Value {
    match words {
        ["text"] => json!({"type": "string"}),
        ["uri" | "date" | "date-time"] => json!({"type": "string", "format": words[0]}),
        ["number"] => json!({"type": "number", "format": "float"}),
        ["boolean"] => json!({"type": "string", "enum": ["true", "false"]}),
        ["list", rest @ ..] => json!({"type": "array", "items": form(rest)}),
        ["some", rest @ ..] => json!({"type": "array", "minItems": 1, "items": form(rest)}),
        ["of", of @ .., "own"] => json!({"anyOf": [
            {"type": "string", "enum": words_of(of)}, {"type": "string", "pattern": r"^/(?!case$)(?!unknown$)[a-z0-9]+$"},
        ]}),
        ["of", of @ .., "ext"] => json!({"anyOf": [
            {"type": "string", "enum": words_of(of)}, {"type": "string", "pattern": r"(ext:)[a-zA-Z0-9\.\-_]+"},
        ]}),
        ["of", of @ ..] => json!({"type": "string", "enum": words_of(of)}),
        [name] => json!({"$ref": name}),
        _ => panic!("{words:?}"),
    }
}

/// The words of a vocabulary; a space in one of them stands as `~`.
fn words_of(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| word.replace('~', " ")).collect()
}

#[test]
fn the_own_expectations_demand_what_the_published_document_demands() {
    let Some(published) = Schemas::published() else { return };

    let (own, published) = (Schemas::own().demands(), published.demands());

    for (name, demanded) in &published {
        assert_eq!(own.get(name), Some(demanded), "{name}");
    }
    assert_eq!(own.len(), published.len());
}

#[test]
fn an_answer_that_breaks_a_rule_does_not_fit() {
    let schemas = Schemas::own();
    let fits = |body: Value| schemas.misfits_in("SingleOrgDType", &body);
    let org = json!({"sourcedId": "S1", "status": "active", "dateLastModified": "2026-08-01T06:00:00.000Z",
        "name": "One", "type": "ext:campus", "identifier": "11AA"});
    let with = |name: &str, value: Value| {
        let mut org = org.clone();
        org[name] = value;
        fits(json!({"org": org}))
    };

    assert_eq!(fits(json!({"org": org})), []);
    for (name, value) in [
        ("status", json!("inactive")),
        ("type", json!("x ext:campus")),
        ("name", Value::Null),
        ("dateLastModified", json!("2026-08-01T06:00:00Z")),
        ("color", json!("red")),
        ("children", json!([{"sourcedId": "S2"}])),
        ("parent", json!({"href": "https://x/y", "sourcedId": "B", "type": "orgs"})),
    ] {
        assert_ne!(with(name, value), [], "{name}");
    }
    assert_eq!(fits(json!({})), [Misfit::Missing(String::new(), "org".into())]);
}

const OWN: &str = include_str!("expectations.txt");
