//! `koppelvlak import oneroster-api`: reads another OneRoster provider over REST into a board.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::arguments::Global;
use crate::cli::export::{Binding, instant};
use crate::cli::import::{Meter, finish};
use crate::cli::settings::{self, Settings};
use crate::clock::Millis;
use crate::consent::rules_file::form::check_slug;
use crate::oneroster::csv::import;
use crate::oneroster::pull::{Changes, Credentials, Event, Options, PullError, Source, Watch, pull};
use crate::store::migration;

/// Reads another OneRoster provider over REST into a board.
#[derive(Args)]
#[command(after_help = "Examples:\n  koppelvlak import oneroster-api --from https://sis.example.org/ims/oneroster \
                        --tenant noord --client-id koppelvlak --client-secret-file secret.txt\n  \
                        koppelvlak import oneroster-api --from https://sis.example.org/ims/oneroster \
                        --tenant noord --client-id koppelvlak --delta")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct OnerosterApi {
    /// The provider: its address up to /ims/oneroster, or the base path of a service
    #[arg(long, value_name = "URL")]
    from: String,
    /// The board, by its slug; it is made if it isn't there
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// The version of OneRoster
    #[arg(long, value_enum, default_value_t = Binding::V1p2)]
    version: Binding,
    /// Where tokens come from [default: /oauth2/token in the place of /ims/oneroster]
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// The client's id, or its consumer key
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// The secret; other users of this machine can see it here, so rather name a file, or set
    /// `KOPPELVLAK_PULL_CLIENT_SECRET`
    #[arg(long, value_name = "SECRET", conflicts_with = "client_secret_file", allow_hyphen_values = true)]
    client_secret: Option<String>,
    /// A file with the secret
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Signs requests by OAuth 1.0a (HMAC-SHA256) instead of asking for a token; for 1.1
    #[arg(long, conflicts_with_all = ["token_url", "scope"])]
    oauth1: bool,
    /// The scopes to ask for, separated by spaces [default: whatever the provider gives]
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,
    /// Reads changes only, from a date and time such as 2026-09-01T08:00:00Z on
    #[arg(long, value_name = "INSTANT", value_parser = instant, conflicts_with = "delta")]
    since: Option<Millis>,
    /// Reads what changed since the last pull that succeeded; all if there was none
    #[arg(long)]
    delta: bool,
    /// How many objects are asked for at once
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// The folder for what was read and not yet imported [default: X.pull/SLUG beside X.db]
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,
    /// Prints what would change, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Lets a set through that lacks or takes away more than a tenth of the board's people
    #[arg(long)]
    confirm_removals: bool,
}

impl std::fmt::Debug for OnerosterApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret is not for logs.
        f.debug_struct("OnerosterApi").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl OnerosterApi {
    /// Pulls what the arguments name.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let settings = Settings::load(global)?;
        let source = Source::parse(&self.from, self.version.version(), self.token_url.as_deref())?;
        let credentials = Credentials {
            client_id: self.client_id.clone(),
            secret: self.secret()?,
            is_oauth1: self.oauth1,
            scope: self.scope.clone(),
        };
        let spool = self.spool(&settings)?;
        let database = settings.open_database()?;
        migration::check(&database)?;
        let options = Options {
            tenant: &self.tenant,
            spool: &spool,
            limit: self.limit,
            changes: match (self.since, self.delta) {
                (Some(at), _) => Changes::Since(at),
                (None, true) => Changes::SinceLast,
                (None, false) => Changes::All,
            },
            import: import::Options {
                confirm_removals: self.confirm_removals,
                dry_run: self.dry_run,
                clock: settings::clock()?,
            },
        };
        let (mut pages, mut meter) = (Pages::new(), Meter::new());
        let bar = pages.bar.clone();
        let mut watch = Watch {
            tell: &mut |event| pages.show(event),
            import: &mut |progress| {
                // One bar at a time.
                bar.iter().for_each(ProgressBar::finish_and_clear);
                meter.show(progress);
            },
            wait: &mut std::thread::sleep,
        };
        let outcome = pull(&database, &source, &credentials, &options, &mut watch);
        pages.finish();
        meter.finish();
        match outcome {
            Ok(summary) => finish(Ok(summary), self.dry_run, global.format),
            Err(PullError::Import(error)) => finish(Err(error), self.dry_run, global.format),
            Err(error) => Err(error.into()),
        }
    }

    fn secret(&self) -> anyhow::Result<String> {
        let secret = match (&self.client_secret, &self.client_secret_file) {
            (Some(secret), _) => Some(secret.clone()),
            (None, Some(path)) => {
                Some(std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?)
            }
            (None, None) => settings::pull_secret()?,
        };
        let secret = secret.map(|secret| secret.trim_end_matches(['\r', '\n']).to_owned());
        secret
            .filter(|secret| !secret.is_empty())
            .context("there is no secret: set KOPPELVLAK_PULL_CLIENT_SECRET, or name a file with --client-secret-file")
    }

    fn spool(&self, settings: &Settings) -> anyhow::Result<PathBuf> {
        if let Some(folder) = &self.spool {
            return Ok(folder.clone());
        }
        // The slug becomes the name of a folder.
        if let Err(why) = check_slug(&self.tenant) {
            bail!("the board's slug {why}");
        }
        settings.spool(&self.tenant)
    }
}

/// A bar on a terminal; elsewhere a line for each page.
struct Pages {
    bar: Option<ProgressBar>,
}

impl Pages {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg:40} {wide_bar} {pos}/{len}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar }
    }

    fn show(&mut self, event: Event) {
        if let (Event::Page { collection, done, of }, Some(bar)) = (event, &self.bar) {
            bar.set_message(format!("Reading {collection}"));
            bar.set_length(of.unwrap_or(done));
            bar.set_position(done);
            return;
        }
        let line = match event {
            Event::Resumed => "Going on where it broke off.".to_owned(),
            Event::NoEarlier => "No earlier pull is known here: all is read.".to_owned(),
            Event::Page { collection, done, of: Some(of) } => format!("Reading {collection}: {done} of {of}"),
            Event::Page { collection, done, of: None } => format!("Reading {collection}: {done}"),
            Event::Skipped { collection, status } => {
                format!("Skipping {collection}: the provider answers with status {status}.")
            }
            Event::Waiting { status: Some(status), seconds } => {
                format!("The provider answers with status {status}: trying again in {seconds} s.")
            }
            Event::Waiting { status: None, seconds } => format!("No answer came: trying again in {seconds} s."),
            Event::LeftOut { collection, n } => {
                format!("Leaving out {n} of {collection}: they lack what a set must say, or can't be named in one.")
            }
        };
        match &self.bar {
            Some(bar) => bar.println(line),
            // Nothing is lost if nobody reads it.
            None => drop(writeln!(std::io::stderr(), "{line}")),
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
