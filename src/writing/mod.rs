//! Makes what vendors write durable in groups: what arrives while one commit runs goes into the next.
//!
//! A vendor's row is locked for the whole group, so that two writes of one object follow each other, on every
//! node, and none is lost without a word.

pub mod adoption;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::{Clock, Millis};
use crate::store::connection::transaction;
use crate::store::writer::{self, VendorRow};
use crate::store::{Database, StoreError};

pub use adoption::Adoption;

/// How many writes may wait.
const QUEUE: usize = 4096;

/// How many writes go into one commit.
const GROUP: usize = 128;

/// How long a caller waits for its write.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why it isn't known that a write is durable.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// More writes wait than may; this one was not made.
    #[error("too many writes wait")]
    Full,
    /// The database did not take it.
    #[error("the write could not be made durable")]
    Failed,
    /// It took too long; it may become durable yet.
    #[error("the write was not durable in time")]
    TimedOut,
    /// The server stops.
    #[error("the writer has stopped")]
    Stopped,
}

/// The changes of one caller, made under the lock of its vendor's row.
pub trait Task: Send + 'static {
    /// What came of them.
    type Outcome: Send + 'static;

    /// Makes all changes or none: others are in the same transaction. It may run again, if the commit failed.
    fn run(&self, row: &mut VendorRow<'_>) -> Result<Self::Outcome, StoreError>;
}

/// Takes writes and answers when they are durable.
pub struct Writer {
    queue: Mutex<Option<SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    under_way: Arc<AtomicI64>,
}

struct Job {
    tenant_id: i64,
    vendor: Arc<str>,
    work: Box<dyn Work>,
}

/// A task of any kind, with who waits for it.
trait Work: Send {
    fn is_awaited(&self) -> bool;
    fn run(&mut self, row: &mut VendorRow<'_>) -> Result<(), StoreError>;
    fn answer(self: Box<Self>, is_durable: bool);
}

struct Awaited<T: Task> {
    task: T,
    outcome: Option<T::Outcome>,
    done: oneshot::Sender<Result<T::Outcome, WriteError>>,
}

impl<T: Task> Work for Awaited<T> {
    fn is_awaited(&self) -> bool {
        !self.done.is_closed()
    }

    fn run(&mut self, row: &mut VendorRow<'_>) -> Result<(), StoreError> {
        self.outcome = Some(self.task.run(row)?);
        Ok(())
    }

    fn answer(self: Box<Self>, is_durable: bool) {
        let outcome = self.outcome.filter(|_| is_durable).ok_or(WriteError::Failed);
        drop(self.done.send(outcome));
    }
}

impl Writer {
    /// Starts the thread that writes.
    pub fn start(database: Database, clock: Clock) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(QUEUE);
        let under_way = Arc::new(AtomicI64::new(i64::MAX));
        let scribe = Scribe { database, clock, under_way: Arc::clone(&under_way) };
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || scribe.run(&receiver))?;
        Ok(Self { queue: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)), under_way })
    }

    /// Resolves once the changes are durable, all or none.
    pub fn write<T: Task>(
        &self,
        tenant_id: i64,
        vendor: Arc<str>,
        task: T,
    ) -> impl Future<Output = Result<T::Outcome, WriteError>> + use<T> {
        let (done, result) = oneshot::channel();
        let sent = self.send(Job { tenant_id, vendor, work: Box::new(Awaited { task, outcome: None, done }) });
        async move {
            sent?;
            match tokio::time::timeout(PATIENCE, result).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err(WriteError::Stopped),
                Err(_) => Err(WriteError::TimedOut),
            }
        }
    }

    /// The time of a read that began at `at` and has not read what was written yet: a write that is under way may
    /// get a time before `at` and not be seen, and whoever asks from the read's time on must not miss it.
    pub fn time_of_read(&self, at: Millis) -> Millis {
        Millis(at.0.min(self.under_way.load(Ordering::SeqCst).saturating_sub(1)))
    }

    fn send(&self, job: Job) -> Result<(), WriteError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().ok_or(WriteError::Stopped)?.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(WriteError::Full),
            Err(TrySendError::Disconnected(_)) => Err(WriteError::Stopped),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()
            && thread.join().is_err()
        {
            tracing::error!("the writer had stopped by a fault");
        }
    }
}

struct Scribe {
    database: Database,
    clock: Clock,
    under_way: Arc<AtomicI64>,
}

impl Scribe {
    fn run(self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            group.extend(queue.try_iter().take(GROUP - 1));
            // Nobody waits for these: their callers went away before anything was done.
            group.retain(|job| job.work.is_awaited());
            if !group.is_empty() {
                self.commit(group);
            }
        }
    }

    fn commit(&self, mut group: Vec<Job>) {
        // Locked in one order, so that two nodes never wait for each other.
        group.sort_by(|one, other| (one.tenant_id, &one.vendor).cmp(&(other.tenant_id, &other.vendor)));
        // A connection that the database server has closed shows only when it is used: the second try has a new one.
        let written = self.write(&mut group).or_else(|error| match error {
            StoreError::Database(_) => self.write(&mut group),
            other => Err(other),
        });
        if let Err(error) = &written {
            tracing::error!(error = error as &dyn std::error::Error, "writes could not be made durable");
        }
        for job in group {
            job.work.answer(written.is_ok());
        }
    }

    fn write(&self, group: &mut [Job]) -> Result<(), StoreError> {
        let mut conn = self.database.write_activity()?;
        let now = self.clock.now().0;
        self.under_way.store(now, Ordering::SeqCst);
        let written = transaction(&mut conn, |conn| {
            for of_vendor in
                group.chunk_by_mut(|one, other| (one.tenant_id, &one.vendor) == (other.tenant_id, &other.vendor))
            {
                let Some((tenant_id, vendor)) = of_vendor.first().map(|job| (job.tenant_id, Arc::clone(&job.vendor)))
                else {
                    continue;
                };
                let mut row = writer::lock(conn, (tenant_id, &vendor), now)?;
                for job in of_vendor {
                    job.work.run(&mut row)?;
                }
                row.finish()?;
            }
            Ok(())
        });
        self.under_way.store(i64::MAX, Ordering::SeqCst);
        written
    }
}
