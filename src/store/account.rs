//! What providers keep of people's accounts, brought into the board's own data, where every door shows it.
//!
//! The administration's own value is kept beside it ([`account_owner`]): imports change that one, and it comes back
//! when the provider lets go, or when no rule lets it keep the value any more. What doesn't come in, because of the
//! rules or because somebody else has that value, stays with the provider; it is looked at again when the board moves.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::catalogue::{Category, holds_chain_id, holds_national_id};
use crate::consent::provisioned::Kept;
use crate::store::account_owner::{self, Owned, Owner};
use crate::store::connection::transaction;
use crate::store::provisioned::{self, ToAdopt};
use crate::store::reconciliation::{self, Apart};
use crate::store::{Conn, Database, Statement, StoreError, cell, leaf};

/// A part of an account that has a column: that one, the attribute, and the category that it belongs to.
const ADOPTED: [(&str, &str, Category); 2] =
    [("username", "userName", Category::Login), ("email", "emails", Category::ContactEmail)];

/// Says whether a rule lets a vendor keep that part of the account of the person with that row number; `None` if the
/// vendor's connection ended.
pub type MayKeep<'a> = &'a dyn Fn(&str, Category, u32) -> Option<bool>;

/// The category of a column that providers keep.
pub fn category_of(column: &str) -> Option<Category> {
    ADOPTED.iter().find(|(name, ..)| *name == column).map(|(.., category)| *category)
}

/// Which accounts are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that changed.
    Changed,
    /// Those as well that came in before, and those of which something was left out: the rules or the data moved.
    All,
}

/// What may come in, or go back to the administration.
#[derive(Debug, Default)]
pub struct Waiting {
    accounts: Vec<ToAdopt>,
    owned: Vec<Owned>,
}

impl Waiting {
    /// Reads them.
    pub fn read((database, board): (&Database, &mut Conn), tenant_id: i64, which: Which) -> Result<Self, StoreError> {
        let owned = match which {
            Which::Changed => Vec::new(),
            Which::All => account_owner::all(board, tenant_id)?,
        };
        let accounts = provisioned::to_adopt(&mut *database.read_activity()?, tenant_id, which == Which::All)?;
        Ok(Self { accounts, owned })
    }

    /// The vendors that keep them.
    pub fn keepers(&self) -> BTreeSet<String> {
        let of_accounts = self.accounts.iter().map(|account| &account.kept.vendor);
        of_accounts.chain(self.owned.iter().map(|owned| &owned.owner.vendor)).cloned().collect()
    }
}

/// Brings accounts of a board in, and says whether that changed anything; `None` if the board is being written to, so
/// that they must come in later.
pub fn adopt(
    database: &Database,
    (tenant_id, now): (i64, i64),
    waiting: Waiting,
    may_keep: MayKeep<'_>,
) -> Result<Option<bool>, StoreError> {
    let ground = {
        let activity = &mut *database.read_activity()?;
        let of_reconciled = provisioned::reconciled(activity, tenant_id)?;
        Ground { may_keep, of_reconciled, apart: reconciliation::apart(activity, tenant_id)? }
    };
    let Waiting { accounts: waiting, owned: mut lapsed } = waiting;
    lapsed.retain(|owned| !ground.keeps(owned));
    if waiting.is_empty() && lapsed.is_empty() {
        return Ok(Some(false));
    }
    if !lapsed.is_empty() {
        // Before they are given back: if that is all that happens, they are given back later.
        let accounts: Vec<(String, String)> =
            lapsed.iter().map(|owned| (owned.owner.vendor.clone(), (owned.person & 0xffff_ffff).to_string())).collect();
        transaction(&mut *database.write_activity()?, |conn| provisioned::note_left_out(conn, tenant_id, &accounts))?;
    }
    let Some(mut board) = database.try_write() else { return Ok(None) };
    let Some((is_changed, adopted)) = adopt_all(&mut board, (tenant_id, now), (&lapsed, &waiting), &ground)? else {
        return Ok(None);
    };
    drop(board);
    transaction(&mut *database.write_activity()?, |conn| {
        for (account, adopted) in waiting.iter().zip(&adopted) {
            provisioned::note_adopted(conn, tenant_id, account, adopted.is_whole)?;
            for (person, attribute) in &adopted.others {
                let doubt = (account.kept.id.as_str(), *person, *attribute);
                reconciliation::note(conn, (tenant_id, &account.kept.vendor), doubt, now)?;
            }
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(Some(is_changed))
}

/// What decides what comes in.
struct Ground<'a> {
    may_keep: MayKeep<'a>,
    /// People whom the school took for users of a provider, each with that one.
    of_reconciled: HashSet<(String, i64)>,
    apart: HashSet<Apart>,
}

impl Ground<'_> {
    fn allows(&self, vendor: &str, category: Category, person: i64) -> bool {
        let number = person & 0xffff_ffff;
        let by_rule = u32::try_from(number).ok().and_then(|number| (self.may_keep)(vendor, category, number));
        by_rule.is_some_and(|may| may || self.of_reconciled.contains(&(vendor.to_owned(), number)))
    }

    /// Whether a rule lets its provider keep it still.
    fn keeps(&self, owned: &Owned) -> bool {
        category_of(&owned.column).is_none_or(|category| self.allows(&owned.owner.vendor, category, owned.person))
    }
}

/// What came of an account.
#[derive(Debug)]
struct Adopted {
    is_changed: bool,
    /// Whether nothing of it was left out.
    is_whole: bool,
    /// Who else has a value that was left out for that: row numbers and attributes.
    others: Vec<(u32, &'static str)>,
}

/// `None` if somebody else writes to the board.
fn adopt_all(
    board: &mut Conn,
    (tenant_id, now): (i64, i64),
    (lapsed, waiting): (&[Owned], &[ToAdopt]),
    ground: &Ground<'_>,
) -> Result<Option<(bool, Vec<Adopted>)>, StoreError> {
    if !crate::store::connection::is_free(board)? {
        return Ok(None);
    }
    transaction(board, |conn| {
        if let Conn::Postgres(_) = conn {
            let rows =
                Statement::new("SELECT CAST(CASE WHEN pg_try_advisory_xact_lock(?) THEN 1 ELSE 0 END AS BIGINT)")
                    .bind(tenant_id)
                    .rows(conn)?;
            if rows.first().and_then(|row| row.int(0)) != Some(1) {
                return Ok(None);
            }
        }
        let rows = Statement::new("SELECT MAX(at) FROM import_run WHERE tenant_id = ?").bind(tenant_id).rows(conn)?;
        let now = rows.first().and_then(|row| row.int(0)).map_or(now, |last| now.max(last + 1));
        let mut n_changed = 0_u64;
        for owned in lapsed {
            n_changed += u64::from(give_back(conn, (tenant_id, now), owned)?);
        }
        let mut adopted = Vec::with_capacity(waiting.len());
        for account in waiting {
            let of_account = adopt_one(conn, (tenant_id, now), &account.kept, ground)?;
            n_changed += u64::from(of_account.is_changed);
            adopted.push(of_account);
        }
        if n_changed > 0 {
            Statement::new("UPDATE tenant SET data_epoch = data_epoch + 1 WHERE id = ?")
                .bind(tenant_id)
                .execute(conn)?;
            Statement::new(
                "INSERT INTO import_run (tenant_id, number, at, source, summary) \
                 SELECT ?, COALESCE(MAX(number), 0) + 1, ?, 'accounts', ? FROM import_run WHERE tenant_id = ?",
            )
            .bind(tenant_id)
            .bind(now)
            .bind(format!("{{\"accounts\":{n_changed}}}"))
            .bind(tenant_id)
            .execute(conn)?;
        }
        Ok(Some((n_changed > 0, adopted)))
    })
}

/// A person's columns that providers may keep, and when its categories changed.
struct Stored {
    values: [Option<String>; ADOPTED.len()],
    times: BTreeMap<Category, i64>,
}

impl Stored {
    fn read(conn: &mut Conn, tenant_id: i64, person: i64) -> Result<Option<Self>, StoreError> {
        let sql = "SELECT username, email, changed FROM person WHERE tenant_id = ? AND id = ?";
        let rows = Statement::new(sql).bind(tenant_id).bind(person).rows(conn)?;
        let Some(row) = rows.first() else { return Ok(None) };
        let times = match row.text(2) {
            Some(_) => cell::read_json(row, 2)?,
            None => BTreeMap::new(),
        };
        Ok(Some(Self { values: [0, 1].map(|place| row.text(place).map(str::to_owned)), times }))
    }

    /// Writes a column; says whether it had another value.
    fn write(
        &mut self,
        conn: &mut Conn,
        (tenant_id, person, now): (i64, i64, i64),
        (column, category): (&str, Category),
        (before, after): (Option<&str>, Option<&str>),
    ) -> Result<bool, StoreError> {
        if before == after {
            return Ok(false);
        }
        self.times.insert(category, now);
        Statement::new(format!("UPDATE person SET {column} = ?, changed = ? WHERE tenant_id = ? AND id = ?"))
            .bind(after)
            .bind(cell::json(&self.times)?)
            .bind(tenant_id)
            .bind(person)
            .execute(conn)?;
        Ok(true)
    }
}

/// Gives a column back to the administration, unless somebody else keeps it by now; says whether its value changed.
fn give_back(conn: &mut Conn, (tenant_id, now): (i64, i64), lapsed: &Owned) -> Result<bool, StoreError> {
    let current = account_owner::of_person(conn, tenant_id, lapsed.person)?;
    let is_same = |owned: &&Owned| owned.column == lapsed.column && owned.owner.vendor == lapsed.owner.vendor;
    let Some(owned) = current.iter().find(is_same) else { return Ok(false) };
    let of_column = ADOPTED.iter().enumerate().find(|(_, (column, ..))| *column == owned.column);
    let Some((place, (column, _, category))) = of_column else { return Ok(false) };
    account_owner::drop_owner(conn, tenant_id, owned.person, column)?;
    let Some(mut stored) = Stored::read(conn, tenant_id, owned.person)? else { return Ok(false) };
    let before = stored.values.get_mut(place).and_then(Option::take);
    let values = (before.as_deref(), owned.owner.of_administration.as_deref());
    stored.write(conn, (tenant_id, owned.person, now), (column, *category), values)
}

fn adopt_one(
    conn: &mut Conn,
    (tenant_id, now): (i64, i64),
    kept: &Kept,
    ground: &Ground<'_>,
) -> Result<Adopted, StoreError> {
    let mut adopted = Adopted { is_changed: false, is_whole: true, others: Vec::new() };
    let Ok(number) = kept.id.parse::<i64>() else { return Ok(adopted) };
    let person = (tenant_id << 32) | number;
    let Some(mut stored) = Stored::read(conn, tenant_id, person)? else { return Ok(adopted) };
    let mut owners: BTreeMap<String, Owner> = account_owner::of_person(conn, tenant_id, person)?
        .into_iter()
        .map(|owned| (owned.column, owned.owner))
        .collect();
    for (place, (column, attribute, category)) in ADOPTED.into_iter().enumerate() {
        let before = stored.values.get_mut(place).and_then(Option::take);
        let owner = owners.remove(column);
        let mut value = told(kept, column);
        if let Some(text) = &value {
            let others = others(conn, (tenant_id, person, column), text)?;
            let doubts = others.iter().filter(|other| !ground.apart.contains(&apart(kept, **other)));
            let doubts: Vec<(u32, &'static str)> = doubts.map(|other| (*other, attribute)).collect();
            if !doubts.is_empty() || !ground.allows(&kept.vendor, category, person) {
                value = None;
                adopted.is_whole = false;
            }
            adopted.others.extend(doubts);
        }
        let after = match (value, owner) {
            (Some(value), owner) => {
                let of_administration = owner.map_or_else(|| before.clone(), |owner| owner.of_administration);
                let owner = Owner { vendor: kept.vendor.clone(), of_administration, since: kept.modified_at };
                account_owner::put(conn, tenant_id, &Owned { person, column: column.to_owned(), owner })?;
                Some(value)
            }
            (None, Some(owner)) if owner.vendor == kept.vendor => {
                account_owner::drop_owner(conn, tenant_id, person, column)?;
                owner.of_administration
            }
            (None, _) => continue,
        };
        let values = (before.as_deref(), after.as_deref());
        adopted.is_changed |= stored.write(conn, (tenant_id, person, now), (column, category), values)?;
    }
    Ok(adopted)
}

fn apart(kept: &Kept, other: u32) -> Apart {
    Apart { vendor: kept.vendor.clone(), id: kept.id.clone(), person: i64::from(other) }
}

/// Who else of the board has that value, by row number.
fn others(
    conn: &mut Conn,
    (tenant_id, person, column): (i64, i64, &'static str),
    text: &str,
) -> Result<Vec<u32>, StoreError> {
    let mut found = BTreeSet::new();
    for form in leaf::forms(text) {
        let sql = format!(
            "SELECT id FROM person WHERE tenant_id = ? AND lower({column}) = ? AND {column} IS NOT NULL \
             AND id <> ? AND status = 'active'"
        );
        Statement::new(sql).bind(tenant_id).bind(form).bind(person).each(conn, |row| {
            found.extend(u32::try_from(row.need_int(0)? & 0xffff_ffff));
            Ok(())
        })?;
    }
    Ok(found.into_iter().collect())
}

/// What an account says of a column. A number that could be a national one is never shown to anybody else, nor is an
/// identifier of the chain of vendors under another name.
fn told(kept: &Kept, column: &str) -> Option<String> {
    let text = if column == "username" {
        kept.body.get("userName")?.as_str()?
    } else {
        let emails = kept.body.get("emails")?.as_array()?;
        let is_primary = |email: &&Value| email.get("primary") == Some(&Value::Bool(true));
        emails.iter().find(is_primary).or_else(|| emails.first())?.get("value")?.as_str()?
    };
    (!holds_national_id(text) && !holds_chain_id(text)).then(|| text.to_owned())
}
