//! What is not a load: whole synchronizations, starts, changes, imports, and the opponents.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::board::{self, EVERYTHING, PAIRWISE};
use crate::dice::Dice;
use crate::meanwhile::{self, Meanwhile};
use crate::options::Part;
use crate::process::{self, Memory, Meter, SERVER_CORE};
use crate::product::Server;
use crate::recording::Recorded;
use crate::report::{BARE, Cost, MEMORY};
use crate::run::{Loaded, Run, path};
use crate::wire;
use crate::workload::{Workload, root, sync};

/// The board of the large import.
const OTHER: &str = "other";

impl Run<'_> {
    /// What is measured at one server over the large board.
    pub fn measure_server(&mut self, board: &Loaded, server: Server) -> anyhow::Result<()> {
        if self.options.wants(Part::Sync) {
            self.measure_sync(&server)?;
        }
        if self.options.wants(Part::Memory)
            && let Some(memory) = Memory::of(server.pid())
        {
            self.fact("memory after the loads, mapped files apart", memory.anonymous, "MiB", Some(250.0));
            self.fact("peak memory, mapped files included", memory.peak, "MiB", None);
        }
        if self.options.wants(Part::RuleChange) {
            self.measure_rule_change(board, &server)?;
        }
        if self.options.wants(Part::ScimWrites) {
            self.measure_scim_writes(&server)?;
        }
        if self.options.wants(Part::Writes) {
            self.measure_writes(&server)?;
        }
        let server = if self.options.wants(Part::ColdStart) { self.measure_cold_start(board, server)? } else { server };
        if self.options.wants(Part::Import) {
            self.measure_import(board, &server)?;
        }
        Ok(())
    }

    fn measure_sync(&mut self, server: &Server) -> anyhow::Result<()> {
        for vendor in [EVERYTHING, PAIRWISE] {
            let token = server.token(vendor)?;
            for (limit, seconds) in [(100, 3.0), (1000, 2.0)] {
                let began = Instant::now();
                let (pages, bytes) = sync(server, &token, limit)?;
                let took = began.elapsed().as_secs_f64();
                let mib = bytes >> 20;
                self.fact(
                    format!("all users by {limit}, {vendor}, {pages} pages, {mib} MiB"),
                    took,
                    "s",
                    Some(seconds),
                );
            }
        }
        Ok(())
    }

    fn measure_rule_change(&mut self, board: &Loaded, server: &Server) -> anyhow::Result<()> {
        let folder = TempDir::new()?;
        let changed = folder.path().join("changed.toml");
        let rules = std::fs::read_to_string(&board.files.rules)?;
        std::fs::write(&changed, board::with_changed_rule(&rules))?;
        let token = server.token(PAIRWISE)?;
        let mut client = server.client()?;
        let page = format!("{}/users?limit=100", root());
        let mut times = Vec::new();
        for file in [&changed, &board.files.rules, &changed, &board.files.rules, &changed, &board.files.rules] {
            client.get(&page, &token)?;
            board.product.run(&["apply", &path(file)])?;
            let began = Instant::now();
            client.get(&page, &token)?;
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        self.fact("the page after a rule changed, at most", most(&times), "ms", Some(150.0));
        Ok(())
    }

    /// Starts the server anew a few times; the last one stays.
    fn measure_cold_start(&mut self, board: &Loaded, mut server: Server) -> anyhow::Result<Server> {
        let token = server.token(EVERYTHING)?;
        let page = format!("{}/users?limit=100", root());
        let mut times = Vec::new();
        for _ in 0..4 {
            drop(server);
            let began = Instant::now();
            server = board.product.serve()?;
            server.client()?.get(&page, &token)?;
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        self.fact("cold start to the first page, at most", most(&times), "ms", Some(1000.0));
        Ok(server)
    }

    fn measure_import(&mut self, board: &Loaded, server: &Server) -> anyhow::Result<()> {
        let pupils = self.options.import_pupils;
        let files = board::written(&self.cache, pupils, 0)?;
        let folder = TempDir::new()?;
        let other = folder.path().join("board.toml");
        std::fs::write(&other, board::only_board(OTHER))?;
        board.product.run(&["apply", &path(&other)])?;
        let values = board.values(server, EVERYTHING)?;
        let import = ["import", "oneroster", &path(&files.folder), "--tenant", OTHER];
        let seen = meanwhile::watch(&board.product, server, &values, &import)?;
        let n = rows(&files.folder.join("enrollments.csv"))?;
        self.fact(
            format!("import of {pupils} pupils, {n} enrollments, with reads"),
            seen.import.seconds,
            "s",
            Some(60.0),
        );
        self.fact("its peak memory, mapped files included", seen.import.memory.peak, "MiB", Some(1024.0));
        self.fact("its peak memory, mapped files apart", seen.import.memory.anonymous, "MiB", None);
        self.disturbance("that import into another board", &seen);
        let import = ["import", "oneroster", &path(&board.files.folder), "--tenant", board::TENANT];
        let seen = meanwhile::watch(&board.product, server, &values, &import)?;
        self.fact("import again into the board that is read", seen.import.seconds, "s", None);
        self.disturbance("an import into the board that is read", &seen);
        if let Some(memory) = Memory::of(server.pid()) {
            self.fact("memory after these imports, mapped files apart", memory.anonymous, "MiB", Some(250.0));
        }
        Ok(())
    }

    fn disturbance(&mut self, what: &str, seen: &Meanwhile) {
        let median = seen.quiet.latency_ms(0.5);
        self.fact(format!("reads before {what}: median"), median, "ms", None);
        self.fact(format!("reads before {what}: p99"), seen.quiet.latency_ms(0.99), "ms", None);
        self.fact(format!("reads during {what}: median"), seen.during.latency_ms(0.5), "ms", None);
        self.fact(format!("reads during {what}: p99"), seen.during.latency_ms(0.99), "ms", Some(5.0 * median));
        self.fact(format!("reads during {what}: longest"), seen.during.latency_ms(1.0), "ms", None);
        self.fact(format!("reads during {what}: failed"), seen.during.failures as f64, "", Some(0.0));
        self.fact(format!("tokens during {what}: issued"), seen.tokens.answers as f64, "", None);
        self.fact(format!("tokens during {what}: longest"), seen.tokens.latency_ms(1.0), "ms", None);
        self.fact(format!("tokens during {what}: failed"), seen.tokens.failures as f64, "", Some(0.0));
    }

    /// The opponents, over the same data and the same bytes.
    pub fn measure_baselines(&mut self, board: &Loaded) -> anyhow::Result<()> {
        let folder = TempDir::new()?;
        let (user, page) = (folder.path().join("user"), folder.path().join("page"));
        let server = board.product.serve()?;
        let values = board.values(&server, EVERYTHING)?;
        for (file, workload) in [(&user, Workload::User), (&page, Workload::Page)] {
            let request = values.requests(workload, 1).pop().context("one was asked for")?;
            std::fs::write(file, server.client()?.send(&request)?.body)?;
        }
        drop(server);
        let people = values.n_users();
        if !self.report.costs.iter().any(|cost| cost.database == "memory") {
            let memory = Opponent::start(&["--bodies", &path(&user), &path(&page)])?;
            self.measure_opponent(&memory, "memory", people, &[(MEMORY[0], "user"), (MEMORY[1], "page")])?;
        }
        let bare = Opponent::start(&["--database", &board.product.database])?;
        let asked = [(BARE[0], "user"), (BARE[1], "page"), (BARE[2], "any")];
        self.measure_opponent(&bare, self.kind, people, &asked)
    }

    fn measure_opponent(
        &mut self,
        opponent: &Opponent,
        database: &'static str,
        people: usize,
        asked: &[(&str, &str)],
    ) -> anyhow::Result<()> {
        let mut dice = Dice::new(5);
        for (name, route) in asked {
            let mut request = || wire::get(&format!("/{route}/{}", dice.below(people.saturating_sub(400))), None);
            let requests: Vec<Vec<u8>> = (0..20_000).map(|_| request()).collect();
            let cluster = self.cluster.filter(|_| database == "postgres");
            let meter = Meter { server: Some(opponent.child.id()), cluster };
            for connections in [8, 64] {
                let cost = self.ask(&requests, connections, opponent.address.parse()?, meter)?;
                self.keep(Cost { workload: (*name).to_owned(), vendor: "-", database, people, ..cost });
            }
        }
        Ok(())
    }

    /// Disclosures without the rest of the server.
    pub fn measure_recorder(&mut self, database: &str) -> anyhow::Result<()> {
        let meter = Meter { server: None, cluster: self.cluster };
        for people in [1, 100] {
            let before = meter.read();
            let (seconds, people_text) = (self.options.seconds.to_string(), people.to_string());
            let arguments = ["recording", "--database", database, "--seconds", &seconds, "--people", &people_text];
            let output = process::on_core(SERVER_CORE, &std::env::current_exe()?).args(arguments).output()?;
            if !output.status.success() {
                bail!("the recorder: {}", String::from_utf8_lossy(&output.stderr).trim());
            }
            let recorded: Recorded = serde_json::from_slice(&output.stdout)?;
            let cpu = recorded.cpu_us + meter.read().since(before).database * 1e6 / recorded.records as f64;
            let what = format!("a disclosure of {people} alone, 64 tasks");
            self.fact(format!("{what}: CPU"), cpu, "µs", Some(30.0));
            self.fact(format!("{what}: median wait"), recorded.p50_ms, "ms", None);
            self.fact(format!("{what}: in a second"), recorded.per_second, "", None);
        }
        Ok(())
    }
}

struct Opponent {
    child: Child,
    address: String,
}

impl Opponent {
    fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        let mut command = process::on_core(SERVER_CORE, &std::env::current_exe()?);
        let mut child = command.arg("baseline").args(arguments).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut address)?;
        }
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

impl Drop for Opponent {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn most(times: &[f64]) -> f64 {
    times.iter().copied().fold(0.0, f64::max)
}

fn rows(file: &std::path::Path) -> anyhow::Result<usize> {
    Ok(BufReader::new(std::fs::File::open(file)?).lines().count().saturating_sub(1))
}
