//! Black-box conformance suites for OneRoster and SCIM servers.
//!
//! A check asks a server over HTTP and says what it expected and what it saw. It uses nothing of any server's code,
//! adapts to the data that it finds, and changes nothing unless it is allowed to.

pub mod check;
pub mod cli;
pub mod client;
pub mod credentials;
pub mod exchange;
mod hangup;
pub mod probe;
pub mod report;
pub mod run;
pub mod suites;
pub mod target;
