//! What changed since an earlier run.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Report, Status};

/// How each check of an earlier report ended, by suite and check.
#[derive(Debug)]
pub struct Baseline(BTreeMap<(String, String), String>);

/// A check that ended otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The suite.
    pub suite: String,
    /// The check's id.
    pub id: String,
    /// How it ended; `None` if the run had no such check.
    pub before: Option<String>,
    /// How it ended now; `None` if this run has no such check.
    pub now: Option<Status>,
}

impl Baseline {
    /// Reads a report that this program wrote as JSON.
    pub fn read(document: &Value) -> Option<Self> {
        let mut ended = BTreeMap::new();
        for suite in document.get("suites")?.as_array()? {
            let name = suite.get("suite")?.as_str()?;
            for check in suite.get("checks")?.as_array()? {
                let (id, status) = (check.get("id")?.as_str()?, check.get("status")?.as_str()?);
                ended.insert((name.to_owned(), id.to_owned()), status.to_owned());
            }
        }
        Some(Self(ended))
    }

    /// The checks of the suites of this run that ended otherwise than then.
    pub fn changes(&self, reports: &[Report<'_>]) -> Vec<Change> {
        let mut changes = Vec::new();
        for report in reports {
            let now: BTreeMap<&str, Status> =
                report.findings.iter().map(|finding| (finding.check.id, finding.status())).collect();
            for finding in report.findings {
                let (suite, id) = (report.suite.to_owned(), finding.check.id.to_owned());
                let before = self.0.get(&(suite.clone(), id.clone())).cloned();
                if before.as_deref() != Some(finding.status().word()) {
                    changes.push(Change { suite, id, before, now: Some(finding.status()) });
                }
            }
            for ((suite, id), before) in &self.0 {
                if suite == report.suite && !now.contains_key(id.as_str()) {
                    let before = Some(before.clone());
                    changes.push(Change { suite: suite.clone(), id: id.clone(), before, now: None });
                }
            }
        }
        changes
    }
}
