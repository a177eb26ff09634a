//! `koppelvlak migrate`: brings a database to this version's schema.

use std::io::Write;

use clap::Args;

use crate::cli::arguments::Global;
use crate::cli::settings::Settings;
use crate::store::migration;

/// Brings a database to this version's schema.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak migrate --database sqlite:koppelvlak.db")]
pub struct Migrate {}

impl Migrate {
    /// Applies what is missing and prints it.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let settings = Settings::load(global)?;
        let applied = migration::migrate(&settings.open_database()?)?;
        let mut out = std::io::stdout();
        match applied.len() {
            0 => writeln!(out, "The schema is that of this version already.")?,
            n => writeln!(out, "Applied {n} migrations: {}.", applied.join(", "))?,
        }
        Ok(())
    }
}
