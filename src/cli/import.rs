//! `koppelvlak import`: brings a OneRoster CSV set, or what a provider gives over REST, into a board.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::catalogue::Entity;
use crate::cli::arguments::{Format, Global};
use crate::cli::pull::OnerosterApi;
use crate::cli::settings::{self, Settings};
use crate::oneroster::csv::FaultList;
use crate::oneroster::csv::import::{ImportError, Options, Phase, Progress, import};
use crate::store::import::Summary;
use crate::store::migration;

/// Brings a school's data into a board.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak import oneroster set.zip --tenant noord --dry-run")]
pub struct Import {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Source {
    /// Brings a OneRoster CSV set (1.1 or 1.2, bulk or delta) into a board: all of it or, if it has faults, nothing
    Oneroster(Oneroster),
    /// Reads another OneRoster provider over REST (1.1 or 1.2, all or changes) into a board: all of it or nothing
    OnerosterApi(OnerosterApi),
}

/// Brings a OneRoster CSV set into a board.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak import oneroster set.zip --tenant noord --dry-run")]
pub struct Oneroster {
    /// The set: a zip or a folder
    path: PathBuf,
    /// The board, by its slug; it is made if it isn't there
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// Prints what would change, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Lets a set through that lacks or takes away more than a tenth of the board's people
    #[arg(long)]
    confirm_removals: bool,
}

impl Import {
    /// Imports what the arguments name.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        match &self.source {
            Source::Oneroster(oneroster) => oneroster.run(global),
            Source::OnerosterApi(api) => api.run(global),
        }
    }
}

impl Oneroster {
    fn run(&self, global: &Global) -> anyhow::Result<()> {
        let settings = Settings::load(global)?;
        let database = settings.open_database()?;
        migration::check(&database)?;
        let options =
            Options { confirm_removals: self.confirm_removals, dry_run: self.dry_run, clock: settings::clock()? };
        let mut meter = Meter::new();
        let outcome = import(&database, &self.tenant, &self.path, &options, &mut |progress| meter.show(progress));
        meter.finish();
        finish(outcome, self.dry_run, global.format)
    }
}

/// Prints what came of an import.
pub(super) fn finish(outcome: Result<Summary, ImportError>, is_dry_run: bool, format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match outcome {
        Ok(summary) => Ok(print(&summary, is_dry_run, format, &mut out)?),
        Err(ImportError::Faults(faults)) => {
            print_faults(&faults, format, &mut out)?;
            let n = u64::try_from(faults.faults.len()).unwrap_or(u64::MAX) + faults.more;
            anyhow::bail!("the set has {n} faults; nothing was changed")
        }
        Err(error) => Err(error.into()),
    }
}

fn print(summary: &Summary, is_dry_run: bool, format: Format, out: &mut dyn Write) -> std::io::Result<()> {
    if format == Format::Json {
        let written = !is_dry_run && summary.is_changed;
        return writeln!(out, "{:#}", json!({ "written": written, "summary": summary }));
    }
    let tenant = &summary.tenant;
    if summary.is_new_tenant {
        writeln!(out, "There was no board `{tenant}`: it is made, with that name until a rules file gives another.")?;
    }
    writeln!(out, "{:<20}{:>10}{:>10}{:>10}{:>10}", "", "added", "changed", "unchanged", "removed")?;
    for (entity, n) in &summary.entities {
        let name = plural(*entity);
        writeln!(out, "{name:<20}{:>10}{:>10}{:>10}{:>10}", n.added, n.changed, n.unchanged, n.removed)?;
    }
    if summary.national_ids_dropped > 0 {
        let n = summary.national_ids_dropped;
        writeln!(out, "{n} values are or hold national numbers (BSN), or look like one, and were not kept.")?;
    }
    if summary.chain_ids_dropped > 0 {
        let n = summary.chain_ids_dropped;
        writeln!(out, "{n} values hold an ECK iD in a column that is none for it, and were not kept.")?;
    }
    if is_dry_run {
        return writeln!(out, "Nothing was written. Without --dry-run the set is imported.");
    }
    if !summary.is_changed {
        return writeln!(out, "The board had all of this already: nothing changed.");
    }
    writeln!(out, "Vendors see this from their next request on, as far as the rules let them.")?;
    writeln!(out, "Next: koppelvlak show rules --tenant {tenant}")
}

fn print_faults(faults: &FaultList, format: Format, out: &mut dyn Write) -> std::io::Result<()> {
    if format == Format::Json {
        return writeln!(out, "{:#}", json!({ "written": false, "faults": faults }));
    }
    for fault in &faults.faults {
        writeln!(out, "{fault}")?;
    }
    if faults.more > 0 {
        writeln!(out, "and {} more", faults.more)?;
    }
    Ok(())
}

fn plural(entity: Entity) -> &'static str {
    match entity {
        Entity::Org => "orgs",
        Entity::AcademicSession => "academic sessions",
        Entity::Course => "courses",
        Entity::Class => "classes",
        Entity::User => "people",
        Entity::Demographics => "demographics",
        Entity::Enrollment => "enrollments",
        Entity::Resource => "resources",
        Entity::LineItemCategory => "categories",
        Entity::LineItem => "line items",
        Entity::Result => "results",
        Entity::ScoreScale => "score scales",
        Entity::AssessmentLineItem => "assessment line items",
        Entity::AssessmentResult => "assessment results",
    }
}

/// A bar on a terminal; elsewhere a line for each file that takes a while.
pub(super) struct Meter {
    bar: Option<ProgressBar>,
    last: Option<Progress>,
}

impl Meter {
    pub(super) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg:40} {wide_bar} {percent:>3} %");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, last: None }
    }

    pub(super) fn show(&mut self, progress: Progress) {
        let is_next = self.last.is_none_or(|last| (last.phase, last.file) != (progress.phase, progress.file));
        let verb = match progress.phase {
            Phase::Check => "Checking",
            Phase::Store => "Storing",
        };
        match &self.bar {
            Some(bar) => {
                if is_next {
                    bar.set_message(format!("{verb} {}", progress.file.name()));
                }
                bar.set_length(progress.of);
                bar.set_position(progress.done);
            }
            // Nothing is lost if nobody reads it.
            None if is_next => drop(writeln!(std::io::stderr(), "{verb} {} …", progress.file.name())),
            None => {}
        }
        self.last = Some(progress);
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
