//! When what providers keep of accounts comes into the board's own data: before the next read of another door, but
//! not so often that a provider's synchronization makes every read load the board anew.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::store::account::Which;
use crate::store::memory::Place;

/// The boards whose accounts changed.
#[derive(Debug, Default)]
pub struct Adoption {
    boards: Mutex<HashMap<i64, Board>>,
    n_waiting: AtomicUsize,
}

#[derive(Debug, Default)]
struct Board {
    is_waiting: bool,
    last: Option<Instant>,
    /// Where the board stands, if that counts for its accounts.
    place: Option<Place>,
    /// Where it stood when all of its accounts were looked at last.
    examined: Option<Place>,
}

/// How long loading a board takes for each of its people, with room to spare.
const PER_PERSON: Duration = Duration::from_micros(20);

impl Adoption {
    /// Notes that an account of a board changed.
    pub fn note(&self, tenant_id: i64) {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        let board = boards.entry(tenant_id).or_default();
        if !board.is_waiting {
            board.is_waiting = true;
            self.n_waiting.fetch_add(1, Ordering::Release);
        }
    }

    /// Whether accounts of the board wait, and enough time has passed since the last ones came in.
    pub fn is_due(&self, tenant_id: i64, n_people: u32) -> bool {
        if self.n_waiting.load(Ordering::Acquire) == 0 {
            return false;
        }
        let boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        boards.get(&tenant_id).is_some_and(|board| {
            board.is_waiting && board.last.is_none_or(|last| last.elapsed() >= PER_PERSON * n_people)
        })
    }

    /// Notes where a board stands whose accounts depend on that: its rules, its data and the day say what of them
    /// shows through every door. Says whether rules or the day moved since they were looked at.
    pub fn note_place(&self, tenant_id: i64, place: Place) -> bool {
        let examined = {
            let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
            let board = boards.entry(tenant_id).or_default();
            board.place = Some(place);
            board.examined
        };
        if examined != Some(place) {
            self.note(tenant_id);
        }
        let rules = |place: Place| (place.consent_epoch, place.day);
        examined.is_none_or(|examined| rules(examined) != rules(place))
    }

    /// Begins to bring a board's accounts in: which of them, and where the board stands.
    pub fn begin(&self, tenant_id: i64) -> (Which, Option<Place>) {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        let board = boards.entry(tenant_id).or_default();
        if std::mem::take(&mut board.is_waiting) {
            self.n_waiting.fetch_sub(1, Ordering::Release);
        }
        board.last = Some(Instant::now());
        let which = if board.examined == board.place { Which::Changed } else { Which::All };
        (which, board.place)
    }

    /// Notes that all accounts of a board were looked at as it stood there.
    pub fn end(&self, tenant_id: i64, place: Option<Place>) {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        boards.entry(tenant_id).or_default().examined = place;
    }
}
