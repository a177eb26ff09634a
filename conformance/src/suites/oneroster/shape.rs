//! Holds objects against the model: what is missing, what is too much, what has the wrong form.

use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Value};

use super::model::{Count, Entity, Kind, Member};
use super::vocabulary::Words;

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A member that every object has is missing or wrong.
    Base,
    /// A member that is required is missing.
    Missing,
    /// A member that the version doesn't know.
    Unknown,
    /// Not the JSON type that the member has.
    Type,
    /// `null`.
    Null,
    /// Not a day, or not a year.
    Date,
    /// Not an instant in UTC.
    Time,
    /// Not `"true"` or `"false"`.
    Flag,
    /// Not a number.
    Number,
    /// Not a reference to what the member refers to.
    Reference,
    /// An empty list where something must be.
    Empty,
    /// Not a word of the vocabulary.
    Word,
    /// An `ext:` token where none may be, or a malformed one.
    Extension,
}

/// Something that is wrong with an object.
#[derive(Debug, Clone)]
pub struct Flaw {
    /// In which way.
    pub rule: Rule,
    /// In which member: `roles[0].org`.
    pub at: String,
    /// What is there.
    pub what: String,
}

/// What is wrong with an object of that entity.
pub fn flaws(is_v1p2: bool, entity: &Entity, object: &Value) -> Vec<Flaw> {
    let mut look = Look { is_v1p2, flaws: Vec::new() };
    look.object(entity, object, "");
    look.flaws
}

/// An instant as the standard writes it, with whatever number of digits after the second.
pub fn instant(text: &str) -> Option<DateTime<chrono::FixedOffset>> {
    // The W3C's profile of ISO 8601 may leave the seconds out, RFC 3339 may not.
    let whole = match text.strip_suffix('Z') {
        Some(start) if start.matches(':').count() == 1 => format!("{start}:00Z"),
        _ => text.to_owned(),
    };
    DateTime::parse_from_rfc3339(&whole).ok()
}

/// A day as the standard writes it.
pub fn day(text: &str) -> Option<NaiveDate> {
    let has_form = text.len() == 10 && text.bytes().enumerate().all(|(i, byte)| (byte == b'-') == (i == 4 || i == 7));
    if has_form { NaiveDate::parse_from_str(text, "%Y-%m-%d").ok() } else { None }
}

/// The types that a reference to an object may name: 1.1 also knows those of derived collections (§4.13.3).
pub fn reference_types(is_v1p2: bool, to: &'static str) -> Vec<&'static str> {
    let also: &[&str] = match to {
        "academicSession" => &["term", "gradingPeriod"],
        "user" => &["student", "teacher"],
        _ => &[],
    };
    let mut types = vec![to];
    if !is_v1p2 {
        types.extend(also);
    }
    types
}

struct Look {
    is_v1p2: bool,
    flaws: Vec<Flaw>,
}

impl Look {
    fn note(&mut self, rule: Rule, at: &str, what: &str) {
        self.flaws.push(Flaw { rule, at: at.to_owned(), what: what.to_owned() });
    }

    fn object(&mut self, entity: &Entity, object: &Value, at: &str) {
        let Some(members) = object.as_object() else {
            return self.note(Rule::Type, at, &object.to_string());
        };
        for member in entity.members() {
            let at = if at.is_empty() { member.name.to_owned() } else { format!("{at}.{}", member.name) };
            let count = member.count(self.is_v1p2);
            match members.get(member.name) {
                Some(Value::Null) => self.note(Rule::Null, &at, "null"),
                Some(value) if count != Count::Never => self.member(*member, count, value, &at),
                Some(value) => self.note(Rule::Unknown, &at, &value.to_string()),
                None => self.absent(*member, count, &at),
            }
        }
        // 1.1 says of no object that it is closed; what 1.2 brought isn't there all the same.
        if self.is_v1p2 && !entity.is_open {
            self.unknown(entity, members, at);
        }
    }

    fn unknown(&mut self, entity: &Entity, members: &Map<String, Value>, at: &str) {
        for (name, value) in members {
            if entity.members().all(|member| member.name != name) {
                self.note(
                    Rule::Unknown,
                    &format!("{at}{}{name}", if at.is_empty() { "" } else { "." }),
                    &value.to_string(),
                );
            }
        }
    }

    fn absent(&mut self, member: Member, count: Count, at: &str) {
        let is_base = ["sourcedId", "status", "dateLastModified"].contains(&member.name);
        match count {
            Count::Required if is_base => self.note(Rule::Base, at, "absent"),
            Count::Required => self.note(Rule::Missing, at, "absent"),
            Count::Filled => self.note(Rule::Empty, at, "absent"),
            Count::Never | Count::Optional | Count::Any => {}
        }
    }

    fn member(&mut self, member: Member, count: Count, value: &Value, at: &str) {
        if !matches!(count, Count::Any | Count::Filled) {
            return self.value(member, value, at);
        }
        match value.as_array() {
            None => self.note(Rule::Type, at, &value.to_string()),
            Some(values) if values.is_empty() && count == Count::Filled => self.note(Rule::Empty, at, "[]"),
            Some(values) => {
                for (i, value) in values.iter().enumerate() {
                    let at = format!("{at}[{i}]");
                    if value.is_null() {
                        self.note(Rule::Null, &at, &value.to_string());
                    } else {
                        self.value(member, value, &at);
                    }
                }
            }
        }
    }

    fn value(&mut self, member: Member, value: &Value, at: &str) {
        let text = value.as_str();
        let rule = match member.kind {
            Kind::Reference(to) => return self.reference(to, value, at),
            Kind::Part(name) => {
                if let Some(entity) = Entity::named(name) {
                    self.object(entity, value, at);
                }
                return;
            }
            Kind::Word(words) => return self.word(words, value, at),
            Kind::Text if text.is_none() => Rule::Type,
            Kind::Text if member.name == "sourcedId" && text == Some("") => Rule::Base,
            Kind::Uri if text.is_none_or(|text| text.is_empty() || text.contains(char::is_whitespace)) => Rule::Type,
            Kind::Open if !value.is_object() => Rule::Type,
            Kind::Date if text.and_then(day).is_none() => Rule::Date,
            Kind::Year if !text.is_some_and(is_year) => Rule::Date,
            Kind::Time if text.and_then(instant).is_none_or(|at| at.offset().utc_minus_local() != 0) => Rule::Time,
            Kind::Flag if !matches!(text, Some("true" | "false")) => Rule::Flag,
            Kind::Number if !value.is_number() => Rule::Number,
            _ => return,
        };
        self.note(rule, at, &value.to_string());
    }

    fn word(&mut self, words: &Words, value: &Value, at: &str) {
        let known = if self.is_v1p2 { words.v1p2 } else { words.v1p1 };
        let Some(text) = value.as_str() else { return self.note(Rule::Type, at, &value.to_string()) };
        if known.contains(&text) {
            return;
        }
        match text.strip_prefix("ext:") {
            Some(token) if self.is_v1p2 && words.is_extensible && is_token(token) => {}
            Some(_) => self.note(Rule::Extension, at, &value.to_string()),
            None if at == "status" => self.note(Rule::Base, at, &value.to_string()),
            None => self.note(Rule::Word, at, &value.to_string()),
        }
    }

    fn reference(&mut self, to: &'static str, value: &Value, at: &str) {
        let member = |name: &str| value.get(name).and_then(Value::as_str);
        let has_id = member("sourcedId").is_some_and(|id| !id.is_empty());
        let has_address = member("href").is_some_and(|href| {
            href.split_once("://").is_some_and(|(scheme, rest)| matches!(scheme, "http" | "https") && !rest.is_empty())
        });
        let has_type = member("type").is_some_and(|named| reference_types(self.is_v1p2, to).contains(&named));
        let has_more = self.is_v1p2 && value.as_object().is_some_and(|members| members.len() > 3);
        if !(has_id && has_address && has_type) || has_more {
            self.note(Rule::Reference, at, &value.to_string());
        }
    }
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_an_instant_are_written_one_way() {
        assert!(day("2026-08-01").is_some());
        assert!(
            ["2026-8-1", "2026-08-01T00:00:00Z", "20260801", "2026-02-30"].into_iter().all(|text| day(text).is_none())
        );
        assert!(instant("2012-04-23T18:25Z").is_some() && instant("2012-04-23T18:25:43.511Z").is_some());
        assert!(instant("2012-04-23T18:25:43").is_none());
    }

    #[test]
    fn what_1_2_brought_is_unknown_to_1_1_and_the_other_way_round() {
        let Some(user) = Entity::named("user") else { panic!("there are users") };
        let object = serde_json::json!({"pronouns": "they", "role": "student", "nickname": "x"});
        let unknown = |is_v1p2| -> Vec<String> {
            let flaws = flaws(is_v1p2, user, &object).into_iter();
            flaws.filter(|flaw| flaw.rule == Rule::Unknown).map(|flaw| flaw.at).collect()
        };

        assert_eq!(unknown(true), ["role", "nickname"]);
        assert_eq!(unknown(false), ["pronouns"]);
    }
}
