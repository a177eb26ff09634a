//! `koppelvlak show`: lists boards, vendors, rules, choices, pushes, kept accounts, and who changed what.

use std::collections::BTreeSet;
use std::io::Write;

use clap::{Args, ValueEnum};

use crate::cli::arguments::{Format, Global};
use crate::cli::settings::{self, Settings};
use crate::cli::{about_push, table};
use crate::clock::{Clock, Millis};
use crate::consent::rules_file::difference::Facts;
use crate::consent::rules_file::facts;
use crate::store::tenant::Tenant;
use crate::store::{
    Conn, Database, StoreError, account_owner, choice, existing, history, migration, push_target, reconciliation, rule,
    tenant, vendor,
};

/// Lists boards, vendors, rules, choices, pushes or who changed what.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak show rules --tenant noord\n  koppelvlak show vendors --format json")]
pub struct Show {
    /// What to list
    #[arg(value_enum)]
    pub what: What,
    /// Only of the board with this slug
    #[arg(long, value_name = "SLUG")]
    pub tenant: Option<String>,
    /// Only of that vendor; for `push`
    #[arg(long, value_name = "ID")]
    pub vendor: Option<String>,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// School boards
    Tenants,
    /// Vendors, without their secrets
    Vendors,
    /// The versions of rules that count, and whether they are active today
    Rules,
    /// Grants and refusals, also the withdrawn ones
    Choices,
    /// What waits to be pushed to vendors' own servers, and what failed too often
    Push,
    /// The last thousand changes of each board
    History,
    /// Users whom identity providers made or keep accounts of, and who may be other people of the school
    Reconciliations,
    /// Which identity provider keeps which part of whose account, and since when
    Accounts,
}

impl Show {
    /// Lists from the database of the settings.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let database = Settings::load(global)?.open_database()?;
        migration::check(&database)?;
        self.print(&database, settings::clock()?, global.format, &mut std::io::stdout().lock())
    }

    /// Prints the list.
    pub fn print(&self, database: &Database, clock: Clock, format: Format, out: &mut dyn Write) -> anyhow::Result<()> {
        let conn = &mut *database.read()?;
        let boards = match &self.tenant {
            None => tenant::all(conn)?,
            Some(slug) => match tenant::by_slug(conn, slug)? {
                Some(board) => vec![board],
                None => anyhow::bail!("there is no board `{slug}`; `koppelvlak show tenants` lists them"),
            },
        };
        let mut rows = Vec::new();
        for board in &boards {
            match self.what {
                What::Push => {
                    let conns = (&mut *conn, &mut *database.read_activity()?);
                    rows.extend(about_push::rows(conns, board, self.vendor.as_deref())?);
                }
                What::Reconciliations => rows.extend(about_reconciliations(database, conn, board)?),
                _ => rows.extend(self.rows(conn, board, clock)?),
            }
        }
        Ok(table::print(&rows, self.what.columns(), format, out)?)
    }

    fn rows(&self, conn: &mut Conn, board: &Tenant, clock: Clock) -> Result<Vec<Facts>, StoreError> {
        let rows = match self.what {
            What::Tenants => vec![about_tenant(conn, board)?],
            What::Vendors => {
                let vendors = vendor::all(conn, board.id)?;
                let targets = push_target::all(conn, board.id)?;
                let about = |v: &vendor::StoredConnection| {
                    let target = targets.iter().find(|stored| stored.target.vendor == v.connection.vendor);
                    let about = Facts::new().with("vendor", v.connection.vendor.as_str());
                    about.and(facts::of_connection(&v.connection)).with("push", target.map(about_push::target))
                };
                vendors.iter().map(about).collect()
            }
            What::Rules => {
                let today = clock.now().date();
                let about = |r: &crate::consent::rule::Rule| {
                    let standing = r.standing(today).to_string();
                    Facts::new().with("rule", r.id.as_str()).with("today", standing).and(facts::of_rule(r))
                };
                rule::all(conn, board.id)?.iter().map(about).collect()
            }
            What::Choices => about_choices(conn, board)?,
            What::History => about_history(conn, board)?,
            What::Accounts => about_accounts(conn, board)?,
            What::Push | What::Reconciliations => Vec::new(),
        };
        Ok(rows.into_iter().map(|row| Facts::new().with("tenant", board.slug.as_str()).and(row)).collect())
    }
}

impl What {
    const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Tenants => &["tenant", "name", "special", "local_identifiers"],
            Self::Vendors => {
                &["tenant", "vendor", "name", "scopes", "identifiers", "required_fields", "status", "push"]
            }
            Self::Rules => &[
                "tenant",
                "rule",
                "version",
                "vendor",
                "today",
                "from",
                "until",
                "basis",
                "roles",
                "schools",
                "grades",
                "classes",
                "courses",
                "people",
                "write",
                "categories",
            ],
            Self::Push => &["tenant", "vendor", "about", "operation", "state", "attempts", "not_before", "error"],
            Self::Choices => &["tenant", "person", "choice", "categories", "vendor", "by", "on", "withdrawn"],
            Self::Reconciliations => &["tenant", "vendor", "user", "person", "by", "noted", "decision"],
            Self::Accounts => &["tenant", "person", "attribute", "vendor", "since"],
            Self::History => &["tenant", "at", "who", "subject", "change"],
        }
    }
}

fn about_tenant(conn: &mut Conn, board: &Tenant) -> Result<Facts, StoreError> {
    let special = tenant::special(conn, board.id)?;
    let special: Vec<_> = special.iter().map(|s| format!("{} until {}", s.category, s.until)).collect();
    let about = facts::of_tenant(&board.name, &board.local_identifiers);
    Ok(about.with("special", special).with("data_epoch", board.data_epoch).with("consent_epoch", board.consent_epoch))
}

fn about_choices(conn: &mut Conn, board: &Tenant) -> Result<Vec<Facts>, StoreError> {
    let choices = choice::all(conn, board.id)?;
    let row_ids: BTreeSet<i64> = choices.iter().map(|stored| stored.choice.person).collect();
    let people = existing::people_by_row(conn, &row_ids)?;
    let about = |stored: &choice::StoredChoice| {
        let person = people.get(&stored.choice.person).map_or("", String::as_str);
        facts::of_choice(person, &stored.choice)
    };
    Ok(choices.iter().map(about).collect())
}

fn about_reconciliations(database: &Database, conn: &mut Conn, board: &Tenant) -> Result<Vec<Facts>, StoreError> {
    let doubts = reconciliation::all(&mut *database.read_activity()?, board.id)?;
    let numbers = doubts.iter().flat_map(|doubt| [Some(doubt.person), doubt.account_of()]).flatten();
    let row_ids: BTreeSet<i64> = numbers.map(|number| (board.id << 32) | number).collect();
    let people = existing::people_by_row(conn, &row_ids)?;
    let about = |doubt: &reconciliation::Doubt| {
        let account = doubt.account_of().and_then(|number| people.get(&((board.id << 32) | number)));
        Facts::new()
            .with("tenant", board.slug.as_str())
            .with("vendor", doubt.vendor.as_str())
            .with("user", account.unwrap_or(&doubt.id).as_str())
            .with("person", people.get(&((board.id << 32) | doubt.person)).map_or("", String::as_str))
            .with("by", doubt.attribute.as_str())
            .with("noted", Millis(doubt.noted_at).to_rfc3339())
            .with("decision", doubt.decision.as_deref().unwrap_or_default())
    };
    Ok(doubts.iter().map(about).collect())
}

fn about_accounts(conn: &mut Conn, board: &Tenant) -> Result<Vec<Facts>, StoreError> {
    let owned = account_owner::all(conn, board.id)?;
    let people = existing::people_by_row(conn, &owned.iter().map(|owned| owned.person).collect())?;
    let about = |owned: &account_owner::Owned| {
        Facts::new()
            .with("person", people.get(&owned.person).map_or("", String::as_str))
            .with("attribute", owned.column.as_str())
            .with("vendor", owned.owner.vendor.as_str())
            .with("since", Millis(owned.owner.since).to_rfc3339())
    };
    Ok(owned.iter().map(about).collect())
}

/// How many changes of a board are listed.
const CHANGES: i64 = 1000;

fn about_history(conn: &mut Conn, board: &Tenant) -> Result<Vec<Facts>, StoreError> {
    let about = |entry: &history::Entry| {
        let before = entry.before.as_deref().map(Facts::from_json).transpose()?;
        let after = entry.after.as_deref().map(Facts::from_json).transpose()?.unwrap_or_default();
        let change = match &before {
            None => format!("new: {}", after.summary()),
            Some(before) => before.difference(&after),
        };
        Ok(Facts::new()
            .with("at", entry.at.to_rfc3339())
            .with("who", entry.who.as_str())
            .with("subject", entry.subject.as_str())
            .with("change", change)
            .with("before", before.map(|facts| facts.to_value()))
            .with("after", after.to_value()))
    };
    history::latest(conn, board.id, CHANGES)?.iter().map(about).collect()
}
