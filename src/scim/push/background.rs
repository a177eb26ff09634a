//! While the server runs: pushes to every vendor of every board whose data, rules or day moved, or whose queue has
//! something due.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::error::PushError;
use super::run::{Pusher, Turn};
use crate::http::App;
use crate::store::push_target;

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How many turns one vendor has before the next one's.
const TURNS: usize = 20;

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
            while !asked.wait() {
                if let Err(error) = look(&app, &asked) {
                    tracing::warn!(error = &error as &dyn std::error::Error, "nothing can be pushed now");
                }
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

fn look(app: &App, stop: &Stop) -> Result<(), PushError> {
    let targets = push_target::everywhere(&mut *app.database.read()?)?;
    for (tenant, vendor) in targets {
        match work(app, (&tenant, &vendor), stop) {
            Ok(()) | Err(PushError::Busy) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, tenant.slug = %tenant, vendor.id = %vendor, "pushing to {vendor} failed");
            }
        }
    }
    Ok(())
}

fn work(app: &App, (tenant, vendor): (&str, &str), stop: &Stop) -> Result<(), PushError> {
    let mut pusher = Pusher::new(app, tenant, vendor)?;
    if !pusher.is_due()? {
        return Ok(());
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

fn turns(pusher: &mut Pusher<'_>, stop: &Stop) -> Result<(), PushError> {
    for _ in 0..TURNS {
        if stop.is_asked() || pusher.turn()? != Turn::Worked {
            break;
        }
    }
    Ok(())
}
