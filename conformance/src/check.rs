//! What a check is: what the standard wants, where it says so, and the code that looks.

use serde::Serialize;

use crate::probe::Probe;

/// One thing that a server has to do.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name in reports, for good: `OR-301`, `SC-055`.
    pub id: &'static str,
    /// What a server does that passes, in a sentence.
    pub title: &'static str,
    /// Where that is written: `RFC 7644 §3.3`, `OneRoster 1.2 REST §3.4`.
    pub clause: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What the expectation rests on.
    pub basis: Basis,
    /// What it needs from the target's data or abilities; empty if nothing.
    pub needs: &'static str,
    /// Whether it changes the target's data; what it makes it also takes away.
    pub writes: bool,
    /// Looks.
    pub run: fn(&Probe<'_>) -> Verdict,
}

/// How much a check weighs. Only a failed `Must` makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The standard requires it.
    Must,
    /// The standard recommends it, or requires it of those who offer it.
    Should,
    /// Nobody is obliged, but clients are better off.
    May,
}

/// What an expectation rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The text of a standard.
    Standard,
    /// What clients in the field send and need.
    Practice,
    /// A choice of this suite where the standard is silent.
    Policy,
}

/// What came of looking.
pub type Verdict = Result<(), Stop>;

/// Why a check ended before it passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The server does something else.
    Failed {
        /// What the standard wants.
        expected: String,
        /// What came.
        observed: String,
    },
    /// It can't be looked at here, and why.
    Skipped(String),
    /// The server didn't answer, or in no way that can be judged.
    Broken(String),
}

impl Stop {
    /// A failure.
    pub fn failed(expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self::Failed { expected: expected.into(), observed: observed.into() }
    }

    /// A skip.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped(reason.into())
    }
}

/// Passes if it holds.
pub fn expect(holds: bool, expected: impl Into<String>, observed: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(Stop::failed(expected, observed())) }
}

impl Severity {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

impl Basis {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Practice => "practice",
            Self::Policy => "policy",
        }
    }
}
