//! The report as one page that needs nothing else, to be handed to whoever made the server.

use std::fmt::Write as _;

use super::mask::Mask;
use super::{Report, Status};
use crate::exchange::Exchange;
use crate::run::Finding;

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884}\
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}\
code,pre{font:13px/1.45 ui-monospace,monospace}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#8881;padding:.6rem;border-radius:.3rem}\
.passed{color:#188038}.failed{color:#c5221f}.broken{color:#9334e6}.skipped{color:#b06000}\
.status{font-weight:600}details{border:1px solid var(--line);border-radius:.3rem;padding:.4rem .8rem;margin:.6rem 0}\
summary{cursor:pointer}dt{font-weight:600}dd{margin:0 0 .4rem 0}.meta{opacity:.75}";

/// The page of several suites.
pub fn document(reports: &[Report<'_>], mask: Mask) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Conformance report</title><style>{STYLE}</style></head><body>\n\
         <h1>Conformance report</h1>\n"
    );
    for report in reports {
        suite(&mut page, report, mask);
    }
    page.push_str("</body></html>\n");
    page
}

fn suite(page: &mut String, report: &Report<'_>, mask: Mask) {
    let verdict = if report.has_passed() {
        "<span class=\"status passed\">All must-checks pass.</span>"
    } else {
        "<span class=\"status failed\">Must-checks fail.</span>"
    };
    _ = write!(
        page,
        "<h2>{}</h2>\n<p>{verdict} <span class=\"meta\">{}, {}, {:.1} s</span></p>\n<p>",
        escape(report.suite),
        escape(report.target),
        escape(&report.began),
        report.took.as_secs_f64(),
    );
    for status in Status::ALL {
        _ = write!(page, "<span class=\"status {0}\">{1} {0}</span> ", status.word(), report.count(status));
    }
    page.push_str("</p>\n");
    for (collection, (seen, all)) in &report.sampled {
        _ = writeln!(page, "<p class=\"meta\">Sampled: {seen} of {all} {}.</p>", escape(collection));
    }
    let failed: Vec<&Finding> =
        report.findings.iter().filter(|f| matches!(f.status(), Status::Failed | Status::Broken)).collect();
    for finding in failed {
        failure(page, finding, mask);
    }
    page.push_str("<table><tr><th>check<th>level<th>what<th>clause<th>result</tr>\n");
    for finding in report.findings {
        let (_, observed) = finding.remark();
        let reason = if finding.status() == Status::Skipped { escape(&observed) } else { String::new() };
        _ = writeln!(
            page,
            "<tr><td><code>{}</code><td>{}<td>{}<td>{}<td><span class=\"status {status}\">{status}</span> {reason}</tr>",
            escape(finding.check.id),
            finding.check.severity.word(),
            escape(finding.check.title),
            escape(finding.check.clause),
            status = finding.status().word(),
        );
    }
    page.push_str("</table>\n");
}

fn failure(page: &mut String, finding: &Finding, mask: Mask) {
    let check = finding.check;
    let (expected, observed) = finding.remark();
    _ = write!(
        page,
        "<details><summary><code>{}</code> <span class=\"status {status}\">{status}</span> {} <span class=\"meta\">({}, {})\
         </span></summary>\n<dl><dt>Clause</dt><dd>{}</dd><dt>Expected</dt><dd>{}</dd><dt>Observed</dt><dd><code>{}</code>\
         </dd></dl>\n",
        escape(check.id),
        escape(check.title),
        check.severity.word(),
        check.basis.word(),
        escape(check.clause),
        escape(&mask.remark(&expected)),
        escape(&mask.remark(&observed)),
        status = finding.status().word(),
    );
    if finding.left_out > 0 {
        _ = writeln!(page, "<p class=\"meta\">{} requests in between aren't shown.</p>", finding.left_out);
    }
    for one in &finding.exchanges {
        exchange(page, &mask.exchange(one));
    }
    page.push_str("</details>\n");
}

fn exchange(page: &mut String, Exchange { request, response }: &Exchange) {
    let headers = |headers: &[(String, String)]| -> String {
        headers.iter().fold(String::new(), |all, (name, value)| format!("{all}{}: {}\n", escape(name), escape(value)))
    };
    _ = write!(
        page,
        "<pre>{} {}\n{}\n{}</pre>\n<pre>{} ({} ms)\n{}\n{}</pre>\n",
        escape(&request.method),
        escape(&request.url),
        headers(&request.headers),
        escape(&shortened(&String::from_utf8_lossy(&request.body))),
        response.status,
        response.took.as_millis(),
        headers(&response.headers),
        escape(&shortened(&response.text())),
    );
}

/// The beginning of a long body.
fn shortened(text: &str) -> String {
    const MOST: usize = 4000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} more bytes)", text.get(..end).unwrap_or_default(), text.len() - end),
        None => text.to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
