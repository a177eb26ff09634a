//! Runs checks: those that only read side by side, those that write one after the other.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::check::{Check, Stop, Verdict};
use crate::exchange::Exchange;
use crate::probe::{Probe, Shared};
use crate::target::Target;

/// What came of one check.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What came of it.
    pub verdict: Verdict,
    /// What was said.
    pub exchanges: Vec<Exchange>,
    /// How many more exchanges there were.
    pub left_out: usize,
    /// How long it took.
    pub took: Duration,
}

/// Runs checks against a target; each finding is told as soon as it is there, and all come back in the checks' order.
pub fn run(
    target: &Target,
    shared: &Shared,
    checks: &[&'static Check],
    n_jobs: usize,
    told: &(dyn Fn(&Finding) + Sync),
) -> Vec<Finding> {
    let findings: Mutex<Vec<(usize, Finding)>> = Mutex::default();
    let look = |place: usize, check: &'static Check| {
        let finding = look(target, shared, check);
        told(&finding);
        findings.lock().unwrap_or_else(PoisonError::into_inner).push((place, finding));
    };
    let readers: Vec<(usize, &'static Check)> = numbered(checks, false);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..n_jobs.max(1) {
            scope.spawn(|| {
                while let Some((place, check)) = readers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    look(*place, check);
                }
            });
        }
    });
    for (place, check) in numbered(checks, true) {
        look(place, check);
    }
    let mut findings = findings.into_inner().unwrap_or_else(PoisonError::into_inner);
    findings.sort_by_key(|(place, _)| *place);
    findings.into_iter().map(|(_, finding)| finding).collect()
}

fn numbered(checks: &[&'static Check], writes: bool) -> Vec<(usize, &'static Check)> {
    checks.iter().copied().enumerate().filter(|(_, check)| check.writes == writes).collect()
}

/// Runs one check.
pub fn look(target: &Target, shared: &Shared, check: &'static Check) -> Finding {
    let began = Instant::now();
    let probe = Probe::new(target, shared);
    let verdict = if check.writes && !target.allows_writes {
        Err(Stop::skipped("it writes, which takes --allow-writes"))
    } else {
        (check.run)(&probe)
    };
    let (exchanges, left_out) = probe.into_exchanges();
    Finding { check, verdict, exchanges, left_out, took: began.elapsed() }
}
