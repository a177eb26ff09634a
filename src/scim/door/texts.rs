//! What of the school may hold a text, whatever the case and width of its letters.

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::query::Op;
use crate::scim::door::exchange::{Desk, Exchange};
use crate::scim::fold::{self, fold};
use crate::store::{StoreError, leaf};

impl Exchange<'_> {
    /// Objects with that text somewhere in a field, of those whose field is released.
    pub(super) fn containing(
        &self,
        desk: &mut Desk<'_>,
        (entity, name): (Entity, &'static str),
        text: &str,
    ) -> Result<RoaringBitmap, StoreError> {
        let needle = fold(text).into_owned();
        let mut found = RoaringBitmap::new();
        for field in entity.fields().iter().filter(|field| field.name == name) {
            let (board, conn) = (&self.view.board, &mut *desk.board);
            let holds = |_: u32, text: &str| fold::contains(text, &needle);
            let ask = || leaf::matching(conn, &board.snapshot, (entity, field.column), holds);
            let key = (entity, field.column, "folded", Op::Contains, needle.clone());
            let holding = board.leaf(key, ask)?;
            found |= &*holding & self.release().shown(entity, field.category);
        }
        Ok(found)
    }
}
