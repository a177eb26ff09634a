//! While the server runs: pushes to every vendor of every board whose data, rules or day moved, or whose queue has
//! something due.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::PushError;
use super::run::{Pusher, Turn};
use crate::http::App;
use crate::store::push_target;

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How long one vendor's queue is worked off before the next one's.
const SPELL: Duration = Duration::from_secs(10);

/// Pushes until it is dropped.
pub struct Background {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    is_asked: Mutex<bool>,
    asked: Condvar,
}

impl Stop {
    fn is_asked(&self) -> bool {
        *self.is_asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits a moment; `true` if it is to stop.
    fn wait(&self) -> bool {
        let is_asked = self.is_asked.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_asked {
            return true;
        }
        *self.asked.wait_timeout(is_asked, PAUSE).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Background {
    /// Starts to push.
    pub fn start(app: Arc<App>) -> std::io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let asked = Arc::clone(&stop);
        let run = move || {
            let mut has_more = false;
            loop {
                let is_over = if has_more { asked.is_asked() } else { asked.wait() };
                if is_over {
                    return;
                }
                has_more = look(&app, &asked).unwrap_or_else(|error| {
                    tracing::warn!(error = &error as &dyn std::error::Error, "nothing can be pushed now");
                    false
                });
            }
        };
        let thread = std::thread::Builder::new().name("push".into()).spawn(run)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        *self.stop.is_asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.asked.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("pushing had stopped by a fault");
        }
    }
}

/// Pushes what is due; whether more is.
fn look(app: &App, stop: &Stop) -> Result<bool, PushError> {
    let mut has_more = false;
    let targets = push_target::everywhere(&mut *app.database.read()?)?;
    for (tenant, vendor) in targets {
        match work(app, (&tenant, &vendor), stop) {
            Ok(more) => has_more |= more,
            Err(PushError::Busy) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, tenant.slug = %tenant, vendor.id = %vendor, "pushing to {vendor} failed");
            }
        }
    }
    Ok(has_more)
}

fn work(app: &App, (tenant, vendor): (&str, &str), stop: &Stop) -> Result<bool, PushError> {
    let mut pusher = Pusher::new(app, tenant, vendor)?;
    // What the vendor keeps of accounts is part of the board's data first.
    app.adopt_accounts(&mut *app.database.read()?, pusher.tenant_id);
    if !pusher.is_due()? {
        return Ok(false);
    }
    let outcome = turns(&mut pusher, stop);
    pusher.let_go()?;
    let summary = &pusher.summary;
    let (given, taken, failed) = (summary.given, summary.taken, summary.failed);
    if given + taken + failed > 0 {
        tracing::info!(tenant.slug = %tenant, vendor.id = %vendor, given, taken, failed, "pushed to {vendor}");
    }
    outcome
}

/// Pushes for a while; whether there may be more to do.
fn turns(pusher: &mut Pusher<'_>, stop: &Stop) -> Result<bool, PushError> {
    let began = Instant::now();
    while began.elapsed() < SPELL && !stop.is_asked() {
        if pusher.turn()? != Turn::Worked {
            return Ok(false);
        }
    }
    Ok(true)
}
