//! Settings: built-in defaults, then the file, then `KOPPELVLAK_*`, then flags. The only reader of the environment.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};
use ureq::http::Uri;

use crate::cli::arguments::Global;
use crate::cli::log::{self, Log};
use crate::clock::Clock;
use crate::http::assembly::Limits;
use crate::keys::MasterKey;
use crate::query::Budget;
use crate::store::{Database, DatabaseUrl};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// Where to listen.
    pub listen: String,
    /// What links and token metadata name; else the address that is listened on.
    pub public_url: Option<String>,
    /// Where the master key lies; else beside the SQLite file, or `koppelvlak.key`.
    pub master_key_file: Option<PathBuf>,
    /// Threads that read requests and write answers.
    pub workers: usize,
    /// Threads for the database.
    pub blocking_threads: usize,
    /// The largest body of a request, in bytes.
    pub body_limit: usize,
    /// How much memory people may take that were read and are kept for the next read, in MiB.
    pub people_cache: usize,
    /// How long a client may take to send the head of a request, in seconds.
    pub head_timeout: u64,
    /// How long requests in flight may take to finish at the end, in seconds.
    pub shutdown_timeout: u64,
    /// What is logged: `info`, or directives such as `koppelvlak=debug`.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
}

impl Default for Settings {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            database_url: "sqlite:koppelvlak.db".into(),
            listen: "127.0.0.1:8080".into(),
            public_url: None,
            master_key_file: None,
            workers: limits.workers,
            blocking_threads: limits.blocking_threads,
            body_limit: limits.body,
            people_cache: Budget::DEFAULT,
            head_timeout: limits.head.as_secs(),
            shutdown_timeout: limits.shutdown.as_secs(),
            log: "info".into(),
            log_format: LogFormat::Human,
        }
    }
}

const KEYS: [&str; 12] = [
    "database_url",
    "listen",
    "public_url",
    "master_key_file",
    "workers",
    "blocking_threads",
    "body_limit",
    "people_cache",
    "head_timeout",
    "shutdown_timeout",
    "log",
    "log_format",
];

impl Settings {
    /// The settings of a command: defaults, file, environment, and the flags that every command has.
    pub fn load(global: &Global) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(path) = file(global)? {
            refuse_unknown_keys(&path)?;
            figment = figment.merge(Toml::file_exact(path));
        }
        figment = figment.merge(Env::prefixed("KOPPELVLAK_").only(&KEYS));
        if let Some(url) = &global.database {
            figment = figment.merge(("database_url", url));
        }
        Ok(figment.extract()?)
    }

    /// Opens the database.
    pub fn open_database(&self) -> anyhow::Result<Database> {
        let url = DatabaseUrl::parse(&self.database_url)?;
        Database::open(&url).with_context(|| match url {
            DatabaseUrl::Sqlite(path) => format!("{} can't be opened", path.display()),
            DatabaseUrl::Postgres(_) => "the PostgreSQL database can't be opened".to_owned(),
        })
    }

    /// The folder for what is read of a board over REST: beside the database, else in the working folder.
    pub fn spool(&self, tenant: &str) -> anyhow::Result<PathBuf> {
        let folder = match DatabaseUrl::parse(&self.database_url)? {
            DatabaseUrl::Sqlite(path) => path.with_extension("pull"),
            DatabaseUrl::Postgres(_) => PathBuf::from("koppelvlak.pull"),
        };
        Ok(folder.join(tenant))
    }

    /// The master key: `KOPPELVLAK_MASTER_KEY`, else the file beside the database, made if it is not there.
    pub fn master_key(&self) -> anyhow::Result<MasterKey> {
        if let Some(text) = variable("KOPPELVLAK_MASTER_KEY")? {
            return MasterKey::from_text(&text).context("KOPPELVLAK_MASTER_KEY");
        }
        let path = match (&self.master_key_file, DatabaseUrl::parse(&self.database_url)?) {
            (Some(path), _) => path.clone(),
            (None, DatabaseUrl::Sqlite(path)) => path.with_extension("key"),
            (None, DatabaseUrl::Postgres(_)) => PathBuf::from("koppelvlak.key"),
        };
        Ok(MasterKey::from_file(&path)?)
    }

    /// What links and token metadata name: the address that was set, else that on which the server listens.
    pub fn public_url<'a>(&'a self, listen_url: &'a str) -> anyhow::Result<&'a str> {
        let Some(url) = &self.public_url else { return Ok(listen_url) };
        let uri: Option<Uri> = url.parse().ok();
        let is_address = uri.is_some_and(|uri| {
            let has_host = uri.host().is_some_and(|host| !host.is_empty());
            matches!(uri.scheme_str(), Some("http" | "https")) && has_host && uri.query().is_none()
        });
        if !is_address {
            bail!("the public URL {url} is no address such as https://school.example.org");
        }
        Ok(url)
    }

    /// Starts to log; lines are written until what this returns is dropped.
    pub fn start_log(&self) -> anyhow::Result<Log> {
        log::start(self)
    }

    /// The limits of the server.
    pub fn limits(&self) -> Limits {
        Limits {
            workers: self.workers,
            blocking_threads: self.blocking_threads,
            body: self.body_limit,
            head: Duration::from_secs(self.head_timeout),
            shutdown: Duration::from_secs(self.shutdown_timeout),
            ..Limits::default()
        }
    }
}

/// The secret for a provider that is read (`KOPPELVLAK_PULL_CLIENT_SECRET`).
pub fn pull_secret() -> anyhow::Result<Option<String>> {
    variable("KOPPELVLAK_PULL_CLIENT_SECRET")
}

/// The system's clock, or the instant that `KOPPELVLAK_CLOCK` names.
pub fn clock() -> anyhow::Result<Clock> {
    match variable("KOPPELVLAK_CLOCK")? {
        Some(text) => Clock::fixed(&text).context("KOPPELVLAK_CLOCK must be an instant such as 2026-09-01T08:00:00Z"),
        None => Ok(Clock::System),
    }
}

fn variable(name: &str) -> anyhow::Result<Option<String>> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    match std::env::var(name) {
        Ok(text) => Ok(Some(text)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(error) => Err(error).context(name.to_owned()),
    }
}

fn file(global: &Global) -> anyhow::Result<Option<PathBuf>> {
    let named = match &global.config {
        Some(path) => Some(path.clone()),
        None => variable("KOPPELVLAK_CONFIG")?.map(PathBuf::from),
    };
    match named {
        Some(path) if path.is_file() => Ok(Some(path)),
        Some(path) => bail!("there is no settings file {}", path.display()),
        None => Ok(Some(PathBuf::from("koppelvlak.toml")).filter(|path| path.is_file())),
    }
}

/// A typo must not leave a default in force: the start is refused with the file's name.
fn refuse_unknown_keys(path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown} can't be read"))?;
    let table: toml::Table = toml::from_str(&text).with_context(|| format!("{shown} is not TOML"))?;
    match table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        Some(key) => bail!("{shown}: there is no setting `{key}`; the settings are {}", KEYS.join(", ")),
        None => Ok(()),
    }
}
