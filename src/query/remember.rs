//! Brings a vendor's memory to what its release shows now, once for all nodes.
//!
//! Whoever first asks after a change compares, and keeps what follows before it answers. The row of the
//! vendor is locked meanwhile, so that all nodes give the same time to the same change.

use crate::consent::memory::Moment;
use crate::consent::{Memory, Release};
use crate::planted::{self, Leak};
use crate::query::Asked;
use crate::store::connection::transaction;
use crate::store::memory::{self, Kept, Place};
use crate::store::{Conn, Database, StoreError, written};

/// Lets the release remember; `false` if another node has seen a later state of the board already.
pub fn remember(database: &Database, asked: &Asked<'_>, release: &mut Release) -> Result<bool, StoreError> {
    let vendor = &asked.connection.vendor;
    let place = Place {
        data_epoch: release.snapshot().epoch,
        consent_epoch: asked.consent_epoch,
        day: asked.now.0.div_euclid(24 * 60 * 60 * 1000),
    };
    let kept = memory::read(&mut *database.read_activity()?, asked.tenant_id, vendor)?;
    let known = kept.filter(|kept| kept.place == place).and_then(|kept| Memory::decode(&kept.body));
    let memory = match known {
        Some(memory) => Some(memory),
        None => transaction(&mut *database.write_activity()?, |conn| advance(conn, asked, place, release))?,
    };
    let Some(memory) = memory else { return Ok(false) };
    let recollection = memory.recall(release);
    release.remember(recollection);
    Ok(true)
}

fn advance(conn: &mut Conn, asked: &Asked<'_>, place: Place, release: &Release) -> Result<Option<Memory>, StoreError> {
    let of = (asked.tenant_id, asked.connection.vendor.as_str());
    let kept = memory::lock(conn, of.0, of.1)?;
    if let Some(kept) = &kept {
        // Epochs that were read twice are what they are, as after a board was restored from a copy.
        if place.is_before(kept.place) && !asked.is_certain {
            return Ok(None);
        }
    }
    let last = kept.as_ref().and_then(|kept| Memory::decode(&kept.body));
    if let (Some(kept), Some(last)) = (&kept, &last)
        && kept.place == place
    {
        return Ok(Some(last.clone()));
    }
    let received = memory::received(conn, of.0, of.1)?;
    let data_at = release.snapshot().data_at;
    // At first the vendor is told times of imports, which may lie ahead of the clock.
    let (version, last_at) = kept.as_ref().map_or((0, data_at), |kept| (kept.version, kept.last_at));
    // Later than whatever the vendor was told before, its own writes included, though the clock went back: a client
    // asks for what changed since the time of an answer. The clock is read after the epochs, so that no answer of before
    // the change can have a later time.
    let wrote_at = written::progress(conn, of)?.map_or(0, |progress| progress.last_at);
    let floor = last_at.max(memory::last_answered(conn, of.0, of.1)?).max(wrote_at) + 1;
    let now = asked.clock.now().0;
    let at = if planted::is(Leak::ClockBelieved) { now } else { now.max(floor) };
    let (memory, differs) = match (&kept, last) {
        (Some(kept), Some(last)) => {
            let data_since = (kept.data_at <= data_at).then_some(kept.data_at);
            last.advance(release, &received, Moment { at, data_since })
        }
        (Some(_), None) => (Memory::default().advance(release, &received, Moment { at, data_since: None }).0, true),
        (None, _) => (Memory::first(release, &received, at), true),
    };
    let last_at = if differs { at.max(last_at) } else { last_at };
    let body = differs.then(|| memory.encode());
    let kept = Kept { version: version + 1, place, data_at, last_at, body: Vec::new() };
    memory::keep(conn, of, &kept, body)?;
    Ok(Some(memory))
}
