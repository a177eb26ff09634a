//! Counters for operators. No label names a board, a vendor or a person: small counts are personal data.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// One for the process: servers that share a process (in tests) share it.
fn handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}

/// Starts counting.
pub fn install() {
    if handle().is_none() {
        tracing::warn!("another recorder of metrics is installed: /metrics stays empty");
    }
}

/// Everything counted, in Prometheus' text format.
pub fn render() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Counts one commit of disclosures.
pub fn count_disclosures(size: usize, recorded: bool) {
    let outcome = if recorded { "recorded" } else { "failed" };
    metrics::counter!("koppelvlak_disclosures_total", "outcome" => outcome).increment(size as u64);
    #[expect(clippy::cast_precision_loss, reason = "a group is small")]
    metrics::histogram!("koppelvlak_disclosure_group_size").record(size as f64);
}
