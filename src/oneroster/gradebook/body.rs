//! The body of a write, read by the catalogue: what is kept is what the standard has, in the standard's form.
//!
//! References may hold a `sourcedId` alone, dates may be instants and the other way round, booleans may be JSON's,
//! and members that the standard doesn't have are left out: real clients send all of that. Whatever is wrong is
//! refused by the name of the member; what the vendor may not see and what doesn't exist read alike.

use serde_json::{Map, Value, json};

use crate::catalogue::{Category, Entity, Field, Kind, Presence, Version};
use crate::clock::Millis;
use crate::consent::Release;
use crate::consent::written::Links;
use crate::http::Refusal;
use crate::oneroster::gradebook::vocabulary::{is_identifier, is_score_status, is_source};
use crate::planted::{self, Leak};
use crate::query::value;
use crate::snapshot::structure::link;
use crate::store::written::{self, Named, Of};
use crate::store::{Conn, StoreError};

/// Reads bodies of one vendor.
pub struct Reader<'a> {
    /// What the vendor sees and may write.
    pub release: &'a Release,
    /// A connection that reads what the vendor wrote.
    pub conn: &'a mut Conn,
    /// The board and the vendor.
    pub of: Of<'a>,
    /// The version in which the body is written.
    pub version: Version,
}

/// An object that may be kept.
#[derive(Debug)]
pub struct Sound {
    /// What it names.
    pub links: Links,
    /// Its members.
    pub body: Map<String, Value>,
    /// The vendor's own objects that it names.
    pub needs: Vec<(Entity, String)>,
}

/// Why a body is refused.
#[derive(Debug)]
pub enum Unsound {
    /// A member is wrong.
    Member(String, String),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for Unsound {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Unsound {
    fn new(member: &str, why: impl Into<String>) -> Self {
        Self::Member(member.to_owned(), why.into())
    }

    /// The refusal, with where the object stands in the body.
    pub fn refusal(self, place: &str) -> Refusal {
        match self {
            Self::Member(member, why) => Refusal::new(
                actix_web::http::StatusCode::UNPROCESSABLE_ENTITY,
                "invaliddata",
                format!("`{place}{member}` {why}"),
            ),
            Self::Store(error) => error.into(),
        }
    }
}

/// An object that a reference leads to.
enum Found {
    /// The school's, by position.
    School(u32),
    /// The vendor's own, with the class that it belongs to.
    Own(Option<String>),
}

impl Reader<'_> {
    /// Reads an object; `given` are references that the address makes.
    pub fn read(
        &mut self,
        entity: Entity,
        object: &Map<String, Value>,
        given: &[(&'static str, String)],
    ) -> Result<Sound, Unsound> {
        let mut body = Map::new();
        let mut object = object.clone();
        for (name, identifier) in given {
            let named = object.get(*name).and_then(identifier_in);
            if named.is_some_and(|named| named != identifier) {
                return Err(Unsound::new(name, "is another than the address names"));
            }
            object.insert((*name).to_owned(), json!({"sourcedId": identifier}));
        }
        for field in entity.fields_in(self.version) {
            match object.get(field.name).filter(|value| !value.is_null()) {
                Some(value) => {
                    let value = self.member(entity, field, value)?;
                    body.insert(field.name.to_owned(), value);
                }
                None if self.is_needed(entity, field) => return Err(Unsound::new(field.name, "is missing")),
                None => {}
            }
        }
        let mut sound = Sound { links: Links::default(), body, needs: Vec::new() };
        self.resolve(entity, &mut sound)?;
        Ok(sound)
    }

    /// Clients of 1.1 leave out the category and the grading period, and those of 1.2 the school, which follows
    /// from the class.
    fn is_needed(&self, entity: Entity, field: &Field) -> bool {
        match (self.version, entity, field.name) {
            (_, Entity::LineItem, "school") | (Version::V1p1, Entity::LineItem, "category") => false,
            (Version::V1p1, Entity::Result, "score") => true,
            _ => field.presence(self.version) == Presence::Required,
        }
    }

    fn member(&self, entity: Entity, field: &Field, value: &Value) -> Result<Value, Unsound> {
        let wrong = |why: &str| Err(Unsound::new(field.name, why));
        match field.kind {
            Kind::Text => match value {
                Value::String(word) if field.name == "scoreStatus" => {
                    if is_score_status(word, self.version == Version::V1p2) {
                        Ok(value.clone())
                    } else {
                        wrong("must be `exempt`, `fully graded`, `not submitted`, `partially graded` or `submitted`")
                    }
                }
                // A required text says something; only a remark may be empty.
                Value::String(text) if text.is_empty() && self.is_needed(entity, field) => wrong("is empty"),
                Value::String(_) => Ok(value.clone()),
                _ => wrong("must be text"),
            },
            Kind::Boolean => match value {
                Value::Bool(is) => Ok(is.to_string().into()),
                Value::String(text) if matches!(text.as_str(), "true" | "false") => Ok(value.clone()),
                _ => wrong("must be `true` or `false`"),
            },
            Kind::Date => match value.as_str().and_then(|text| value::date(text).ok()) {
                Some(day) => Ok(day.to_string().into()),
                None => wrong("must be a date such as 2026-08-01"),
            },
            Kind::DateTime => match value.as_str().and_then(|text| value::instant(text).ok()) {
                Some(at) => Ok(Millis(at).to_rfc3339().into()),
                None => wrong("must be a dateTime such as 2026-08-01T08:00:00.000Z"),
            },
            Kind::Number if value.as_f64().is_some_and(f64::is_finite) => Ok(value.clone()),
            Kind::Number => wrong("must be a number"),
            Kind::Reference(_) | Kind::ScoreScaleLink => match identifier_in(value) {
                Some(identifier) if is_identifier(identifier) => Ok(json!({"sourcedId": identifier})),
                _ => wrong("must be a reference with a `sourcedId`"),
            },
            Kind::ScoreScaleValues => pairs(field, value),
            Kind::LearningObjectives => objectives(field, value, "learningObjectiveIds"),
            Kind::LearningObjectiveResults => objectives(field, value, "learningObjectiveResults"),
            Kind::Metadata if value.is_object() => Ok(value.clone()),
            Kind::Metadata => wrong("must be an object"),
            Kind::TextList
            | Kind::ReferenceList(_)
            | Kind::Children(_)
            | Kind::Roles
            | Kind::MainRole
            | Kind::RoleOrgs
            | Kind::UserIds
            | Kind::UserProfiles
            | Kind::Resources
            | Kind::Unstored => wrong("can't be written"),
        }
    }

    /// Follows the references: each must lead to what the vendor sees or wrote, and where it may write.
    fn resolve(&mut self, entity: Entity, sound: &mut Sound) -> Result<(), Unsound> {
        let snapshot = self.release.snapshot();
        let mut class = None;
        if let Some(identifier) = reference(&sound.body, "class") {
            let found = self.release.find_live(Entity::Class, &identifier);
            class = Some(found.ok_or_else(|| nothing("class"))?);
            sound.links.class = Some(identifier);
        }
        for (name, target) in [
            ("gradingPeriod", Entity::AcademicSession),
            ("academicSession", Entity::AcademicSession),
            ("course", Entity::Course),
        ] {
            if let Some(identifier) = reference(&sound.body, name) {
                self.release.find_live(target, &identifier).ok_or_else(|| nothing(name))?;
            }
        }
        if let Some(identifier) = reference(&sound.body, "category") {
            self.follow(sound, "category", Entity::LineItemCategory, &identifier)?;
            sound.links.category = Some(identifier);
        }
        if let Some(identifier) = reference(&sound.body, "scoreScale") {
            self.follow(sound, "scoreScale", Entity::ScoreScale, &identifier)?;
            sound.links.scale = Some(identifier);
        }
        match entity {
            Entity::LineItem | Entity::ScoreScale | Entity::AssessmentLineItem => {
                if class.is_some_and(|class| !self.release.may_write_for_class(class)) {
                    return Err(nothing("class"));
                }
                if entity == Entity::LineItem {
                    self.fill_school(class, sound)?;
                }
                if let Some(identifier) = reference(&sound.body, "parentAssessmentLineItem") {
                    self.follow(sound, "parentAssessmentLineItem", Entity::AssessmentLineItem, &identifier)?;
                    sound.links.item = Some(identifier);
                }
            }
            Entity::Result | Entity::AssessmentResult => {
                let (name, target) = if entity == Entity::Result {
                    ("lineItem", Entity::LineItem)
                } else {
                    ("assessmentLineItem", Entity::AssessmentLineItem)
                };
                let identifier = reference(&sound.body, name).unwrap_or_default();
                let of_item = match self.follow(sound, name, target, &identifier)? {
                    Found::School(item) => snapshot.gradebook.line_items.class_of(item),
                    Found::Own(class) => class.and_then(|class| self.release.find_live(Entity::Class, &class)),
                };
                sound.links.item = Some(identifier);
                if class.is_some() && class != of_item {
                    return Err(Unsound::new("class", "is not the class of the line item"));
                }
                if target == Entity::LineItem && of_item.is_none() {
                    return Err(nothing("lineItem"));
                }
                sound.links.class = of_item.map(|class| self.release.identifier(Entity::Class, class));
                let student = reference(&sound.body, "student").unwrap_or_default();
                let position = self.release.find_live(Entity::User, &student);
                if !position.is_some_and(|student| self.release.may_write_for(student, of_item)) {
                    if planted::is(Leak::HiddenPersonNamed) && self.release.position(Entity::User, &student).is_some() {
                        return Err(Unsound::new("student", "may not be written for"));
                    }
                    return Err(nothing("student"));
                }
                sound.links.student = Some(student);
            }
            _ => {}
        }
        Ok(())
    }

    /// A line item's school is that of its class.
    fn fill_school(&self, class: Option<u32>, sound: &mut Sound) -> Result<(), Unsound> {
        let school = class.and_then(|class| link(&self.release.snapshot().classes.school, class));
        let school = school.filter(|school| self.release.is_live(Entity::Org, *school));
        let school = school.map(|school| self.release.identifier(Entity::Org, school));
        match (reference(&sound.body, "school"), school) {
            (Some(named), school) if school.as_deref() != Some(&named) => {
                Err(Unsound::new("school", "is not the school of the class"))
            }
            (None, Some(school)) => {
                sound.body.insert("school".to_owned(), json!({"sourcedId": school}));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn follow(
        &mut self,
        sound: &mut Sound,
        name: &'static str,
        target: Entity,
        identifier: &str,
    ) -> Result<Found, Unsound> {
        match written::named(self.conn, self.of, target, identifier)? {
            Named::Own(own) => {
                sound.needs.push((target, identifier.to_owned()));
                Ok(Found::Own(own.links.class))
            }
            Named::Gone => Err(nothing(name)),
            Named::Unused => self.release.find_live(target, identifier).map(Found::School).ok_or_else(|| nothing(name)),
        }
    }
}

/// What is unknown, hidden or not to be written for is refused in the same words.
fn nothing(name: &str) -> Unsound {
    Unsound::new(name, "names nothing that can be written for")
}

fn identifier_in(value: &Value) -> Option<&str> {
    value.get("sourcedId").and_then(Value::as_str)
}

fn reference(body: &Map<String, Value>, name: &str) -> Option<String> {
    body.get(name).and_then(identifier_in).map(str::to_owned)
}

fn pairs(field: &Field, value: &Value) -> Result<Value, Unsound> {
    let wrong = || Unsound::new(field.name, "must be a list of pairs of `itemValueLHS` and `itemValueRHS`");
    let items = value.as_array().filter(|items| !items.is_empty()).ok_or_else(wrong)?;
    let pair = |item: &Value| {
        let side = |name: &str| item.get(name).and_then(Value::as_str);
        Some(json!({"itemValueLHS": side("itemValueLHS")?, "itemValueRHS": side("itemValueRHS")?}))
    };
    items.iter().map(pair).collect::<Option<Vec<_>>>().map(Value::from).ok_or_else(wrong)
}

/// Sets of objectives, by where they come from; those of CASE are UUIDs.
fn objectives(field: &Field, value: &Value, inner: &'static str) -> Result<Value, Unsound> {
    let wrong = |why: &str| Unsound::new(field.name, why);
    let sets = value.as_array().ok_or_else(|| wrong("must be a list"))?;
    let mut read = Vec::with_capacity(sets.len());
    for set in sets {
        let source = set.get("source").and_then(Value::as_str).filter(|source| is_source(source));
        let source = source.ok_or_else(|| {
            wrong("needs a `source` that is `case`, `unknown`, or a slash with small letters or digits")
        })?;
        let items = set.get(inner).and_then(Value::as_array).filter(|items| !items.is_empty());
        let items = items.ok_or_else(|| wrong("needs objectives in each set"))?;
        let mut objectives = Vec::with_capacity(items.len());
        for item in items {
            let id = if inner == "learningObjectiveIds" {
                item.as_str()
            } else {
                item.get("learningObjectiveId").and_then(Value::as_str)
            };
            let id = id.filter(|id| !id.is_empty()).ok_or_else(|| wrong("has an objective without an identifier"))?;
            if source == "case" && uuid::Uuid::parse_str(id).is_err() {
                return Err(wrong("has an identifier of CASE that is no UUID"));
            }
            objectives.push(if inner == "learningObjectiveIds" {
                json!(id)
            } else {
                reached(id, item)
                    .ok_or_else(|| wrong("has a score that is no number, or a text score that is no text"))?
            });
        }
        read.push(json!({"source": source, inner: objectives}));
    }
    Ok(read.into())
}

fn reached(id: &str, item: &Value) -> Option<Value> {
    let mut reached = Map::from_iter([("learningObjectiveId".to_owned(), json!(id))]);
    if let Some(score) = item.get("score").filter(|score| !score.is_null()) {
        score.as_f64()?;
        reached.insert("score".to_owned(), score.clone());
    }
    if let Some(text) = item.get("textScore").filter(|text| !text.is_null()) {
        reached.insert("textScore".to_owned(), json!(text.as_str()?));
    }
    Some(Value::Object(reached))
}

/// The category of a rule's `write` that objects of that kind need.
pub const fn needed_category(entity: Entity) -> Category {
    match entity {
        Entity::Result | Entity::AssessmentResult => Category::AssessmentResult,
        _ => Category::AssessmentItem,
    }
}
