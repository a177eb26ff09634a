//! `koppelvlak explain`: is it released, and what did each rule and choice say?

use std::io::Write;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use crate::catalogue::{Category, Entity};
use crate::cli::arguments::{Format, Global};
use crate::cli::settings::{self, Settings};
use crate::clock::Millis;
use crate::consent::explain::{Explanation, explain};
use crate::query::views::Standing;
use crate::query::{Asked, Board};
use crate::store::{account, account_owner, migration, snapshot_load, tenant, vendor};

/// Says whether a person's data is released to a vendor, and why: each rule and choice that said so or not.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak explain --tenant noord --vendor atlas --person P-1004 --field email")]
pub struct Explain {
    /// The board
    #[arg(long, value_name = "SLUG")]
    pub tenant: String,
    /// The vendor
    #[arg(long, value_name = "ID")]
    pub vendor: String,
    /// The person's sourcedId
    #[arg(long, value_name = "SOURCEDID")]
    pub person: String,
    /// Only this field of OneRoster (such as email or birthDate), or this category
    #[arg(long, value_name = "FIELD")]
    pub field: Option<String>,
}

#[derive(Serialize)]
struct Explained<'a> {
    tenant: &'a str,
    vendor: &'a str,
    person: &'a str,
    visible: bool,
    categories: &'a [Explanation],
    /// Which provider keeps a value in the administration's place, whoever asks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kept: Vec<Kept<'a>>,
}

#[derive(Serialize)]
struct Kept<'a> {
    field: &'a str,
    category: Category,
    vendor: &'a str,
    since: String,
}

impl Explain {
    /// Explains from the database of the settings.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let settings = Settings::load(global)?;
        let database = settings.open_database()?;
        migration::check(&database)?;
        let mut conn = database.read()?;
        let board = tenant::by_slug(&mut conn, &self.tenant)?
            .with_context(|| format!("there is no board `{}`; `koppelvlak show tenants` lists them", self.tenant))?;
        let stored = vendor::connection(&mut conn, board.id, &self.vendor)?
            .with_context(|| format!("`{}` has no vendor `{}`", self.tenant, self.vendor))?;
        let asked = Asked {
            tenant_id: board.id,
            tenant: &self.tenant,
            connection: &stored.connection,
            data_epoch: board.data_epoch,
            consent_epoch: board.consent_epoch,
            now: settings::clock()?.now(),
            clock: settings::clock()?,
            is_certain: true,
        };
        let standing = Standing::read(&mut conn, &asked)?;
        let data = Board::new(snapshot_load::load(&database, board.id)?);
        let person = data.snapshot.people.ids.find(&self.person);
        let person = person.with_context(|| format!("`{}` has no person `{}`", self.tenant, self.person))?;
        let view = standing.view(&settings.master_key()?, &asked, data.into());
        let explained = explain(&view.release, &standing.grounds(&asked), person, &self.categories()?);
        let visible = view.release.is_live(Entity::User, person);
        let row_id = view.release.snapshot().people.ids.row_id(person);
        let owned = account_owner::of_person(&mut conn, board.id, row_id)?;
        let kept = owned.iter().filter_map(|owned| {
            let category = account::category_of(&owned.column)?;
            let since = Millis(owned.owner.since).to_rfc3339();
            Some(Kept { field: &owned.column, category, vendor: &owned.owner.vendor, since })
        });
        let kept = kept.filter(|kept| explained.iter().any(|explanation| explanation.category == kept.category));
        self.print(global.format, visible, (&explained, kept.collect()), &mut std::io::stdout().lock())
    }

    /// The categories of the field, or all that can hold something of a person.
    fn categories(&self) -> anyhow::Result<Vec<Category>> {
        let Some(name) = &self.field else {
            return Ok(Category::ALL.iter().copied().filter(|category| category.is_about_people()).collect());
        };
        if let Ok(category) = name.parse() {
            return Ok(vec![category]);
        }
        let mut categories: Vec<Category> = [Entity::User, Entity::Demographics, Entity::Enrollment, Entity::Result]
            .iter()
            .flat_map(|entity| entity.fields().iter().filter(|field| field.name == name))
            .map(|field| field.category)
            .collect();
        categories.sort_unstable();
        categories.dedup();
        anyhow::ensure!(!categories.is_empty(), "no object about a person has a field `{name}`, and it is no category");
        Ok(categories)
    }

    fn print(
        &self,
        format: Format,
        visible: bool,
        (explained, kept): (&[Explanation], Vec<Kept<'_>>),
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        if format == Format::Json {
            let (tenant, vendor, person) = (&*self.tenant, &*self.vendor, &*self.person);
            serde_json::to_writer_pretty(
                &mut *out,
                &Explained { tenant, vendor, person, visible, categories: explained, kept },
            )?;
            return Ok(writeln!(out)?);
        }
        let word = if visible { "sees" } else { "does not see" };
        writeln!(out, "Vendor {} {word} person {} of {}.", self.vendor, self.person, self.tenant)?;
        for explanation in explained {
            let verdict = if explanation.released { "released" } else { "withheld" };
            writeln!(out, "\n{} ({}): {verdict}", explanation.category, explanation.category.label())?;
            for reason in &explanation.reasons {
                let sign = if reason.releases { '+' } else { '-' };
                writeln!(out, "  {sign} {} {}", reason.source, reason.says)?;
            }
            for kept in kept.iter().filter(|kept| kept.category == explanation.category) {
                writeln!(out, "  {} is kept by vendor {} since {}", kept.field, kept.vendor, kept.since)?;
            }
        }
        Ok(())
    }
}
