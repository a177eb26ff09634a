//! The command line: which server, which suites, which reports.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::Value;

use crate::check::Check;
use crate::credentials::{Credentials, Secret, Tokens};
use crate::probe::Shared;
use crate::report::baseline::Baseline;
use crate::report::mask::Mask;
use crate::report::terminal::{self, Palette};
use crate::report::{Report, html, json, junit};
use crate::run::{self, Finding};
use crate::suites::{SUITES, Suite};
use crate::target::{Party, Target, origin};

/// Checks OneRoster and SCIM servers against their standards, from outside.
#[derive(Debug, Parser)]
#[command(name = "koppelvlak-conformance", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs suites against a server
    Run(Box<Run>),
    /// Lists suites, or the checks of one
    List {
        /// The suite
        #[arg(long)]
        suite: Option<String>,
    },
    /// Says what a check looks at, and why
    Explain {
        /// The check's id, such as OR-301
        check: String,
    },
}

/// Which server, and how.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all must-checks pass, 1 some fail, 2 the run couldn't be made.\n\n\
    Example:\n  koppelvlak-conformance run --suite scim --target https://example.org/scim/v2 --token $TOKEN")]
pub struct Run {
    /// A suite; several times for several
    #[arg(long, required = true)]
    suite: Vec<String>,
    /// Where the server is; `list` says what each suite wants here
    #[arg(long, value_name = "URL")]
    target: String,
    /// A bearer token
    #[arg(long, env = "KOPPELVLAK_CONFORMANCE_TOKEN", hide_env_values = true, allow_hyphen_values = true)]
    token: Option<String>,
    /// Where OAuth 2 tokens come from
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// The OAuth 2 client, or the OAuth 1.0a consumer
    #[arg(long)]
    client_id: Option<String>,
    /// Its secret
    #[arg(long, env = "KOPPELVLAK_CONFORMANCE_SECRET", hide_env_values = true, allow_hyphen_values = true)]
    client_secret: Option<String>,
    /// The scopes to ask for; all that are granted if it isn't given
    #[arg(long, default_value = "")]
    scope: String,
    /// Which OAuth
    #[arg(long, default_value = "2")]
    oauth: OAuth,
    /// Another client of the same data, as ID:SECRET; several times for several (suite consent)
    #[arg(long, value_name = "ID:SECRET")]
    other: Vec<String>,
    /// A second server whose data differs only in what the client must not see (suite consent), or another board (OR-021)
    #[arg(long, value_name = "URL")]
    twin: Option<String>,
    /// Where the second server's tokens come from [default: as --token-url, at the twin's origin]
    #[arg(long, value_name = "URL")]
    twin_token_url: Option<String>,
    /// Where the same data stands over SCIM, for the same client (suite consent)
    #[arg(long, value_name = "URL")]
    scim: Option<String>,
    /// A bearer token for that
    #[arg(long, env = "KOPPELVLAK_CONFORMANCE_SCIM_TOKEN", hide_env_values = true, allow_hyphen_values = true)]
    scim_token: Option<String>,
    /// A bearer token of another tenant of the same server (suite scim)
    #[arg(long, env = "KOPPELVLAK_CONFORMANCE_STRANGER_TOKEN", hide_env_values = true, allow_hyphen_values = true)]
    stranger_token: Option<String>,
    /// Also run checks that make, change and delete objects; they clean up after themselves
    #[arg(long)]
    allow_writes: bool,
    /// Only these checks; several times for several
    #[arg(long, value_name = "CHECK")]
    only: Vec<String>,
    /// How many checks run side by side
    #[arg(long, default_value_t = 4)]
    jobs: usize,
    /// How long to wait for an answer, in seconds
    #[arg(long, default_value_t = 60)]
    timeout: u64,
    /// How many objects of a collection are looked at
    #[arg(long, default_value_t = 200)]
    sample: usize,
    /// Also list what passed
    #[arg(long)]
    all: bool,
    /// What reports hide
    #[arg(long, value_enum, default_value = "secrets")]
    mask: Mask,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as `JUnit` XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write the report as a page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Show only what changed since this JSON report
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// No colors
    #[arg(long, env = "NO_COLOR", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_missing_value = "true", default_value = "false")]
    no_color: bool,
}

/// A version of OAuth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OAuth {
    /// OAuth 1.0a signatures (OneRoster 1.1)
    #[value(name = "1")]
    One,
    /// OAuth 2 client credentials
    #[value(name = "2")]
    Two,
}

/// Does what was asked for; says what stood in the way.
pub fn run(arguments: &Arguments) -> ExitCode {
    execute(&arguments.command)
}

/// Does what was asked for; says what stood in the way.
pub fn execute(command: &Command) -> ExitCode {
    let out = &mut std::io::stdout();
    let done = match command {
        Command::Run(options) => options.run(out),
        Command::List { suite } => list(out, suite.as_deref()).map(|()| true),
        Command::Explain { check } => explain(out, check).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Nobody has to read it.
            drop(writeln!(std::io::stderr(), "error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn suite_named(name: &str) -> anyhow::Result<&'static Suite> {
    let known: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
    Suite::named(name).with_context(|| format!("there is no suite {name}; there are {}", known.join(", ")))
}

fn list(out: &mut dyn Write, suite: Option<&str>) -> anyhow::Result<()> {
    let Some(name) = suite else {
        for suite in SUITES {
            writeln!(out, "{:<24} {:>3} checks  {}", suite.name, suite.checks().count(), suite.about)?;
            writeln!(out, "{:<36} --target: {}", "", suite.target)?;
        }
        return Ok(());
    };
    for check in suite_named(name)?.checks() {
        let writes = if check.writes { "writes" } else { "" };
        writeln!(out, "{:<8} {:<6} {:<6} {}", check.id, check.severity.word(), writes, check.title)?;
    }
    Ok(())
}

fn explain(out: &mut dyn Write, id: &str) -> anyhow::Result<()> {
    let mut found = false;
    for suite in SUITES {
        for check in suite.checks().filter(|check| check.id.eq_ignore_ascii_case(id)) {
            found = true;
            writeln!(out, "{} ({})\n\n{}\n", check.id, suite.name, check.title)?;
            writeln!(out, "level   {}", check.severity.word())?;
            writeln!(out, "basis   {}", check.basis.word())?;
            writeln!(out, "clause  {}", check.clause)?;
            writeln!(out, "needs   {}", if check.needs.is_empty() { "nothing" } else { check.needs })?;
            writeln!(out, "writes  {}", if check.writes { "yes, with --allow-writes" } else { "no" })?;
        }
    }
    if found { Ok(()) } else { bail!("there is no check {id}") }
}

impl Run {
    /// Runs; whether all must-checks passed.
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<bool> {
        let suites: Vec<&'static Suite> = self.suite.iter().map(|name| suite_named(name)).collect::<Result<_, _>>()?;
        let baseline = self.baseline.as_deref().map(read_baseline).transpose()?;
        let target = self.target()?;
        let palette = Palette::of(self.no_color);
        let mut runs: Vec<(&Suite, String, Duration, Vec<Finding>, Shared)> = Vec::new();
        for suite in suites {
            let checks: Vec<&'static Check> = suite.checks().filter(|check| self.is_wanted(check)).collect();
            let (began, start) = (now(), Instant::now());
            let bar = terminal::progress(suite.name, checks.len());
            let shared = Shared::new(suite.name);
            let findings = run::run(&target, &shared, &checks, self.jobs, &|finding| {
                bar.set_message(finding.check.id);
                bar.inc(1);
            });
            bar.finish_and_clear();
            runs.push((suite, began, start.elapsed(), findings, shared));
        }
        let reports: Vec<Report<'_>> = runs
            .iter()
            .map(|(suite, began, took, findings, shared)| Report {
                suite: suite.name,
                target: &target.address,
                began: began.clone(),
                took: *took,
                findings,
                sampled: shared.sampled(),
            })
            .collect();
        if reports.iter().all(|report| report.findings.is_empty()) {
            bail!("no check of these suites was asked for");
        }
        self.write_files(&reports)?;
        for report in &reports {
            if baseline.is_none() {
                for finding in report.findings.iter().filter(|f| self.all || f.verdict.is_err()) {
                    terminal::write_finding(out, finding, palette, self.mask)?;
                }
            }
            terminal::write_summary(out, report, palette)?;
        }
        if let Some(baseline) = baseline {
            terminal::write_changes(out, &baseline.changes(&reports))?;
        }
        Ok(reports.iter().all(Report::has_passed))
    }

    fn is_wanted(&self, check: &Check) -> bool {
        self.only.is_empty() || self.only.iter().any(|id| id.eq_ignore_ascii_case(check.id))
    }

    fn write_files(&self, reports: &[Report<'_>]) -> anyhow::Result<()> {
        let write = |path: &Option<PathBuf>, content: &dyn Fn() -> String| match path {
            Some(path) => fs::write(path, content()).with_context(|| format!("{} can't be written", path.display())),
            None => Ok(()),
        };
        write(&self.json, &|| format!("{:#}\n", json::document(reports, self.mask)))?;
        write(&self.junit, &|| junit::document(reports, self.mask))?;
        write(&self.html, &|| html::document(reports, self.mask))
    }

    fn target(&self) -> anyhow::Result<Target> {
        let timeout = Duration::from_secs(self.timeout);
        let secret = match (&self.client_id, &self.client_secret) {
            (Some(id), Some(secret)) => Some(Secret { id: id.clone(), secret: secret.clone() }),
            (None, None) => None,
            _ => bail!("--client-id and --client-secret go together"),
        };
        let make = |address: &str, token_url: Option<&String>| -> anyhow::Result<Target> {
            let credentials = self.credentials(secret.as_ref(), token_url)?;
            let mut target = Target::new(address, credentials, timeout);
            target.token_url = token_url.cloned();
            target.client_secret.clone_from(&secret);
            target.allows_writes = self.allow_writes;
            target.sample = self.sample.max(1);
            Ok(target)
        };
        let mut target = make(&self.target, self.token_url.as_ref())?;
        for (place, other) in self.other.iter().enumerate() {
            let (id, secret) = other.split_once(':').context("--other is ID:SECRET")?;
            let secret = Secret { id: id.to_owned(), secret: secret.to_owned() };
            let credentials = self.credentials(Some(&secret), self.token_url.as_ref())?;
            target.others.push(Party { name: format!("{} ({id})", place + 2), credentials });
        }
        if let Some(twin) = &self.twin {
            let token_url = self.twin_token_url.clone().or_else(|| {
                let url = self.token_url.as_deref()?;
                Some(format!("{}{}", origin(twin), url.strip_prefix(origin(url))?))
            });
            target.twin = Some(Box::new(make(twin, token_url.as_ref())?));
        }
        target.scim = self.scim.clone().zip(self.scim_token.clone());
        target.stranger = self.stranger_token.clone().map(Credentials::Bearer);
        Ok(target)
    }

    fn credentials(&self, secret: Option<&Secret>, token_url: Option<&String>) -> anyhow::Result<Credentials> {
        Ok(match (&self.token, secret, self.oauth) {
            (Some(token), _, _) => Credentials::Bearer(token.clone()),
            (None, Some(secret), OAuth::One) => Credentials::OAuth1(secret.clone()),
            (None, Some(secret), OAuth::Two) => {
                let url = token_url.context("OAuth 2 needs --token-url")?;
                Credentials::OAuth2(Arc::new(Tokens::new(url.clone(), secret.clone(), self.scope.clone())))
            }
            (None, None, _) => Credentials::None,
        })
    }
}

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let failed = || format!("{} is no report of this program", path.display());
    let document: Value = serde_json::from_slice(&fs::read(path).with_context(failed)?).with_context(failed)?;
    Baseline::read(&document).with_context(failed)
}

fn now() -> String {
    #[expect(clippy::disallowed_methods, reason = "a report says when it was made")]
    let now = chrono::Utc::now();
    now.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
