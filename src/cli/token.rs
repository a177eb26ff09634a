//! `koppelvlak token`: bearer tokens that live long, for identity providers.

use std::io::Write;

use clap::{Args, Subcommand};

use crate::auth::bearer_token::{self, Wanted};
use crate::cli::arguments::{Format, Global};
use crate::cli::settings::{self, Settings};
use crate::cli::table;
use crate::clock::Millis;
use crate::consent::rules_file::difference::Facts;
use crate::store::{migration, tenant, token};

/// Makes, lists and revokes bearer tokens that live long.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  koppelvlak token issue --tenant noord --vendor entra --label \"Entra ID\" --days 365"
)]
pub struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Makes a token and shows it, this once
    #[command(
        after_help = "Example:\n  koppelvlak token issue --tenant noord --vendor entra --label \"Entra ID\" --days 365"
    )]
    Issue(Issue),
    /// Lists a board's tokens, without the tokens themselves
    #[command(after_help = "Example:\n  koppelvlak token list --tenant noord")]
    List(Of),
    /// Ends a token at once
    #[command(after_help = "Example:\n  koppelvlak token revoke --tenant noord 5f1c09aa")]
    Revoke(Revoke),
}

#[derive(Debug, Args)]
struct Of {
    /// The board
    #[arg(long, value_name = "SLUG")]
    tenant: String,
}

#[derive(Debug, Args)]
struct Issue {
    #[command(flatten)]
    of: Of,
    /// The vendor that will show it
    #[arg(long, value_name = "ID")]
    vendor: String,
    /// What to call it
    #[arg(long, value_name = "TEXT")]
    label: String,
    /// For how many days; two tokens may hold at once, so that one can replace the other
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=1096))]
    days: u16,
}

#[derive(Debug, Args)]
struct Revoke {
    #[command(flatten)]
    of: Of,
    /// Its id, as `token list` shows it
    #[arg(value_name = "ID")]
    id: String,
}

const DAY: i64 = 24 * 60 * 60 * 1000;

impl Token {
    /// Does what was asked and prints it.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let database = Settings::load(global)?.open_database()?;
        migration::check(&database)?;
        let now = settings::clock()?.now();
        let out = &mut std::io::stdout().lock();
        match &self.action {
            Action::Issue(issue) => {
                let expires_at = Millis(now.0 + i64::from(issue.days) * DAY);
                let (tenant, vendor, label) = (&*issue.of.tenant, &*issue.vendor, &*issue.label);
                let wanted = Wanted { tenant, vendor, label, expires_at };
                let text = bearer_token::issue(&database, &wanted, now)?;
                match global.format {
                    Format::Table => writeln!(out, "{text}")?,
                    Format::Json => {
                        writeln!(out, "{}", serde_json::json!({"token": text, "expires": expires_at.to_rfc3339()}))?;
                    }
                }
            }
            Action::List(of) => {
                let Some(board) = tenant::by_slug(&mut *database.read()?, &of.tenant)? else {
                    anyhow::bail!("there is no board `{}`; `koppelvlak show tenants` lists them", of.tenant);
                };
                let listed = token::labelled(&mut *database.read_activity()?, board.id)?;
                let rows: Vec<Facts> = listed.iter().map(about).collect();
                table::print(
                    &rows,
                    &["id", "vendor", "label", "scopes", "issued", "expires", "last_used"],
                    global.format,
                    out,
                )?;
            }
            Action::Revoke(revoke) => bearer_token::revoke(&database, &revoke.of.tenant, &revoke.id)?,
        }
        Ok(())
    }
}

fn about(listed: &token::Listed) -> Facts {
    Facts::new()
        .with("id", listed.id.as_str())
        .with("vendor", listed.token.vendor.as_str())
        .with("label", listed.token.label.as_deref().unwrap_or_default())
        .with("scopes", listed.token.scopes.clone())
        .with("issued", listed.issued_at.to_rfc3339())
        .with("expires", listed.token.expires_at.to_rfc3339())
        .with("last_used", listed.last_used_at.map(Millis::to_rfc3339))
}
