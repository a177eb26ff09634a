//! Leaks: whether a client learns anything of what it must not see, by any of the ways that a query can take.
//!
//! What it must not see is known from another client that sees more, or from a second server whose data differs in
//! nothing else. Every check compares answers: a hidden thing must be answered as one that never existed.

mod alike;
mod changes;
mod doors;
mod existence;
mod eye;
mod files;
mod filters;
mod identifiers;
mod lists;
mod operations;
mod protocol;
mod references;
mod routes;
mod scim;
mod scim_queries;
mod scim_writes;
mod twin;
mod withheld;
mod writes;

use super::Suite;
use crate::check::{Basis, Check, Severity, Verdict};
use crate::probe::Probe;

/// The suite.
pub const SUITE: Suite = Suite {
    name: "consent",
    about: "What a client must not see: filters, sorting, counts, references, errors, other doors, a twin",
    target: "the address that ends in /ims/oneroster, asked as the client that sees less",
    groups: &[
        filters::CHECKS,
        lists::CHECKS,
        routes::CHECKS,
        existence::CHECKS,
        references::CHECKS,
        identifiers::CHECKS,
        changes::CHECKS,
        protocol::CHECKS,
        operations::CHECKS,
        doors::CHECKS,
        files::CHECKS,
        scim_queries::CHECKS,
        writes::CHECKS,
        scim_writes::CHECKS,
        twin::CHECKS,
    ],
};

/// What most checks need.
const RICHER: &str = "--other: a client of the same data that sees more";

/// A check that a leak fails.
const fn leak(
    id: &'static str,
    title: &'static str,
    clause: &'static str,
    needs: &'static str,
    run: fn(&Probe<'_>) -> Verdict,
) -> Check {
    Check { id, title, clause, severity: Severity::Must, basis: Basis::Policy, needs, writes: false, run }
}

impl Check {
    /// The same check, but it changes data.
    const fn writing(self) -> Self {
        Self { writes: true, ..self }
    }

    /// The same check, but it recommends.
    const fn advice(self) -> Self {
        Self { severity: Severity::Should, ..self }
    }
}
