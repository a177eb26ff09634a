//! From an object of the API to the cells of its own file, by the binding's columns.
//!
//! Values go over as they are, so that the import judges them. Only what the files can't say otherwise is
//! put differently: a line break or another control becomes a space, a comma in an item of a list a semicolon.
//! An object that files can't name is left out, and so is what needs it.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

use crate::catalogue::{Version, holds_chain_id};
use crate::oneroster::csv::{Column, DROPPED_IN_1P2P1, File, Kind, columns, is_wide_id};

/// An object of the API.
pub(super) type Object = Map<String, Value>;

/// What a class says for objects that only name it.
#[derive(Debug, Clone, Default)]
pub(super) struct Class {
    school: String,
    course: String,
    term: String,
}

/// What all rows of a set share.
pub(super) struct Scene {
    pub(super) version: Version,
    pub(super) is_delta: bool,
    /// The time of a change that has none (RFC 3339).
    pub(super) began: String,
    pub(super) classes: HashMap<String, Class>,
    /// The line items that a result may name, where the set doesn't hold all of the provider's.
    pub(super) line_items: Option<HashSet<String>>,
    /// What the set doesn't hold though the provider has it.
    pub(super) left_out: HashSet<(File, String)>,
}

/// The columns that are written.
pub(super) fn written(version: Version, file: File) -> Vec<&'static Column> {
    columns(version, file).iter().filter(|column| column.name != DROPPED_IN_1P2P1).collect()
}

/// Whether the object is there no more.
pub(super) fn is_gone(object: &Object) -> bool {
    // Version 1.0 called it inactive, and some still do.
    object.get("status").and_then(Value::as_str).is_some_and(|status| status != "active")
}

impl Class {
    /// A class that the board has.
    pub(super) fn stored(school: &str, course: &str) -> Self {
        Self { school: school.to_owned(), course: course.to_owned(), term: String::new() }
    }

    /// What a class says, with its sourcedId.
    pub(super) fn of(class: &Object) -> (String, Self) {
        let term = class.get("terms").and_then(Value::as_array).and_then(|terms| terms.first());
        let says = Self {
            school: reference(class.get("school")),
            course: reference(class.get("course")),
            term: reference(term),
        };
        (text(class.get("sourcedId")), says)
    }
}

impl Scene {
    /// The cells of an object's row; none if it can't say what it must.
    pub(super) fn cells(&self, file: File, object: &Object, keys: &[String]) -> Option<Vec<String>> {
        let is_gone = is_gone(object);
        let id = text(object.get("sourcedId"));
        if !is_name(&id) || (file == File::Demographics && !self.may_name(File::Users, &id)) {
            return None;
        }
        let mut cells = Vec::new();
        for column in written(self.version, file) {
            let cell = match column.kind {
                Kind::Id => id.clone(),
                Kind::Status | Kind::Modified => self.change(column, object),
                _ if is_gone => String::new(),
                _ => match self.named(column, self.cell(file, column, object)) {
                    None => return None,
                    Some(cell) if cell.is_empty() && column.required && self.is_unsayable(file, column) => return None,
                    Some(cell) if column.name == "lineItemSourcedId" && !self.has_line_item(&cell) => return None,
                    Some(cell) => cell,
                },
            };
            cells.push(cell);
        }
        let metadata = object.get("metadata").filter(|_| !is_gone);
        cells.extend(keys.iter().map(|key| text(metadata.and_then(|metadata| metadata.get(key)))));
        Some(cells)
    }

    /// A cell without references to what the set doesn't hold; none if nothing is left of one that must refer.
    pub(super) fn named(&self, column: &Column, cell: String) -> Option<String> {
        let (Kind::Ref(target) | Kind::Refs(target)) = column.kind else { return Some(cell) };
        if cell.is_empty() {
            return Some(cell);
        }
        let kept: Vec<&str> = cell.split(',').filter(|id| self.may_name(target, id)).collect();
        (!kept.is_empty() || !column.required).then(|| kept.join(","))
    }

    /// Whether a row may name an object, as far as the provider has it.
    pub(super) fn may_name(&self, file: File, id: &str) -> bool {
        is_name(id) && !self.left_out.contains(&(file, id.to_owned()))
    }

    /// The status or time of a row, which only sets of changes have.
    pub(super) fn change(&self, column: &Column, object: &Object) -> String {
        if !self.is_delta {
            return String::new();
        }
        if column.kind == Kind::Status {
            return (if is_gone(object) { "tobedeleted" } else { "active" }).to_owned();
        }
        let at = object.get("dateLastModified").and_then(Value::as_str);
        let at = at.and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        at.map_or_else(|| self.began.clone(), |at| at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Millis, true))
    }

    fn cell(&self, file: File, column: &Column, object: &Object) -> String {
        let name = column.name;
        let said = match (file, name) {
            // It is not kept, so it isn't written to a disk either.
            (_, "password") => String::new(),
            (File::Users, "preferredGivenName") => text(object.get("preferredFirstName")),
            (File::Users, "preferredFamilyName") => text(object.get("preferredLastName")),
            (File::LineItems, "gradingPeriodSourcedId" | "academicSessionSourcedId") => {
                let names = ["academicSession", "gradingPeriod"];
                let own = reference(object.get(name.trim_end_matches("SourcedId")));
                let others = names.iter().map(|name| reference(object.get(*name)));
                std::iter::once(own).chain(others).find(|id| !id.is_empty()).unwrap_or_default()
            }
            _ => value(column, object),
        };
        if said.is_empty() { self.unsaid(file, name, object) } else { said }
    }

    /// What files must say and the API may leave out.
    fn unsaid(&self, file: File, name: &str, object: &Object) -> String {
        let class = || self.classes.get(&reference(object.get("class")));
        match (file, name) {
            (File::Classes, "classType") => "scheduled".to_owned(),
            // An opaque word that tells nobody anything new.
            (File::Users, "username") => text(object.get("sourcedId")),
            (File::Users, "enabledUser") => "true".to_owned(),
            (File::ScoreScales, "orgSourcedId") | (File::LineItems, "schoolSourcedId") => {
                class().map(|class| class.school.clone()).unwrap_or_default()
            }
            (File::ScoreScales, "courseSourcedId") => class().map(|class| class.course.clone()).unwrap_or_default(),
            (File::LineItems, "gradingPeriodSourcedId" | "academicSessionSourcedId") => {
                class().map(|class| class.term.clone()).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// Whether a result may name the line item: one that was left out has no results either.
    pub(super) fn has_line_item(&self, id: &str) -> bool {
        self.line_items.as_ref().is_none_or(|items| items.contains(id))
    }

    /// Whether a blank means that files can't hold the object: version 1.1 wants numbers that marks in words
    /// don't have, and what is known of a class only may be missing among changes.
    fn is_unsayable(&self, file: File, column: &Column) -> bool {
        let is_of_class = match file {
            File::ScoreScales => matches!(column.name, "orgSourcedId" | "courseSourcedId"),
            File::LineItems => {
                matches!(column.name, "schoolSourcedId" | "gradingPeriodSourcedId" | "academicSessionSourcedId")
            }
            _ => false,
        };
        column.kind == Kind::Number || (self.is_delta && is_of_class)
    }
}

fn value(column: &Column, object: &Object) -> String {
    let name = column.name;
    match column.kind {
        Kind::Ref(_) => reference(object.get(name.trim_end_matches("SourcedId"))),
        Kind::Refs(_) => {
            let plural = format!("{}s", name.trim_end_matches("SourcedIds"));
            // The first org of version 1.1 is the primary one, so that the order stays.
            let mut ids: Vec<String> = Vec::new();
            for id in items(object, &plural).map(|item| reference(Some(item))) {
                if is_name(&id) && !ids.contains(&id) {
                    ids.push(id);
                }
            }
            ids.join(",")
        }
        Kind::Texts | Kind::Words(_) => {
            items(object, name).map(|item| text(Some(item)).replace(',', ";")).collect::<Vec<_>>().join(",")
        }
        // Days of the API may come with a time.
        Kind::Date => {
            let day = text(object.get(name));
            day.get(.."YYYY-MM-DD".len()).filter(|_| day.contains('T')).map(str::to_owned).unwrap_or(day)
        }
        Kind::Integer => {
            let number = object.get(name).and_then(Value::as_f64);
            // A weight of files is a whole number.
            number.map_or_else(|| text(object.get(name)), |number| format!("{:.0}", number.round()))
        }
        Kind::UserIds => braced(items(object, name), "type", "identifier"),
        Kind::ScoreScale => braced(items(object, name), "itemValueLHS", "itemValueRHS"),
        Kind::Id
        | Kind::Status
        | Kind::Modified
        | Kind::Text
        | Kind::Year
        | Kind::Flag
        | Kind::Number
        | Kind::Word(_) => text(object.get(name)),
    }
}

/// Whether a file may name an object so. An identifier of the chain of vendors names nobody.
fn is_name(id: &str) -> bool {
    is_wide_id(id) && !holds_chain_id(id)
}

pub(super) fn items<'o>(object: &'o Object, name: &str) -> impl Iterator<Item = &'o Value> {
    object.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// The sourcedId of a reference.
pub(super) fn reference(value: Option<&Value>) -> String {
    text(value.and_then(|value| value.get("sourcedId")))
}

/// A plain value in one line; nothing of what isn't plain.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.replace(|c: char| c.is_control() && c != '\t', " "),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => String::new(),
    }
}

/// Pairs as files write them; one that they can't write is left out.
fn braced<'v>(pairs: impl Iterator<Item = &'v Value>, left: &str, right: &str) -> String {
    let pairs = pairs.filter_map(|pair| {
        let (left, right) = (text(pair.get(left)), text(pair.get(right)));
        let is_sound = !left.trim().is_empty()
            && !right.trim().is_empty()
            && !left.contains(['{', '}', ':'])
            && !right.contains(['{', '}']);
        is_sound.then(|| format!("{{{left}:{right}}}"))
    });
    pairs.collect::<Vec<_>>().join(",")
}

/// Adds the names of the extensions of an object that a file can hold.
pub(super) fn note_metadata(object: &Object, keys: &mut BTreeSet<String>) {
    let Some(Value::Object(metadata)) = object.get("metadata").filter(|_| !is_gone(object)) else { return };
    for (key, value) in metadata {
        let is_name = !key.trim().is_empty() && key.len() <= 255 && !key.chars().any(char::is_control);
        if is_name && !text(Some(value)).is_empty() && !keys.contains(key) {
            keys.insert(key.clone());
        }
    }
}
