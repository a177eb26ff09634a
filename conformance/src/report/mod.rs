//! What a run found, for people and for programs.

pub mod baseline;
pub mod html;
pub mod json;
pub mod junit;
pub mod mask;
pub mod terminal;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::check::{Severity, Stop};
use crate::run::Finding;

/// A run of one suite.
#[derive(Debug)]
pub struct Report<'a> {
    /// The suite's name.
    pub suite: &'a str,
    /// The server's address.
    pub target: &'a str,
    /// When the run began (RFC 3339).
    pub began: String,
    /// How long it took.
    pub took: Duration,
    /// What was found, in the order of the checks.
    pub findings: &'a [Finding],
    /// For each collection that was sampled, how many objects were looked at, and of how many.
    pub sampled: BTreeMap<String, (usize, usize)>,
}

/// How a check ended, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It passed.
    Passed,
    /// The server does something else.
    Failed,
    /// The server's answer can't be judged.
    Broken,
    /// It couldn't be looked at.
    Skipped,
}

impl Status {
    /// Every status, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Passed, Self::Failed, Self::Broken, Self::Skipped];

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Broken => "broken",
            Self::Skipped => "skipped",
        }
    }
}

impl Finding {
    /// How it ended.
    pub fn status(&self) -> Status {
        match &self.verdict {
            Ok(()) => Status::Passed,
            Err(Stop::Failed { .. }) => Status::Failed,
            Err(Stop::Broken(_)) => Status::Broken,
            Err(Stop::Skipped(_)) => Status::Skipped,
        }
    }

    /// Whether it makes the run fail.
    pub fn is_fatal(&self) -> bool {
        self.check.severity == Severity::Must && matches!(self.status(), Status::Failed | Status::Broken)
    }

    /// What is to be said of it: expected and observed, the reason of a skip, or nothing.
    pub fn remark(&self) -> (String, String) {
        match &self.verdict {
            Ok(()) => (String::new(), String::new()),
            Err(Stop::Failed { expected, observed }) => (expected.clone(), observed.clone()),
            Err(Stop::Skipped(reason)) => (String::new(), reason.clone()),
            Err(Stop::Broken(reason)) => ("an answer that can be judged".to_owned(), reason.clone()),
        }
    }
}

impl Report<'_> {
    /// How many checks ended so.
    pub fn count(&self, status: Status) -> usize {
        self.findings.iter().filter(|finding| finding.status() == status).count()
    }

    /// Whether no must-check failed.
    pub fn has_passed(&self) -> bool {
        !self.findings.iter().any(Finding::is_fatal)
    }
}
