//! `koppelvlak export oneroster`: a vendor's view as a OneRoster CSV set.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::DateTime;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::audit::Recorder;
use crate::auth::Scopes;
use crate::catalogue::Version;
use crate::cli::arguments::{Format, Global};
use crate::cli::settings::{self, Settings};
use crate::clock::Millis;
use crate::http::request_id::RequestId;
use crate::oneroster::csv::export::{ExportError, Exported, Wanted, export};
use crate::query::{Asked, Views};
use crate::store::{Conn, Database, migration, tenant, vendor};

/// Writes a vendor's view into files.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak export oneroster --tenant noord --vendor atlas --out atlas.zip")]
pub struct Export {
    #[command(subcommand)]
    form: Form,
}

#[derive(Debug, Subcommand)]
enum Form {
    /// Writes what a vendor may see of a board, and nothing else, as a OneRoster CSV set
    Oneroster(Oneroster),
}

/// Writes a vendor's view as a OneRoster CSV set.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  koppelvlak export oneroster --tenant noord --vendor atlas --out atlas.zip\n  \
                        koppelvlak export oneroster --tenant noord --vendor atlas --delta \
                        --since 2026-09-01T08:00:00Z --out changes.zip")]
pub struct Oneroster {
    /// The board
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// The vendor
    #[arg(long, value_name = "ID")]
    vendor: String,
    /// The version of OneRoster
    #[arg(long, value_enum, default_value_t = Binding::V1p2)]
    version: Binding,
    /// Writes changes only
    #[arg(long, requires = "since")]
    delta: bool,
    /// From when on: a date and time such as 2026-09-01T08:00:00Z
    #[arg(long, requires = "delta", value_name = "INSTANT", value_parser = instant)]
    since: Option<Millis>,
    /// The zip to write; one that is there is replaced
    #[arg(long, value_name = "FILE.zip")]
    out: PathBuf,
}

/// The version of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Binding {
    /// OneRoster 1.1.
    #[value(name = "1.1")]
    V1p1,
    /// OneRoster 1.2.
    #[value(name = "1.2")]
    V1p2,
}

impl Binding {
    /// The version as the catalogue has it.
    pub(super) const fn version(self) -> Version {
        match self {
            Self::V1p1 => Version::V1p1,
            Self::V1p2 => Version::V1p2,
        }
    }
}

/// Reads a date and time.
pub(super) fn instant(text: &str) -> Result<Millis, String> {
    let at =
        DateTime::parse_from_rfc3339(text).map_err(|_| "no date and time such as 2026-09-01T08:00:00Z".to_owned())?;
    Ok(Millis(at.timestamp_millis()))
}

impl Export {
    /// Exports what the arguments name.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        match &self.form {
            Form::Oneroster(oneroster) => oneroster.run(global),
        }
    }
}

impl Oneroster {
    fn run(&self, global: &Global) -> anyhow::Result<()> {
        let settings = Settings::load(global)?;
        let database = settings.open_database()?;
        migration::check(&database)?;
        let folder = self.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let unwritable = || format!("{} can't be written", self.out.display());
        let out = NamedTempFile::new_in(folder).with_context(unwritable)?;
        let (out, exported) = self.export(&settings, &database, out)?;
        out.persist(&self.out).with_context(unwritable)?;
        self.print(&exported, global.format, &mut std::io::stdout().lock())
    }

    /// What the set tells about people is durable when this returns, as for a request.
    fn export(
        &self,
        settings: &Settings,
        database: &Database,
        out: NamedTempFile,
    ) -> anyhow::Result<(NamedTempFile, Exported)> {
        let mut conn = database.read()?;
        let recorder = Recorder::start(database.clone())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        let mut disclose = |disclosure| runtime.block_on(recorder.record(disclosure));
        let written = self.write(settings, (database, &mut conn), out, &mut disclose);
        recorder.stop();
        match written {
            Err(error) if matches!(error.downcast_ref(), Some(ExportError::Moved)) => {
                Err(error.context("nothing was written; try again"))
            }
            written => written,
        }
    }

    fn write(
        &self,
        settings: &Settings,
        (database, conn): (&Database, &mut Conn),
        out: NamedTempFile,
        disclose: crate::oneroster::csv::export::Disclose<'_>,
    ) -> anyhow::Result<(NamedTempFile, Exported)> {
        let clock = settings::clock()?;
        // Before anything is read, so that whatever changes later has a later time.
        let now = clock.now();
        let board = tenant::by_slug(conn, &self.tenant)?
            .with_context(|| format!("there is no board `{}`; `koppelvlak show tenants` lists them", self.tenant))?;
        let stored = vendor::connection(conn, board.id, &self.vendor)?
            .with_context(|| format!("`{}` has no vendor `{}`", self.tenant, self.vendor))?;
        let asked = Asked {
            tenant_id: board.id,
            tenant: &self.tenant,
            connection: &stored.connection,
            data_epoch: board.data_epoch,
            consent_epoch: board.consent_epoch,
            now,
            clock,
            is_certain: false,
        };
        let view = Views::default().get(database, conn, &settings.master_key()?, &asked)?.ok_or(ExportError::Moved)?;
        let wanted = Wanted {
            view: &view,
            version: self.version.version(),
            since: self.since,
            scopes: Scopes::from_names(&stored.connection.scopes),
            now: asked.now,
            request_id: RequestId::from_header(None).shared(),
        };
        Ok(export(conn, &wanted, out, disclose)?)
    }

    fn print(&self, exported: &Exported, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
        if format == Format::Json {
            let files: serde_json::Map<_, _> =
                exported.files.iter().map(|(file, rows)| (file.name().to_owned(), json!(rows))).collect();
            return Ok(writeln!(out, "{:#}", json!({ "out": self.out, "rows": files }))?);
        }
        for (file, rows) in &exported.files {
            writeln!(out, "{:<34}{rows:>10}", file.name())?;
        }
        writeln!(out, "{} holds what vendor {} may see of {}.", self.out.display(), self.vendor, self.tenant)?;
        Ok(writeln!(out, "Whom it tells about is recorded, as if the vendor had asked for it.")?)
    }
}
