//! The command line of the conformance runner.

use std::process::ExitCode;

use clap::Parser;
use koppelvlak_conformance::cli::{Arguments, run};

fn main() -> ExitCode {
    run(&Arguments::parse())
}
