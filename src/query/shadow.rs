//! The school's objects under names that the vendor uses itself. They are not shown to it, because one address
//! names one object, and the vendor's own was there first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;

use crate::catalogue::Entity;
use crate::consent::Release;
use crate::store::written::{self, Of};
use crate::store::{Conn, StoreError};

/// What is known of them in one view. Names are only ever added, so that each is looked up once.
#[derive(Debug, Default)]
pub struct Shadows(Mutex<HashMap<Entity, Known>>);

#[derive(Debug, Clone, Default)]
struct Known {
    /// The vendor's objects up to this number were looked at.
    up_to: i64,
    shadowed: Arc<RoaringBitmap>,
}

impl Shadows {
    /// The school's objects of that kind whose names the vendor has used, visible or not; `last_number` is that of
    /// its latest object.
    pub fn of(
        &self,
        conn: &mut Conn,
        of: Of<'_>,
        (release, entity): (&Release, Entity),
        last_number: i64,
    ) -> Result<Arc<RoaringBitmap>, StoreError> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&entity).cloned().unwrap_or_default();
        if known.up_to >= last_number {
            return Ok(known.shadowed);
        }
        let names = written::names(conn, of, entity, known.up_to)?;
        let more: RoaringBitmap = names.iter().filter_map(|name| release.position(entity, name)).collect();
        let shadowed = if more.is_empty() { known.shadowed } else { Arc::new(&*known.shadowed | more) };
        let known = Known { up_to: last_number, shadowed: Arc::clone(&shadowed) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(entity, known);
        Ok(shadowed)
    }
}
