//! Reads and tokens while an import runs beside the server: nobody may stall.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::board::EVERYTHING;
use crate::load::{Load, Served, WARM_UP};
use crate::process::{Memory, Meter};
use crate::product::{Product, Server, Took, finished, token_request};
use crate::workload::{Values, Workload};

/// What an import and those beside it saw.
#[derive(Debug)]
pub struct Meanwhile {
    /// The import.
    pub import: Took,
    /// Reads before it.
    pub quiet: Served,
    /// Reads during it.
    pub during: Served,
    /// Tokens during it.
    pub tokens: Served,
}

/// A light load: what stalls then is held up, not queued.
const CONNECTIONS: usize = 4;
const REST: Duration = Duration::from_millis(4);

/// Reads quietly for some time, then while the import runs.
pub fn watch(product: &Product, server: &Server, values: &Values, import: &[&str]) -> anyhow::Result<Meanwhile> {
    let mut requests = values.requests(Workload::User, 2000);
    requests.extend(values.requests(Workload::Page, 500));
    let load = Load {
        address: server.address,
        requests: &requests,
        connections: CONNECTIONS,
        duration: Duration::from_secs(4),
        rest: REST,
        warm_up: WARM_UP,
        meter: Meter::default(),
    };
    let quiet = load.run()?;
    let began = Instant::now();
    let child = RefCell::new((product.start(import)?, Memory::default(), None));
    let runs = || {
        let (child, memory, seconds) = &mut *child.borrow_mut();
        *memory = Memory::of(child.id()).map_or(*memory, |now| memory.max(now));
        let goes_on = matches!(child.try_wait(), Ok(None));
        if !goes_on {
            seconds.get_or_insert(began.elapsed());
        }
        // What the import leaves to be done, such as reading keys again, is part of the disturbance.
        seconds.is_none_or(|seconds| began.elapsed() < seconds + Duration::from_secs(1))
    };
    let ended = AtomicBool::new(false);
    let (during, tokens) = std::thread::scope(|scope| {
        let asking = scope.spawn(|| ask_tokens(server.address, &ended));
        let during = load.run_while(runs);
        ended.store(true, Ordering::Relaxed);
        (during, asking.join())
    });
    let (child, memory, seconds) = child.into_inner();
    finished(child, import)?;
    let tokens = tokens.map_err(|_| anyhow::anyhow!("the thread that asks for tokens failed"))??;
    let import = Took { seconds: seconds.unwrap_or_default().as_secs_f64(), memory };
    Ok(Meanwhile { import, quiet, during: during?, tokens })
}

fn ask_tokens(address: SocketAddr, ended: &AtomicBool) -> anyhow::Result<Served> {
    let requests = [token_request(EVERYTHING)];
    let rest = Duration::from_millis(100);
    let meter = Meter::default();
    let load = Load { address, requests: &requests, connections: 1, duration: rest, rest, warm_up: WARM_UP, meter };
    load.run_while(|| !ended.load(Ordering::Relaxed))
}
