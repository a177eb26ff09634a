//! Log lines on standard error, for people or for programs.
//!
//! A thread of its own writes them, many at once: a request must not wait for a terminal.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::cli::settings::{LogFormat, Settings};

/// What waits to be written at most, in bytes; beyond it lines are dropped and counted.
const MOST: usize = 4 << 20;

/// How long lines are gathered before they are written.
const PAUSE: Duration = Duration::from_millis(10);

/// What reads requests off a connection.
const PARSER: &str = "actix_http";

/// Writes what waits when it is dropped.
pub struct Log {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    pending: Mutex<Pending>,
    filled: Condvar,
}

#[derive(Default)]
struct Pending {
    lines: Vec<u8>,
    n_dropped: u64,
    is_ended: bool,
}

/// Starts to log as the settings say. A panic becomes a line too, without its message, which may hold values.
pub fn start(settings: &Settings) -> anyhow::Result<Log> {
    let filter = EnvFilter::builder().parse(&settings.log).with_context(|| format!("log: `{}`", settings.log))?;
    // What reads requests takes each malformed one for an error of the server, so that a scan of ports fills the log.
    let filter =
        if settings.log.contains(PARSER) { filter } else { filter.add_directive(format!("{PARSER}=off").parse()?) };
    let shared = Arc::new(Shared::default());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Writer(Arc::clone(&shared)));
    match settings.log_format {
        LogFormat::Human => lines.with_ansi(io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_target(false).try_init(),
    }
    .map_err(|error| anyhow::anyhow!("the log can't be started: {error}"))?;
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "a fault in the program");
    }));
    let writer = Arc::clone(&shared);
    let thread = std::thread::Builder::new().name("log".into()).spawn(move || writer.run())?;
    Ok(Log { shared, thread: Some(thread) })
}

impl Drop for Log {
    fn drop(&mut self) {
        self.shared.pending().is_ended = true;
        self.shared.filled.notify_one();
        if let Some(thread) = self.thread.take() {
            // Nowhere is left to report a fault of the log itself.
            drop(thread.join());
        }
    }
}

impl Shared {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        loop {
            let mut pending = self.pending();
            while pending.lines.is_empty() && !pending.is_ended {
                pending = self.filled.wait(pending).unwrap_or_else(PoisonError::into_inner);
            }
            let is_ended = pending.is_ended;
            drop(pending);
            if !is_ended {
                std::thread::sleep(PAUSE);
            }
            self.write();
            if is_ended {
                return;
            }
        }
    }

    fn write(&self) {
        let (lines, n_dropped) = {
            let mut pending = self.pending();
            (std::mem::take(&mut pending.lines), std::mem::take(&mut pending.n_dropped))
        };
        let mut out = io::stderr().lock();
        // A log that can't be written must not stop the server.
        drop(out.write_all(&lines));
        if n_dropped > 0 {
            drop(writeln!(out, "{n_dropped} log lines were dropped: nobody read them in time"));
        }
    }
}

struct Writer(Arc<Shared>);

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(&self.0)
    }
}

/// Takes one line.
struct Line<'a>(&'a Shared);

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut pending = self.0.pending();
        if pending.lines.len() + line.len() > MOST {
            pending.n_dropped += 1;
            return Ok(line.len());
        }
        let was_empty = pending.lines.is_empty();
        pending.lines.extend_from_slice(line);
        drop(pending);
        if was_empty {
            self.0.filled.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
