//! `koppelvlak demo`: a realistic board in a fresh database, served.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::Global;

/// Builds a realistic board in a fresh database, registers vendors and rules, and serves.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak demo --pupils 1200 --seed 7")]
pub struct Demo {
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,
    /// What links and token metadata name [default: the address that is listened on]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// How many pupils, over three schools
    #[arg(long, default_value_t = 1200)]
    pupils: usize,
    /// The same seed makes the same board
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A JSON file that is written once the server answers
    #[arg(long, value_name = "PATH")]
    ready_file: Option<PathBuf>,
}

impl Demo {
    /// Builds the board and serves it until it is told to stop.
    pub fn run(&self, _global: &Global) -> anyhow::Result<()> {
        anyhow::bail!("the board of {} pupils can't be built yet", self.pupils)
    }
}
