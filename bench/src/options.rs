//! What a run may be told.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::baseline::Baseline;
use crate::recording::Recording;
use crate::run::is_wanted;
use crate::workload::Workload;

/// Measures what a request costs, beside an in-memory server and a bare database.
#[derive(Debug, Parser)]
#[command(name = "koppelvlak-bench", version)]
pub struct Options {
    /// About how many people the board has
    #[arg(long, default_value_t = 100_000)]
    pub people: u32,
    /// And the small one, for growth
    #[arg(long, default_value_t = 1000)]
    pub small: u32,
    /// How many pupils the large import brings
    #[arg(long, default_value_t = 100_000)]
    pub import_pupils: u32,
    /// Which databases
    #[arg(long, value_enum, default_value_t = Databases::Both)]
    pub database: Databases,
    /// A PostgreSQL server [default: a throw-away cluster from Debian's binaries]
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// How long each load is measured
    #[arg(long, default_value_t = 4.0)]
    pub seconds: f64,
    /// Only this workload or part; may be named several times
    #[arg(long, value_name = "NAME", help = names())]
    pub only: Vec<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Also keeps the JSON in a file
    #[arg(long, value_name = "PATH")]
    pub json_file: Option<PathBuf>,
    /// Fails if a limit is missed
    #[arg(long)]
    pub gate: bool,
    /// The release server [default: that of this workspace, built first]
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// What the benchmark starts itself as.
    #[command(subcommand)]
    pub role: Option<Role>,
}

/// A process that the benchmark starts beside itself.
#[derive(Debug, Subcommand)]
pub enum Role {
    /// A server to compare with
    #[command(hide = true)]
    Baseline(Baseline),
    /// The recorder of disclosures by itself
    #[command(hide = true)]
    Recording(Recording),
}

/// Which databases are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Databases {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
    /// One after the other.
    Both,
}

/// How the result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// What is measured besides loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All users over one connection.
    Sync,
    /// Memory under load.
    Memory,
    /// The request after a rule has changed.
    RuleChange,
    /// From the start of the process to its first answer.
    ColdStart,
    /// A large import, and reads beside it.
    Import,
    /// Each address on both boards.
    Routes,
    /// Results that a vendor writes.
    Writes,
    /// Users that an identity provider makes and changes.
    ScimWrites,
    /// The opponents.
    Baseline,
    /// Disclosures alone.
    Recorder,
}

impl Part {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Sync, "sync"),
        (Self::Memory, "memory"),
        (Self::RuleChange, "rule-change"),
        (Self::ColdStart, "cold-start"),
        (Self::Import, "import"),
        (Self::Routes, "routes"),
        (Self::Writes, "writes"),
        (Self::ScimWrites, "scim-writes"),
        (Self::Baseline, "baseline"),
        (Self::Recorder, "recorder"),
    ];
}

fn names() -> String {
    let workloads = Workload::ALL.iter().map(|workload| workload.name());
    let names: Vec<&str> = workloads.chain(Part::ALL.iter().map(|(_, name)| *name)).collect();
    format!("Only this workload or part, may be named several times: {}", names.join(", "))
}

impl Databases {
    /// Whether SQLite is measured.
    pub fn has_sqlite(self) -> bool {
        self != Self::Postgres
    }

    /// Whether PostgreSQL is measured.
    pub fn has_postgres(self) -> bool {
        self != Self::Sqlite
    }
}

impl Options {
    /// The first name that nothing has.
    pub fn unknown_name(&self) -> Option<&str> {
        let is_known = |name: &&String| {
            Workload::ALL.iter().any(|workload| workload.name() == name.as_str())
                || Part::ALL.iter().any(|(_, part)| part == name)
        };
        self.only.iter().find(|name| !is_known(name)).map(String::as_str)
    }

    /// The workloads to measure.
    pub fn workloads(&self) -> impl Iterator<Item = Workload> + use<> {
        let only = self.only.clone();
        Workload::ALL.into_iter().filter(move |workload| is_wanted(&only, *workload))
    }

    /// Whether a part is to be measured.
    pub fn wants(&self, part: Part) -> bool {
        let name = Part::ALL.iter().find(|(known, _)| *known == part).map_or("", |(_, name)| *name);
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }

    /// Whether the small board is needed.
    pub fn wants_growth(&self) -> bool {
        self.small > 0 && (self.workloads().next().is_some() || self.wants(Part::Routes))
    }
}
