//! The suites: which checks there are, by the standard that they are about.

pub mod consent;
pub mod oneroster;
pub mod oneroster_csv;
pub mod scim;

use crate::check::Check;

/// Checks that are run together.
#[derive(Debug, Clone, Copy)]
pub struct Suite {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is about, in a sentence.
    pub about: &'static str,
    /// What `--target` names for it.
    pub target: &'static str,
    /// Its checks, in groups.
    pub groups: &'static [&'static [Check]],
}

/// Every suite.
pub const SUITES: &[Suite] = &[
    oneroster::V1P1,
    oneroster::ROSTERING,
    oneroster::GRADEBOOK,
    oneroster::RESOURCES,
    oneroster_csv::SUITE,
    scim::SUITE,
    consent::SUITE,
];

impl Suite {
    /// The suite of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SUITES.iter().find(|suite| suite.name == name)
    }

    /// Its checks, in order.
    pub fn checks(&self) -> impl Iterator<Item = &'static Check> + use<> {
        self.groups.iter().flat_map(|group| group.iter())
    }
}
