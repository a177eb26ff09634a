//! A record as one vendor may see it: the only thing that a representation can be made of.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use crate::catalogue::{Category, Entity, Field};
use crate::clock::Millis;
use crate::consent::release::{Categories, Release, bit};
use crate::planted::{self, Leak};

/// A record as the store has it, by the places of its fields.
pub trait Record<'a> {
    /// What kind of object it is.
    fn entity(&self) -> Entity;
    /// The fields that were read, in order of their places.
    fn fields(&self) -> &'a [&'static Field];
    /// The administration's identifier.
    fn sourced_id(&self) -> &'a str;
    /// When it was first seen, in ms.
    fn created_at(&self) -> i64;
    /// Later changes by category, as JSON.
    fn changed(&self) -> Option<&'a str>;
    /// The text at a place.
    fn text(&self, place: usize) -> Option<&'a str>;
    /// The number at a place.
    fn number(&self, place: usize) -> Option<f64>;
    /// The row id at a place.
    fn row_id(&self, place: usize) -> Option<i64>;
}

/// A record as one vendor may see it. Only [`Release::release`] makes one.
///
/// It notes which categories were read, so that the disclosure says what a response really contained.
///
/// ```compile_fail,E0451
/// use koppelvlak::consent::{Release, Released};
///
/// fn forge<R>(release: &Release, record: R) -> Released<'_, R> {
///     Released { release, record, position: 0, categories: u64::MAX, read: Default::default() }
/// }
/// ```
///
/// A release makes one, of what is in the view:
///
/// ```
/// use koppelvlak::consent::{Release, Released, released::Record};
///
/// fn let_through<'a, R: Record<'a>>(release: &'a Release, record: R) -> Option<Released<'a, R>> {
///     release.release(0, record)
/// }
/// ```
///
/// The record inside can't be taken out:
///
/// ```compile_fail,E0616
/// fn take<'a, R>(released: koppelvlak::consent::Released<'a, R>) -> R {
///     released.record
/// }
/// ```
#[derive(Debug)]
pub struct Released<'a, R> {
    release: &'a Release,
    record: R,
    position: u32,
    categories: Categories,
    read: Cell<Categories>,
}

impl Release {
    /// Lets a record through, with the fields that are released; `None` if the vendor may not know of it.
    pub fn release<'a, R: Record<'a>>(&'a self, position: u32, record: R) -> Option<Released<'a, R>> {
        let entity = record.entity();
        if !self.is_visible(entity, position) {
            return None;
        }
        let categories = self.categories(entity, position);
        Some(Released { release: self, record, position, categories, read: Cell::new(0) })
    }
}

impl<'a, R: Record<'a>> Released<'a, R> {
    /// What kind of object it is.
    pub fn entity(&self) -> Entity {
        self.record.entity()
    }

    /// The release that let it through.
    pub fn release(&self) -> &'a Release {
        self.release
    }

    /// Its position in the snapshot.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// The vendor's identifier of it.
    pub fn identifier(&self) -> Cow<'a, str> {
        self.release.identifier_of(self.entity(), self.record.sourced_id())
    }

    /// `active` or `tobedeleted`.
    pub fn status(&self) -> &'static str {
        if self.is_tombstone() { "tobedeleted" } else { "active" }
    }

    /// Whether it left the view, so that only identifiers are left; whether it went away, or a school or a
    /// person decided so, is not told.
    pub fn is_tombstone(&self) -> bool {
        self.release.recollection().tombstones(self.entity()).contains(self.position)
    }

    /// Whether fields of that category are shown.
    pub fn shows(&self, category: Category) -> bool {
        self.categories & bit(category) != 0
    }

    /// The fields that were read, each with its place for [`Released::text`] and the like.
    pub fn fields(&self) -> impl Iterator<Item = (usize, &'static Field)> + use<'a, R> {
        self.record.fields().iter().copied().enumerate()
    }

    /// A field's text, if it is shown and has one.
    pub fn text(&self, place: usize, field: &Field) -> Option<&'a str> {
        if !self.shows(field.category) {
            let is_planted = planted::is(Leak::PlaceholderFromName) && field.name == "givenName";
            return self.record.text(place).filter(|_| is_planted).and_then(|text| text.get(..1));
        }
        let text = self.record.text(place)?;
        self.note(field.category);
        Some(text)
    }

    /// A field's number, if it is shown and has one.
    pub fn number(&self, place: usize, field: &Field) -> Option<f64> {
        if !self.shows(field.category) {
            return None;
        }
        let number = self.record.number(place)?;
        self.note(field.category);
        Some(number)
    }

    /// The object that a field refers to, if the field is shown and the object is in the view.
    pub fn reference(&self, place: usize, field: &Field, target: Entity) -> Option<u32> {
        if !self.shows(field.category) {
            return None;
        }
        let position = self.release.snapshot().ids(target).position(self.record.row_id(place)?)?;
        let is_live = self.release.is_live(target, position);
        is_live.then(|| self.note(field.category)).map(|()| position)
    }

    /// Notes that a value of the category was shown.
    pub fn note(&self, category: Category) {
        self.read.set(self.read.get() | bit(category));
    }

    /// The categories of which a value was shown.
    pub fn disclosed(&self) -> Categories {
        self.read.get()
    }

    /// When the vendor's view of the record last changed; if it never did since the vendor's first request,
    /// the latest time of the categories that are shown.
    pub fn modified_at(&self) -> Millis {
        self.modified_at_beside(&[])
    }

    /// The same as if these parts of a person's account were withheld.
    pub fn modified_at_beside(&self, unseen: &[Category]) -> Millis {
        if let Some(at) = self.release.recollection().moved_at(self.entity(), self.position, unseen) {
            return Millis(at);
        }
        let mut latest = self.record.created_at();
        if let Some(changed) = self.record.changed() {
            let changes: BTreeMap<Category, i64> = serde_json::from_str(changed).unwrap_or_default();
            for (category, at) in changes {
                let is_shown = self.shows(category) && !unseen.contains(&category);
                let is_told = is_shown && self.release.has_value(self.entity(), category, self.position);
                if is_told || planted::is(Leak::DateOfWithheldField) {
                    latest = latest.max(at);
                }
            }
        }
        Millis(latest)
    }
}
