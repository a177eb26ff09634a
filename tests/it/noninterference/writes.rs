//! Writes by chance, from a grammar over every operation that writes: sound and faulty bodies, names of the vendor's
//! own, of other vendors', of what the school shows and hides, and conditions that hold or don't.

use std::collections::BTreeMap;

use koppelvlak::catalogue::{Entity, Field, Kind, Presence};
use koppelvlak::oneroster::csv::File;
use koppelvlak::oneroster::gradebook::operation::{Below, Method, V1P1, V1P2, WriteOperation};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::edits::Case;
use super::requests::{Ask, Grammar, Token, entity_of};
use crate::board::invent::day;
use crate::board::{Dice, Model};
use crate::harness::Reply;

/// Names that every vendor uses, so that they meet.
const NAMES: [&str; 4] = ["w1", "w2", "w3", "ü'4"];

/// What a vendor wrote so far and was told of it.
#[derive(Debug, Clone, Default)]
pub struct Own {
    /// Names of objects that are there, with what they hang on: line items on classes, results on line items.
    pub made: BTreeMap<Entity, Vec<(String, Option<String>)>>,
    /// Tags of answers, with their addresses, the latest last.
    pub tags: Vec<(String, String)>,
    /// Times of objects.
    pub times: Vec<String>,
}

impl Own {
    /// Takes in what came of a request.
    pub fn note(&mut self, ask: &Ask, reply: &Reply) {
        self.tags.extend(reply.headers.get("etag").map(|tag| (ask.path.clone(), tag.clone())));
        let Some((entity, name)) = &ask.written else { return };
        let made = self.made.entry(*entity).or_default();
        match (ask.method, reply.status) {
            ("PUT", 200 | 201) => {
                made.retain(|(other, _)| other != name);
                let object =
                    reply.json().as_object().and_then(|body| body.values().next().cloned()).unwrap_or_default();
                let below =
                    ["lineItem", "assessmentLineItem", "class"].map(|member| object[member]["sourcedId"].as_str());
                made.push((name.clone(), below.into_iter().flatten().next().map(str::to_owned)));
                self.times.extend(object["dateLastModified"].as_str().map(str::to_owned));
            }
            ("POST", 201) => {
                for pair in reply.json()["sourcedIdPairs"].as_array().unwrap() {
                    made.push((pair["allocatedSourcedId"].as_str().unwrap().to_owned(), ask.below.clone()));
                }
            }
            ("DELETE", 204) => made.retain(|(other, _)| other != name),
            _ => {}
        }
    }
}

/// What a write may name with success, in the words of the vendor.
#[derive(Debug, Default)]
pub struct Good {
    classes: Vec<String>,
    /// Pupils, with the classes in which results may be written for them.
    pupils: Vec<(String, Option<String>)>,
    /// The school's line items, with their classes.
    items: Vec<(String, String)>,
    others: BTreeMap<Entity, Vec<String>>,
}

impl Good {
    /// What there is in a case, named by `name`.
    pub fn of(case: &Case, name: impl Fn(Entity, &str) -> String) -> Self {
        let model = Model::new(&case.board, &case.decisions, &case.vendor, day());
        let class_of = |id: &str| case.board.find(File::LineItems, id).unwrap().get("classSourcedId");
        let named = |entity: Entity| model.visible(entity).iter().map(|id| name(entity, id)).collect();
        let pupils = model.writable_results();
        let class = |id: &String| name(Entity::Class, id);
        Self {
            classes: model.writable_classes().iter().map(class).collect(),
            pupils: pupils.iter().map(|(id, at)| (name(Entity::User, id), at.as_ref().map(class))).collect(),
            items: model
                .visible(Entity::LineItem)
                .iter()
                .map(|id| (name(Entity::LineItem, id), name(Entity::Class, class_of(id))))
                .collect(),
            others: [
                Entity::Org,
                Entity::AcademicSession,
                Entity::Course,
                Entity::Class,
                Entity::LineItemCategory,
                Entity::ScoreScale,
            ]
            .map(|entity| (entity, named(entity)))
            .into(),
        }
    }
}

/// A class with a line item in it and a pupil of it, as an object of a write names them together.
struct Place {
    class: String,
    item: String,
    student: String,
}

impl Grammar {
    /// The next write.
    pub fn write(&self, dice: &mut Dice) -> Ask {
        let operations = if dice.chance(30) { V1P1 } else { V1P2 };
        // What others hang on is written most.
        let main = *dice.pick(&["putLineItem", "putLineItem", "putResult", "putResult", "deleteLineItem"]);
        let main = operations.iter().find(|operation| operation.id == main).unwrap();
        let operation = if dice.chance(55) { main } else { dice.pick(operations) };
        let place = self.place(operation.method, dice);
        let (address, name) = self.address_of(operation, &place, dice);
        let is_result = matches!(operation.entity, Entity::Result | Entity::AssessmentResult);
        let below = Some(if is_result { place.item.clone() } else { place.class.clone() });
        let path = format!("/{}/ims/oneroster/{}/{address}", super::TENANT, operation.base);
        let mut headers = Vec::new();
        if dice.chance(22) {
            headers.extend(self.condition(&path, dice));
        }
        let mut body = String::new();
        if operation.method != Method::Delete {
            let kind = if dice.chance(97) { "application/json" } else { dice.word(&["text/plain", "application/x"]) };
            headers.push(("Content-Type", kind.to_owned()));
            body = self.body(operation, &name, &place, dice);
        }
        let written = Some((operation.entity, name));
        Ask { method: operation.method.name(), path, token: Token::Own, headers, body, written, below }
    }

    fn condition(&self, path: &str, dice: &mut Dice) -> Option<(&'static str, String)> {
        let tags = &self.own.tags;
        let of_object = tags.iter().rfind(|(at, _)| at == path);
        Some(match dice.below(6) {
            0 | 1 => ("If-None-Match", "*".to_owned()),
            2 => ("If-Match", "*".to_owned()),
            3 => ("If-Match", "\"guessed\"".to_owned()),
            4 => ("If-Match", dice.maybe(tags)?.1.clone()),
            _ => ("If-Match", of_object?.1.clone()),
        })
    }

    /// A place where the vendor may write, mostly.
    fn place(&self, method: Method, dice: &mut Dice) -> Place {
        let own_items = self.own.made.get(&Entity::LineItem).map_or(&[][..], Vec::as_slice);
        let own = dice.maybe(own_items).cloned();
        let of_school = dice.maybe(&self.good.items).cloned().map(|(item, class)| (item, Some(class)));
        let (item, class) = match (own, of_school) {
            (Some(own), _) if dice.chance(60) => own,
            (_, Some(of_school)) if dice.chance(85) => of_school,
            _ => (self.any(Entity::LineItem, dice), None),
        };
        // A line item may be of any class where the vendor may write; a result is of the line item's.
        let is_of_item = matches!(method, Method::Put | Method::Post(Below::LineItem | Below::SessionOfClass));
        let any = |dice: &mut Dice| match dice.maybe(&self.good.classes) {
            Some(class) if dice.chance(85) => class.clone(),
            _ => self.any(Entity::Class, dice),
        };
        let class = class.filter(|_| is_of_item || dice.chance(50)).unwrap_or_else(|| any(dice));
        let pupils: Vec<&String> =
            self.good.pupils.iter().filter(|(_, at)| at.as_ref() == Some(&class)).map(|(pupil, _)| pupil).collect();
        let student = match dice.maybe(&pupils) {
            Some(pupil) if dice.chance(70) => (*pupil).clone(),
            _ => self.any(Entity::User, dice),
        };
        Place { class, item, student }
    }

    fn address_of(&self, operation: &WriteOperation, place: &Place, dice: &mut Dice) -> (String, String) {
        let mut parts = Vec::new();
        let mut before = "";
        let mut name = String::new();
        for part in operation.path.split('/') {
            if part == "{}" {
                let entity = entity_of(before);
                name = match (operation.method, entity) {
                    (Method::Delete, Entity::LineItem) if dice.chance(50) => self.item_with_results(dice),
                    (Method::Put | Method::Delete, _) => self.own_name(entity, dice),
                    (_, Entity::Class) => place.class.clone(),
                    (_, Entity::LineItem) => place.item.clone(),
                    _ => self.other(entity, dice),
                };
                parts.push(utf8_percent_encode(&name, NON_ALPHANUMERIC).to_string());
            } else {
                parts.push(part.to_owned());
            }
            before = part;
        }
        (parts.join("/"), name)
    }

    /// A line item of the vendor's own that has results, if there is one.
    fn item_with_results(&self, dice: &mut Dice) -> String {
        let results = self.own.made.get(&Entity::Result).map_or(&[][..], Vec::as_slice);
        let is_own = |item: &String| {
            self.own.made.get(&Entity::LineItem).is_some_and(|items| items.iter().any(|(name, _)| name == item))
        };
        let items: Vec<&String> = results.iter().filter_map(|(_, item)| item.as_ref()).filter(|i| is_own(i)).collect();
        match dice.maybe(&items) {
            Some(item) => (*item).clone(),
            None => self.own_name(Entity::LineItem, dice),
        }
    }

    /// A name under which the vendor writes or reads objects of its own: one that is there, one that every vendor
    /// uses, one of the school's, shown or hidden, or none.
    pub fn own_name(&self, entity: Entity, dice: &mut Dice) -> String {
        let made = self.own.made.get(&entity).and_then(|made| dice.maybe(made));
        match dice.below(100) {
            0..50 if made.is_some() => made.map(|(name, _)| name.clone()).unwrap_or_default(),
            0..75 => dice.word(&NAMES).to_owned(),
            75..98 => self.any(entity, dice),
            _ => dice.word(&["", "a b", "0", "%00"]).to_owned(),
        }
    }

    /// Something that a write may refer to, mostly.
    fn other(&self, entity: Entity, dice: &mut Dice) -> String {
        let made = self.own.made.get(&entity).and_then(|made| dice.maybe(made)).map(|(name, _)| name);
        let good = self.good.others.get(&entity).and_then(|names| dice.maybe(names));
        match (made, good) {
            (Some(made), _) if dice.chance(50) => made.clone(),
            (_, Some(good)) if dice.chance(80) => good.clone(),
            _ if dice.chance(30) => dice.word(&NAMES).to_owned(),
            _ => self.any(entity, dice),
        }
    }

    fn body(&self, operation: &WriteOperation, name: &str, place: &Place, dice: &mut Dice) -> String {
        let wrapper = if dice.chance(98) { operation.wrapper } else { "thing" };
        let object = |dice: &mut Dice| Value::Object(self.object(operation, place, dice));
        let mut content = match operation.method {
            Method::Post(_) => (0..*dice.pick(&[1, 1, 2]))
                .map(|i| {
                    let mut object = object(dice);
                    object["sourcedId"] = json!(dice.word(&["s1", "s1", "s1", "s2", NAMES[i]]));
                    object
                })
                .collect(),
            Method::Put | Method::Delete => object(dice),
        };
        if operation.method == Method::Put && dice.chance(30) {
            content["sourcedId"] = json!(if dice.chance(95) { name } else { "another" });
        }
        match dice.below(60) {
            0 => "{".to_owned(),
            1 => "[]".to_owned(),
            _ => json!({wrapper: content}).to_string(),
        }
    }

    fn object(&self, operation: &WriteOperation, place: &Place, dice: &mut Dice) -> Map<String, Value> {
        let mut object = Map::new();
        let version = operation.edition.version;
        for field in operation.entity.fields_in(version) {
            let is_required = field.presence(version) == Presence::Required && field.name != "school";
            let is_needed = is_required || field.name == "score";
            if dice.chance(if is_needed { 98 } else { 15 }) {
                object.insert(field.name.to_owned(), self.member(field, place, dice));
            }
        }
        object
    }

    fn member(&self, field: &Field, place: &Place, dice: &mut Dice) -> Value {
        if dice.chance(1) {
            return dice.pick(&[json!(null), json!(1), json!(""), json!([]), json!({})]).clone();
        }
        let reference = |name: String| json!({"sourcedId": name});
        match field.kind {
            Kind::Reference(Entity::Class) if dice.chance(96) => reference(place.class.clone()),
            Kind::Reference(Entity::LineItem) if dice.chance(96) => reference(place.item.clone()),
            Kind::Reference(Entity::User) => reference(place.student.clone()),
            Kind::Reference(target) => reference(self.other(target, dice)),
            Kind::ScoreScaleLink => reference(self.other(Entity::ScoreScale, dice)),
            Kind::Boolean => json!(dice.chance(50)),
            Kind::Date => json!(dice.word(&["2026-09-01", "2026-10-01T12:00:00Z"])),
            Kind::DateTime => json!(dice.word(&["2026-09-01T08:00:00Z", "2026-10-01"])),
            Kind::Number => dice.pick(&[json!(5), json!(7.5), json!(10)]).clone(),
            Kind::ScoreScaleValues => json!([{"itemValueLHS": "A", "itemValueRHS": "8-10"}]),
            Kind::LearningObjectives => json!([{"source": "/x", "learningObjectiveIds": ["o1"]}]),
            Kind::LearningObjectiveResults => {
                json!([{"source": "/x", "learningObjectiveResults": [{"learningObjectiveId": "o1", "score": 1}]}])
            }
            Kind::Metadata => json!({"note": dice.word(&["Ann", "x"])}),
            _ if field.name == "scoreStatus" => json!(dice.word(&["submitted", "exempt", "fully graded", "ext:x"])),
            _ => json!(dice.word(&["Ann", "Bo", "O'Brien"])),
        }
    }
}
