//! The report as JSON: stable names, so that programs and later runs can read it.

use serde_json::{Value, json};

use super::mask::Mask;
use super::{Report, Status};
use crate::exchange::Exchange;
use crate::run::Finding;

/// The version of the form; it grows when a member changes its meaning or goes.
pub const FORM: u32 = 1;

/// The report of several suites.
pub fn document(reports: &[Report<'_>], mask: Mask) -> Value {
    json!({
        "form": FORM,
        "program": concat!("koppelvlak-conformance ", env!("CARGO_PKG_VERSION")),
        "passed": reports.iter().all(Report::has_passed),
        "suites": reports.iter().map(|report| suite(report, mask)).collect::<Vec<_>>(),
    })
}

fn suite(report: &Report<'_>, mask: Mask) -> Value {
    let counts: serde_json::Map<String, Value> =
        Status::ALL.map(|status| (status.word().to_owned(), report.count(status).into())).into_iter().collect();
    let sampled: Vec<Value> = report
        .sampled
        .iter()
        .map(|(collection, (seen, all))| json!({"collection": collection, "seen": seen, "all": all}))
        .collect();
    json!({
        "suite": report.suite,
        "target": report.target,
        "began": report.began,
        "seconds": report.took.as_secs_f64(),
        "passed": report.has_passed(),
        "counts": counts,
        "sampled": sampled,
        "checks": report.findings.iter().map(|one| finding(one, mask)).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding, mask: Mask) -> Value {
    let check = finding.check;
    let told = json!({
        "id": check.id,
        "title": check.title,
        "clause": check.clause,
        "severity": check.severity,
        "basis": check.basis,
        "writes": check.writes,
        "status": finding.status().word(),
        "seconds": finding.took.as_secs_f64(),
    });
    let (expected, observed) = finding.remark();
    let more = match finding.status() {
        Status::Passed => json!({}),
        Status::Skipped => json!({"reason": observed}),
        Status::Failed | Status::Broken => json!({
            "expected": mask.remark(&expected),
            "observed": mask.remark(&observed),
            "exchanges": finding.exchanges.iter().map(|one| exchange(one, mask)).collect::<Vec<_>>(),
            "exchanges_left_out": finding.left_out,
        }),
    };
    let members = [told, more].into_iter().filter_map(|part| part.as_object().cloned()).flatten();
    Value::Object(members.collect())
}

fn exchange(exchange: &Exchange, mask: Mask) -> Value {
    let Exchange { request, response } = mask.exchange(exchange);
    json!({
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": request.headers,
            "body": String::from_utf8_lossy(&request.body),
        },
        "response": {
            "status": response.status,
            "headers": response.headers,
            "body": response.text(),
            "milliseconds": response.took.as_secs_f64() * 1e3,
        },
    })
}
