//! OneRoster 1.1 as a vendor meets it: everything here goes over HTTP.
//!
//! `or_…` in the name of a test is its number in the conformance checklist.

mod clients;
mod discovery;
mod people;
mod refusals;
mod shapes;
mod signatures;
mod warnings;

use koppelvlak::oneroster::operation::Operation;

use crate::harness::{Reply, Server};
use crate::rostering::board::{Demo, SECRET};
use crate::rostering::client::Client;
use crate::rostering::schema::Schemas;
use crate::rostering::shapes::addresses_of;

/// What answers of 1.1 look like.
fn schemas() -> Schemas {
    Schemas::read(include_str!("expectations.txt"))
}

/// A client of 1.1 at the demo's board.
fn client<'d>(demo: &'d Demo, vendor: &str) -> Client<'d> {
    of_server(&demo.server, "demo", vendor)
}

/// A client of 1.1 at a board.
fn of_server<'s>(server: &'s Server, tenant: &str, vendor: &str) -> Client<'s> {
    Client::of_service(server, tenant, (vendor, SECRET), "v1p1")
}

/// Addresses that a vendor can call.
fn addresses(client: &Client<'_>) -> Vec<(&'static Operation, String)> {
    addresses_of(client, koppelvlak::oneroster::v1p1::operations::OPERATIONS)
}

/// The status, severity and code minor of an answer's first status information.
fn status(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    let info = &body["statusInfoSet"][0];
    let word = |name: &str| info[name].as_str().unwrap_or_default().to_owned();
    (reply.status, word("imsx_severity"), word("imsx_codeMinor"))
}
