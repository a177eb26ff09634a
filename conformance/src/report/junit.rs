//! The report as `JUnit` XML, which build servers read.

use std::fmt::Write as _;

use super::mask::Mask;
use super::{Report, Status};

/// The report of several suites.
pub fn document(reports: &[Report<'_>], mask: Mask) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for report in reports {
        _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\" \
             timestamp=\"{}\" hostname=\"{}\">",
            escape(report.suite),
            report.findings.len(),
            report.count(Status::Failed),
            report.count(Status::Broken),
            report.count(Status::Skipped),
            report.took.as_secs_f64(),
            escape(report.began.trim_end_matches('Z')),
            escape(report.target),
        );
        for finding in report.findings {
            let check = finding.check;
            let (expected, observed) = finding.remark();
            let (expected, observed) = (mask.remark(&expected), mask.remark(&observed));
            _ = write!(
                xml,
                "    <testcase classname=\"{}.{}\" name=\"{} {}\" time=\"{:.3}\"",
                escape(report.suite),
                check.severity.word(),
                escape(check.id),
                escape(check.title),
                finding.took.as_secs_f64(),
            );
            let element = match finding.status() {
                Status::Passed => {
                    xml.push_str("/>\n");
                    continue;
                }
                Status::Skipped => format!("<skipped message=\"{}\"/>", escape(&observed)),
                status => format!(
                    "<{name} type=\"{}\" message=\"{}\">expected: {}\nobserved: {}\nclause: {}</{name}>",
                    check.severity.word(),
                    escape(&expected),
                    escape(&expected),
                    escape(&observed),
                    escape(check.clause),
                    name = if status == Status::Failed { "failure" } else { "error" },
                ),
            };
            _ = writeln!(xml, ">\n      {element}\n    </testcase>");
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// Text for an element or an attribute, without what XML 1.0 §2.2 doesn't allow.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            c if c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}
