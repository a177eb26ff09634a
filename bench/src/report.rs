//! What was measured, beside its limits: a table for people, JSON for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::load::Served;
use crate::routes::{self, RouteCost};
use crate::workload::Workload;

/// A load and what it cost.
#[derive(Debug, Clone, Serialize)]
pub struct Cost {
    /// What was asked; a name of its own for baselines.
    pub workload: String,
    /// Who asked.
    pub vendor: &'static str,
    /// Of which database.
    pub database: &'static str,
    /// How many people the vendor sees.
    pub people: usize,
    /// How many connections asked.
    pub connections: usize,
    /// CPU of the server a request, in µs.
    pub server_us: f64,
    /// CPU of the database's processes a request, in µs.
    pub database_us: f64,
    /// Answers in a second.
    pub per_second: f64,
    /// Latencies.
    pub p50_ms: f64,
    /// Latencies.
    pub p99_ms: f64,
    /// The mean length of a body.
    pub bytes: u64,
    /// Answers that were none.
    pub failures: u64,
}

impl Cost {
    /// What a load came to; the names are filled in by the caller.
    pub fn of(served: &Served, connections: usize) -> Self {
        let answers = served.answers.max(1);
        Self {
            workload: String::new(),
            vendor: "",
            database: "",
            people: 0,
            connections,
            server_us: served.cpu.server * 1e6 / answers as f64,
            database_us: served.cpu.database * 1e6 / answers as f64,
            per_second: served.answers as f64 / served.seconds,
            p50_ms: served.latency_ms(0.5),
            p99_ms: served.latency_ms(0.99),
            bytes: served.bytes / answers,
            failures: served.failures,
        }
    }

    /// CPU of server and database, in µs.
    pub fn cpu_us(&self) -> f64 {
        self.server_us + self.database_us
    }
}

/// One number, and what it may be at most.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// What it is.
    pub what: String,
    /// On which database.
    pub database: &'static str,
    /// The number.
    pub value: f64,
    /// In what.
    pub unit: &'static str,
    /// The limit of the project, where there is one.
    pub limit: Option<Limit>,
}

/// What a number must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// It may be no more.
    AtMost(f64),
    /// It may be no less.
    AtLeast(f64),
}

impl Limit {
    fn is_kept_by(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }

    fn shown(self, unit: &str) -> String {
        match self {
            Self::AtMost(most) => format!("{} {unit}", number(most)),
            Self::AtLeast(least) => format!("at least {} {unit}", number(least)),
        }
    }
}

/// All of a run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The machine's cores.
    pub cores: usize,
    /// What share of them others used before anything was measured; it spoils latencies first.
    pub busy: f64,
    /// Loads.
    pub costs: Vec<Cost>,
    /// Each address on both boards.
    pub routes: Vec<RouteCost>,
    /// Other numbers.
    pub facts: Vec<Fact>,
    /// Limits that are missed, in words.
    pub missed: Vec<String>,
}

/// The CPU time that a request of a workload may take, in µs, by the issue that asked for it.
fn limit(workload: Workload, database: &str, own: impl Fn(Workload) -> Option<f64>) -> Option<f64> {
    let is_sqlite = database == "sqlite";
    let times = |factor: f64, of: Workload| own(of).map(|cost| factor * cost);
    match workload {
        Workload::User => Some(if is_sqlite { 60.0 } else { 210.0 }),
        Workload::Page | Workload::AnyPage => Some(if is_sqlite { 340.0 } else { 800.0 }),
        Workload::DeepPage | Workload::SchoolStudents => times(1.3, Workload::Page),
        Workload::Delta => times(2.0, Workload::Page),
        Workload::Changed => times(2.0, Workload::Known),
        Workload::Username => times(2.0, Workload::User),
        Workload::ScimUser | Workload::ScimUserName => is_sqlite.then_some(65.0),
        Workload::ScimPage | Workload::ScimAnyPage => is_sqlite.then_some(380.0),
        Workload::ScimDeepPage => times(1.3, Workload::ScimPage),
        Workload::Known | Workload::ClassStudents => None,
    }
}

/// How much a request may cost more on the large board than on the small one.
pub const GROWTH: f64 = 1.5;

/// The baselines' names.
pub const MEMORY: [&str; 2] = ["memory: one user", "memory: page of 100"];
/// The baselines' names.
pub const BARE: [&str; 3] = ["bare: one user by key", "bare: page of 100 by key range", "bare: 100 users by `= any`"];

impl Report {
    fn cost(&self, workload: &str, vendor: &str, database: &str, connections: usize) -> impl Iterator<Item = &Cost> {
        let (workload, vendor, database) = (workload.to_owned(), vendor.to_owned(), database.to_owned());
        self.costs.iter().filter(move |cost| {
            cost.workload == workload
                && cost.vendor == vendor
                && cost.database == database
                && cost.connections == connections
        })
    }

    /// The report as people read it; notes the limits that are missed.
    pub fn table(&mut self) -> String {
        let mut text = format!("{} cores; server and database on one, the load on another.\n", self.cores);
        if self.busy > 0.1 {
            let share = 100.0 * self.busy;
            _ = writeln!(
                text,
                "Others used {share:.0} % of the cores: latencies and rates mean little, CPU is too high."
            );
        }
        let mut missed = Vec::new();
        for database in ["memory", "sqlite", "postgres"] {
            self.loads_of(database, &mut text, &mut missed);
        }
        text.push_str(
            "\nA ratio is the baseline's CPU time / ours: 1.0x is as fast as the baseline, 0.1x ten times as slow.\n",
        );
        text.push_str(&routes::table(&self.routes, &mut missed));
        _ = writeln!(text, "\n| what | database | value | limit | |\n| --- | --- | ---: | ---: | --- |");
        for fact in &self.facts {
            let is_missed = fact.limit.is_some_and(|limit| !limit.is_kept_by(fact.value));
            if is_missed {
                missed.push(format!("{} on {}", fact.what, fact.database));
            }
            let limit = fact.limit.map_or_else(|| "-".to_owned(), |limit| limit.shown(fact.unit));
            let mark = if is_missed { "**missed**" } else { "" };
            let value = number(fact.value);
            _ = writeln!(text, "| {} | {} | {value} {} | {limit} | {mark} |", fact.what, fact.database, fact.unit);
        }
        match missed.as_slice() {
            [] => text.push_str("\nEvery limit is kept.\n"),
            _ => _ = writeln!(text, "\n{} limits are missed: {}.", missed.len(), missed.join("; ")),
        }
        self.missed = missed;
        text
    }

    fn loads_of(&self, database: &'static str, text: &mut String, missed: &mut Vec<String>) {
        if !self.costs.iter().any(|cost| cost.database == database) {
            return;
        }
        _ = writeln!(
            text,
            "\n| {database} | vendor | CPU µs, 8 conns | CPU µs, 64 (server + database) | limit | | x memory | x bare | growth \
             | p50 ms, 8 | p99 ms, 8 | p99 ms, 64 | req/s, 64 | bytes |\n\
             | --- | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        );
        for baseline in MEMORY.iter().chain(&BARE) {
            for cost in self.cost(baseline, "-", database, 64) {
                self.line(cost, &Judgment::default(), text);
            }
        }
        for vendor in [crate::board::EVERYTHING, crate::board::PAIRWISE] {
            for workload in Workload::ALL {
                let largest = self.cost(workload.title(), vendor, database, 64).max_by_key(|cost| cost.people);
                let Some(cost) = largest else { continue };
                let judgment = self.judge(workload, cost);
                let name = format!("{} ({vendor}) on {database}", workload.title());
                if judgment.is_over {
                    missed.push(format!("CPU of {name}"));
                }
                if judgment.growth.is_some_and(|growth| growth > GROWTH) {
                    missed.push(format!("growth of {name}"));
                }
                self.line(cost, &judgment, text);
            }
        }
    }

    fn judge(&self, workload: Workload, cost: &Cost) -> Judgment {
        let (vendor, database) = (cost.vendor, cost.database);
        let own = |workload: Workload| {
            let costs = self.cost(workload.title(), vendor, database, 64);
            costs.max_by_key(|cost| cost.people).map(Cost::cpu_us)
        };
        let smallest = self.cost(workload.title(), vendor, database, 64).min_by_key(|cost| cost.people);
        let smaller = smallest.filter(|smallest| smallest.people < cost.people);
        let limit = limit(workload, database, own);
        let (memory, bare) = match workload {
            Workload::User => (Some(MEMORY[0]), Some(BARE[0])),
            Workload::Username => (None, Some(BARE[0])),
            Workload::Page | Workload::DeepPage | Workload::AnyPage => (Some(MEMORY[1]), Some(BARE[1])),
            Workload::Delta | Workload::SchoolStudents => (None, Some(BARE[2])),
            Workload::Known
            | Workload::Changed
            | Workload::ClassStudents
            | Workload::ScimUser
            | Workload::ScimPage
            | Workload::ScimDeepPage
            | Workload::ScimAnyPage
            | Workload::ScimUserName => (None, None),
        };
        let ratio = |name: Option<&str>, of: &str| Some(self.cost(name?, "-", of, 64).next()?.cpu_us() / cost.cpu_us());
        Judgment {
            limit,
            is_over: limit.is_some_and(|limit| cost.cpu_us() > limit),
            memory: ratio(memory, "memory"),
            bare: ratio(bare, database),
            growth: smaller.map(|smaller| cost.cpu_us() / smaller.cpu_us()),
        }
    }

    fn line(&self, cost: &Cost, judgment: &Judgment, text: &mut String) {
        let eight = self.cost(&cost.workload, cost.vendor, cost.database, 8).max_by_key(|eight| eight.people);
        let at_8 = |value: fn(&Cost) -> f64| shown(eight.map(value));
        let times = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}x"));
        let parts = if cost.database_us > 0.0 {
            format!("{} ({} + {})", number(cost.cpu_us()), number(cost.server_us), number(cost.database_us))
        } else {
            number(cost.cpu_us())
        };
        let grown = if judgment.growth.is_some_and(|growth| growth > GROWTH) { " **!**" } else { "" };
        let failed = if cost.failures > 0 { format!(" **{} failed**", cost.failures) } else { String::new() };
        _ = writeln!(
            text,
            "| {}{failed} | {} | {} | {parts} | {} | {} | {} | {} | {}{grown} | {} | {} | {} | {:.0} | {} |",
            cost.workload,
            cost.vendor,
            at_8(Cost::cpu_us),
            shown(judgment.limit),
            if judgment.is_over { "**missed**" } else { "" },
            times(judgment.memory),
            times(judgment.bare),
            times(judgment.growth),
            at_8(|cost| cost.p50_ms),
            at_8(|cost| cost.p99_ms),
            number(cost.p99_ms),
            cost.per_second,
            cost.bytes,
        );
    }
}

#[derive(Debug, Default)]
struct Judgment {
    limit: Option<f64>,
    is_over: bool,
    memory: Option<f64>,
    bare: Option<f64>,
    growth: Option<f64>,
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), number)
}

/// Three digits that count.
pub fn number(value: f64) -> String {
    match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
