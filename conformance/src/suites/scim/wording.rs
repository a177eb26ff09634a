//! Checks in one line each: what a server has to do, where that is written, and how it is looked at.

use crate::check::{Basis, Check, Severity, Verdict};
use crate::probe::Probe;

/// What looks.
type Look = fn(&Probe<'_>) -> Verdict;

const fn check(severity: Severity, id: &'static str, title: &'static str, clause: &'static str, run: Look) -> Check {
    Check { id, title, clause, severity, basis: Basis::Standard, needs: "", writes: false, run }
}

/// What the standard requires.
pub const fn must(id: &'static str, title: &'static str, clause: &'static str, run: Look) -> Check {
    check(Severity::Must, id, title, clause, run)
}

/// What the standard recommends.
pub const fn should(id: &'static str, title: &'static str, clause: &'static str, run: Look) -> Check {
    check(Severity::Should, id, title, clause, run)
}

/// What nobody is obliged to.
pub const fn may(id: &'static str, title: &'static str, clause: &'static str, run: Look) -> Check {
    check(Severity::May, id, title, clause, run)
}

/// The same as what clients in the field need.
pub const fn practice(check: Check) -> Check {
    Check { basis: Basis::Practice, ..check }
}

/// The same as a choice of this suite.
pub const fn policy(check: Check) -> Check {
    Check { basis: Basis::Policy, ..check }
}

/// The same, which writes.
pub const fn writing(check: Check) -> Check {
    Check { writes: true, ..check }
}

/// The same, with what it needs of the target.
pub const fn needing(needs: &'static str, check: Check) -> Check {
    Check { needs, ..check }
}
