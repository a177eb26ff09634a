//! Packages of OneRoster CSV files, bulk and delta, of 1.1 and 1.2: a zip at an address, a zip on a disk, a folder.
//!
//! One pass reads the package and looks at every rule; the checks tell what it found.

mod checks;
mod manifest;
mod package;
mod pass;
mod record;
mod relations;
mod row;
mod tables;
mod tally;
mod value;

use super::Suite;

/// The suite.
pub const SUITE: Suite = Suite {
    name: "oneroster-csv",
    about: "OneRoster 1.1 and 1.2 CSV: package, manifest, headers, values, references, bulk and delta",
    target: "a zip, a folder, or the address of a zip",
    groups: &[checks::PACKAGE, checks::TEXT, checks::VALUES, checks::RELATIONS],
};
