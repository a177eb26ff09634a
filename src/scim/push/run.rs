//! Pushing to one vendor: who may, what for, and turn after turn until nothing is left to do now.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::client::{Client, Credentials};
use super::draft::Kind;
use super::error::PushError;
use super::plan::{Counts, Plan, plan, print};
use super::profile::{self, Key, Profile, Scene};
use super::round::{Ended, round};
use super::send::Sender;
use crate::clock::Millis;
use crate::consent::Connection;
use crate::consent::push::{PushStatus, PushTarget};
use crate::http::App;
use crate::keys;
use crate::query::views::Standing;
use crate::query::{Asked, Board, View};
use crate::store::connection::transaction;
use crate::store::memory::Place;
use crate::store::push_state::NOWHERE;
use crate::store::push_target::{Credential, StoredTarget};
use crate::store::written::Of;
use crate::store::{Conn, push_queue, push_state, push_target, pushed, snapshot_load, tenant, vendor};

/// How long a holder keeps the others off without a sign of life: longer than a batch with its slowest order.
pub const LEASE: i64 = 120_000;

/// How often the board may move while it is compared.
const ATTEMPTS: usize = 8;

/// What is to be pushed, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The board, by its slug.
    pub tenant: &'a str,
    /// The vendor.
    pub vendor: &'a str,
    /// Whether what must wait is left to a later run.
    pub once: bool,
}

/// What a run did, and what it left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many resources were given.
    pub given: u64,
    /// How many were taken back.
    pub taken: u64,
    /// How many requests failed.
    pub failed: u64,
    /// How many orders wait.
    pub queued: i64,
    /// How many are dead letters.
    pub dead: i64,
    /// When the first of those that wait may be sent.
    pub until: Option<Millis>,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Something was done; there may be more.
    Worked,
    /// Nothing can be done before that time.
    Waits(Millis),
    /// Nothing is left.
    Done,
}

/// Pushes to one vendor what is due.
pub fn push(app: &App, options: Options<'_>, wait: &mut dyn FnMut(Duration)) -> Result<Summary, PushError> {
    let mut pusher = Pusher::new(app, options.tenant, options.vendor)?;
    let turns = loop {
        match pusher.turn() {
            Ok(Turn::Worked) => {}
            Ok(Turn::Waits(until)) if !options.once => {
                let pause = (until.0 - app.clock.now().0).max(1);
                wait(Duration::from_millis(pause.unsigned_abs()));
            }
            Ok(last) => break Ok(last),
            Err(error) => break Err(error),
        }
    };
    pusher.let_go()?;
    let until = if let Turn::Waits(until) = turns? { Some(until) } else { None };
    let (id, mut summary) = (pusher.tenant_id, pusher.summary);
    let [queued, dead, _] = push_queue::counts(&mut *app.database.read_activity()?, (id, options.vendor))?;
    summary.queued = queued;
    summary.dead = dead;
    summary.until = until;
    Ok(summary)
}

/// What a push would do. Nothing is written, and nothing is sent.
pub fn rehearse(app: &App, tenant: &str, vendor: &str) -> Result<Vec<Counts>, PushError> {
    for _ in 0..ATTEMPTS {
        let situation = Situation::read(app, tenant, vendor)?;
        let view = match situation.asked(app) {
            None => None,
            Some(asked) => {
                // The vendor's memory stays as it is, so this makes a view of its own.
                let standing = Standing::read(&mut *app.database.read()?, &asked)?;
                let board = Arc::new(Board::new(snapshot_load::load(&app.database, asked.tenant_id)?));
                Some(Arc::new(standing.view(&app.master_key, &asked, board)))
            }
        };
        let scene = view.as_ref().map(|view| Scene { app, tenant, view });
        let profile = profile::of(situation.target().profile);
        if let Some(plan) = plan(app, (situation.stored.tenant_id, vendor), profile, scene)? {
            return Ok(plan.counts);
        }
    }
    Err(PushError::Moved)
}

/// What stands now: read anew for each turn.
pub(super) struct Situation {
    tenant: tenant::Tenant,
    stored: StoredTarget,
    connection: Option<Connection>,
    now: Millis,
}

impl Situation {
    fn read(app: &App, slug: &str, of_vendor: &str) -> Result<Self, PushError> {
        let now = app.clock.now();
        let conn = &mut *app.database.read()?;
        let tenant = tenant::by_slug(conn, slug)?.ok_or_else(|| PushError::NoBoard(slug.to_owned()))?;
        let no_target = || PushError::NoTarget(of_vendor.to_owned());
        let stored = push_target::find(conn, tenant.id, of_vendor)?.ok_or_else(no_target)?;
        let connection = vendor::connection(conn, tenant.id, of_vendor)?.map(|stored| stored.connection);
        Ok(Self { tenant, stored, connection, now })
    }

    fn target(&self) -> &PushTarget {
        &self.stored.target
    }

    /// For what a queue is made now.
    fn place(&self) -> Place {
        let day = self.now.0.div_euclid(24 * 60 * 60 * 1000);
        Place { data_epoch: self.tenant.data_epoch, consent_epoch: self.tenant.consent_epoch, day }
    }

    /// The vendor's view; none if the connection or the push ended.
    fn asked<'a>(&'a self, app: &App) -> Option<Asked<'a>> {
        let connection = self.connection.as_ref().filter(|_| self.target().status == PushStatus::Active)?;
        Some(Asked {
            tenant_id: self.tenant.id,
            tenant: &self.tenant.slug,
            connection,
            data_epoch: self.tenant.data_epoch,
            consent_epoch: self.tenant.consent_epoch,
            now: self.now,
            clock: app.clock,
            is_certain: false,
        })
    }
}

/// The server and the vocabulary, so that another one is seen as another.
fn name_of(target: &PushTarget) -> String {
    format!("{:?} {}", target.profile, target.url)
}

/// Pushes to one vendor as long as it holds the vendor's row.
pub struct Pusher<'a> {
    pub(super) app: &'a App,
    pub(super) tenant: &'a str,
    pub(super) vendor: &'a str,
    pub(super) tenant_id: i64,
    pub(super) holder: String,
    pub(super) timer: tokio::runtime::Runtime,
    /// What was done so far.
    pub summary: Summary,
    /// Whether the server was given something new since it was last given something without a reference.
    pub(super) is_anything_new: bool,
    index: Option<Index>,
    client: Option<(StoredTarget, Arc<Client>)>,
}

/// What the ids of a view lead to.
struct Index {
    view: Arc<View>,
    of_kind: HashMap<&'static str, HashMap<u128, Key>>,
}

impl<'a> Pusher<'a> {
    /// One that holds nothing yet.
    pub fn new(app: &'a App, tenant: &'a str, vendor: &'a str) -> Result<Self, PushError> {
        let stored = Situation::read(app, tenant, vendor)?.stored;
        Ok(Self {
            app,
            tenant,
            vendor,
            tenant_id: stored.tenant_id,
            holder: hex::encode(keys::random::<8>()?),
            timer: tokio::runtime::Builder::new_current_thread().enable_time().build()?,
            summary: Summary::default(),
            is_anything_new: false,
            index: None,
            client: None,
        })
    }

    pub(super) fn of(&self) -> Of<'a> {
        (self.tenant_id, self.vendor)
    }

    /// Takes or keeps the vendor's row.
    pub(super) fn hold(&self, conn: &mut Conn) -> Result<(), PushError> {
        let now = self.app.clock.now().0;
        let is_held = push_state::hold(conn, self.of(), &self.holder, (now, now + LEASE))?;
        if is_held { Ok(()) } else { Err(PushError::Busy) }
    }

    /// Gives the vendor's row back.
    pub fn let_go(&self) -> Result<(), PushError> {
        Ok(push_state::let_go(&mut *self.app.database.write_activity()?, self.of(), &self.holder)?)
    }

    /// Whether there may be anything to do: a comparison or an order that is due.
    pub fn is_due(&self) -> Result<bool, PushError> {
        let situation = Situation::read(self.app, self.tenant, self.vendor)?;
        let conn = &mut *self.app.database.read_activity()?;
        let Some(state) = push_state::read(conn, self.of())? else {
            return Ok(situation.target().status == PushStatus::Active);
        };
        let now = situation.now.0;
        let is_current = state.place == situation.place() && state.target == name_of(situation.target());
        let is_order_due = push_queue::next_due(conn, self.of())?.is_some_and(|at| at <= now);
        Ok(!is_current || (is_order_due && state.not_before <= now))
    }

    /// One step: a comparison if the board, its rules or the day moved, else some orders.
    pub fn turn(&mut self) -> Result<Turn, PushError> {
        for _ in 0..ATTEMPTS {
            let situation = Situation::read(self.app, self.tenant, self.vendor)?;
            let view = match situation.asked(self.app) {
                None => None,
                Some(asked) => {
                    let conn = &mut *self.app.database.read()?;
                    let Some(view) = self.app.views.get(&self.app.database, conn, &self.app.master_key, &asked)? else {
                        continue;
                    };
                    Some(view)
                }
            };
            let profile = profile::of(situation.target().profile);
            let scene = view.as_ref().map(|view| Scene { app: self.app, tenant: self.tenant, view });
            let state = push_state::read(&mut *self.app.database.read_activity()?, self.of())?;
            let name = name_of(situation.target());
            let place = state.as_ref().filter(|state| state.target == name).map_or(NOWHERE, |state| state.place);
            if place != situation.place() {
                if self.compare((profile, scene), &situation, state.is_none_or(|state| state.target != name))? {
                    return Ok(Turn::Worked);
                }
                continue;
            }
            let client = self.client(&situation.stored)?;
            let sender = Sender::new(&client, profile, situation.target().deprovision);
            match round(self, (profile, scene), &sender, situation.place())? {
                Ended::Moved => {}
                Ended::Worked => return Ok(Turn::Worked),
                Ended::Waits(until) => return Ok(Turn::Waits(until)),
                Ended::Nothing => return self.completed(&situation),
            }
        }
        Err(PushError::Moved)
    }

    /// A client of the server, the same one as long as address and credentials are: its connections stay open.
    fn client(&mut self, stored: &StoredTarget) -> Result<Arc<Client>, PushError> {
        if let Some((_, client)) = self.client.as_ref().filter(|(of, _)| of == stored) {
            return Ok(Arc::clone(client));
        }
        let opened = |credential| stored.unseal(&self.app.master_key, credential);
        let credentials = Credentials {
            token: opened(Credential::Token)?,
            identity: stored.target.client_certificate.clone().zip(opened(Credential::ClientKey)?),
            trusted: stored.target.trusted_certificates.clone(),
        };
        let client = Arc::new(Client::new(&stored.target.url, &credentials, self.app.clock)?);
        self.client = Some((stored.clone(), Arc::clone(&client)));
        Ok(client)
    }

    /// Makes the queue; `false` if the board moved meanwhile.
    fn compare(
        &mut self,
        (profile, scene): (&'static dyn Profile, Option<Scene<'_>>),
        situation: &Situation,
        is_elsewhere: bool,
    ) -> Result<bool, PushError> {
        let of = self.of();
        transaction(&mut *self.app.database.write_activity()?, |conn| {
            self.hold(conn)?;
            if is_elsewhere {
                // What another server was given is not known here any more.
                pushed::forget_all(conn, of)?;
                push_queue::clear(conn, of)?;
                push_state::planned(conn, of, &name_of(situation.target()), NOWHERE)?;
            }
            Ok::<_, PushError>(())
        })?;
        let Some(Plan { orders, dropped, referring, .. }) = plan(self.app, of, profile, scene)? else {
            return Ok(false);
        };
        transaction(&mut *self.app.database.write_activity()?, |conn| {
            self.hold(conn)?;
            for (kind, id) in &dropped {
                push_queue::drop_order(conn, of, kind, id)?;
            }
            pushed::reopen_referring(conn, of, &referring)?;
            push_queue::put(conn, of, &orders)?;
            push_state::planned(conn, of, &name_of(situation.target()), situation.place())?;
            Ok(true)
        })
    }

    /// Nothing is left in the queue. What was given without a reference is compared again once the server was given
    /// something new since, and everything if it has something under another id than before.
    fn completed(&mut self, situation: &Situation) -> Result<Turn, PushError> {
        let is_anything_new = std::mem::take(&mut self.is_anything_new);
        let has_renamed = !pushed::renamed(&mut *self.app.database.read_activity()?, self.of())?.is_empty();
        if !is_anything_new && !has_renamed {
            return Ok(Turn::Done);
        }
        let conn = &mut *self.app.database.write_activity()?;
        let n_partial = if is_anything_new { pushed::reopen_partial(conn, self.of())? } else { 0 };
        if n_partial == 0 && !has_renamed {
            return Ok(Turn::Done);
        }
        push_state::planned(conn, self.of(), &name_of(situation.target()), NOWHERE)?;
        Ok(Turn::Worked)
    }

    /// What an id of a kind leads to in the view.
    pub(super) fn key(&mut self, scene: Scene<'_>, profile: &dyn Profile, kind: &Kind, id: &str) -> Option<Key> {
        if self.index.as_ref().is_none_or(|index| !Arc::ptr_eq(&index.view, scene.view)) {
            self.index = Some(Index { view: Arc::clone(scene.view), of_kind: HashMap::new() });
        }
        let index = self.index.as_mut()?;
        let of_kind = index.of_kind.entry(kind.name).or_insert_with(|| {
            let keys = profile.keys(scene, kind).into_iter();
            keys.map(|key| (print(&profile.id(scene, kind, key)), key)).collect()
        });
        of_kind.get(&print(id)).copied()
    }
}
