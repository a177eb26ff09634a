//! Cursors (RFC 9865): where a page ended, sealed for one vendor, one list and one hour.
//!
//! A cursor names the last resource of its page, and in a sorted list what it was sorted by, so that nobody who comes or goes meanwhile makes a client lose or
//! repeat another.

use crate::query::cursor::{self, Bound};
use crate::scim::door::answer::Failure;
use crate::scim::door::exchange::Exchange;
use crate::scim::door::parameters::Parameters;
use crate::scim::refusal::{Refusal, ScimType};
use crate::scim::schema::ResourceType;
use crate::scim::sort::Key;

/// For how long a cursor leads on, in seconds.
pub const LIFETIME: i64 = 3600;

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nowhere yet.
    Start,
    /// In a section, after the resource with this id or number.
    After(usize, String),
    /// In a sorted list, after what had this key; of several the one that the other two name.
    Sorted(Key, usize, String),
}

impl Place {
    /// The same place in a sorted list, where the key is this one.
    pub fn sorted(self, key: Key) -> Option<Self> {
        match self {
            Self::After(section, name) | Self::Sorted(_, section, name) => Some(Self::Sorted(key, section, name)),
            Self::Start => None,
        }
    }
}

/// Cursors as text.
pub struct Mark;

impl Mark {
    /// What a cursor belongs to: another filter or order is another list.
    pub fn bound(types: &[&'static ResourceType], parameters: &Parameters) -> String {
        let names: Vec<&str> = types.iter().map(|resource_type| resource_type.name).collect();
        let Parameters { filter, sort_by, is_descending, .. } = parameters;
        format!("{names:?} {filter:?} {sort_by:?} {is_descending}")
    }

    /// The cursor for a place.
    pub fn seal(exchange: &Exchange<'_>, bound: &str, place: &Place) -> String {
        let place = match place {
            Place::Start => "s".to_owned(),
            Place::After(section, key) => format!("a{section} {key}"),
            Place::Sorted(sorted_by, section, key) => format!("o{section} {} {key}{sorted_by}", key.len()),
        };
        let text = format!("{} {place}", exchange.caller.at.0);
        cursor::seal(&exchange.app.master_key, of(exchange, bound), &text)
    }

    /// The place that a cursor leads to; an empty one leads to the beginning.
    pub fn open(exchange: &Exchange<'_>, bound: &str, text: &str) -> Result<Place, Failure> {
        if text.is_empty() {
            return Ok(Place::Start);
        }
        let invalid = || Refusal::bad(ScimType::InvalidCursor, "the cursor does not belong to this list");
        let opened = cursor::open(&exchange.app.master_key, of(exchange, bound), text).ok_or_else(invalid)?;
        let (made_at, place) = opened.split_once(' ').ok_or_else(invalid)?;
        let made_at: i64 = made_at.parse().map_err(|_| invalid())?;
        if made_at + LIFETIME * 1000 < exchange.caller.at.0 {
            return Err(Refusal::bad(ScimType::ExpiredCursor, "the cursor is older than an hour").into());
        }
        let read = match place.split_at_checked(1) {
            Some(("s", "")) => Some(Place::Start),
            Some(("o", rest)) => sorted(rest),
            Some(("a", rest)) => rest
                .split_once(' ')
                .and_then(|(section, key)| Some(Place::After(section.parse().ok()?, key.to_owned()))),
            _ => None,
        };
        Ok(read.ok_or_else(invalid)?)
    }
}

fn sorted(text: &str) -> Option<Place> {
    let mut parts = text.splitn(3, ' ');
    let (section, length, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (name, key) = rest.split_at_checked(length.parse().ok()?)?;
    Some(Place::Sorted(Key::from_text(key)?, section.parse().ok()?, name.to_owned()))
}

fn of<'b>(exchange: &'b Exchange<'_>, bound: &'b str) -> Bound<'b> {
    Bound { tenant: &exchange.caller.tenant, vendor: &exchange.caller.vendor, path: "scim", query: bound }
}
