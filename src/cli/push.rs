//! `koppelvlak push`: gives a vendor's own server what the vendor may see, and looks after what failed.

use std::io::Write;

use anyhow::bail;
use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::arguments::{Format, Global};
use crate::cli::settings::{self, Settings};
use crate::http::App;
use crate::scim::push::plan::Counts;
use crate::scim::push::{Options, Summary, push, rehearse};
use crate::store::{migration, push_queue, push_target, tenant};

/// Gives a vendor's own SCIM server what the vendor may see.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  koppelvlak push --tenant noord --vendor atlas --dry-run\n  \
                        koppelvlak push --tenant noord --vendor atlas\n  \
                        koppelvlak push retry --tenant noord --vendor atlas")]
pub struct Push {
    /// What to do
    #[arg(value_enum, default_value_t = Action::Send)]
    action: Action,
    /// The board, by its slug
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// The vendor
    #[arg(long, value_name = "ID")]
    vendor: String,
    /// Prints what would be sent, and sends and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Sends what can be sent now, and leaves what must wait to a later run
    #[arg(long)]
    once: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Action {
    /// Compares with what the server has, and sends the difference
    Send,
    /// Queues all dead letters again
    Retry,
    /// Leaves dead letters until what they are about changes
    Forget,
}

impl Push {
    /// Does what the arguments name.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let settings = Settings::load(global)?;
        let database = settings.open_database()?;
        migration::check(&database)?;
        let out = &mut std::io::stdout().lock();
        if self.action != Action::Send {
            return self.look_after(&database, global.format, out);
        }
        let app = App::new(database, settings.master_key()?, settings::clock()?, "")?;
        if self.dry_run {
            return print_rehearsal(&rehearse(&app, &self.tenant, &self.vendor)?, global.format, out);
        }
        let options = Options { tenant: &self.tenant, vendor: &self.vendor, once: self.once };
        let mut wait = |pause: std::time::Duration| {
            // Nothing is lost if nobody reads it.
            drop(writeln!(std::io::stderr(), "Waiting {} s.", pause.as_secs() + 1));
            std::thread::sleep(pause);
        };
        let summary = push(&app, options, &mut wait);
        app.recorder.stop();
        self.print(&summary?, global.format, out)
    }

    fn look_after(&self, database: &crate::store::Database, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
        let conn = &mut *database.read()?;
        let Some(board) = tenant::by_slug(conn, &self.tenant)? else {
            bail!("there is no board `{}`; `koppelvlak show tenants` lists them", self.tenant);
        };
        if push_target::find(conn, board.id, &self.vendor)?.is_none() {
            bail!("`{}` doesn't push to `{}`: its rules file has no [vendor.push]", self.tenant, self.vendor);
        }
        let of = (board.id, self.vendor.as_str());
        let activity = &mut *database.write_activity()?;
        let n = match self.action {
            Action::Retry => push_queue::retry(activity, of)?,
            Action::Forget | Action::Send => {
                crate::store::connection::transaction(activity, |conn| push_queue::forget(conn, of))?
            }
        };
        if format == Format::Json {
            return Ok(writeln!(out, "{:#}", json!({ "orders": n }))?);
        }
        match self.action {
            Action::Retry => writeln!(
                out,
                "{n} orders are queued again.\nNext: koppelvlak push --tenant {} --vendor {}",
                self.tenant, self.vendor
            )?,
            Action::Forget | Action::Send => {
                writeln!(out, "{n} dead letters are left until what they are about changes.")?;
            }
        }
        Ok(())
    }

    fn print(&self, summary: &Summary, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
        let Summary { given, taken, failed, queued, dead, until } = summary;
        if format == Format::Json {
            let until = until.map(crate::clock::Millis::to_rfc3339);
            let told = json!({
                "given": given, "taken": taken, "failed": failed, "queued": queued, "dead": dead, "until": until,
            });
            writeln!(out, "{told:#}")?;
        } else {
            writeln!(out, "{given} given, {taken} taken back, {failed} requests failed; {queued} wait.")?;
            if let Some(until) = until {
                writeln!(out, "The next may be sent at {}.", until.to_rfc3339())?;
            }
        }
        if *dead > 0 {
            bail!("{dead} failed too often; look at `koppelvlak show push --tenant {}`", self.tenant);
        }
        Ok(())
    }
}

fn print_rehearsal(counts: &[Counts], format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
    if format == Format::Json {
        let told: serde_json::Map<_, _> = counts
            .iter()
            .map(|of| {
                let Counts { kind, new, changed, gone, same } = of;
                ((*kind).to_owned(), json!({ "new": new, "changed": changed, "gone": gone, "same": same }))
            })
            .collect();
        return Ok(writeln!(out, "{:#}", serde_json::Value::Object(told))?);
    }
    writeln!(out, "{:<14}{:>9}{:>9}{:>9}{:>9}", "", "new", "changed", "gone", "same")?;
    for Counts { kind, new, changed, gone, same } in counts {
        writeln!(out, "{kind:<14}{new:>9}{changed:>9}{gone:>9}{same:>9}")?;
    }
    Ok(writeln!(out, "\nNothing was sent. Without --dry-run it is.")?)
}
