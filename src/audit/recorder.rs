//! Makes disclosures durable in groups: what arrives while one commit runs goes into the next.
//!
//! One commit for each answer would cost four times as much as the answer itself.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use tokio::sync::oneshot;

use crate::audit::Disclosure;
use crate::store::connection::transaction;
use crate::store::{Conn, Database, StoreError, disclosure, served};

/// How many disclosures may wait.
const QUEUE: usize = 4096;

/// How many disclosures go into one commit.
const GROUP: usize = 256;

/// How many served sets are remembered.
const MOST_KNOWN: usize = 10_000;

/// How long a group waits for callers of the one before it: less than a commit takes.
const MOMENT: Duration = Duration::from_micros(100);

/// How long a group waits for the next of the answers that are being made: each of them is made in less.
const NEXT: Duration = Duration::from_millis(1);

/// How long it waits for all of them.
const ANSWERS: Duration = Duration::from_millis(3);

/// How often it looks whether they are there.
const LOOK: Duration = Duration::from_micros(200);

/// How long an answer waits for its disclosure.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a disclosure is not durable. The answer must not leave.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// More disclosures wait than may.
    #[error("too many disclosures wait to be recorded")]
    Full,
    /// The database did not take it.
    #[error("the disclosure could not be recorded")]
    Failed,
    /// It took too long; it may become durable yet.
    #[error("the disclosure was not recorded in time")]
    TimedOut,
    /// The server stops.
    #[error("the recorder has stopped")]
    Stopped,
}

/// Takes disclosures and answers when they are durable.
pub struct Recorder {
    queue: Mutex<Option<SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    n_expected: Arc<AtomicUsize>,
}

/// An answer that is being made, and will have a disclosure.
#[derive(Debug)]
pub struct Expected(Arc<AtomicUsize>);

impl Drop for Expected {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Job {
    disclosure: Disclosure,
    done: oneshot::Sender<Result<(), RecordError>>,
}

impl Recorder {
    /// Starts the thread that writes.
    pub fn start(database: Database) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE);
        let n_expected = Arc::new(AtomicUsize::new(0));
        let writer = Writer { database, known: HashMap::new(), n_expected: Arc::clone(&n_expected) };
        let thread = std::thread::Builder::new().name("disclosures".into()).spawn(move || writer.run(&receiver))?;
        Ok(Self { queue: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)), n_expected })
    }

    /// Announces a disclosure until it is recorded or there is none: those of answers that are made at a time go
    /// into one commit.
    pub fn expect(&self) -> Expected {
        self.n_expected.fetch_add(1, Ordering::Relaxed);
        Expected(Arc::clone(&self.n_expected))
    }

    /// Resolves once the disclosure is durable; on an error the answer must not leave.
    pub fn record(&self, disclosure: Disclosure) -> impl Future<Output = Result<(), RecordError>> + use<> {
        let (done, result) = oneshot::channel();
        let sent = self.send(Job { disclosure, done });
        async move {
            sent?;
            match tokio::time::timeout(PATIENCE, result).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(RecordError::Stopped),
                Err(_) => Err(RecordError::TimedOut),
            }
        }
    }

    /// Writes what waits, then stops. Later disclosures are refused.
    pub fn stop(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
            && thread.join().is_err()
        {
            tracing::error!("the recorder of disclosures had stopped by a fault");
        }
    }

    fn send(&self, job: Job) -> Result<(), RecordError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().ok_or(RecordError::Stopped)?.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(RecordError::Full),
            Err(TrySendError::Disconnected(_)) => Err(RecordError::Stopped),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A board, a vendor in it, and what the set holds.
type ServedKey = (i64, Arc<str>, served::Kind);

struct Writer {
    database: Database,
    /// Whom the served sets are known to hold; they may hold more.
    known: HashMap<ServedKey, RoaringBitmap>,
    /// How many answers are being made.
    n_expected: Arc<AtomicUsize>,
}

impl Writer {
    fn run(mut self, queue: &Receiver<Job>) {
        let mut group = Vec::with_capacity(GROUP);
        let mut n_last = 1;
        while let Ok(first) = queue.recv() {
            group.push(first);
            self.gather(queue, &mut group, n_last);
            n_last = group.len();
            // Nobody waits: the client went away or was refused for lack of time, and nothing has left.
            group.retain(|job| !job.done.is_closed());
            if !group.is_empty() {
                self.commit(&mut group);
            }
        }
    }

    /// Takes what waits, and what is about to: a commit costs as much as an answer.
    ///
    /// While answers are being made, the group waits for them, but not long; a single caller never waits. And if the
    /// last group was larger, those who were in it get a moment to come back: else the first of many callers to return
    /// would get a commit of its own, and the others wait for two.
    fn gather(&self, queue: &Receiver<Job>, group: &mut Vec<Job>, n_last: usize) {
        let began = Instant::now();
        let mut last_came = began;
        loop {
            let n_before = group.len();
            group.extend(queue.try_iter().take(GROUP - n_before));
            if group.len() == GROUP {
                return;
            }
            if group.len() > n_before {
                last_came = Instant::now();
            }
            let is_worth_it = last_came.elapsed() < NEXT && began.elapsed() < ANSWERS;
            if self.n_expected.load(Ordering::Relaxed) > 0 && is_worth_it {
                // Asleep and not in the queue's wait, so that none of those who come has to wake this thread.
                std::thread::sleep(LOOK);
                continue;
            }
            if group.len() >= n_last {
                return;
            }
            match queue.recv_timeout(MOMENT.saturating_sub(began.elapsed())) {
                Ok(job) => group.push(job),
                Err(_) => return,
            }
        }
    }

    fn commit(&mut self, group: &mut Vec<Job>) {
        let disclosures: Vec<&Disclosure> = group.iter().map(|job| &job.disclosure).collect();
        // A connection that the database server has closed shows only when it is used: the second try has a new one.
        let written = self.write(&disclosures).or_else(|_| self.write(&disclosures));
        if let Err(error) = &written {
            tracing::error!(error = error as &dyn std::error::Error, "disclosures could not be recorded");
        }
        let ok = written.is_ok();
        crate::http::metrics::count_disclosures(group.len(), ok);
        for job in group.drain(..) {
            // A client that went away waits no more.
            drop(job.done.send(if ok { Ok(()) } else { Err(RecordError::Failed) }));
        }
    }

    fn write(&mut self, disclosures: &[&Disclosure]) -> Result<(), StoreError> {
        let mut conn = self.database.write_activity()?;
        let newcomers = self.newcomers(disclosures);
        let learned = transaction(&mut conn, |conn| {
            disclosure::append(conn, disclosures)?;
            add_all(conn, newcomers)
        })?;
        if self.known.len() > MOST_KNOWN {
            self.known.clear();
        }
        self.known.extend(learned);
        Ok(())
    }

    fn newcomers(&self, disclosures: &[&Disclosure]) -> HashMap<ServedKey, RoaringBitmap> {
        let mut newcomers: HashMap<ServedKey, RoaringBitmap> = HashMap::new();
        for disclosure in disclosures {
            let people = disclosure.people.iter().map(|(mask, people)| (served::Kind::People(*mask), people));
            let objects = disclosure.objects.iter().map(|(entity, objects)| (served::Kind::Objects(*entity), objects));
            for (kind, served) in people.chain(objects) {
                let key = (disclosure.tenant_id, Arc::clone(&disclosure.vendor), kind);
                let known = self.known.get(&key);
                // Few objects and large sets: looking each one up costs a tenth of comparing the sets.
                if !known.is_some_and(|known| served.iter().all(|number| known.contains(number))) {
                    *newcomers.entry(key).or_default() |= served;
                }
            }
        }
        newcomers
    }
}

/// Locks in one order, so that two nodes never wait for each other.
fn add_all(
    conn: &mut Conn,
    newcomers: HashMap<ServedKey, RoaringBitmap>,
) -> Result<Vec<(ServedKey, RoaringBitmap)>, StoreError> {
    let mut newcomers: Vec<_> = newcomers.into_iter().collect();
    newcomers.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    for ((tenant_id, vendor, kind), served) in &mut newcomers {
        *served = served::add(conn, (*tenant_id, vendor), *kind, served)?;
    }
    Ok(newcomers)
}
