//! Results that a vendor writes: each PUT is answered once it is durable.

use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use crate::board::{GRADEBOOK, TENANT};
use crate::load::{Load, WARM_UP};
use crate::process::Meter;
use crate::product::Server;
use crate::run::{Run, cost_of};
use crate::wire;

/// How many callers write at a time.
const CONNECTIONS: usize = 64;

/// How many results there are to write: more than are written, so that most of them are new.
const RESULTS: usize = 20_000;

/// How many results the project wants in a second, of one core for server and database.
const LEAST: f64 = 500.0;

impl Run<'_> {
    /// Lets many callers of one vendor write results.
    pub fn measure_writes(&mut self, server: &Server) -> anyhow::Result<()> {
        let requests = requests(server)?;
        let cost = cost_of(&Load {
            address: server.address,
            requests: &requests,
            connections: CONNECTIONS,
            duration: Duration::from_secs_f64(self.options.seconds),
            rest: Duration::ZERO,
            warm_up: WARM_UP,
            meter: Meter { server: Some(server.pid()), cluster: self.cluster },
        })?;
        self.rate(format!("results written in a second, {CONNECTIONS} conns"), cost.per_second, LEAST);
        self.fact("a result written: CPU", cost.cpu_us(), "µs", Some(1e6 / LEAST));
        self.fact("a result written: p99", cost.p99_ms, "ms", None);
        self.fact("a result written: failed", cost.failures as f64, "", Some(0.0));
        Ok(())
    }
}

/// PUTs of new results, each for a line item and a pupil of the school's.
fn requests(server: &Server) -> anyhow::Result<Vec<Vec<u8>>> {
    let root = format!("/{TENANT}/ims/oneroster/gradebook/v1p2/results");
    let token = server.token(GRADEBOOK)?;
    let known = server.client()?.get(&format!("{root}?limit=10000&fields=lineItem,student"), &token)?.json()?;
    let known = known.get("results").and_then(Value::as_array).context("there are no results")?;
    let write = |(number, of): (usize, &Value)| {
        let id = format!("bench-{number}");
        let named = |member: &str| json!({"sourcedId": of.get(member).and_then(|link| link.get("sourcedId"))});
        let body = json!({"result": {
            "sourcedId": id,
            "lineItem": named("lineItem"),
            "student": named("student"),
            "scoreStatus": "fully graded",
            "score": 7.5,
            "scoreDate": "2026-09-01",
            "comment": "Goed gewerkt!",
        }});
        wire::put_json(&format!("{root}/{id}"), &token, &body.to_string())
    };
    Ok(known.iter().cycle().take(RESULTS).enumerate().map(write).collect())
}
