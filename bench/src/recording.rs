//! The recorder of disclosures by itself: 64 tasks that each wait until their disclosure is durable.
//!
//! The product has no switch that leaves disclosures out, so what they cost can't be had as a difference.
//! This is the nearest to it; waking the answer's own task comes on top, within the server.

use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use koppelvlak::audit::{Disclosure, Recorder, disclosure};
use koppelvlak::catalogue::Category;
use koppelvlak::clock::Clock;
use koppelvlak::store::{Database, DatabaseUrl, migration};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use crate::dice::Dice;
use crate::process::Meter;

/// Records into a fresh database, and says what it took as JSON.
#[derive(Debug, Args)]
pub struct Recording {
    /// The database, which gets the schema
    #[arg(long)]
    database: String,
    /// How many people each disclosure tells of
    #[arg(long)]
    people: u32,
    /// For how long
    #[arg(long)]
    seconds: f64,
    /// How many wait at a time
    #[arg(long, default_value_t = 64)]
    tasks: u64,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recorded {
    /// Disclosures that became durable.
    pub records: u64,
    /// CPU of this process for each of them, in µs.
    pub cpu_us: f64,
    /// Records in a second.
    pub per_second: f64,
    /// The median wait.
    pub p50_ms: f64,
    /// The wait that one in a hundred exceeds.
    pub p99_ms: f64,
}

impl Recording {
    /// Records, and prints.
    pub fn run(&self) -> anyhow::Result<()> {
        let database = Database::open(&DatabaseUrl::parse(&self.database)?)?;
        migration::migrate(&database)?;
        let recorder = Rc::new(Recorder::start(database)?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let meter = Meter { server: Some(std::process::id()), cluster: None };
        let waits = Rc::new(RefCell::new(Vec::new()));
        let (began, before) = (Instant::now(), meter.read());
        let ends = began + Duration::from_secs_f64(self.seconds);
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let tasks: Vec<_> = (0..self.tasks)
                .map(|n| {
                    tokio::task::spawn_local(record(
                        Rc::clone(&recorder),
                        self.people,
                        Dice::new(n),
                        ends,
                        Rc::clone(&waits),
                    ))
                })
                .collect();
            for task in tasks {
                task.await?.context("a disclosure was not recorded")?;
            }
            anyhow::Ok(())
        })?;
        let (seconds, cpu) = (began.elapsed().as_secs_f64(), meter.read().since(before).server);
        let mut waits = waits.take();
        waits.sort_unstable();
        let records = waits.len() as u64;
        let ms = |place: usize| waits.get(place).map_or(0.0, |wait: &Duration| wait.as_secs_f64() * 1e3);
        let outcome = Recorded {
            records,
            cpu_us: cpu * 1e6 / records as f64,
            per_second: records as f64 / seconds,
            p50_ms: ms(waits.len() / 2),
            p99_ms: ms(waits.len() * 99 / 100),
        };
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&outcome)?)?;
        Ok(())
    }
}

type Waits = Rc<RefCell<Vec<Duration>>>;

async fn record(
    recorder: Rc<Recorder>,
    n_people: u32,
    mut dice: Dice,
    ends: Instant,
    waits: Waits,
) -> anyhow::Result<()> {
    let mask = disclosure::mask_of([Category::Identity, Category::Name, Category::Login]);
    while Instant::now() < ends {
        let first = u32::try_from(dice.below(100_000))?;
        let people: RoaringBitmap = (first..first + n_people).collect();
        let asked = Disclosure {
            tenant_id: 1,
            at: Clock::System.now(),
            vendor: "everything".into(),
            request_id: Arc::from(format!("{:032x}", dice.below(usize::MAX))),
            rules: "everything-1@1,everything-2@1".into(),
            entity: "user",
            records: n_people,
            objects: None,
            people: vec![(mask, people)],
        };
        let began = Instant::now();
        if let Err(error) = recorder.record(asked).await {
            bail!(error);
        }
        waits.borrow_mut().push(began.elapsed());
    }
    Ok(())
}
