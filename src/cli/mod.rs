//! The command line: one file for each command, settings in one place.

mod about_push;
pub mod apply;
pub mod arguments;
pub mod demo;
pub mod earlier;
pub mod explain;
pub mod export;
pub mod guide;
pub mod import;
pub mod log;
pub mod migrate;
pub mod pull;
pub mod push;
pub mod ready_file;
pub mod reconcile;
pub mod serve;
pub mod settings;
pub mod show;
pub mod table;
pub mod token;

pub use arguments::run;
