//! How values are written in a filter, and how the filter is written in an address (RFC 8259 §7, RFC 3986 §2.1).

use super::super::population::{page, quoted};
use super::super::service::{require, text};
use super::super::wording::{may, must, needing, policy};
use super::CLAUSE;
use super::found::{example, expect_names, find};
use crate::check::{Check, Verdict, expect};
use crate::credentials::encode;
use crate::probe::{Probe, nonce};

/// Checks of what is written.
pub const CHECKS: &[Check] = &[
    needing("filters", must("SC-151", "Values are texts of JSON with its escapes", CLAUSE, escapes)),
    needing(
        "filters",
        must("SC-151b", "Signs that mean something in addresses are values when encoded", CLAUSE, signs),
    ),
    needing(
        "filters",
        policy(may("SC-150", "A value without quotes, or in others, is a text or refused", CLAUSE, other_quotes)),
    ),
];

fn escapes(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let user = example(probe, "/userName")?;
    let name = text(&user, "/userName");
    let escaped: Vec<String> = name.chars().map(|sign| format!("\\u{:04x}", u32::from(sign))).collect();
    let escaped = escaped.concat();
    expect_names(probe, &format!("userName eq \"{escaped}\""), &[name])?;
    for value in ["a\"b", "a\\b", "a\" or userName pr or userName eq \"b", "\\"] {
        let filter = format!("userName eq {}", quoted(value));
        let found = find(probe, &filter)?;
        expect(found.total == 0, format!("{filter}: nobody"), || found.summary())?;
    }
    Ok(())
}

fn signs(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let user = example(probe, "/userName")?;
    for sign in ['+', '&', '%', '\'', '#', '=', ';'] {
        let value = format!("{}{sign}b", nonce());
        let found = find(probe, &format!("userName eq {} or userName pr", quoted(&value)))?;
        expect(found.total > 0, format!("userName eq {value:?} or userName pr: everybody"), || found.summary())?;
    }
    // Spaces come as + from forms, and as %20 from everyone else.
    let filter = encode(&format!("userName eq {}", quoted(text(&user, "/userName"))));
    for filter in [filter.replace("%20", "+"), filter] {
        let found = page(probe, &format!("/Users?filter={filter}&x"), &[])?;
        expect(found.total == 1, format!("filter={filter}: one user"), || found.summary())?;
    }
    Ok(())
}

fn other_quotes(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let user = example(probe, "/userName")?;
    let name = text(&user, "/userName");
    for value in [format!("'{name}'"), name.to_owned()] {
        let asked = format!("/Users?filter={}", encode(&format!("userName eq {value}")));
        let response = probe.get(&asked)?;
        let n_found = response.json().get("totalResults").and_then(serde_json::Value::as_u64);
        let is_right = response.status == 400 || (response.status == 200 && n_found == Some(1));
        expect(is_right, format!("GET {asked}: that user, or 400"), || response.summary())?;
    }
    Ok(())
}
