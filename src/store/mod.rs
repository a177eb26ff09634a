//! The two databases: connections, statements, migrations, and a file for each kind of row.
//!
//! Request paths reach records only through a release (see [`crate::consent`]); what is public here
//! beyond that serves imports, rules and the record of what left.

pub mod account;
pub mod account_owner;
pub mod cell;
pub mod choice;
pub mod connection;
pub mod disclosure;
pub mod error;
pub mod existing;
mod gradebook_load;
pub mod history;
pub mod hydrate;
pub mod import;
pub mod leaf;
pub mod memory;
pub mod migration;
pub mod name_keys;
pub mod nonce;
mod presence;
pub mod provisioned;
pub mod provisioning;
pub mod push_queue;
pub mod push_state;
pub mod push_target;
pub mod pushed;
pub mod reconciliation;
pub mod rows;
pub mod rule;
pub mod served;
pub mod snapshot_load;
pub mod statement;
pub mod tenant;
pub mod token;
pub mod vendor;
pub mod writer;
pub mod writing;
pub mod written;

pub use connection::{Conn, Database, DatabaseUrl};
pub use error::StoreError;
pub use rows::{Row, Rows};
pub use statement::{Bind, Statement};
