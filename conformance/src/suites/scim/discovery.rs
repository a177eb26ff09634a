//! What a server says of itself (RFC 7643 §5 to §7, RFC 7644 §4).

use serde_json::Value;

use super::service::{expect_error, names_schema, object, resources};
use crate::check::{Basis, Check, Severity, Verdict, expect};
use crate::probe::Probe;

/// Checks of discovery.
pub const CHECKS: &[Check] = &[
    Check {
        id: "SC-001",
        title: "/ServiceProviderConfig is one object with its schema's URN, not a list",
        clause: "RFC 7644 §4",
        severity: Severity::Must,
        basis: Basis::Standard,
        needs: "",
        writes: false,
        run: service_provider_config_is_an_object,
    },
    Check {
        id: "SC-005",
        title: "/ResourceTypes lists User and Group, each with a name, an endpoint and a schema",
        clause: "RFC 7643 §6",
        severity: Severity::Must,
        basis: Basis::Standard,
        needs: "",
        writes: false,
        run: resource_types_are_listed,
    },
    Check {
        id: "SC-010",
        title: "Unknown schemas and resource types are not found",
        clause: "RFC 7644 §4",
        severity: Severity::Must,
        basis: Basis::Standard,
        needs: "",
        writes: false,
        run: unknown_is_not_found,
    },
];

fn service_provider_config_is_an_object(probe: &Probe<'_>) -> Verdict {
    let config = object(probe, "/ServiceProviderConfig")?;
    let urn = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
    expect(names_schema(&config, urn), format!("`schemas` names {urn}"), || config.to_string())?;
    expect(config.get("Resources").is_none(), "one object, not a ListResponse", || config.to_string())
}

fn resource_types_are_listed(probe: &Probe<'_>) -> Verdict {
    let types = resources(probe, "/ResourceTypes")?;
    for name in ["User", "Group"] {
        let is_it = |one: &&Value| one.get("name").and_then(Value::as_str) == Some(name);
        let found = types.iter().find(is_it);
        let is_whole = found.is_some_and(|one| {
            ["name", "endpoint", "schema"].iter().all(|member| one.get(member).is_some_and(Value::is_string))
        });
        expect(is_whole, format!("a resource type {name} with `name`, `endpoint` and `schema`"), || {
            Value::from(types.clone()).to_string()
        })?;
    }
    Ok(())
}

fn unknown_is_not_found(probe: &Probe<'_>) -> Verdict {
    for path in ["/Schemas/urn:example:none", "/ResourceTypes/None"] {
        expect_error(&probe.get(path)?, &[404], path)?;
    }
    Ok(())
}
