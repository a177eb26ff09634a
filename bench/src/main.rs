//! Measures what a request costs, on SQLite and on PostgreSQL, beside two opponents of its own: a server
//! that answers bytes from memory, and one that reads the same tables without consent or disclosure.
//!
//! The server and its database run on one core, the load on another; what counts is CPU time a request.
#![expect(clippy::cast_precision_loss, reason = "counts of a benchmark are far below 2^52")]

mod baseline;
mod board;
mod cluster;
mod dice;
mod load;
mod meanwhile;
mod options;
mod process;
mod product;
mod recording;
mod report;
mod rest;
mod routes;
mod run;
mod scim_writes;
mod scout;
mod wire;
mod workload;
mod writes;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::options::{Format, Options, Role};
use crate::run::Run;

fn main() -> ExitCode {
    match execute(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn execute(options: &Options) -> anyhow::Result<ExitCode> {
    match &options.role {
        Some(Role::Baseline(baseline)) => return baseline.run().map(|()| ExitCode::SUCCESS),
        Some(Role::Recording(recording)) => return recording.run().map(|()| ExitCode::SUCCESS),
        None => {}
    }
    if let Some(name) = options.unknown_name() {
        drop(writeln!(std::io::stderr(), "error: there is no workload or part `{name}`; see --help"));
        return Ok(ExitCode::from(2));
    }
    let run = Run::new(options)?;
    // After the server is built, which may use every core.
    process::pin_self(process::LOAD_CORE);
    let mut report = run.measure()?;
    let table = report.table();
    let json = serde_json::to_string_pretty(&report)?;
    if let Some(path) = &options.json_file {
        std::fs::write(path, &json)?;
    }
    let shown = match options.format {
        Format::Table => table,
        Format::Json => json,
    };
    writeln!(std::io::stdout(), "{}", shown.trim_end())?;
    let fails = options.gate && !report.missed.is_empty();
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
