//! The orders of a batch, sent by a few workers at once. A resource has one order at most and a batch is at its end
//! before the next begins, so that nothing overtakes anything.
//!
//! Before each request that holds data the board's epochs are read again: after a refusal or a change of a rule
//! nothing leaves that was made before it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::draft::{Draft, Kind, Known};
use super::error::PushError;
use super::profile::Profile;
use super::send::{Outcome, Sender};
use crate::http::App;
use crate::store::memory::Place;
use crate::store::push_queue::Order;
use crate::store::tenant;

/// How many requests are under way at once at one server.
pub const WORKERS: usize = 4;

/// After how long a batch is noted though it isn't at its end, in ms: who stops the server waits for that.
const BATCH_TIME: i64 = 10_000;

/// An order that can be carried out.
pub struct Ready {
    /// The order.
    pub order: Order,
    /// What is given; nothing for what is taken.
    pub draft: Option<Draft>,
    /// The id at the server, if it was noted.
    pub remote: Option<String>,
    /// Whether something is left out that the server doesn't have.
    pub is_partial: bool,
}

/// What came of a batch.
#[derive(Default)]
pub struct Sent {
    /// What was carried out, in the order of the queue.
    pub done: Vec<(Ready, Outcome)>,
    /// What was not.
    pub unsent: Vec<Order>,
    /// Why it stopped, if that was our own fault.
    pub error: Option<PushError>,
}

/// What all workers know.
pub struct Workers<'s> {
    /// The server.
    pub app: &'s App,
    /// The board, by its slug.
    pub tenant: &'s str,
    /// For what state of the board the orders are ready.
    pub place: Place,
    /// The vocabulary.
    pub profile: &'static dyn Profile,
    /// The kind of all resources of the batch.
    pub kind: &'static Kind,
    /// The server's ids of what the drafts refer to.
    pub known: &'s Known,
    /// Carries out one order.
    pub sender: &'s Sender<'s>,
}

/// What they share.
struct Shared {
    waiting: VecDeque<(usize, Ready)>,
    done: Vec<(usize, Ready, Outcome)>,
    began_at: i64,
    is_stopped: bool,
    error: Option<PushError>,
}

impl Workers<'_> {
    /// Sends until nothing waits or something stops it.
    pub fn send(&self, ready: Vec<Ready>) -> Sent {
        let waiting: VecDeque<_> = ready.into_iter().enumerate().collect();
        let (done, began_at) = (Vec::with_capacity(waiting.len()), self.app.clock.now().0);
        let shared = Mutex::new(Shared { waiting, done, began_at, is_stopped: false, error: None });
        // The first goes alone: a server that wants to be left alone isn't asked by all of them.
        if self.step(&shared) {
            let n_workers = lock(&shared).waiting.len().min(WORKERS);
            std::thread::scope(|scope| {
                for _ in 0..n_workers {
                    scope.spawn(|| while self.step(&shared) {});
                }
            });
        }
        let Shared { mut waiting, mut done, error, .. } = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        waiting.make_contiguous().sort_unstable_by_key(|(place, _)| *place);
        done.sort_unstable_by_key(|(place, ..)| *place);
        Sent {
            done: done.into_iter().map(|(_, ready, outcome)| (ready, outcome)).collect(),
            unsent: waiting.into_iter().map(|(_, ready)| ready.order).collect(),
            error,
        }
    }

    /// Carries out one order; `false` if there is none, or it must wait.
    fn step(&self, shared: &Mutex<Shared>) -> bool {
        let Some((place, ready)) = self.next(shared) else { return false };
        let is_current = ready.draft.is_none()
            || self.is_current().unwrap_or_else(|error| {
                lock(shared).error = Some(error);
                false
            });
        let outcome = if is_current { self.carry_out(&ready) } else { Outcome::Left };
        let shared = &mut *lock(shared);
        if let Outcome::Left = outcome {
            shared.is_stopped = true;
            shared.waiting.push_back((place, ready));
            return false;
        }
        shared.done.push((place, ready, outcome));
        true
    }

    fn next(&self, shared: &Mutex<Shared>) -> Option<(usize, Ready)> {
        let shared = &mut *lock(shared);
        shared.is_stopped |= self.sender.is_paused() || self.app.clock.now().0 - shared.began_at > BATCH_TIME;
        if shared.is_stopped { None } else { shared.waiting.pop_front() }
    }

    fn carry_out(&self, ready: &Ready) -> Outcome {
        let remote = ready.remote.as_deref();
        match &ready.draft {
            None => self.sender.take(self.kind, &ready.order, remote),
            Some(draft) => {
                let body = draft.complete(self.known, |link, remote| self.profile.reference(link, remote));
                self.sender.give(self.kind, &ready.order, remote, body)
            }
        }
    }

    /// Whether what was represented is still what the vendor may see.
    fn is_current(&self) -> Result<bool, PushError> {
        let epochs = tenant::epochs(&mut *self.app.database.read()?, self.tenant)?;
        let place = self.place;
        Ok(epochs.is_some_and(|epochs| epochs.data == place.data_epoch && epochs.consent == place.consent_epoch)
            && self.app.clock.now().0.div_euclid(24 * 60 * 60 * 1000) == place.day)
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
