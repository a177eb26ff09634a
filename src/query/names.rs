//! What objects of the view are called, read once for each view: a page of people names a thousand groups.

use std::sync::OnceLock;

use crate::catalogue::Entity;
use crate::consent::Release;
use crate::store::hydrate::{Selection, hydrate};
use crate::store::{Conn, StoreError};

/// How many are read by one statement.
const CHUNK: usize = 500;

/// The released names of one kind of object by position, once they are read.
#[derive(Debug, Default)]
pub struct Names(OnceLock<Vec<Option<Box<str>>>>);

impl Names {
    /// The names as that field has them; `None` if the board has moved on from the release's data.
    pub fn of(
        &self,
        conn: &mut Conn,
        release: &Release,
        (entity, field): (Entity, &str),
    ) -> Result<Option<&[Option<Box<str>>]>, StoreError> {
        if self.0.get().is_none() {
            let Some(names) = read(conn, release, (entity, field))? else { return Ok(None) };
            drop(self.0.set(names));
        }
        Ok(self.0.get().map(Vec::as_slice))
    }
}

fn read(
    conn: &mut Conn,
    release: &Release,
    (entity, field): (Entity, &str),
) -> Result<Option<Vec<Option<Box<str>>>>, StoreError> {
    let mut names = vec![None; release.snapshot().ids(entity).len() as usize];
    let fields = entity.fields().iter().filter(|other| other.name == field);
    let selection = Selection::new(entity, fields.filter(|field| release.may_show(entity, field.category)));
    let objects: Vec<u32> = release.live(entity).iter().collect();
    for objects in objects.chunks(CHUNK) {
        let Some(records) = hydrate(conn, release, &selection, objects)? else { return Ok(None) };
        for released in records.released(release, &selection, objects) {
            let name = released.fields().find_map(|(place, field)| released.text(place, field));
            if let Some(slot) = names.get_mut(released.position() as usize) {
                *slot = name.map(Box::from);
            }
        }
    }
    Ok(Some(names))
}
