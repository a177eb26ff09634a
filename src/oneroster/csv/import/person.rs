//! What of a person's row depends on the values themselves.
//!
//! A national number is dropped here, before anything of it is stored; an identifier of the chain of
//! vendors (ECK iD) gets the category of its own where identifiers stand. Passwords aren't even read.

use std::borrow::Cow;

use super::sieve::{Found, Sieve, find};
use crate::catalogue::element::{Role, UserId, UserProfile};
use crate::oneroster::csv::Row;
use crate::store::import::Value;
use crate::store::{StoreError, cell};

/// The types under which registers call a national number by its name.
const NATIONAL_TYPES: [&str; 3] = ["bsn", "pgn", "onderwijsnummer"];

/// The columns of a person whose category depends on the value, under the names of the table's columns.
pub(super) struct ByValue {
    columns: Vec<(&'static str, Value)>,
    /// What was dropped.
    pub(super) sieve: Sieve,
}

impl ByValue {
    /// Sorts a row's values; `local` are the columns in which nine digits are the board's own number, and
    /// `chain_ids` are found elsewhere.
    pub(super) fn of<'a>(
        row: Row<'_>,
        local: &[String],
        chain_ids: impl Iterator<Item = &'a str>,
    ) -> Result<Self, StoreError> {
        let mut found = Self { columns: Vec::new(), sieve: Sieve::default() };
        let is_local = |column: &str| is_local(column, local);
        found.text(row, "username", ("username", "username_chain_id"), is_local("username"));
        found.text(row, "identifier", ("identifier", "identifier_chain_id"), is_local("identifier"));
        let master = "userMasterIdentifier";
        found.text(row, master, ("user_master_identifier", "user_master_identifier"), is_local(master));
        found.lists(row, is_local("userIds"), chain_ids)?;
        Ok(found)
    }

    /// The value of a column; nothing if it doesn't depend on the value.
    pub(super) fn take(&mut self, column: &str) -> Option<Value> {
        match column {
            "username"
            | "username_chain_id"
            | "identifier"
            | "identifier_chain_id"
            | "user_master_identifier"
            | "user_ids"
            | "user_ids_chain_id"
            | "metadata" => {
                let found = self.columns.iter_mut().find(|(name, _)| *name == column);
                Some(found.map(|(_, value)| std::mem::take(value)).unwrap_or_default())
            }
            _ => None,
        }
    }

    fn text(&mut self, row: Row<'_>, csv: &str, (plain, chain): (&'static str, &'static str), is_local: bool) {
        let Some(text) = row.text(csv) else { return };
        match find(text, is_local) {
            Found::National => self.sieve.national += 1,
            Found::Chain => self.columns.push((chain, Value::Text(text.to_owned()))),
            Found::Other => self.columns.push((plain, Value::Text(text.to_owned()))),
        }
    }

    fn lists<'a>(
        &mut self,
        row: Row<'_>,
        is_local: bool,
        chain_ids: impl Iterator<Item = &'a str>,
    ) -> Result<(), StoreError> {
        let (mut plain, mut chain) = (Vec::new(), Vec::new());
        for (of, identifier) in row.pairs("userIds") {
            let id = UserId { r#type: of.into(), identifier: identifier.into() };
            let is_national = NATIONAL_TYPES.iter().any(|name| name.eq_ignore_ascii_case(of.trim()));
            match (find(of, false), find(identifier, is_local)) {
                (Found::National, _) | (_, Found::National) => self.sieve.national += 1,
                _ if is_national => self.sieve.national += 1,
                (Found::Chain, _) | (_, Found::Chain) => chain.push(id),
                (Found::Other, Found::Other) => plain.push(id),
            }
        }
        let mut metadata = serde_json::Map::new();
        for (name, text) in row.metadata() {
            match (find(name, false), find(text, false)) {
                (Found::National, _) | (_, Found::National) => self.sieve.national += 1,
                // Free fields have no place for it, and it must not leave as one of them.
                (Found::Chain, _) | (_, Found::Chain) => {
                    chain.push(UserId { r#type: name.into(), identifier: text.into() });
                }
                (Found::Other, Found::Other) => {
                    metadata.insert(name.to_owned(), text.into());
                }
            }
        }
        for json in chain_ids {
            let id = serde_json::from_str(json).map_err(|_| StoreError::Shape("an identifier that is none"))?;
            if !chain.contains(&id) {
                chain.push(id);
            }
        }
        for (column, ids) in [("user_ids", plain), ("user_ids_chain_id", chain)] {
            if !ids.is_empty() {
                self.columns.push((column, Value::Text(cell::json(&ids)?)));
            }
        }
        if !metadata.is_empty() {
            self.columns.push(("metadata", Value::Text(cell::json(&metadata)?)));
        }
        Ok(())
    }
}

/// Whether the board declared that nine digits in this column of people are its own number.
pub(super) fn is_local(column: &str, local: &[String]) -> bool {
    local.iter().any(|other| other == column)
}

/// What a row of userProfiles.csv gives.
#[derive(Default)]
pub(super) struct Profile {
    /// The profile, unless its account is a number that isn't a name of an account.
    pub(super) element: Option<String>,
    /// The account, if that is an identifier of the chain.
    pub(super) chain_id: Option<String>,
}

/// Reads a row of userProfiles.csv. Its password is not looked at.
pub(super) fn profile(row: Row<'_>, sieve: &mut Sieve) -> Result<Profile, StoreError> {
    let text = |column: &str| row.text(column).unwrap_or_default();
    let mut profile = Profile::default();
    match find(text("username"), false) {
        Found::National => sieve.national += 1,
        Found::Chain => {
            let id = UserId { r#type: sieve.need(text("profileType")), identifier: text("username").into() };
            profile.chain_id = Some(cell::json(&id)?);
        }
        Found::Other => {
            profile.element = Some(cell::json(&UserProfile {
                sourced_id: row.sourced_id().into(),
                profile_type: sieve.need(text("profileType")),
                vendor_id: sieve.need(text("vendorId")),
                application_id: row.text("applicationId").and_then(|text| sieve.keep(text)).map(Cow::Borrowed),
                description: row.text("description").and_then(|text| sieve.keep(text)).map(Cow::Borrowed),
                credential_type: sieve.need(text("credentialType")),
                username: text("username").into(),
            })?);
        }
    }
    Ok(profile)
}

/// The role at one org that a row of version 1.1 gives, as JSON.
///
/// Version 1.2 has no plain administrator: at a school it is the site's, elsewhere the district's.
pub(super) fn role_of_1p1(row: Row<'_>, org: (&str, i64), is_school: bool) -> Result<(String, String), StoreError> {
    let (org_sourced_id, org) = org;
    let role = match row.text("role").unwrap_or_default() {
        "administrator" if is_school => "siteAdministrator",
        "administrator" => "districtAdministrator",
        role => role,
    };
    let sourced_id = format!("{}:{org_sourced_id}", row.sourced_id());
    let role = Role {
        sourced_id: Cow::Borrowed(&sourced_id),
        role_type: "primary".into(),
        role: role.into(),
        org,
        user_profile: None,
        begin_date: None,
        end_date: None,
        at: 0,
        gone: false,
    };
    let json = cell::json(&role)?;
    Ok((sourced_id, json))
}
