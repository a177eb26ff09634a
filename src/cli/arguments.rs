//! What the command line may say, and the way to each command.
//!
//! A command adds its file, a line in `mod.rs`, a variant here and an arm in [`execute`].

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::{apply, demo, explain, export, import, migrate, push, reconcile, serve, show, token};

/// School data for ed-tech vendors over OneRoster, cut to each school's consent rules.
#[derive(Debug, Parser)]
#[command(name = "koppelvlak", version, after_help = "Example:\n  koppelvlak demo")]
pub struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The database: sqlite:PATH or postgres://… [default: sqlite:koppelvlak.db]
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// The settings file [default: koppelvlak.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How data is printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds a realistic board in a fresh database, registers vendors and rules, and serves
    Demo(demo::Demo),
    /// Brings a school's data into a board
    Import(import::Import),
    /// Writes what a vendor may see into files
    Export(export::Export),
    /// Makes boards, vendors, rules and choices as a rules file says
    Apply(apply::Apply),
    /// Gives a vendor's own SCIM server what the vendor may see
    Push(push::Push),
    /// Lists boards, vendors, rules, choices, pushes or who changed what
    Show(show::Show),
    /// Says whether a person's data is released to a vendor, and why
    Explain(explain::Explain),
    /// Says whether a user that a provider made is a person of the school
    Reconcile(reconcile::Reconcile),
    /// Makes, lists and revokes bearer tokens that live long
    Token(token::Token),
    /// Serves an existing database
    Serve(serve::Serve),
    /// Brings a database to this version's schema
    Migrate(migrate::Migrate),
    /// Checks any OneRoster or SCIM server against its standard, from outside
    #[command(
        subcommand,
        after_help = "Examples:\n  koppelvlak conformance list --suite scim\n  \
        koppelvlak conformance run --suite scim --target https://idp.example/scim/v2 --token $TOKEN"
    )]
    Conformance(koppelvlak_conformance::cli::Command),
}

/// Runs the command that the process's arguments name: 0 done, 1 failed, 2 wrong use.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    if let Command::Conformance(command) = &arguments.command {
        // It has exit codes of its own: a server that fails isn't a failure of the command.
        return koppelvlak_conformance::cli::execute(command);
    }
    match execute(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if the terminal is gone.
            drop(writeln!(std::io::stderr(), "error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn execute(arguments: &Arguments) -> anyhow::Result<()> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Demo(command) => command.run(global),
        Command::Import(command) => command.run(global),
        Command::Export(command) => command.run(global),
        Command::Apply(command) => command.run(global),
        Command::Push(command) => command.run(global),
        Command::Show(command) => command.run(global),
        Command::Explain(command) => command.run(global),
        Command::Reconcile(command) => command.run(global),
        Command::Token(command) => command.run(global),
        Command::Serve(command) => command.run(global),
        Command::Migrate(command) => command.run(global),
        Command::Conformance(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_command_has_an_example_in_its_help() {
        let root = Arguments::command();

        for command in root.get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("koppelvlak {}", command.get_name())), "{}", command.get_name());
        }
        root.clone().debug_assert();
    }
}
