//! In which order resources come (RFC 7644 §3.4.2.3).

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use super::element::is_primary;
use super::filter::is_present;
use super::fold::fold;
use super::instant::Instant;
use super::path::Path;
use super::refusal::Refusal;
use super::resource::{self, Object};
use super::schema::{Kind, ResourceType, Returned};

/// By what, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The attribute, or the part of one, that decides.
    pub path: Path,
    /// In which direction.
    pub order: Order,
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// From small to great, what has no value last.
    #[default]
    Ascending,
    /// The other way around.
    Descending,
}

/// What one resource is sorted by. The order of its variants is never asked but for the last one.
#[derive(Debug, Clone)]
pub enum Key {
    /// `false` before `true`.
    Boolean(bool),
    /// By size.
    Number(f64),
    /// By time.
    Instant(Instant),
    /// By code points, without letter case where that doesn't matter.
    Text(String),
    /// There is no value: after all that have one.
    Absent,
}

impl Sort {
    /// What `sortBy` and `sortOrder` ask for; what can't be sorted by is refused, as a wrong order is worse.
    pub fn parse(by: &str, order: Option<&str>, resource_type: &ResourceType) -> Result<Self, Refusal> {
        let order = match order.map(str::trim) {
            None | Some("") => Order::Ascending,
            Some(word) if word.eq_ignore_ascii_case("ascending") => Order::Ascending,
            Some(word) if word.eq_ignore_ascii_case("descending") => Order::Descending,
            Some(_) => return Err(Refusal::invalid_value("`sortOrder` must be ascending or descending")),
        };
        let path = Path::parse(by.trim(), resource_type).filter(|path| path.leaf().returned != Returned::Never);
        let path = path.ok_or_else(|| Refusal::invalid_value("`sortBy` must be the name of an attribute"))?;
        let path = match (path.sub, path.attribute.kind) {
            (None, Kind::Complex) => path.attribute.value().map(|value| path.with(value)),
            _ => Some(path),
        };
        let path = path.ok_or_else(|| Refusal::invalid_value("`sortBy` must be a part of that attribute"))?;
        Ok(Self { path, order })
    }

    /// What this resource is sorted by: of several values the preferred one, or else the first.
    pub fn key(&self, resource: &Object) -> Key {
        let chosen = match resource::get(resource, &self.path) {
            Some(Value::Array(elements)) => elements.iter().find(|e| is_primary(e)).or_else(|| elements.first()),
            other => other,
        };
        let value = match self.path.sub {
            Some(sub) => chosen.and_then(|whole| whole.get(sub.name)),
            None => chosen,
        };
        match value {
            Some(value) if is_present(value) => self.key_of(value),
            _ => Key::Absent,
        }
    }

    fn key_of(&self, value: &Value) -> Key {
        let leaf = self.path.leaf();
        match value {
            Value::Bool(value) => Key::Boolean(*value),
            Value::Number(number) => number.as_f64().map_or(Key::Absent, Key::Number),
            Value::String(text) if leaf.kind == Kind::DateTime => {
                Instant::parse(text).map_or(Key::Absent, Key::Instant)
            }
            Value::String(text) if leaf.case_exact => Key::Text(text.clone()),
            Value::String(text) => Key::Text(fold(text).into_owned()),
            Value::Null | Value::Array(_) | Value::Object(_) => Key::Absent,
        }
    }

    /// Which of two keys comes first.
    pub fn compare(&self, a: &Key, b: &Key) -> Ordering {
        match self.order {
            Order::Ascending => a.cmp(b),
            Order::Descending => b.cmp(a),
        }
    }
}

impl Key {
    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Instant(_) => 2,
            Self::Text(_) => 3,
            Self::Absent => 4,
        }
    }
}

/// How many bytes of a text a cursor has at most, since it must fit into an address.
const MOST: usize = 1_000;

impl Key {
    /// The key as a cursor has it: of a very long text only the beginning.
    #[must_use]
    pub fn short(mut self) -> Self {
        if let Self::Text(text) = &mut self {
            let end = (0..=MOST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
            text.truncate(end.unwrap_or_default());
        }
        self
    }

    /// Reads what was written for a cursor.
    pub fn from_text(text: &str) -> Option<Self> {
        let (kind, value) = text.split_at_checked(1)?;
        Some(match kind {
            "b" => Self::Boolean(value.parse().ok()?),
            "n" => Self::Number(f64::from_bits(value.parse().ok()?)),
            "i" => {
                let (seconds, nanos) = value.split_once(' ')?;
                Self::Instant(Instant::from_parts(seconds.parse().ok()?, nanos.parse().ok()?))
            }
            "t" => Self::Text(value.to_owned()),
            "a" => Self::Absent,
            _ => return None,
        })
    }
}

/// The key as text, for a cursor.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "b{value}"),
            Self::Number(number) => write!(f, "n{}", number.to_bits()),
            Self::Instant(at) => {
                let (seconds, nanos) = at.to_parts();
                write!(f, "i{seconds} {nanos}")
            }
            Self::Text(text) => write!(f, "t{text}"),
            Self::Absent => f.write_str("a"),
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Instant(a), Self::Instant(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::USER;

    fn sorted(by: &str, order: Option<&str>, resources: &[Value]) -> Vec<Value> {
        let sort = Sort::parse(by, order, &USER).unwrap();
        let mut sorted = resources.to_vec();
        sorted.sort_by(|a, b| sort.compare(&sort.key(a.as_object().unwrap()), &sort.key(b.as_object().unwrap())));
        sorted
    }

    #[test]
    fn case_matters_where_the_attribute_says_so() {
        let [a, b, c] = [json!({"userName": "ann"}), json!({"userName": "Bo"}), json!({"userName": "ÇA"})];
        let given = [c.clone(), b.clone(), a.clone()];
        assert_eq!(sorted("username", None, &given), [a.clone(), b.clone(), c.clone()]);
        assert_eq!(sorted("userName", Some("Descending"), &given), [c, b, a]);
        let [low, high] = [json!({"externalId": "a"}), json!({"externalId": "B"})];
        assert_eq!(sorted("externalId", None, &[low.clone(), high.clone()]), [high, low]);
    }

    #[test]
    fn what_has_no_value_is_last_and_descending_first() {
        let [none, one, two] = [json!({}), json!({"active": false}), json!({"active": true})];
        let given = [none.clone(), two.clone(), one.clone()];
        assert_eq!(sorted("active", Some("ascending"), &given), [one.clone(), two.clone(), none.clone()]);
        assert_eq!(sorted("active", Some("descending"), &given), [none, two, one]);
    }

    #[test]
    fn lists_sort_by_their_preferred_value_and_times_by_instant() {
        let first = json!({"emails": [{"value": "z"}, {"value": "A", "primary": true}]});
        let second = json!({"emails": [{"value": "b"}, {"value": "a"}]});
        assert_eq!(sorted("emails", None, &[second.clone(), first.clone()]), [first, second]);
        let [early, late] =
            ["2026-01-01T01:00:00+02:00", "2026-01-01T00:00:00Z"].map(|at| json!({"meta": {"created": at}}));
        assert_eq!(sorted("meta.created", None, &[late.clone(), early.clone()]), [early, late]);
    }

    #[test]
    fn a_key_reads_back_from_a_cursor() {
        let at = Instant::parse("1969-12-31T23:59:59.25Z").unwrap();
        for key in [
            Key::Boolean(true),
            Key::Number(-0.1),
            Key::Instant(at),
            Key::Text("a 1".into()),
            Key::Text(String::new()),
            Key::Absent,
        ] {
            assert_eq!(Key::from_text(&key.to_string()), Some(key));
        }
        for wrong in ["", "x", "bx", "i1", "n-"] {
            assert_eq!(Key::from_text(wrong), None);
        }
        assert_eq!(Key::Text("é".repeat(700)).short(), Key::Text("é".repeat(500)));
    }

    #[test]
    fn what_cannot_be_sorted_by_is_refused() {
        for (by, order) in
            [("nosuch", None), ("name", None), ("addresses", None), ("password", None), ("id", Some("up"))]
        {
            assert!(Sort::parse(by, order, &USER).is_err(), "{by}");
        }
    }
}
