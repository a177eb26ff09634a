//! The command line.

use std::process::ExitCode;

/// The system's own allocator takes a tenth of a page's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    koppelvlak::cli::run()
}
