//! Users that a provider made, or whose account it keeps, and who may be people of the school that it can't see: what
//! the school has to decide.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::consent::provisioned::{Kept, Kind};
use crate::store::provisioned;
use crate::store::provisioning::{Draft, emails_of};
use crate::store::writer::VendorRow;
use crate::store::written::Of;
use crate::store::{Conn, Row, Statement, StoreError, cell};

/// The attributes of a user that are those of its person's account.
const OF_ACCOUNTS: [&str; 6] = ["externalId", "userName", "active", "displayName", "preferredLanguage", "emails"];

/// A user who may be a person of the school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The provider.
    pub vendor: String,
    /// The user's id; of a person of the school whose account the provider keeps, the row number.
    pub id: String,
    /// The person's row number.
    pub person: i64,
    /// By which attribute they were found.
    pub attribute: String,
    /// When (ms).
    pub noted_at: i64,
    /// `same` or `different`, once the school decided.
    pub decision: Option<String>,
}

impl Doubt {
    /// The row number of the person of the school whose account it is about, if it is about one.
    pub fn account_of(&self) -> Option<i64> {
        // The ids of users are UUIDs.
        self.id.parse().ok()
    }
}

/// That an account is not that of a person of the school, who has a value of it too.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Apart {
    /// The provider.
    pub vendor: String,
    /// The account.
    pub id: String,
    /// The other person's row number.
    pub person: i64,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It counts.
    Kept,
    /// There is no such doubt.
    Unknown,
    /// Two people of the school can't become one here.
    BothOfSchool,
}

/// What a school decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// They are one person: the user's account becomes the person's.
    Same,
    /// They are two.
    Different,
}

/// The doubts of a board, oldest first.
pub fn all(conn: &mut Conn, tenant_id: i64) -> Result<Vec<Doubt>, StoreError> {
    let mut found = Vec::new();
    Statement::new(
        "SELECT vendor_id, provisioned_id, person, attribute, noted_at, decision FROM reconciliation \
         WHERE tenant_id = ? ORDER BY noted_at, vendor_id, provisioned_id, person",
    )
    .bind(tenant_id)
    .each(conn, |row| {
        found.push(Doubt {
            vendor: row.need_text(0)?.to_owned(),
            id: row.need_text(1)?.to_owned(),
            person: row.need_int(2)?,
            attribute: row.need_text(3)?.to_owned(),
            noted_at: row.need_int(4)?,
            decision: row.text(5).map(str::to_owned),
        });
        Ok(())
    })?;
    Ok(found)
}

/// The accounts and people of a board of whom the school decided that they are two.
pub fn apart(conn: &mut Conn, tenant_id: i64) -> Result<HashSet<Apart>, StoreError> {
    let rows = Statement::new(
        "SELECT vendor_id, provisioned_id, person FROM reconciliation WHERE tenant_id = ? AND decision = 'different'",
    )
    .bind(tenant_id)
    .rows(conn)?;
    let apart = |row: Row<'_>| {
        let (vendor, id) = (row.need_text(0)?.to_owned(), row.need_text(1)?.to_owned());
        Ok(Apart { vendor, id, person: row.need_int(2)? })
    };
    rows.iter().map(apart).collect()
}

/// Notes that a user may be a person of the school: the user's id, the person, and by which attribute.
pub fn note(
    conn: &mut Conn,
    (tenant_id, vendor): Of<'_>,
    (id, person, attribute): (&str, u32, &str),
    at: i64,
) -> Result<(), StoreError> {
    Statement::new(
        "INSERT INTO reconciliation (tenant_id, vendor_id, provisioned_id, person, attribute, noted_at) \
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, vendor_id, provisioned_id, person) DO NOTHING",
    )
    .bind(tenant_id)
    .bind(vendor)
    .bind(id)
    .bind(i64::from(person))
    .bind(attribute)
    .bind(at)
    .execute(conn)?;
    Ok(())
}

impl VendorRow<'_> {
    /// Notes that a user of the provider may be this person of the school.
    pub fn note_double(&mut self, id: &str, person: u32, attribute: &str) -> Result<(), StoreError> {
        let of = (self.tenant_id, self.vendor.clone());
        note(self.conn, (of.0, &of.1), (id, person, attribute), self.at)
    }

    /// Keeps what the school decided.
    pub fn decide(&mut self, id: &str, person: i64, decision: Decision) -> Result<Decided, StoreError> {
        let of = self.of();
        let account = provisioned::find(self.conn, (of.0, &of.1), Kind::Account, id)?;
        if account.is_some() && decision == Decision::Same {
            return Ok(Decided::BothOfSchool);
        }
        let word = match decision {
            Decision::Same => "same",
            Decision::Different => "different",
        };
        let n = Statement::new(
            "UPDATE reconciliation SET decision = ?, decided_at = ? \
             WHERE tenant_id = ? AND vendor_id = ? AND provisioned_id = ? AND person = ?",
        )
        .bind(word)
        .bind(self.at)
        .bind(self.tenant_id)
        .bind(self.vendor.as_str())
        .bind(id)
        .bind(person)
        .execute(self.conn)?;
        if n == 0 {
            return Ok(Decided::Unknown);
        }
        if account.is_some() {
            // What was left out of the board's own data because of the other may come in now.
            Statement::new(
                "UPDATE provisioned SET adopted_version = 0 \
                 WHERE tenant_id = ? AND vendor_id = ? AND kind = 'Account' AND id = ?",
            )
            .bind(of.0)
            .bind(of.1.as_str())
            .bind(id)
            .execute(self.conn)?;
        }
        let Some(kept) = provisioned::find(self.conn, (of.0, &of.1), Kind::User, id)? else {
            return Ok(Decided::Kept);
        };
        let is_now = match decision {
            Decision::Same => Some(person),
            Decision::Different => kept.person.filter(|other| *other != person),
        };
        Statement::new(
            "UPDATE provisioned SET person = ? WHERE tenant_id = ? AND vendor_id = ? AND kind = 'User' AND id = ?",
        )
        .bind(is_now)
        .bind(of.0)
        .bind(of.1.as_str())
        .bind(id)
        .execute(self.conn)?;
        match decision {
            Decision::Same => self.keep_account(person, &kept.body)?,
            Decision::Different if kept.person == Some(person) => self.keep_account(person, &Map::new())?,
            Decision::Different => {}
        }
        Ok(Decided::Kept)
    }

    /// Brings the account of a user's person to what the user is now.
    pub fn keep_account_of(&mut self, kept: &Kept, body: &Map<String, Value>) -> Result<(), StoreError> {
        kept.person.map_or(Ok(()), |person| self.keep_account(person, body))
    }

    fn keep_account(&mut self, person: i64, user: &Map<String, Value>) -> Result<(), StoreError> {
        let of_account = user.iter().filter(|(name, _)| OF_ACCOUNTS.contains(&name.as_str()));
        let body: Map<String, Value> = of_account.map(|(name, value)| (name.clone(), value.clone())).collect();
        let external_id = body.get("externalId").and_then(Value::as_str).map(str::to_owned);
        // The user has the name already: it is not looked for under the account too.
        let emails = emails_of(Kind::Account, &body);
        let draft = Draft { name: None, external_id, emails, body: cell::json(&body)?, password: None };
        let key = person.to_string();
        let of = self.of();
        if let Some(account) = provisioned::find(self.conn, (of.0, &of.1), Kind::Account, &key)? {
            self.replace(&account, &draft)
        } else {
            let number = self.next_number();
            self.create(Kind::Account, (&key, number), &draft)
        }
    }
}
