//! Clients of the field: each file replays what one of them sends, whole sessions with its own addresses, loops and
//! quoting, and checks that its need is met: its loop ends, and it holds exactly whom and what it may.
//!
//! `or_…` in the name of a test is its number in the conformance checklist.

pub mod connections;
pub mod walk;

mod canvas;
mod compression;
mod cross_version;
mod entity_tags;
mod google;
mod helloid;
mod moodle;
mod school_data_sync;
mod sign_in;
mod strict_readers;
mod walkers;
