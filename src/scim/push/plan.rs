//! What is to be sent: the release compared with what the vendor's server was last given.
//!
//! Resources are represented a few hundred at a time, and only hashes stay: a board of any size needs some fifty
//! bytes for each resource.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_128;

use super::draft::{Draft, Kind};
use super::error::PushError;
use super::profile::{Profile, Scene, Taking};
use crate::http::App;
use crate::store::push_queue::{self, Operation, Order, Standing};
use crate::store::pushed;
use crate::store::written::Of;

/// How many resources are in memory at once.
const CHUNK: usize = 500;

/// What is to be sent.
#[derive(Debug, Default)]
pub struct Plan {
    /// Orders to put into the queue, in their order.
    pub orders: Vec<Order>,
    /// Orders in the queue, by kind and id, that nothing is left to do for.
    pub dropped: Vec<(&'static str, String)>,
    /// What refers to something that the server has under another id since, by kind and id.
    pub referring: Vec<(&'static str, String)>,
    /// What that is, by kind.
    pub counts: Vec<Counts>,
}

/// How much is to be done for one kind of resource, whether it waits already or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// The kind.
    pub kind: &'static str,
    /// How many resources the server doesn't have yet.
    pub new: u64,
    /// How many it has in another state.
    pub changed: u64,
    /// How many it must have no more.
    pub gone: u64,
    /// How many it has as they are.
    pub same: u64,
}

/// A key for an id that takes less room.
pub fn print(id: &str) -> u128 {
    xxh3_128(id.as_bytes())
}

struct Mark {
    hash: Vec<u8>,
    is_wanted: bool,
}

/// Compares; `None` if the board has moved on meanwhile. Without a scene the vendor may see nothing.
pub fn plan(
    app: &App,
    of: Of<'_>,
    profile: &'static dyn Profile,
    scene: Option<Scene<'_>>,
) -> Result<Option<Plan>, PushError> {
    let mut plan = Plan::default();
    let renamed = pushed::renamed(&mut *app.database.read_activity()?, of)?;
    for (place, kind) in profile.kinds().iter().enumerate() {
        let mut comparison = Comparison::read(app, of, kind)?;
        if let Some(scene) = scene {
            let board = &mut *app.database.read()?;
            for keys in profile.keys(scene, kind).chunks(CHUNK) {
                let Some(drafts) = profile.drafts(scene, board, kind, keys)? else { return Ok(None) };
                for draft in drafts {
                    let phase = phase(profile, place, Operation::Give);
                    comparison.want(&draft.id, scene.hasher().hash(&draft), phase, refers(&draft, &renamed));
                }
            }
        }
        comparison.finish(app, of, phase(profile, place, Operation::Take), &mut plan)?;
    }
    Ok(Some(plan))
}

/// Whether a resource names one of these.
fn refers(draft: &Draft, named: &HashMap<String, HashSet<String>>) -> bool {
    !named.is_empty() && draft.links.iter().any(|link| named.get(link.kind).is_some_and(|ids| ids.contains(&link.id)))
}

/// When the orders of a kind go.
fn phase(profile: &dyn Profile, place: usize, operation: Operation) -> i64 {
    let n = profile.kinds().len();
    let phase = match (operation, profile.taking()) {
        (Operation::Take, Taking::First) => n - place,
        (Operation::Give, _) => 100 + place,
        (Operation::Take, Taking::Last) => 200 + n - place,
    };
    i64::try_from(phase).unwrap_or(i64::MAX)
}

/// One kind of resource, compared.
struct Comparison {
    kind: &'static Kind,
    given: HashMap<u128, Mark>,
    waiting: HashMap<u128, Order>,
    orders: Vec<Order>,
    dropped: Vec<(&'static str, String)>,
    referring: Vec<(&'static str, String)>,
    counts: Counts,
}

impl Comparison {
    fn read(app: &App, of: Of<'_>, kind: &'static Kind) -> Result<Self, PushError> {
        let conn = &mut *app.database.read_activity()?;
        let mut given = HashMap::new();
        pushed::each(conn, of, kind.name, |it| {
            given.insert(print(it.id), Mark { hash: it.hash.to_vec(), is_wanted: false });
        })?;
        let mut waiting = HashMap::new();
        push_queue::each(conn, of, kind.name, |order| drop(waiting.insert(print(&order.id), order)))?;
        let counts = Counts { kind: kind.name, new: 0, changed: 0, gone: 0, same: 0 };
        let (orders, dropped, referring) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { kind, given, waiting, orders, dropped, referring, counts })
    }

    /// The server is to have the resource in that state; what it has of it may name something by an id of before.
    fn want(&mut self, id: &str, hash: Vec<u8>, phase: i64, is_referring: bool) {
        let waiting = self.waiting.remove(&print(id));
        let mark = self.given.get_mut(&print(id));
        let is_known = mark.is_some();
        let is_same = mark.is_some_and(|mark| {
            mark.is_wanted = true;
            mark.hash == hash
        });
        let is_open = waiting.as_ref().is_some_and(|order| order.is_started);
        if is_known && is_referring {
            self.referring.push((self.kind.name, id.to_owned()));
        }
        if is_same && !is_open && !is_referring {
            self.counts.same += 1;
            self.dropped.extend(waiting.map(|order| (self.kind.name, order.id)));
            return;
        }
        *if is_known { &mut self.counts.changed } else { &mut self.counts.new } += 1;
        // What failed for this very state goes on where it was.
        let is_waiting = |order: &Order| order.operation == Operation::Give && order.hash == hash;
        if !waiting.as_ref().is_some_and(is_waiting) {
            self.order(id, (Operation::Give, phase), hash, is_open);
        }
    }

    fn finish(mut self, app: &App, of: Of<'_>, phase: i64, plan: &mut Plan) -> Result<(), PushError> {
        let mut gone = Vec::new();
        let given = &self.given;
        pushed::each(&mut *app.database.read_activity()?, of, self.kind.name, |it| {
            if given.get(&print(it.id)).is_some_and(|mark| !mark.is_wanted) {
                gone.push(it.id.to_owned());
            }
        })?;
        self.counts.gone = gone.len() as u64;
        for id in gone {
            let waiting = self.waiting.remove(&print(&id));
            if waiting.as_ref().is_none_or(|order| order.operation != Operation::Take) {
                self.order(&id, (Operation::Take, phase), Vec::new(), waiting.is_some_and(|order| order.is_started));
            }
        }
        // What was never noted as given may have arrived all the same, if it was sent.
        for order in std::mem::take(&mut self.waiting).into_values() {
            if order.operation == Operation::Give && order.is_started {
                self.counts.gone += 1;
                self.order(&order.id, (Operation::Take, phase), Vec::new(), true);
            } else if order.operation == Operation::Give {
                self.dropped.push((self.kind.name, order.id));
            }
        }
        plan.orders.extend(self.orders);
        plan.dropped.extend(self.dropped);
        plan.referring.extend(self.referring);
        plan.counts.push(self.counts);
        Ok(())
    }

    fn order(&mut self, id: &str, (operation, phase): (Operation, i64), hash: Vec<u8>, is_started: bool) {
        self.orders.push(Order {
            kind: self.kind.name.to_owned(),
            id: id.to_owned(),
            phase,
            operation,
            hash,
            is_started,
            attempts: 0,
            not_before: 0,
            last_error: None,
            standing: Standing::Queued,
        });
    }
}
