//! What each address costs on the small and on the large board: none may cost more because the board is larger.
//!
//! Both servers run, so that an address's two measurements follow each other closely. A list is asked for with a
//! `limit`, and below objects, for which both boards have as much: else the answer itself would grow.

use std::fmt::Write as _;
use std::time::Duration;

use koppelvlak::oneroster::operation::Operation;
use serde::Serialize;

use crate::board::{EVERYTHING, PAIRWISE};
use crate::load::Load;
use crate::process::Meter;
use crate::product::Server;
use crate::report::{Cost, GROWTH, number};
use crate::run::{Run, cost_of};
use crate::scout::{Found, SERVICES, Scout, is_single};
use crate::wire;

/// One address on both boards.
#[derive(Debug, Clone, Serialize)]
pub struct RouteCost {
    /// Its service and its operation.
    pub route: String,
    /// Who asked.
    pub vendor: &'static str,
    /// Of which database.
    pub database: &'static str,
    /// CPU of server and database on the small board, in µs.
    pub small_us: f64,
    /// The same on the large one.
    pub large_us: f64,
    /// The mean length of a body on each.
    pub bytes: (u64, u64),
}

impl RouteCost {
    fn growth(&self) -> f64 {
        self.large_us / self.small_us
    }
}

const CONNECTIONS: usize = 64;

/// Below how many objects a nested list is asked for, each by chance.
const BELOW: usize = 8;

/// How long an address is asked for before it is measured.
const WARM_UP: Duration = Duration::from_millis(150);

/// How long it is measured, as a part of what a load is.
const PART: f64 = 1.0 / 6.0;

/// How often an address that grows is measured: of two measurements others' work disturbs one more than the other.
const ATTEMPTS: usize = 3;

impl Run<'_> {
    /// Measures each address of both versions as the vendor that sees everything, and those of 1.2 Rostering as
    /// one whose lists have an order of their own.
    pub fn measure_routes(&mut self, small: &Server, large: &Server) -> anyhow::Result<()> {
        for (vendor, services) in [(EVERYTHING, &SERVICES[..]), (PAIRWISE, SERVICES.get(..1).unwrap_or_default())] {
            let mut scouts = (Scout::of(small, vendor)?, Scout::of(large, vendor)?);
            for operation in services.iter().copied().flatten() {
                let route = format!("{}: {}", operation.base, operation.id);
                let found = (scouts.0.addresses(operation)?, scouts.1.addresses(operation)?);
                if found.0.is_empty() || found.1.is_empty() {
                    self.say(&format!("{route}, {vendor}: nothing to ask for"));
                    continue;
                }
                let requests = alike(operation, found, (&scouts.0.token, &scouts.1.token));
                let (mut least, mut n_measured) = (None, 0);
                while n_measured < ATTEMPTS {
                    let on_small = self.ask_briefly(&requests.0, small)?;
                    let on_large = self.ask_briefly(&requests.1, large)?;
                    let cost = RouteCost {
                        route: route.clone(),
                        vendor,
                        database: self.kind,
                        small_us: on_small.cpu_us(),
                        large_us: on_large.cpu_us(),
                        bytes: (on_small.bytes, on_large.bytes),
                    };
                    let grows = cost.growth() > GROWTH;
                    if least.as_ref().is_none_or(|least: &RouteCost| cost.growth() < least.growth()) {
                        least = Some(cost);
                    }
                    n_measured = if grows { n_measured + 1 } else { ATTEMPTS };
                }
                if let Some(cost) = least {
                    let (small, large, growth) = (cost.small_us, cost.large_us, cost.growth());
                    self.say(&format!("{route}, {vendor}: {small:.1} and {large:.1} µs, {growth:.2}x"));
                    self.report.routes.push(cost);
                }
            }
        }
        Ok(())
    }

    fn ask_briefly(&self, requests: &[Vec<u8>], server: &Server) -> anyhow::Result<Cost> {
        cost_of(&Load {
            address: server.address,
            requests,
            connections: CONNECTIONS,
            duration: Duration::from_secs_f64(self.options.seconds * PART),
            rest: Duration::ZERO,
            warm_up: WARM_UP,
            meter: Meter { server: Some(server.pid()), cluster: self.cluster },
        })
    }
}

/// Requests to both boards whose answers hold as many objects.
fn alike(
    operation: &Operation,
    (small, large): (Vec<Found>, Vec<Found>),
    tokens: (&str, &str),
) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let ask = |found: &[Found], token: &str, limit: &str| {
        found.iter().map(|(address, _)| wire::get(&format!("{address}{limit}"), Some(token))).collect()
    };
    if is_single(operation) {
        return (ask(&small, tokens.0, ""), ask(&large, tokens.1, ""));
    }
    let mut counts: Vec<usize> = small.iter().map(|(_, n)| *n).filter(|n| *n > 0).collect();
    counts.sort_unstable();
    let wanted = counts.get(counts.len() / 2).copied().unwrap_or_default();
    let nearest = |mut found: Vec<Found>| {
        found.sort_by_key(|(_, n)| (*n < wanted, n.abs_diff(wanted)));
        found.truncate(BELOW);
        found
    };
    let limit = format!("?limit={}", wanted.max(1));
    (ask(&nearest(small), tokens.0, &limit), ask(&nearest(large), tokens.1, &limit))
}

/// How many addresses the table shows at least.
const SHOWN: usize = 10;

/// The addresses that grow most, and all that grow too much.
pub fn table(routes: &[RouteCost], missed: &mut Vec<String>) -> String {
    if routes.is_empty() {
        return String::new();
    }
    let mut worst: Vec<&RouteCost> = routes.iter().collect();
    worst.sort_by(|a, b| b.growth().total_cmp(&a.growth()));
    let n_missed = worst.iter().filter(|cost| cost.growth() > GROWTH).count();
    let mut text = format!(
        "\n| the {} addresses that grow most, of {} | vendor | database | CPU µs, small board | large board | bytes \
         | growth | limit | |\n| --- | --- | --- | ---: | ---: | --- | ---: | ---: | --- |\n",
        worst.len().min(SHOWN.max(n_missed)),
        worst.len(),
    );
    for cost in worst.iter().take(SHOWN.max(n_missed)) {
        let is_missed = cost.growth() > GROWTH;
        if is_missed {
            missed.push(format!("growth of {} ({}) on {}", cost.route, cost.vendor, cost.database));
        }
        // Writing to a string can't fail.
        _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} and {} | {:.2}x | {GROWTH:.2}x | {} |",
            cost.route,
            cost.vendor,
            cost.database,
            number(cost.small_us),
            number(cost.large_us),
            cost.bytes.0,
            cost.bytes.1,
            cost.growth(),
            if is_missed { "**missed**" } else { "" },
        );
    }
    text
}
