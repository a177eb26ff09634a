//! What no value of any column may hold: a national number, and an identifier of the chain of vendors (ECK iD)
//! outside its own columns.

use std::borrow::Cow;

use crate::catalogue::{Entity, Field, holds_chain_id, holds_national_id, is_international_number, is_national_number};

/// What a text turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    National,
    Chain,
    Other,
}

/// Looks at values on their way in, and counts those that stay outside.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Sieve {
    /// How many values were dropped for a national number.
    pub(super) national: u64,
    /// How many values were dropped for an identifier of the chain.
    pub(super) chain: u64,
}

/// What a text is; where `is_local`, nine digits are no national number.
pub(super) fn find(text: &str, is_local: bool) -> Found {
    if holds_chain_id(text) {
        let other: Vec<&str> = text.split_whitespace().filter(|word| !holds_chain_id(word)).collect();
        // Whoever may have the one must not get the other with it.
        if holds_national_id(&other.join(" ")) { Found::National } else { Found::Chain }
    } else if !is_local && holds_national_id(text) {
        Found::National
    } else {
        Found::Other
    }
}

/// Whether nine digits in the column are something else than a national number.
pub(super) fn is_exempt(entity: Entity, field: &Field, text: &str, local: &[String]) -> bool {
    match (entity, field.csv) {
        // The number of a legal person (RSIN) passes the same test.
        (Entity::Org, "identifier") => true,
        (Entity::User, "phone" | "sms") if is_international_number(text) => true,
        (Entity::User, column) => local.iter().any(|other| other == column),
        _ => false,
    }
}

impl Sieve {
    /// The text, unless it has to stay outside.
    pub(super) fn keep<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        self.keep_in(text, false)
    }

    /// The same for a column in which nine digits may be the board's own.
    pub(super) fn keep_in<'t>(&mut self, text: &'t str, is_local: bool) -> Option<&'t str> {
        let found = find(text, is_local);
        self.national += u64::from(found == Found::National);
        self.chain += u64::from(found == Found::Chain);
        (found == Found::Other).then_some(text)
    }

    /// The text, or a word in its place that says no more than that: for columns that are never empty.
    pub(super) fn need<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        self.keep(text).unwrap_or_else(|| stand_in(text)).into()
    }

    /// The number, unless it has to stay outside.
    pub(super) fn keep_number(&mut self, number: f64) -> Option<f64> {
        let is_national = is_national_number(number);
        self.national += u64::from(is_national);
        (!is_national).then_some(number)
    }

    /// Takes over what another counted.
    pub(super) fn add(&mut self, other: Self) {
        self.national += other.national;
        self.chain += other.chain;
    }
}

/// What stands for a text that is required; a word of a vocabulary stays one of its own.
pub(super) fn stand_in(text: &str) -> &'static str {
    if text.starts_with("ext:") { "ext:withheld" } else { "withheld" }
}
