//! SCIM 2.0 as identity providers meet it: everything here goes over HTTP, on both databases.

mod accounts;
mod bearers;
mod board;
mod bulk;
mod client;
mod creating;
mod discovery;
mod entra;
mod filters;
mod keeping;
mod lists;
mod managers;
mod members;
mod okta;
mod patching;
mod providers;
mod records;
mod replacing;
mod robustness;
mod school;
mod school_groups;
mod sums;
mod switches;
mod testers;
mod widths;
mod withheld;
