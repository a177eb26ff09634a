//! Cursors (RFC 9865): where a page ended, sealed for one vendor, one list and one hour.
//!
//! A cursor names the last resource of its page, so that nobody who comes or goes meanwhile makes a client lose or
//! repeat another.

use crate::query::cursor::{self, Bound};
use crate::scim::door::answer::Failure;
use crate::scim::door::exchange::Exchange;
use crate::scim::door::parameters::Parameters;
use crate::scim::refusal::{Refusal, ScimType};
use crate::scim::schema::ResourceType;

/// For how long a cursor leads on, in seconds.
pub const LIFETIME: i64 = 3600;

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nowhere yet.
    Start,
    /// In a section, after the resource with this id or number.
    After(usize, String),
    /// After that many.
    Many(u64),
}

/// Cursors as text.
pub struct Mark;

impl Mark {
    /// What a cursor belongs to: another filter, order or page size is another list.
    pub fn bound(types: &[&'static ResourceType], parameters: &Parameters) -> String {
        let names: Vec<&str> = types.iter().map(|resource_type| resource_type.name).collect();
        let Parameters { filter, sort_by, is_descending, count, .. } = parameters;
        format!("{names:?} {filter:?} {sort_by:?} {is_descending} {count}")
    }

    /// The cursor for a place.
    pub fn seal(exchange: &Exchange<'_>, bound: &str, place: &Place) -> String {
        let place = match place {
            Place::Start => "s".to_owned(),
            Place::After(section, key) => format!("a{section} {key}"),
            Place::Many(n) => format!("m{n}"),
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
            Some(("m", n)) => n.parse().ok().map(Place::Many),
            Some(("a", rest)) => rest
                .split_once(' ')
                .and_then(|(section, key)| Some(Place::After(section.parse().ok()?, key.to_owned()))),
            _ => None,
        };
        Ok(read.ok_or_else(invalid)?)
    }
}

fn of<'b>(exchange: &'b Exchange<'_>, bound: &'b str) -> Bound<'b> {
    Bound { tenant: &exchange.caller.tenant, vendor: &exchange.caller.vendor, path: "scim", query: bound }
}
