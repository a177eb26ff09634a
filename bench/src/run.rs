//! One run: every board on every database, and the opponents beside them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use koppelvlak::clock::{Clock, Millis};
use tempfile::TempDir;

use crate::board::{self, BoardFiles, EVERYTHING, PAIRWISE, TENANT};
use crate::cluster::{self, Cluster};
use crate::load::{Load, WARM_UP};
use crate::options::{Options, Part};
use crate::process::{self, Meter};
use crate::product::{self, Product, Server};
use crate::report::{Cost, Fact, Limit, Report};
use crate::workload::{FEW, Moments, Values, Workload};

/// What a run has at hand.
pub struct Run<'a> {
    /// What was asked for.
    pub options: &'a Options,
    /// The release server.
    pub binary: PathBuf,
    /// Boards of this and earlier runs.
    pub cache: PathBuf,
    /// What has been measured.
    pub report: Report,
    /// The kind of the database that is measured.
    pub kind: &'static str,
    /// The first process of PostgreSQL, if that is measured.
    pub cluster: Option<u32>,
}

/// How often a load is tried.
const ATTEMPTS: usize = 3;

/// A board in a database of its own.
pub struct Loaded {
    /// The product over it.
    pub product: Product,
    /// Its files.
    pub files: BoardFiles,
    moments: Moments,
}

impl<'a> Run<'a> {
    /// Gets ready.
    pub fn new(options: &'a Options) -> anyhow::Result<Self> {
        let binary = product::binary(options.server.as_deref())?;
        let target = std::env::current_exe()?;
        let target = target.ancestors().nth(2).unwrap_or(Path::new(".")).to_owned();
        let report = Report { cores: process::cores(), busy: process::busy_share(), ..Report::default() };
        Ok(Self { options, binary, cache: target.join("bench-boards"), report, kind: "sqlite", cluster: None })
    }

    /// Measures on SQLite, then on PostgreSQL, whichever were asked for.
    pub fn measure(mut self) -> anyhow::Result<Report> {
        if self.options.database.has_sqlite() {
            let folder = TempDir::new_in(self.work_folder()?)?;
            self.measure_database(|name| {
                Ok(format!("sqlite:{}", folder.path().join(name).with_extension("db").display()))
            })?;
        }
        if self.options.database.has_postgres() {
            let mut cluster = match &self.options.postgres {
                Some(url) => Cluster::there(url),
                None => Cluster::start()?,
            };
            self.kind = "postgres";
            self.cluster = cluster.first_process();
            self.measure_database(|name| cluster.database(name))?;
        }
        Ok(self.report)
    }

    fn work_folder(&self) -> anyhow::Result<&Path> {
        std::fs::create_dir_all(&self.cache)?;
        Ok(&self.cache)
    }

    fn measure_database(&mut self, mut database: impl FnMut(&str) -> anyhow::Result<String>) -> anyhow::Result<()> {
        let small = if self.options.wants_growth() {
            let small = self.load_board(&database("small")?, self.options.small)?;
            let server = small.product.serve()?;
            self.measure_loads(&small, &server, &[64])?;
            Some(small)
        } else {
            None
        };
        let large = self.load_board(&database("large")?, self.options.people)?;
        let server = large.product.serve()?;
        self.measure_loads(&large, &server, &[8, 64])?;
        if let Some(small) = small.filter(|_| self.options.wants(Part::Routes)) {
            self.measure_routes(&small.product.serve()?, &server)?;
        }
        self.measure_server(&large, server)?;
        if self.options.wants(Part::Baseline) {
            self.measure_baselines(&large)?;
        }
        if self.options.wants(Part::Recorder) {
            self.measure_recorder(&database("recorder")?)?;
        }
        Ok(())
    }

    /// Imports a board, applies its rules, and lets some people change a little later, and a few of them once more.
    fn load_board(&mut self, url: &str, people: u32) -> anyhow::Result<Loaded> {
        let pupils = (people / 2).max(30);
        let renamed = (pupils / 4).min(1000);
        self.say(&format!("a board of about {people} people"));
        let files = board::written(&self.cache, pupils, 0)?;
        let later = board::written(&self.cache, pupils, renamed)?;
        // Renamed are always the last pupils, so that this set gives a few their old names back.
        let last = board::written(&self.cache, pupils, renamed.saturating_sub(FEW))?;
        let product = Product { binary: self.binary.clone(), database: url.to_owned() };
        let folder = TempDir::new()?;
        let only_board = folder.path().join("board.toml");
        std::fs::write(&only_board, board::only_board(TENANT))?;
        product.run(&["migrate"])?;
        product.run(&["apply", &path(&only_board)])?;
        let took = product.run(&["import", "oneroster", &path(&files.folder), "--tenant", TENANT])?;
        self.fact(format!("import of {pupils} pupils"), took.seconds, "s", None);
        product.run(&["apply", &path(&files.rules)])?;
        let before_many = quiet_time();
        let took = product.run(&["import", "oneroster", &path(&later.folder), "--tenant", TENANT])?;
        self.fact(format!("import again with {renamed} changed"), took.seconds, "s", None);
        let before_few = quiet_time();
        product.run(&["import", "oneroster", &path(&last.folder), "--tenant", TENANT])?;
        if self.kind == "postgres" {
            cluster::settle(url)?;
        }
        Ok(Loaded { product, files, moments: Moments { before_many, before_few } })
    }

    fn measure_loads(&mut self, board: &Loaded, server: &Server, connections: &[usize]) -> anyhow::Result<()> {
        for vendor in [EVERYTHING, PAIRWISE] {
            if self.options.workloads().next().is_none() {
                return Ok(());
            }
            let values = board.values(server, vendor)?;
            for workload in self.options.workloads() {
                let requests = values.requests(workload, 100_000);
                for &connections in connections {
                    let meter = Meter { server: Some(server.pid()), cluster: self.cluster };
                    let cost = self.ask(&requests, connections, server.address, meter)?;
                    let (workload, people) = (workload.title().to_owned(), values.n_users());
                    self.keep(Cost { workload, vendor, people, database: self.kind, ..cost });
                }
            }
        }
        Ok(())
    }

    /// Asks from one or more connections, and says what it cost.
    pub fn ask(
        &self,
        requests: &[Vec<u8>],
        connections: usize,
        address: std::net::SocketAddr,
        meter: Meter,
    ) -> anyhow::Result<Cost> {
        let duration = Duration::from_secs_f64(self.options.seconds);
        let (rest, warm_up) = (Duration::ZERO, WARM_UP);
        cost_of(&Load { address, requests, connections, duration, rest, warm_up, meter })
    }

    /// Keeps a cost, and shows it while the run goes on.
    pub fn keep(&mut self, cost: Cost) {
        let (workload, vendor, connections) = (&cost.workload, cost.vendor, cost.connections);
        let (cpu, rate, failures) = (cost.cpu_us(), cost.per_second, cost.failures);
        self.say(&format!(
            "{workload}, {vendor}, {connections} connections: {cpu:.1} µs, {rate:.0}/s, {failures} failed"
        ));
        self.report.costs.push(cost);
    }

    /// Keeps a number.
    pub fn fact(&mut self, what: impl Into<String>, value: f64, unit: &'static str, limit: Option<f64>) {
        let what = what.into();
        self.say(&format!("{what}: {value:.3} {unit}"));
        let limit = limit.map(Limit::AtMost);
        self.report.facts.push(Fact { what, database: self.kind, value, unit, limit });
    }

    /// Keeps how much is done in a second, which may be more.
    pub fn rate(&mut self, what: impl Into<String>, value: f64, least: f64) {
        let (what, limit) = (what.into(), Some(Limit::AtLeast(least)));
        self.say(&format!("{what}: {value:.0}"));
        self.report.facts.push(Fact { what, database: self.kind, value, unit: "", limit });
    }

    /// A line for whoever waits.
    pub fn say(&self, line: &str) {
        // Nobody has to read it.
        drop(writeln!(std::io::stderr(), "{}: {line}", self.kind));
    }
}

impl Loaded {
    /// The values that a vendor's requests are made of.
    pub fn values(&self, server: &Server, vendor: &str) -> anyhow::Result<Values> {
        Values::of(server, vendor, self.moments)
    }
}

/// What a load costs; it is tried again if nothing was answered.
pub fn cost_of(load: &Load<'_>) -> anyhow::Result<Cost> {
    // A disk that is busy with others' work may hold every answer up for longer than is measured.
    for _ in 0..ATTEMPTS {
        let served = load.run()?;
        if served.answers > 0 {
            return Ok(Cost::of(&served, load.connections));
        }
    }
    let asked = load.requests.first().and_then(|request| request.split(|byte| *byte == b'\r').next());
    bail!("there is no answer to {}", String::from_utf8_lossy(asked.unwrap_or_default()));
}

/// A time in which nothing happens, with something before and after it.
fn quiet_time() -> (Millis, Millis) {
    let after = Clock::System.now();
    std::thread::sleep(Duration::from_secs(3));
    (after, Clock::System.now())
}

/// A path as an argument.
pub fn path(path: &Path) -> String {
    path.display().to_string()
}

/// Whether a workload was asked for by name, or none was.
pub fn is_wanted(only: &[String], workload: Workload) -> bool {
    only.is_empty() || only.iter().any(|name| name == workload.name())
}
