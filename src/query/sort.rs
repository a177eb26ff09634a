//! What lists are sorted by, and where in a sorted list a page ended.

use std::cmp::Ordering;

use crate::catalogue::word::in_version;
use crate::catalogue::{Category, Entity, Field, Kind, Version};
use crate::consent::Release;
use crate::query::filter::fields;
use crate::query::main_role;
use crate::query::modified;
use crate::query::value::as_instant;
use crate::store::{Conn, StoreError, leaf};

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// Nothing was asked for: the school's objects by the vendor's identifier, then the vendor's own as it made them.
    Unsorted,
    /// The vendor's identifier.
    SourcedId,
    /// `active` before `tobedeleted`.
    Status,
    /// When the vendor's view of the object last changed.
    DateLastModified,
    /// A field with single values.
    Field(&'static str),
    /// A field by its word in the vocabulary of that version.
    Worded(Version, &'static str),
}

/// Which way a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

impl Direction {
    /// An order of values as an order of places.
    pub const fn of(self, order: Ordering) -> Ordering {
        match self {
            Self::Ascending => order,
            Self::Descending => order.reverse(),
        }
    }
}

/// Whether a field of that kind has single values that sort in the database.
pub fn is_sortable(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Boolean | Kind::Date | Kind::DateTime | Kind::Number | Kind::MainRole)
}

/// A value that sorts: absent ones come after all others.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum SortValue {
    /// A number, or a time.
    Number(f64),
    /// Text.
    Text(String),
    /// None, or a withheld one.
    Absent,
}

impl SortValue {
    /// How two values sort.
    pub fn order(&self, other: &Self) -> Ordering {
        self.partial_cmp(other).unwrap_or(Ordering::Equal)
    }

    /// What a field sorts by, of what its column holds.
    pub fn of_stored(field: &Field, stored: &leaf::Value) -> Self {
        match stored {
            leaf::Value::Text(text) if field.kind == Kind::DateTime => Self::Text(as_instant(text)),
            leaf::Value::Text(text) => Self::Text(text.clone()),
            leaf::Value::Number(number) => Self::Number(*number),
        }
    }

    /// A time (ms).
    #[expect(clippy::cast_precision_loss, reason = "times in ms are exact in 53 bits")]
    pub const fn time(at: i64) -> Self {
        Self::Number(at as f64)
    }

    /// Whether a deleted object's status is told.
    pub fn status(is_deleted: bool) -> Self {
        Self::Number(f64::from(u8::from(is_deleted)))
    }
}

/// The last object of a page, as it was shown: whatever becomes of it, the next page begins after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Last {
    /// The vendor's identifier of it.
    pub identifier: String,
    /// What it sorted by.
    pub value: SortValue,
    /// Its number among the vendor's own, if it is one of those.
    pub own: Option<i64>,
}

/// How many bytes of a value a mark has at most, since it must fit into an address.
const MOST: usize = 1_000;

impl Last {
    /// The object and its value, of which only the beginning counts if it is very long.
    pub fn new(identifier: String, mut value: SortValue, own: Option<i64>) -> Self {
        if let SortValue::Text(text) = &mut value {
            text.truncate(beginning(text).len());
        }
        Self { identifier, value, own }
    }

    /// Where another value sorts beside that of this object.
    pub fn order(&self, other: &SortValue) -> Ordering {
        match (other, &self.value) {
            (SortValue::Text(text), SortValue::Text(last)) => beginning(text).cmp(last),
            (other, last) => other.order(last),
        }
    }

    /// The whole as text, for a mark.
    pub fn to_text(&self) -> String {
        let own = self.own.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let (kind, value) = match &self.value {
            SortValue::Number(number) => ("n", format!("{:x}", number.to_bits())),
            SortValue::Text(text) => ("t", text.clone()),
            SortValue::Absent => ("a", String::new()),
        };
        format!("{own} {kind} {} {value}{}", value.len(), self.identifier)
    }

    /// Reads what [`Last::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, ' ');
        let (own, kind, length, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (value, identifier) = rest.split_at_checked(length.parse().ok()?)?;
        let value = match kind {
            "n" => SortValue::Number(f64::from_bits(u64::from_str_radix(value, 16).ok()?)),
            "t" => SortValue::Text(value.to_owned()),
            "a" => SortValue::Absent,
            _ => return None,
        };
        let own = if own == "-" { None } else { Some(own.parse().ok()?) };
        Some(Self { identifier: identifier.to_owned(), value, own })
    }
}

fn beginning(text: &str) -> &str {
    let end = (0..=MOST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// What one object of the school sorts by, as the vendor sees it.
pub fn of_school(
    conn: &mut Conn,
    release: &Release,
    (entity, position): (Entity, u32),
    key: SortKey,
) -> Result<SortValue, StoreError> {
    let mut stored = |column| leaf::value(conn, release.snapshot(), (entity, column), position);
    Ok(match key {
        SortKey::Unsorted => SortValue::Absent,
        SortKey::SourcedId => SortValue::Text(release.identifier(entity, position)),
        SortKey::Status => SortValue::status(release.recollection().tombstones(entity).contains(position)),
        SortKey::DateLastModified => {
            let times = modified::times(release, entity, &[position].into_iter().collect());
            times.first().map_or(SortValue::Absent, |(_, at)| SortValue::time(*at))
        }
        SortKey::Worded(version, name) => {
            let Some(field) = fields(entity, name).next() else { return Ok(SortValue::Absent) };
            match stored(field.column)? {
                Some(leaf::Value::Text(text)) if release.shows(entity, field.category, position) => {
                    worded(version, entity, name, &text)
                }
                _ => SortValue::Absent,
            }
        }
        SortKey::Field(name) if fields(entity, name).any(|field| field.kind == Kind::MainRole) => {
            let word = main_role::word(release, position);
            let shown = word.filter(|_| release.shows(entity, Category::Identity, position));
            shown.map_or(SortValue::Absent, |word| SortValue::Text(word.to_owned()))
        }
        SortKey::Field(name) => {
            for field in fields(entity, name).filter(|field| is_sortable(field.kind) && !field.column.is_empty()) {
                if release.shows(entity, field.category, position)
                    && let Some(found) = stored(field.column)?
                {
                    return Ok(SortValue::of_stored(field, &found));
                }
            }
            SortValue::Absent
        }
    })
}

/// A word in the vocabulary of a version.
pub fn worded(version: Version, entity: Entity, field: &str, word: &str) -> SortValue {
    in_version(version, entity, field, word).map_or(SortValue::Absent, |word| SortValue::Text(word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_last_shown_reads_back_from_a_mark() {
        let values = [SortValue::Absent, SortValue::Number(-0.1), SortValue::Text("de 1 Vries é".into())];
        for value in values {
            for own in [None, Some(7)] {
                let last = Last::new("p 1".into(), value.clone(), own);

                assert_eq!(Last::from_text(&last.to_text()), Some(last));
            }
        }
        for text in ["", "p-1", "- t 9 x", "- z 0 p", "x a 0 p"] {
            assert_eq!(Last::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn of_a_very_long_value_the_beginning_counts() {
        let long = format!("{}é", "x".repeat(MOST - 1));
        let last = Last::new("p".into(), SortValue::Text(long.clone()), None);

        assert_eq!(last.value, SortValue::Text("x".repeat(MOST - 1)));
        assert_eq!(last.order(&SortValue::Text(long)), Ordering::Equal);
        assert_eq!(last.order(&SortValue::Absent), Ordering::Greater);
    }
}
