//! No vendor learns anything from filters, sorts, counts, pages, links, dates or errors that its view does not say.
//!
//! Two worlds that differ only in what a vendor must not see give the same bytes to the same requests.
//! `KOPPELVLAK_TEST_PAIRS` and `KOPPELVLAK_TEST_SEED` make a run longer, or repeat one.

mod doors;
pub mod edits;
pub mod pair;
#[cfg(feature = "planted-leaks")]
mod planted;
pub mod requests;
mod scim;
mod seen;
pub mod view;
pub mod writes;

use pair::{Leak, Pair};

use crate::harness::World;

/// The board of the vendor, and one that is none of its business.
const TENANT: &str = "noord";
const OTHER_TENANT: &str = "zuid";

/// When things happen: the first import, the first requests, the next import, the next requests.
const TIMES: [&str; 4] =
    ["2026-08-20T08:00:00.000Z", "2026-09-01T08:00:00.000Z", "2026-09-02T08:00:00.000Z", "2026-09-03T08:00:00.000Z"];

#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn seeds(usual: u64) -> std::ops::Range<u64> {
    let first = setting("KOPPELVLAK_TEST_SEED", 1);
    first..first + setting("KOPPELVLAK_TEST_PAIRS", usual)
}

/// Runs pairs of worlds, and fails with what a vendor could see of a difference.
/// Says how many writes were made.
fn on_pairs(n: u64, run: impl Fn(&mut Pair) -> Result<(), Leak>) -> usize {
    let (mut asked, mut answered, mut written) = (0, 0, 0);
    for seed in seeds(n) {
        let mut pair = Pair::new(World::on_sqlite, seed);
        if let Err(Leak(report)) = run(&mut pair) {
            panic!("{report}");
        }
        asked += pair.asked;
        answered += pair.answered;
        written += pair.written;
    }
    assert!(answered * 4 >= asked, "only {answered} of {asked} requests were answered with data");
    written
}

#[test]
fn two_worlds_with_one_view_answer_alike() {
    on_pairs(4, |pair| pair.probe(200));
}

#[test]
fn what_changes_unseen_moves_no_date_and_leaves_no_trace() {
    on_pairs(4, |pair| {
        pair.probe(60)?;
        pair.advance();
        pair.probe(150)
    });
}

#[test]
fn writes_say_nothing_of_what_is_hidden_or_what_others_wrote() {
    let written = on_pairs(4, |pair| {
        pair.probe_writes(150)?;
        pair.advance();
        pair.probe_writes(100)?;
        pair.fetch_sets()
    });

    assert!(written > 60, "only {written} writes were made");
}

#[test]
fn what_is_asked_and_kept_over_scim_says_nothing_of_what_is_hidden() {
    on_pairs(4, |pair| {
        pair.probe_scim(220)?;
        pair.probe(40)?;
        pair.advance();
        pair.probe_scim(120)?;
        pair.probe(40)
    });
}

#[test]
fn a_set_of_files_says_nothing_that_the_view_does_not() {
    on_pairs(12, |pair| {
        pair.fetch_sets()?;
        pair.advance();
        pair.fetch_sets()
    });
}

#[test]
fn each_door_shows_what_the_others_show() {
    on_pairs(4, |pair| {
        doors::compare(pair);
        pair.advance();
        doors::compare(pair);
        Ok(())
    });
}

#[test]
fn no_operator_on_no_field_finds_a_withheld_value() {
    on_pairs(1, Pair::sweep);
}
