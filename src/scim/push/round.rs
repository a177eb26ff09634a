//! Some orders of the queue, carried out: completed from what the vendor may see at this moment, recorded as
//! disclosed, sent, and noted.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::draft::{Draft, Kind, Known};
use super::error::PushError;
use super::profile::{Profile, Scene};
use super::run::Pusher;
use super::send::{Outcome, Sender};
use super::workers::{Ready, Sent, Workers};
use crate::audit::Disclosure;
use crate::audit::told::People;
use crate::catalogue::Entity;
use crate::clock::Millis;
use crate::http::request_id::RequestId;
use crate::keys;
use crate::store::connection::transaction;
use crate::store::memory::Place;
use crate::store::push_queue::{self, Operation, Order, Standing};
use crate::store::pushed::Given;
use crate::store::written::Of;
use crate::store::{Conn, push_state, pushed};

/// How many orders are carried out between two notes.
const BATCH: i64 = 50;
/// How often an order is tried before it is a dead letter.
pub const TRIES: i64 = 5;
/// The longest that is waited between two tries, in ms; a server may ask for more.
const LONGEST: i64 = 3_600_000;

/// How a round ended.
pub enum Ended {
    /// The board moved: compare again.
    Moved,
    /// Orders were carried out, or put off.
    Worked,
    /// Nothing may be sent before that time.
    Waits(Millis),
    /// The queue is empty but for dead letters.
    Nothing,
}

/// Carries out the first orders that are due.
pub fn round(
    pusher: &mut Pusher<'_>,
    (profile, scene): (&'static dyn Profile, Option<Scene<'_>>),
    sender: &Sender<'_>,
    place: Place,
) -> Result<Ended, PushError> {
    let (app, of) = (pusher.app, pusher.of());
    let now = app.clock.now().0;
    let (rests_until, orders) = {
        let conn = &mut *app.database.read_activity()?;
        let rests_until = push_state::read(conn, of)?.map_or(0, |state| state.not_before);
        (rests_until, if rests_until > now { Vec::new() } else { push_queue::due(conn, of, now, BATCH)? })
    };
    let Some(first) = orders.first() else {
        let next = push_queue::next_due(&mut *app.database.read_activity()?, of)?;
        return Ok(next.map_or(Ended::Nothing, |next| Ended::Waits(Millis(next.max(rests_until)))));
    };
    let Some(kind) = profile.kinds().iter().find(|kind| kind.name == first.kind) else { return Ok(Ended::Moved) };
    let phase = first.phase;
    let orders: Vec<Order> = orders.into_iter().filter(|order| order.phase == phase).collect();
    let mut batch = Batch { pusher, profile, kind, place, known: Known::new() };
    let Some((ready, deferred)) = batch.prepare(scene, orders)? else { return Ok(Ended::Moved) };
    batch.disclose(scene, &ready)?;
    transaction(&mut *app.database.write_activity()?, |conn| {
        batch.pusher.hold(conn)?;
        ready.iter().try_for_each(|ready| push_queue::start(conn, of, &ready.order))?;
        Ok::<_, PushError>(deferred.iter().try_for_each(|order| push_queue::defer(conn, of, order))?)
    })?;
    batch.send(sender, ready)?;
    Ok(Ended::Worked)
}

/// What can be carried out, and what must wait.
type Prepared = (Vec<Ready>, Vec<Order>);

/// Orders of one phase: all of one kind, and all give or all take.
struct Batch<'p, 'a> {
    pusher: &'p mut Pusher<'a>,
    profile: &'static dyn Profile,
    kind: &'static Kind,
    place: Place,
    /// The server's ids of what the drafts refer to.
    known: Known,
}

impl Batch<'_, '_> {
    /// Makes orders ready; `None` if the board moved.
    fn prepare(&mut self, scene: Option<Scene<'_>>, orders: Vec<Order>) -> Result<Option<Prepared>, PushError> {
        let of = self.pusher.of();
        let mut drafts: HashMap<String, Draft> = HashMap::new();
        if let Some(scene) = scene {
            let given = orders.iter().filter(|order| order.operation == Operation::Give);
            let keys: Vec<_> =
                given.filter_map(|order| self.pusher.key(scene, self.profile, self.kind, &order.id)).collect();
            let board = &mut *self.pusher.app.database.read()?;
            let Some(found) = self.profile.drafts(scene, board, self.kind, &keys)? else { return Ok(None) };
            drafts.extend(found.into_iter().map(|draft| (draft.id.clone(), draft)));
        }
        let conn = &mut *self.pusher.app.database.read_activity()?;
        self.known = known(conn, of, drafts.values())?;
        let ids: Vec<String> = orders.iter().map(|order| order.id.clone()).collect();
        let mut remotes = pushed::remote_ids(conn, of, self.kind.name, &ids)?;
        let (mut ready, mut deferred) = (Vec::new(), Vec::new());
        let in_batch: HashSet<&String> = ids.iter().collect();
        for mut order in orders {
            let remote = remotes.remove(&order.id);
            if order.operation == Operation::Take {
                ready.push(Ready { order, draft: None, remote, is_partial: false });
                continue;
            }
            // The queue was made for this very view: what it gives is in it.
            let Some(draft) = drafts.remove(&order.id) else { return Ok(None) };
            // What refers to another resource of the batch comes with the next one, when that is there.
            if draft.missing(&self.known).any(|link| link.kind == self.kind.name && in_batch.contains(&link.id)) {
                continue;
            }
            match self.lacks(conn, &draft)? {
                Lacks::Nothing => ready.push(Ready { order, draft: Some(draft), remote, is_partial: false }),
                Lacks::Some => ready.push(Ready { order, draft: Some(draft), remote, is_partial: true }),
                Lacks::Until(at) => {
                    order.not_before = at.max(self.now() + 1);
                    order.last_error = Some("it waits for what it refers to".to_owned());
                    deferred.push(order);
                }
                Lacks::Needed => {
                    order.standing = Standing::Dead;
                    order.last_error = Some("what it refers to could not be given".to_owned());
                    deferred.push(order);
                }
            }
        }
        Ok(Some((ready, deferred)))
    }

    fn now(&self) -> i64 {
        self.pusher.app.clock.now().0
    }

    /// What the server must be given before, or never will be.
    fn lacks(&self, conn: &mut Conn, draft: &Draft) -> Result<Lacks, PushError> {
        let mut lacks = Lacks::Nothing;
        for link in draft.missing(&self.known) {
            match push_queue::find(conn, self.pusher.of(), link.kind, &link.id)? {
                Some(order) if order.standing == Standing::Queued => return Ok(Lacks::Until(order.not_before)),
                _ if link.is_needed => return Ok(Lacks::Needed),
                _ => lacks = Lacks::Some,
            }
        }
        Ok(lacks)
    }

    /// Makes durable whom the requests will tell about.
    fn disclose(&self, scene: Option<Scene<'_>>, ready: &[Ready]) -> Result<(), PushError> {
        let Some(scene) = scene else { return Ok(()) };
        let mut people = People::new();
        for (categories, told) in ready.iter().filter_map(|ready| ready.draft.as_ref()).flat_map(|draft| &draft.told) {
            match people.iter_mut().find(|(known, _)| known == categories) {
                Some((_, all)) => *all |= told,
                None => people.push((*categories, told.clone())),
            }
        }
        if people.is_empty() {
            return Ok(());
        }
        let disclosure = Disclosure {
            tenant_id: self.pusher.tenant_id,
            at: self.pusher.app.clock.now(),
            vendor: Arc::clone(scene.release().vendor()),
            request_id: RequestId::from_header(None).shared(),
            rules: Arc::clone(scene.release().rules()),
            entity: Entity::User.name(),
            records: u32::try_from(ready.len()).unwrap_or(u32::MAX),
            people,
            objects: None,
        };
        Ok(self.pusher.timer.block_on(self.pusher.app.recorder.record(disclosure))?)
    }

    /// Sends, and notes what came of it; what was not sent any more stays as it was.
    fn send(mut self, sender: &Sender<'_>, ready: Vec<Ready>) -> Result<(), PushError> {
        let Self { profile, kind, place, .. } = self;
        let Pusher { app, tenant, .. } = *self.pusher;
        let workers = Workers { app, tenant, place, profile, kind, known: &self.known, sender };
        let Sent { done, unsent, error } = workers.send(ready);
        self.note(done, &unsent)?;
        error.map_or(Ok(()), Err)
    }

    fn note(&mut self, done: Vec<(Ready, Outcome)>, unsent: &[Order]) -> Result<(), PushError> {
        let (now, of) = (self.now(), self.pusher.of());
        let database = &self.pusher.app.database;
        let failures = push_state::read(&mut *database.read_activity()?, of)?.map_or(0, |state| state.failures);
        let noted = transaction(&mut *database.write_activity()?, |conn| {
            unsent.iter().try_for_each(|order| push_queue::defer(conn, of, order))?;
            let (mut noted, mut pauses) = (Noted::default(), Vec::new());
            for (Ready { mut order, is_partial, remote, .. }, outcome) in done {
                match outcome {
                    Outcome::Given(remote_id) => {
                        noted.given += 1;
                        noted.is_new = (noted.is_new || remote.is_none()) && !is_partial;
                        noted.is_partial |= is_partial;
                        let (kind, id, hash) = (&order.kind, &order.id, &order.hash);
                        let given = Given { kind, id, remote_id: &remote_id, hash, is_partial };
                        pushed::put(conn, of, &given)?;
                        push_queue::drop_order(conn, of, &order.kind, &order.id)?;
                        push_state::succeeded(conn, of, now)?;
                    }
                    Outcome::Taken => {
                        noted.taken += 1;
                        pushed::forget(conn, of, &order.kind, &order.id)?;
                        push_queue::drop_order(conn, of, &order.kind, &order.id)?;
                        push_state::succeeded(conn, of, now)?;
                    }
                    Outcome::Failed { error, is_open } => {
                        noted.failed += 1;
                        order.is_started = is_open;
                        order.attempts += 1;
                        order.not_before = now + backoff(order.attempts)?;
                        order.standing = if order.attempts < TRIES { Standing::Queued } else { Standing::Dead };
                        order.last_error = Some(error);
                        push_queue::defer(conn, of, &order)?;
                    }
                    Outcome::Paused { error, seconds } => {
                        noted.failed += 1;
                        pauses.push((order, error, seconds));
                    }
                    Outcome::Left => push_queue::defer(conn, of, &order)?,
                }
            }
            // The last word, whatever else came meanwhile.
            pause(conn, of, (now, failures), pauses)?;
            Ok::<_, PushError>(noted)
        })?;
        let summary = &mut self.pusher.summary;
        summary.given += noted.given;
        summary.taken += noted.taken;
        summary.failed += noted.failed;
        self.pusher.is_anything_new = noted.is_new || (self.pusher.is_anything_new && !noted.is_partial);
        Ok(())
    }
}

/// What came of a batch.
#[derive(Default)]
struct Noted {
    given: u64,
    taken: u64,
    failed: u64,
    is_new: bool,
    is_partial: bool,
}

enum Lacks {
    Nothing,
    /// Something that can be left out.
    Some,
    /// Something that waits until that time.
    Until(i64),
    /// Something without which the resource is nothing.
    Needed,
}

fn known<'d>(conn: &mut Conn, of: Of<'_>, drafts: impl Iterator<Item = &'d Draft>) -> Result<Known, PushError> {
    let mut wanted: BTreeMap<&'static str, BTreeSet<&'d str>> = BTreeMap::new();
    for link in drafts.flat_map(|draft| &draft.links) {
        wanted.entry(link.kind).or_default().insert(&link.id);
    }
    let mut known = Known::new();
    for (kind, ids) in wanted {
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        known.insert(kind, pushed::remote_ids(conn, of, kind, &ids)?);
    }
    Ok(known)
}

/// Leaves the server alone for as long as it asked for, and the orders that met with that a bit longer: others go
/// first then, in case that it is one of these that the server breaks down over.
fn pause(
    conn: &mut Conn,
    of: Of<'_>,
    (now, failures): (i64, i64),
    pauses: Vec<(Order, String, Option<u64>)>,
) -> Result<(), PushError> {
    let asked = pauses.iter().filter_map(|(.., seconds)| i64::try_from((*seconds)?).ok()?.checked_mul(1000)).max();
    let pause = match asked {
        Some(pause) => pause,
        None => backoff(failures + 1)?,
    };
    for (mut order, error, _) in pauses {
        push_state::pause(conn, of, (now + pause, failures + 1), &error)?;
        order.is_started = true;
        order.not_before = now + pause + 1000;
        order.last_error = Some(error);
        push_queue::defer(conn, of, &order)?;
    }
    Ok(())
}

/// How long to wait after so many failures, in ms: twice as long each time, and not all at the same moment.
fn backoff(failures: i64) -> Result<i64, PushError> {
    let base = 1_000 << failures.clamp(1, 12);
    let [dice] = keys::random::<1>()?;
    Ok((base + base * i64::from(dice) / 1024).min(LONGEST))
}
