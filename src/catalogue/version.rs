//! The versions of OneRoster.

use serde::Serialize;

/// A version of OneRoster. 1.2.1 of the CSV binding calls itself 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Version {
    /// OneRoster 1.1: one service over REST, thirteen data files in a set.
    #[serde(rename = "1.1")]
    V1p1,
    /// OneRoster 1.2: three services over REST, twenty-one data files in a set.
    #[serde(rename = "1.2")]
    V1p2,
}
