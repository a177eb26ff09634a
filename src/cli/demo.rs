//! `koppelvlak demo`: a realistic board in a fresh database, served.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike, NaiveDate};
use clap::Args;
use koppelvlak_fixtures::{BoardOptions, demo_rules, write_oneroster};
use tempfile::TempDir;

use crate::auth::bearer_token::{self, Wanted};
use crate::cli::arguments::Global;
use crate::cli::earlier::{self, Former};
use crate::cli::guide::Guide;
use crate::cli::ready_file;
use crate::cli::serve::Prepared;
use crate::cli::settings::Settings;
use crate::clock::{Clock, Millis};
use crate::consent::rules_file::{self, Submission};
use crate::keys::MasterKey;
use crate::oneroster::csv::import::{Options, import};
use crate::store::{Database, migration, tenant};

/// Builds a realistic board in a fresh database, registers vendors and rules, and serves.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak demo --pupils 1200 --seed 7")]
pub struct Demo {
    /// Where to listen; port 0 is any free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What links and token metadata name [default: the address that is listened on]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// How many pupils, over three schools
    #[arg(long, default_value_t = 1200)]
    pupils: u32,
    /// The same seed makes the same board
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A JSON file that is written once the server answers
    #[arg(long, value_name = "PATH")]
    ready_file: Option<PathBuf>,
}

/// The demo's board in addresses.
pub const TENANT: &str = "demo";

/// A board without people, for those who try SCIM by writing.
pub const BLANK: &str = "blank";

/// The vendor that speaks SCIM, in both boards.
const PROVIDER: &str = "identity-provider";

/// The demo's vendors.
pub const VENDORS: [&str; 5] = ["everything", "names-only", "gradebook", "identity-provider", "ended"];

impl Demo {
    /// Builds the board and serves it until it is told to stop.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let folder = TempDir::with_prefix("koppelvlak-demo-").context("no temporary folder")?;
        let mut settings = Settings::load(global)?;
        if global.database.is_none() {
            settings.database_url = format!("sqlite:{}", folder.path().join("demo.db").display());
        }
        settings.listen = self.listen.clone().unwrap_or(settings.listen);
        settings.public_url = self.public_url.clone().or(settings.public_url);
        let log = settings.start_log()?;
        let database = settings.open_database()?;
        migration::migrate(&database)?;
        let server = Prepared::new(&settings, database.clone())?;
        let key = &server.app.master_key;
        self.build(&database, key, server.app.clock, folder.path())?;
        let guide = Guide {
            public_url: server.app.public_url.clone(),
            listen_url: server.listen_url.clone(),
            secrets: VENDORS.map(|vendor| (vendor, secret_of(key, vendor))).to_vec(),
            scim_tokens: [TENANT, BLANK].map(|board| (board, token_of(key, board))).to_vec(),
        };
        let (ready, text) = (guide.ready(), guide.text());
        server.run(&settings, || {
            if let Some(path) = &self.ready_file {
                ready_file::write(path, &ready)?;
            }
            // Nobody has to read it.
            drop(std::io::stdout().write_all(text.as_bytes()));
            Ok(())
        })?;
        drop(log);
        Ok(())
    }

    /// Makes the boards, unless the database has them already.
    fn build(&self, database: &Database, key: &MasterKey, clock: Clock, folder: &Path) -> anyhow::Result<()> {
        if tenant::by_slug(&mut *database.read()?, TENANT)?.is_none() {
            self.build_board(database, key, clock, folder)?;
        }
        if tenant::by_slug(&mut *database.read()?, BLANK)?.is_none() {
            let text = format!(
                "[tenant]\nslug = \"{BLANK}\"\nname = \"A board without people\"\n\n[[vendor]]\nid = \"{PROVIDER}\"\n\
                 name = \"Toegang\"\nscopes = [\"scim\"]\nidentifiers = \"pairwise\"\nsecret = \"{}\"\n",
                secret_of(key, PROVIDER)
            );
            let submission = Submission { file: "blank.toml", text: &text, who: "demo", now: clock.now() };
            rules_file::apply(database, key, submission)?;
        }
        for board in [TENANT, BLANK] {
            let expires_at = Millis(clock.now().0 + 365 * 24 * 60 * 60 * 1000);
            let wanted = Wanted { tenant: board, vendor: PROVIDER, label: "Demo", expires_at };
            bearer_token::keep(database, &wanted, &token_of(key, board), clock.now())?;
        }
        Ok(())
    }

    fn build_board(&self, database: &Database, key: &MasterKey, clock: Clock, folder: &Path) -> anyhow::Result<()> {
        let options = BoardOptions {
            pupils: self.pupils,
            seed: self.seed,
            school_year_end: school_year_end(clock.now().date()),
            ..BoardOptions::default()
        };
        let set = folder.join("oneroster");
        let board = write_oneroster(&set, &options).context("the board can't be written")?;
        let apply = |text: &str| {
            let submission = Submission { file: "demo.toml", text, who: "demo", now: clock.now() };
            rules_file::apply(database, key, submission)
        };
        // The rules name schools, which must be there; and the schools belong to a board.
        apply(&format!("[tenant]\nslug = \"{TENANT}\"\nname = {:?}\n", board.name))?;
        let options = Options { confirm_removals: false, dry_run: false, clock };
        import(database, TENANT, &set, &options, &mut |_| ()).context("the board can't be imported")?;
        let secrets = |vendor: &str| Some(secret_of(key, vendor));
        apply(&demo_rules(&board, &clock.now().date().to_string(), &secrets))?;
        let former = Former { tenant: TENANT, vendor: "ended", secret: &secret_of(key, "ended") };
        earlier::fetch(database, key, clock.now(), &former)?;
        std::fs::remove_dir_all(set)?;
        Ok(())
    }
}

/// The demo's secrets follow from the master key, so that a second start over the same database knows them.
fn secret_of(key: &MasterKey, vendor: &str) -> String {
    URL_SAFE_NO_PAD.encode(key.derive("demo-secret", &[vendor]))
}

/// So do the bearer tokens of the vendor that speaks SCIM.
fn token_of(key: &MasterKey, board: &str) -> String {
    URL_SAFE_NO_PAD.encode(key.derive("demo-token", &[board]))
}

/// Dutch school years begin in August.
fn school_year_end(today: NaiveDate) -> u16 {
    let year = u16::try_from(today.year()).unwrap_or_default();
    if today.month() >= 8 { year + 1 } else { year }
}
