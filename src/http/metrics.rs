//! Counters for operators. No label names a board, a vendor or a person: small counts are personal data.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const SECONDS: &str = "koppelvlak_request_seconds";
const GROUP: &str = "koppelvlak_disclosure_group_size";

/// One for the process: servers that share a process (in tests) share it.
fn handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| recorder().inspect_err(|error| tracing::warn!(%error, "no metrics")).ok()).as_ref()
}

fn recorder() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    let seconds = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    let sizes = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(SECONDS.into()), &seconds)?
        .set_buckets_for_metric(Matcher::Full(GROUP.into()), &sizes)?
        .install_recorder()
}

/// Starts counting.
pub fn install() {
    handle();
}

/// Everything counted, in Prometheus' text format.
pub fn render() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Folds samples together; without it they would pile up when nobody reads the counters.
pub fn upkeep() {
    if let Some(handle) = handle() {
        handle.run_upkeep();
    }
}

/// Counts one request under its route's pattern.
pub fn count_request(route: &str, status: u16, took: Duration) {
    thread_local! {
        static ROUTES: RefCell<HashMap<String, Route>> = RefCell::default();
    }
    ROUTES.with_borrow_mut(|routes| {
        // Entries stay few: a route is a pattern, and unknown addresses share one.
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::new(route));
        }
        if let Some(known) = routes.get(route) {
            known.count(status, took);
        }
    });
}

/// Counts one commit of disclosures.
pub fn count_disclosures(size: usize, recorded: bool) {
    let outcome = if recorded { "recorded" } else { "failed" };
    counter!("koppelvlak_disclosures_total", "outcome" => outcome).increment(size as u64);
    #[expect(clippy::cast_precision_loss, reason = "a group is small")]
    histogram!(GROUP).record(size as f64);
}

/// The counters of one route, looked up once a thread.
struct Route {
    by_class: Vec<(u16, Counter)>,
    seconds: Histogram,
}

impl Route {
    fn new(route: &str) -> Self {
        let by_class = [(1, "1xx"), (2, "2xx"), (3, "3xx"), (4, "4xx"), (5, "5xx")]
            .map(|(class, label)| {
                let counter = counter!("koppelvlak_requests_total", "route" => route.to_owned(), "status" => label);
                (class, counter)
            })
            .to_vec();
        Self { by_class, seconds: histogram!(SECONDS, "route" => route.to_owned()) }
    }

    fn count(&self, status: u16, took: Duration) {
        if let Some((_, counter)) = self.by_class.iter().find(|(class, _)| *class == status / 100) {
            counter.increment(1);
        }
        self.seconds.record(took.as_secs_f64());
    }
}
