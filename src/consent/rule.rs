//! What a school decided for one vendor: which categories of which people, on what ground, and until when.
//!
//! A rule is never changed, only followed by its next version; the highest version counts.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::catalogue::Category;

/// The lawful grounds of GDPR article 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegalBasis {
    /// Only for people who gave, and did not take back, their own grant.
    Consent,
    /// Needed for a contract with the person.
    Contract,
    /// Needed for a legal obligation.
    LegalObligation,
    /// Needed to protect someone's life.
    VitalInterests,
    /// Needed for a task in the public interest.
    PublicTask,
    /// Needed for a legitimate interest.
    LegitimateInterests,
}

/// Whether a rule counts at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleStatus {
    /// Counts between its dates.
    Active,
    /// Put on hold by the school.
    Suspended,
    /// Over for good.
    Ended,
}

/// Which people a rule covers. An empty list does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// Roles as OneRoster 1.2 spells them (`student`, `teacher`, `guardian`, …).
    pub roles: Vec<String>,
    /// sourcedIds of schools.
    pub schools: Vec<String>,
    /// Grades as the board writes them.
    pub grades: Vec<String>,
    /// sourcedIds of classes.
    pub classes: Vec<String>,
    /// sourcedIds of courses.
    pub courses: Vec<String>,
    /// sourcedIds of people.
    pub people: Vec<String>,
}

/// One version of a consent rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The rule's name within the board.
    pub id: String,
    /// 1, 2, 3, …
    pub version: i64,
    /// The vendor that receives.
    pub vendor: String,
    /// Which people, and which schools and classes.
    pub population: Population,
    /// Which categories, without repetition, in the catalogue's order.
    pub categories: Vec<Category>,
    /// Categories that the vendor may write.
    pub write: Vec<Category>,
    /// What the data is for.
    pub purpose: String,
    /// Why these categories are needed for it; due where one of them is of level S3 or S4.
    pub reason: Option<String>,
    /// The lawful ground.
    pub basis: LegalBasis,
    /// The data processing agreement.
    pub agreement: Option<String>,
    /// First day on which the rule counts.
    pub from: NaiveDate,
    /// Last day on which the rule counts.
    pub until: Option<NaiveDate>,
    /// Whether the rule counts at all.
    pub status: RuleStatus,
}

/// Whether a rule counts on some day, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Active,
    /// Its first day is still to come.
    NotYet(NaiveDate),
    /// Its last day is past.
    Past(NaiveDate),
    /// The school put it on hold.
    Suspended,
    /// The school ended it.
    Ended,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => f.write_str("active"),
            Self::NotYet(from) => write!(f, "not active: begins {from}"),
            Self::Past(until) => write!(f, "not active: its last day was {until}"),
            Self::Suspended => f.write_str("not active: suspended"),
            Self::Ended => f.write_str("not active: ended"),
        }
    }
}

impl Rule {
    /// Whether the rule counts on `day`, and if not, why.
    pub fn standing(&self, day: NaiveDate) -> Standing {
        match (self.status, self.until) {
            (RuleStatus::Suspended, _) => Standing::Suspended,
            (RuleStatus::Ended, _) => Standing::Ended,
            (RuleStatus::Active, Some(until)) if until < day => Standing::Past(until),
            (RuleStatus::Active, _) if day < self.from => Standing::NotYet(self.from),
            (RuleStatus::Active, _) => Standing::Active,
        }
    }

    /// Whether the rule counts on `day`.
    pub fn is_active(&self, day: NaiveDate) -> bool {
        self.standing(day) == Standing::Active
    }
}
