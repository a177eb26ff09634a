//! Pages, sorting, filters and fields (OneRoster 1.1 §3.4, OneRoster 1.2 REST §3).

use super::collection;
use super::service::Service;
use crate::check::{Basis, Check, Severity, Verdict, expect};
use crate::probe::Probe;

/// Checks that both versions have.
pub const BOTH: &[Check] = &[Check {
    id: "OR-301",
    title: "Without a limit at most 100 objects come",
    clause: "OneRoster 1.2 REST §3.4.1",
    severity: Severity::Must,
    basis: Basis::Standard,
    needs: "",
    writes: false,
    run: default_limit_is_a_hundred,
}];

fn default_limit_is_a_hundred(probe: &Probe<'_>) -> Verdict {
    let service = Service::of(probe);
    for collection in collection::of(service.edition) {
        let page = service.page(collection.path, collection.plural)?;
        expect(page.objects.len() <= 100, format!("GET {}: at most 100 objects", collection.path), || {
            format!("{} objects", page.objects.len())
        })?;
    }
    Ok(())
}
