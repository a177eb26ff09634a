//! A person's own grant or refusal.
//!
//! A refusal always wins, also over a later grant; it ends only when it is withdrawn itself.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Needed where a rule's legal basis is consent.
    Grant,
    /// Withholds, whatever any rule says.
    Refuse,
}

/// One choice of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Row id of the person (see [`crate::store`]).
    pub person: i64,
    /// The vendor that it is about; none means every vendor.
    pub vendor: Option<String>,
    /// The categories that it is about; none means all.
    pub categories: Vec<Category>,
    /// Grant or refuse.
    pub decision: Decision,
    /// Who chose: `pupil`, `parent`, …
    pub by: String,
    /// The day on which it was chosen.
    pub on: NaiveDate,
    /// The day on which it was taken back.
    pub withdrawn: Option<NaiveDate>,
}

impl Choice {
    /// Whether the choice stands and is about `vendor`.
    pub fn concerns(&self, vendor: &str) -> bool {
        self.withdrawn.is_none() && self.vendor.as_deref().is_none_or(|v| v == vendor)
    }
}
