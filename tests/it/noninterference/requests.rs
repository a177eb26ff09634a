//! Requests by chance, from a grammar over every operation, every published field and every parameter, with
//! identifiers and values of both worlds: known ones, hidden ones, and ones that never existed.

use koppelvlak::catalogue::{Entity, Kind, Version};
use koppelvlak::consent::Identifiers;
use koppelvlak::consent::pseudonym::Pseudonyms;
use koppelvlak::keys::MasterKey;
use koppelvlak::oneroster::csv::File;
use koppelvlak::oneroster::operation::Operation;
use koppelvlak::oneroster::{v1p1, v1p2};
use koppelvlak::query::joined::may_be_written;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::edits::Case;
use super::writes::{Good, Own};
use crate::board::set::NOTE;
use crate::board::{Board, Dice};

pub const OPERATORS: [&str; 7] = ["=", "!=", ">", ">=", "<", "<=", "~"];

/// A request, the same for both worlds but for the token.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    pub token: Token,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// What it writes, if it does, and on what that hangs.
    pub written: Option<(Entity, String)>,
    pub below: Option<String>,
}

/// Which token goes with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Own,
    None,
    Wrong,
}

impl Ask {
    /// What nearly all requests are.
    pub fn get(path: String) -> Self {
        Self {
            method: "GET",
            path,
            token: Token::Own,
            headers: Vec::new(),
            body: String::new(),
            written: None,
            below: None,
        }
    }
}

/// Where identifiers and values come from: what stands in either world.
pub struct Grammar {
    boards: Vec<Board>,
    pseudonyms: Option<Pseudonyms>,
    /// How another board names the same objects.
    elsewhere: Pseudonyms,
    pub good: Good,
    pub own: Own,
}

/// The file that holds an entity's objects.
pub fn file(entity: Entity) -> File {
    match entity {
        Entity::Org => File::Orgs,
        Entity::AcademicSession => File::AcademicSessions,
        Entity::Course => File::Courses,
        Entity::Class => File::Classes,
        Entity::Demographics => File::Demographics,
        Entity::Enrollment => File::Enrollments,
        Entity::Resource => File::Resources,
        Entity::LineItemCategory => File::Categories,
        Entity::LineItem => File::LineItems,
        Entity::Result => File::Results,
        Entity::ScoreScale => File::ScoreScales,
        _ => File::Users,
    }
}

/// The entity that a part of an address names.
pub fn entity_of(part: &str) -> Entity {
    match part {
        "orgs" | "schools" => Entity::Org,
        "academicSessions" | "terms" | "gradingPeriods" => Entity::AcademicSession,
        "courses" => Entity::Course,
        "classes" => Entity::Class,
        "enrollments" => Entity::Enrollment,
        "resources" => Entity::Resource,
        "categories" => Entity::LineItemCategory,
        "lineItems" => Entity::LineItem,
        "results" => Entity::Result,
        "scoreScales" => Entity::ScoreScale,
        "assessmentLineItems" => Entity::AssessmentLineItem,
        "assessmentResults" => Entity::AssessmentResult,
        _ => Entity::User,
    }
}

impl Grammar {
    /// A grammar over what stands in these cases, in the words of their vendor.
    pub fn new(cases: &[&Case], key: &MasterKey) -> Self {
        let vendor = cases[0].decisions.vendor(&cases[0].vendor);
        let is_pairwise = vendor.identifiers == Identifiers::Pairwise;
        let pseudonyms = is_pairwise.then(|| Pseudonyms::new(key, super::TENANT, &vendor.id));
        let name = |entity: Entity, id: &str| named(pseudonyms.as_ref(), entity, id);
        Self {
            boards: cases.iter().map(|case| case.board.clone()).collect(),
            good: Good::of(cases[0], name),
            own: Own::default(),
            elsewhere: Pseudonyms::new(key, super::OTHER_TENANT, &vendor.id),
            pseudonyms,
        }
    }

    /// Both boards.
    pub fn boards(&self) -> &[Board] {
        &self.boards
    }

    /// The next request.
    pub fn ask(&self, dice: &mut Dice) -> Ask {
        // Demographics are few of the operations, and the most that there is to hide.
        if dice.chance(6) {
            let operations = *dice.pick(&[v1p1::operations::OPERATIONS, v1p2::rostering::OPERATIONS]);
            return self.ask_for(operations, |operation| operation.entity == Entity::Demographics, dice);
        }
        let operations = dice.pick(&[
            v1p1::operations::OPERATIONS,
            v1p1::operations::OPERATIONS,
            v1p2::rostering::OPERATIONS,
            v1p2::rostering::OPERATIONS,
            v1p2::rostering::OPERATIONS,
            v1p2::rostering::OPERATIONS,
            v1p2::gradebook::OPERATIONS,
            v1p2::resources::OPERATIONS,
        ]);
        self.ask_of(operations, dice)
    }

    /// The next request that reads the gradebook.
    pub fn ask_gradebook(&self, dice: &mut Dice) -> Ask {
        let is_of_gradebook = |operation: &Operation| may_be_written(operation.entity);
        let of_v1p1 = v1p1::operations::OPERATIONS.iter().position(is_of_gradebook).unwrap_or_default();
        let operations = [v1p2::gradebook::OPERATIONS, &v1p1::operations::OPERATIONS[of_v1p1..]];
        self.ask_of(operations[dice.below(2)], dice)
    }

    fn ask_of(&self, operations: &'static [Operation], dice: &mut Dice) -> Ask {
        self.ask_for(operations, |_| true, dice)
    }

    fn ask_for(&self, operations: &'static [Operation], of: impl Fn(&Operation) -> bool, dice: &mut Dice) -> Ask {
        let operations: Vec<&Operation> = operations.iter().filter(|operation| of(operation)).collect();
        let operation = *dice.pick(&operations);
        let tenant = if dice.chance(1) { dice.word(&[super::OTHER_TENANT, "nowhere"]) } else { super::TENANT };
        let mut path = format!("/{tenant}/ims/oneroster/{}/{}", operation.base, self.address(operation, dice));
        let query = self.query(operation, dice);
        if !query.is_empty() {
            path = format!("{path}?{query}");
        }
        let method = if dice.chance(5) {
            "HEAD"
        } else if dice.chance(1) {
            dice.word(&["POST", "DELETE", "OPTIONS"])
        } else {
            "GET"
        };
        let token = if dice.chance(1) { *dice.pick(&[Token::None, Token::Wrong]) } else { Token::Own };
        let mut headers = Vec::new();
        if dice.chance(5) {
            let held = self.own.tags.iter().rfind(|(at, _)| *at == path).or(dice.maybe(&self.own.tags));
            headers.extend(held.map(|(_, tag)| ("If-None-Match", tag.clone())));
        }
        Ask { method, token, headers, ..Ask::get(path) }
    }

    fn address(&self, operation: &Operation, dice: &mut Dice) -> String {
        let mut before = "";
        let mut parts = Vec::new();
        let mut school_of: Option<String> = None;
        for part in operation.path.split('/') {
            if part == "{}" && may_be_written(entity_of(before)) && dice.chance(50) {
                let name = self.own_name(entity_of(before), dice);
                parts.push(utf8_percent_encode(&name, NON_ALPHANUMERIC).to_string());
            } else if part == "{}" {
                let id = self.id(entity_of(before), dice);
                // A class in a school: mostly one that is there.
                let id = match (&school_of, before) {
                    (Some(school), "classes") if dice.chance(70) => self.class_in(school, dice).unwrap_or(id),
                    _ => id,
                };
                school_of = Some(id.clone());
                let name = self.vendors_name(
                    if before == "demographics" { Entity::User } else { entity_of(before) },
                    &id,
                    dice,
                );
                parts.push(utf8_percent_encode(&name, NON_ALPHANUMERIC).to_string());
            } else {
                parts.push(part.to_owned());
            }
            before = part;
        }
        if dice.chance(1) { parts.join("//") + dice.word(&["/", "/x", "%2F"]) } else { parts.join("/") }
    }

    fn class_in(&self, school: &str, dice: &mut Dice) -> Option<String> {
        let rows = dice.pick(&self.boards).active(File::Classes);
        let classes: Vec<String> =
            rows.filter(|row| row.get("schoolSourcedId") == school).map(|row| row.id.clone()).collect();
        dice.maybe(&classes).cloned()
    }

    /// The sourcedId of an object of either world, or of none.
    fn id(&self, entity: Entity, dice: &mut Dice) -> String {
        if dice.chance(4) {
            return (dice.word(&["nobody", "", "P1'", "0", "é"])).to_owned();
        }
        let ids = dice.pick(&self.boards).ids(file(entity));
        dice.maybe(&ids).cloned().unwrap_or_default()
    }

    /// The name under which the vendor would know that object, or sometimes its real one.
    fn vendors_name(&self, entity: Entity, id: &str, dice: &mut Dice) -> String {
        match &self.pseudonyms {
            Some(pseudonyms) if !dice.chance(4) => pseudonyms.identifier(entity, id),
            Some(_) if dice.chance(30) => self.elsewhere.identifier(entity, id),
            _ => id.to_owned(),
        }
    }

    /// An object of either world, shown or hidden, or of none, as the vendor would name it.
    pub fn any(&self, entity: Entity, dice: &mut Dice) -> String {
        let telling = self.of_one_world(entity);
        let is_telling = !telling.is_empty() && dice.chance(35);
        let id = if is_telling { dice.pick(&telling).clone() } else { self.id(entity, dice) };
        self.vendors_name(entity, &id, dice)
    }

    /// What stands in one world alone, so that it is hidden there: these tell most.
    fn of_one_world(&self, entity: Entity) -> Vec<String> {
        let mut ids: Vec<String> = self.boards.iter().flat_map(|board| board.ids(file(entity))).collect();
        ids.sort_unstable();
        ids.chunk_by(|a, b| a == b).filter(|same| same.len() < self.boards.len()).map(|same| same[0].clone()).collect()
    }

    fn query(&self, operation: &Operation, dice: &mut Dice) -> String {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
        let is_list = !operation.path.ends_with("{}");
        if is_list && dice.chance(60) {
            add("filter", self.filter((operation.edition.version, operation.entity), dice));
        }
        if is_list && dice.chance(35) {
            add("sort", any_name((operation.edition.version, operation.entity), dice));
        }
        if is_list && dice.chance(25) {
            add("orderBy", (dice.word(&["asc", "desc", "desc", "desc", "DESC", "up"])).to_owned());
        }
        if dice.chance(15) {
            let names: Vec<String> =
                (0..=dice.below(2)).map(|_| plain_name((operation.edition.version, operation.entity), dice)).collect();
            add("fields", names.join(","));
        }
        if is_list && dice.chance(45) {
            add(
                "limit",
                (dice.word(&["1", "2", "3", "5", "5", "10", "10", "20", "50", "100", "100", "10000", "0", "x"]))
                    .to_owned(),
            );
        }
        if is_list && dice.chance(30) {
            add(
                "offset",
                (dice.word(&["0", "1", "1", "2", "2", "3", "5", "5", "9", "30", "1000000", "-1"])).to_owned(),
            );
        }
        if dice.chance(2) {
            add(
                dice.word(&["cursor", "unknown", "filter", "sort", "fields"]),
                (dice.word(&["", "AAAA", "x'y"])).to_owned(),
            );
        }
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
    }

    fn filter(&self, of: (Version, Entity), dice: &mut Dice) -> String {
        let clauses: Vec<String> = (0..*dice.pick(&[1, 1, 1, 2, 2, 3])).map(|_| self.clause(of, dice)).collect();
        let mut text = clauses[0].clone();
        for clause in clauses.iter().skip(1) {
            let word = dice.word(&["AND", "OR", "and", "or"]);
            text =
                if dice.chance(20) { format!("({text}) {word} {clause}") } else { format!("{text} {word} {clause}") };
        }
        text
    }

    fn clause(&self, of: (Version, Entity), dice: &mut Dice) -> String {
        let name = any_name(of, dice);
        let value = self.value(of.1, &name, dice);
        // Equality and its opposite say most about a value.
        let operator = if dice.chance(50) { dice.word(&["=", "!="]) } else { dice.word(&OPERATORS) };
        clause(&name, operator, &value)
    }

    /// A value that stands in that field somewhere, or anywhere, or nowhere.
    fn value(&self, entity: Entity, name: &str, dice: &mut Dice) -> String {
        let board = dice.pick(&self.boards);
        let text = match self.values_in(board, entity, name) {
            values if !values.is_empty() && dice.chance(90) => dice.pick(&values).clone(),
            _ => (dice.word(&["", "x", "2026-09-01", "Ann", "%", "2026-08-20T08:00:00.000Z", "0", "true"])).to_owned(),
        };
        let cut = text.chars().count().saturating_sub(1);
        let text = if dice.chance(10) { text.chars().take(cut).collect() } else { text };
        if dice.chance(5) { text.to_uppercase() } else { text }
    }

    /// Every value of a field in a board, as the vendor would write it.
    pub fn values_in(&self, board: &Board, entity: Entity, name: &str) -> Vec<String> {
        let rows = |file: File, column: &str| -> Vec<String> {
            board.active(file).map(|row| row.get(column).to_owned()).filter(|text| !text.is_empty()).collect()
        };
        let names = |entity: Entity, ids: Vec<String>| -> Vec<String> {
            let ids = ids.iter().flat_map(|ids| ids.split(','));
            ids.map(|id| self.pseudonyms.as_ref().map_or_else(|| id.to_owned(), |p| p.identifier(entity, id))).collect()
        };
        let (first, member) = name.split_once('.').unwrap_or((name, ""));
        match (first, member) {
            ("sourcedId" | "children", _) => {
                let own = self.own.made.get(&entity).into_iter().flatten().map(|(name, _)| name.clone());
                names(entity, board.ids(file(entity))).into_iter().chain(own).collect()
            }
            ("status", _) => vec!["active".to_owned(), "tobedeleted".to_owned()],
            ("dateLastModified", _) => {
                let own = self.own.times.iter().rev().take(6).cloned();
                super::TIMES.map(str::to_owned).into_iter().chain(own).collect()
            }
            ("metadata", _) => rows(file(entity), NOTE),
            ("roles", "org.sourcedId") | ("orgs", _) => names(Entity::Org, rows(File::Roles, "orgSourcedId")),
            ("role", _) if entity == Entity::User => {
                ["student", "teacher", "administrator", "parent", "aide", "relative"].map(str::to_owned).to_vec()
            }
            ("roles", "role" | "") => rows(File::Roles, "role"),
            ("roles", "beginDate") => rows(File::Roles, "beginDate"),
            ("roles", "endDate") => rows(File::Roles, "endDate"),
            ("roles", "roleType") => rows(File::Roles, "roleType"),
            ("roles", "userProfile") => rows(File::Roles, "userProfileSourcedId"),
            ("userProfiles", "profileId") => board.ids(File::UserProfiles),
            ("userProfiles", member) => rows(File::UserProfiles, member),
            ("userIds", "type") => ["LDAP", "BSN", "eck"].map(str::to_owned).to_vec(),
            ("userIds", _) => ["u1", "u2", "999999990", "https://ketenid.nl/201/aa"].map(str::to_owned).to_vec(),
            ("resources", _) => names(Entity::Resource, board.ids(File::Resources)),
            (_, "type") => ["org", "user", "class", "course", "academicSession"].map(str::to_owned).to_vec(),
            _ => match entity.fields().iter().find(|field| field.name == first) {
                Some(field) => match field.kind {
                    Kind::Reference(target) | Kind::ReferenceList(target) => {
                        names(target, rows(file(entity), field.csv))
                    }
                    _ => rows(file(entity), field.csv),
                },
                None => Vec::new(),
            },
        }
    }
}

fn named(pseudonyms: Option<&Pseudonyms>, entity: Entity, id: &str) -> String {
    pseudonyms.map_or_else(|| id.to_owned(), |pseudonyms| pseudonyms.identifier(entity, id))
}

/// A name that may stand in a filter, or hardly.
fn any_name(of: (Version, Entity), dice: &mut Dice) -> String {
    if dice.chance(2) { "nothing".to_owned() } else { dice.pick(&names(of)).clone() }
}

fn plain_name(of: (Version, Entity), dice: &mut Dice) -> String {
    any_name(of, dice).split('.').next().unwrap_or_default().to_owned()
}

/// A clause of a filter.
pub fn clause(name: &str, operator: &str, value: &str) -> String {
    format!("{name}{operator}'{}'", value.replace('\'', "''"))
}

/// Every name of an entity that may stand in a filter, members of structured values included.
pub fn names((version, entity): (Version, Entity)) -> Vec<String> {
    let mut names: Vec<String> =
        ["sourcedId", "status", "dateLastModified", "metadata.note"].map(str::to_owned).to_vec();
    for field in entity.fields_in(version) {
        let members: &[&str] = match field.kind {
            Kind::Reference(_) | Kind::ReferenceList(_) | Kind::Children(_) | Kind::RoleOrgs | Kind::Resources => {
                &["", ".sourcedId", ".type"]
            }
            Kind::Roles => {
                &["", ".role", ".roleType", ".org.sourcedId", ".org.type", ".beginDate", ".endDate", ".userProfile"]
            }
            Kind::UserIds => &["", ".type", ".identifier"],
            Kind::UserProfiles => {
                &[".profileId", ".profileType", ".vendorId", ".applicationId", ".description", ".credentials"]
            }
            _ => &[""],
        };
        names.extend(members.iter().map(|member| format!("{}{member}", field.name)));
    }
    names.dedup();
    names
}
