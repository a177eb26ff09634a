//! `koppelvlak apply`: makes boards, vendors, rules and choices as a rules file says.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value, json};

use crate::cli::arguments::{Format, Global};
use crate::cli::settings::{self, Settings};
use crate::clock::Clock;
use crate::consent::rules_file::{self, Applied, Submission};
use crate::keys::MasterKey;
use crate::store::{Database, migration};

/// Makes boards, vendors, rules and choices as a rules file says; what it doesn't mention stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak apply rules.toml --dry-run\n  koppelvlak apply rules.toml")]
pub struct Apply {
    /// The rules file
    pub file: PathBuf,
    /// Prints what would change, and changes nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Who makes the changes, for the history
    #[arg(long, value_name = "NAME", env = "USER", hide_env_values = true, default_value = "operator")]
    pub by: String,
}

impl Apply {
    /// Applies the file to the database of the settings.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let settings = Settings::load(global)?;
        let database = settings.open_database()?;
        migration::check(&database)?;
        let applied = self.apply_to(&database, &settings.master_key()?, settings::clock()?)?;
        self.print(&applied, global.format, &mut std::io::stdout().lock())?;
        Ok(())
    }

    /// Applies the file, or rehearses it.
    pub fn apply_to(&self, database: &Database, key: &MasterKey, clock: Clock) -> anyhow::Result<Applied> {
        let file = self.file.display().to_string();
        let text = fs::read_to_string(&self.file).with_context(|| format!("{file} can't be read"))?;
        let who = if self.by.trim().is_empty() { "operator" } else { self.by.trim() };
        let submission = Submission { file: &file, text: &text, who, now: clock.now() };
        let applied = if self.dry_run {
            rules_file::rehearse(database, key, submission)?
        } else {
            rules_file::apply(database, key, submission)?
        };
        Ok(applied)
    }

    /// Says what changed, or would change, and what to do next.
    pub fn print(&self, applied: &Applied, format: Format, out: &mut dyn Write) -> std::io::Result<()> {
        match format {
            Format::Table => self.print_lines(applied, out),
            Format::Json => writeln!(out, "{:#}", self.as_json(applied)),
        }
    }

    fn print_lines(&self, applied: &Applied, out: &mut dyn Write) -> std::io::Result<()> {
        for line in &applied.changes {
            writeln!(out, "{line}")?;
        }
        for warning in &applied.warnings {
            writeln!(out, "warning: {}:{}: {}", self.file.display(), warning.line, warning.text)?;
        }
        for (vendor, secret) in &applied.secrets {
            writeln!(out, "\nThe secret of {vendor}, which is shown this once:\n  {secret}")?;
        }
        let tenant = &applied.tenant;
        let (changes, they_hold) = match applied.changes.len() {
            0 => return writeln!(out, "nothing to change"),
            1 => ("1 change".to_owned(), "it holds"),
            n => (format!("{n} changes"), "they hold"),
        };
        if self.dry_run {
            return writeln!(out, "\n{changes} to make, nothing written. Without --dry-run the file is applied.");
        }
        writeln!(out, "\nMade {changes}; {they_hold} for the next request.")?;
        writeln!(out, "Next: koppelvlak show rules --tenant {tenant}")
    }

    fn as_json(&self, applied: &Applied) -> Value {
        let secrets: Map<_, _> = applied.secrets.iter().map(|(id, secret)| (id.clone(), json!(secret))).collect();
        let file = self.file.display();
        let warnings: Vec<_> = applied.warnings.iter().map(|w| format!("{file}:{}: {}", w.line, w.text)).collect();
        json!({
            "tenant": applied.tenant,
            "written": !self.dry_run && !applied.changes.is_empty(),
            "changes": applied.changes,
            "warnings": warnings,
            "secrets": secrets,
        })
    }
}
