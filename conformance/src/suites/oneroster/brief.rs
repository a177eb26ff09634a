//! Checks in a line: what most of them have in common is said once.

use crate::check::{Basis, Check, Severity, Verdict};
use crate::probe::Probe;

/// How a check looks.
pub type Run = fn(&Probe<'_>) -> Verdict;

const fn check(id: &'static str, title: &'static str, clause: &'static str, run: Run) -> Check {
    Check { id, title, clause, severity: Severity::Must, basis: Basis::Standard, needs: "", writes: false, run }
}

/// What the standard requires.
pub const fn must(id: &'static str, title: &'static str, clause: &'static str, run: Run) -> Check {
    check(id, title, clause, run)
}

/// What the standard recommends.
pub const fn should(id: &'static str, title: &'static str, clause: &'static str, run: Run) -> Check {
    Check { severity: Severity::Should, ..check(id, title, clause, run) }
}

/// What the standard leaves open, and clients need to be one way.
pub const fn policy(id: &'static str, title: &'static str, clause: &'static str, run: Run) -> Check {
    Check { severity: Severity::Should, basis: Basis::Policy, ..check(id, title, clause, run) }
}

/// What clients in the field send.
pub const fn practice(id: &'static str, title: &'static str, clause: &'static str, run: Run) -> Check {
    Check { severity: Severity::Should, basis: Basis::Practice, ..check(id, title, clause, run) }
}

/// The same check, which changes the target's data.
pub const fn writing(check: Check) -> Check {
    Check { writes: true, needs: "the right to write and delete grades", ..check }
}

/// The same check, with what it needs of the target.
pub const fn needing(needs: &'static str, check: Check) -> Check {
    Check { needs, ..check }
}
