//! `koppelvlak reconcile`: whether a user that a provider made is a person of the school.

use std::collections::BTreeSet;
use std::io::Write;

use clap::{Args, ValueEnum};

use crate::cli::arguments::Global;
use crate::cli::settings::{self, Settings};
use crate::store::connection::transaction;
use crate::store::reconciliation::{Decided, Decision};
use crate::store::{StoreError, existing, migration, tenant, writer};

/// Says whether a user that a provider made is a person of the school.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak show reconciliations --tenant noord\n  \
                  koppelvlak reconcile --tenant noord --vendor entra --user 02f4f754-374e-c689-7e2d-4e85569cb78d \
                  --person P-1004 same")]
pub struct Reconcile {
    /// The board
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// The provider
    #[arg(long, value_name = "ID")]
    vendor: String,
    /// The user's id, or the sourcedId of a person of the school whose account the provider keeps
    #[arg(long, value_name = "ID")]
    user: String,
    /// The person's sourcedId
    #[arg(long, value_name = "ID")]
    person: String,
    /// What they are
    #[arg(value_enum)]
    decision: Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Word {
    /// One person: the user's name and addresses become the person's, for everybody who may see those
    Same,
    /// Two people: each may have the name and addresses, for everybody who may see those
    Different,
}

impl Reconcile {
    /// Keeps the decision in the database of the settings.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let database = Settings::load(global)?.open_database()?;
        migration::check(&database)?;
        let now = settings::clock()?.now().0;
        let board = tenant::by_slug(&mut *database.read()?, &self.tenant)?;
        let Some(board) = board else {
            anyhow::bail!("there is no board `{}`; `koppelvlak show tenants` lists them", self.tenant);
        };
        let named = BTreeSet::from([self.person.as_str(), self.user.as_str()]);
        let found = existing::row_ids(&mut *database.read()?, board.id, existing::Kind::Person, &named)?;
        let Some(person) = found.get(&self.person).copied() else {
            anyhow::bail!("the board has no person `{}`", self.person);
        };
        let decision = match self.decision {
            Word::Same => Decision::Same,
            Word::Different => Decision::Different,
        };
        let account = found.get(&self.user).map(|row_id| (row_id & 0xffff_ffff).to_string());
        let decided = transaction(&mut *database.write_activity()?, |conn| {
            let mut row = writer::lock(conn, (board.id, &self.vendor), now)?;
            let mut decided = row.decide(&self.user, person & 0xffff_ffff, decision)?;
            if let (Decided::Unknown, Some(account)) = (decided, &account) {
                decided = row.decide(account, person & 0xffff_ffff, decision)?;
            }
            row.finish()?;
            Ok::<_, StoreError>(decided)
        })?;
        anyhow::ensure!(
            decided != Decided::Unknown,
            "there is nothing to reconcile there; `koppelvlak show reconciliations` lists what is"
        );
        anyhow::ensure!(
            decided != Decided::BothOfSchool,
            "both are people of the administration: make them one there, and import it"
        );
        writeln!(std::io::stdout(), "kept")?;
        Ok(())
    }
}
