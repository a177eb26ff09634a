//! The report on a terminal: progress while it runs, what failed, a summary.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::baseline::Change;
use super::mask::Mask;
use super::{Report, Status};
use crate::run::Finding;

/// Colors, where they are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// Whether there are any.
    pub is_colored: bool,
}

impl Palette {
    /// Colors on a terminal whose user didn't refuse them (<https://no-color.org>).
    pub fn of(no_color: bool) -> Self {
        Self { is_colored: std::io::stdout().is_terminal() && !no_color }
    }

    fn paint(self, status: Status, text: &str) -> String {
        let code = match status {
            Status::Passed => "32",
            Status::Failed => "31",
            Status::Broken => "35",
            Status::Skipped => "33",
        };
        if self.is_colored { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A bar that moves with each finding, on a terminal only.
pub fn progress(suite: &str, n_checks: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(n_checks as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    bar.set_prefix(suite.to_owned());
    bar
}

/// One finding, in as many lines as it needs; nothing of one that passed or was skipped, unless `all` are wanted.
pub fn write_finding(out: &mut dyn Write, finding: &Finding, palette: Palette, mask: Mask) -> std::io::Result<()> {
    let check = finding.check;
    let status = finding.status();
    let word = palette.paint(status, &format!("{:<7}", status.word()));
    writeln!(out, "{word} {:<8} {:<6} {}", check.id, check.severity.word(), check.title)?;
    let (expected, observed) = finding.remark();
    match status {
        Status::Passed => Ok(()),
        Status::Skipped => writeln!(out, "                        {observed}"),
        Status::Failed | Status::Broken => {
            writeln!(out, "        clause   {} ({})", check.clause, check.basis.word())?;
            writeln!(out, "        expected {}", mask.remark(&expected))?;
            writeln!(out, "        observed {}", mask.remark(&observed))?;
            let last = finding.exchanges.last().map(|exchange| mask.exchange(exchange).request);
            match last {
                Some(request) => writeln!(out, "        last     {} {}", request.method, request.url),
                None => Ok(()),
            }
        }
    }
}

/// What a suite came to.
pub fn write_summary(out: &mut dyn Write, report: &Report<'_>, palette: Palette) -> std::io::Result<()> {
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| palette.paint(status, &format!("{} {}", report.count(status), status.word())))
        .collect();
    for (collection, (seen, all)) in &report.sampled {
        writeln!(out, "sampled: {seen} of {all} {collection}")?;
    }
    let verdict = if report.has_passed() {
        palette.paint(Status::Passed, "all must-checks pass")
    } else {
        palette.paint(Status::Failed, "must-checks fail")
    };
    writeln!(out, "{}: {}; {verdict} ({:.1} s)", report.suite, counts.join(", "), report.took.as_secs_f64())
}

/// What changed since an earlier run.
pub fn write_changes(out: &mut dyn Write, changes: &[Change]) -> std::io::Result<()> {
    if changes.is_empty() {
        return writeln!(out, "nothing changed since the baseline");
    }
    for change in changes {
        let before = change.before.as_deref().unwrap_or("new");
        let now = change.now.map_or("gone", Status::word);
        writeln!(out, "{} {}: {before} -> {now}", change.suite, change.id)?;
    }
    Ok(())
}
