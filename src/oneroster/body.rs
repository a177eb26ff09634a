//! The body of an answer: released records in the order of the page, and whom it tells about.
//!
//! Each record is written as its row arrives, and put in its place afterwards if the rows came in another order: the
//! rows of a page together would not stay near the processor.

use std::ops::Range;

use crate::audit::told::{People, note, note_person};
use crate::catalogue::{Entity, Field, Kind, Presence};
use crate::consent::written::Own;
use crate::consent::{Categories, Release};
use crate::json::Json;
use crate::oneroster::edition::{Edition, Warning};
use crate::oneroster::gradebook::own;
use crate::oneroster::represent::{Frame, Represented, is_in_snapshot};
use crate::planted::{self, Leak};
use crate::query::{Before, Written};
use crate::store::hydrate::{Selection, each_released};
use crate::store::{Conn, StoreError};

/// Writes what was written before as an element, and says where; `None` if it can't be told any more.
fn copy(json: &mut Json, before: &Before<'_, Categories>) -> Option<Range<usize>> {
    json.element();
    let start = json.len();
    json.written_by(|bytes| before.text(bytes))?;
    Some(start..json.len())
}

/// What stands before the records and after them, and what is warned of.
pub type Around<'a> = (&'a str, &'a str, &'a [Warning]);

/// What all records of a body share.
pub struct Body<'a> {
    /// What the vendor may see.
    pub release: &'a Release,
    /// The version.
    pub edition: &'static Edition,
    /// The address of OneRoster at the board.
    pub root: &'a str,
    /// What kind of objects they are.
    pub entity: Entity,
    /// The members that were asked for; none means all.
    pub members: Option<&'a [String]>,
    /// Objects that were written before with all members, and what each of them tells.
    pub written: Option<&'a Written<Categories>>,
}

impl Body<'_> {
    /// Writes the school's objects, and the vendor's own each at its place; `None` if the board has moved on
    /// meanwhile.
    pub fn write(
        &self,
        conn: &mut Conn,
        (positions, own): (&[u32], &[(usize, Own<'_>)]),
        (head, tail, warnings): Around<'_>,
    ) -> Result<Option<(Vec<u8>, People)>, StoreError> {
        let selection = self.selection();
        let frame = Frame::new((self.edition, self.root), self.entity, selection.fields(), self.members);
        if self.entity == Entity::User {
            let people = &self.release.snapshot().people;
            people.ids.bring_near(positions.iter().flat_map(|position| people.agents(*position)).copied());
        }
        let mut people = People::new();
        let mut json = Json::with_capacity(64 + positions.len() * 1280);
        json.raw(head);
        let start = json.len();
        let mut written: Vec<(usize, Range<usize>)> = Vec::with_capacity(positions.len());
        let before = |position: u32| self.written.and_then(|written| written.get(position));
        let read = self.to_read(positions);
        let mut n_read = read.iter().map(|(place, _)| *place).peekable();
        for (place, position) in positions.iter().enumerate() {
            if n_read.next_if_eq(&place).is_none()
                && let Some(before) = before(*position)
            {
                let Some(record) = copy(&mut json, &before) else { return Ok(None) };
                written.push((place, record));
                note_person(&mut people, self.release, (*position, *before.beside()));
            }
        }
        let at: Vec<u32> = read.iter().map(|(_, position)| *position).collect();
        let is_whole = each_released(conn, self.release, &selection, &at, |n, released| {
            let Some((place, position)) = read.get(n) else { return };
            json.element();
            let start = json.len();
            Represented::new(&frame, released).write(&mut json);
            note(&mut people, released);
            if let Some(kept) = self.written {
                kept.keep(*position, json.since(start), (released.disclosed(), 0));
            }
            written.push((*place, start..json.len()));
        })?;
        if !is_whole {
            return Ok(None);
        }
        if !own.is_empty() || !written.is_sorted_by_key(|(place, _)| *place) {
            written.sort_unstable_by_key(|(place, _)| *place);
            json = self.in_order(&json, start, &written, own);
            for (_, own) in own {
                own::note(&mut people, own);
            }
        }
        json.raw(tail);
        (self.edition.warn)(&mut json, warnings);
        json.raw("}");
        Ok(Some((json.into_bytes(), people)))
    }

    /// The objects that must be read, each with its place: all if most must, because neighbors are read as one range.
    fn to_read(&self, positions: &[u32]) -> Vec<(usize, u32)> {
        let all = positions.iter().copied().enumerate();
        let Some(written) = self.written else { return all.collect() };
        let missing: Vec<(usize, u32)> = all.clone().filter(|(_, position)| written.get(*position).is_none()).collect();
        if missing.len() * 2 > positions.len() { all.collect() } else { missing }
    }

    /// What was written, each record at its place, with the vendor's own between them.
    fn in_order(&self, json: &Json, start: usize, written: &[(usize, Range<usize>)], own: &[(usize, Own<'_>)]) -> Json {
        let mut ordered = Json::with_capacity(json.len() + own.len() * 1024 + 256);
        ordered.copy(json, 0..start);
        let mut own = own.iter().peekable();
        let mut n_written = 0;
        for record in written.iter().map(|(_, record)| Some(record)).chain([None]) {
            while let Some((_, own)) = own.next_if(|(place, _)| *place <= n_written) {
                ordered.element();
                own::write(&mut ordered, own, (self.edition, self.root), self.members);
                n_written += 1;
            }
            if let Some(record) = record {
                ordered.element();
                ordered.copy(json, record.clone());
                n_written += 1;
            }
        }
        ordered
    }

    /// The fields that are read: what the version has, was asked for, and may be shown of anybody.
    fn selection(&self) -> Selection {
        let (version, entity) = (self.edition.version, self.entity);
        let is_asked = |name: &str| self.members.is_none_or(|members| members.iter().any(|m| m == name));
        let is_read = |field: &Field| {
            let stands_in = || {
                entity.fields().iter().any(|other| {
                    is_asked(other.name) && entity.stand_in(version, other.name).is_some_and(|it| it == field)
                })
            };
            // The time of a person's record depends on the roles that are shown.
            field.kind == Kind::Roles
                || (field.presence(version) != Presence::Absent && is_asked(field.name))
                || (field.presence(version) == Presence::Absent && stands_in())
        };
        let may_show =
            |field: &Field| self.release.may_show(entity, field.category) || planted::is(Leak::PlaceholderFromName);
        let is_stored = |field: &Field| !is_in_snapshot(entity, field);
        Selection::new(
            entity,
            entity.fields().iter().filter(|field| is_read(field) && may_show(field) && is_stored(field)),
        )
    }
}
