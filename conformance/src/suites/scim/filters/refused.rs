//! What a filter may not be, and what it may not find out.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::made::Made;
use super::super::population::{page, quoted, users};
use super::super::service::{expect_refusal, require, send, text, with_query};
use super::super::wording::{may, must, needing, policy, practice, should, writing};
use super::CLAUSE;
use crate::check::{Check, Stop, Verdict, expect};
use crate::exchange::Response;
use crate::probe::{Probe, nonce};

const NEEDS: &str = "filters";

/// Checks of what is refused.
pub const CHECKS: &[Check] = &[
    needing(NEEDS, must("SC-146", "A filter that can't be read is refused: 400 invalidFilter", CLAUSE, malformed)),
    needing(
        NEEDS,
        policy(should("SC-147", "By an attribute that nobody has, nobody is found", CLAUSE, unknown_attribute)),
    ),
    needing(
        NEEDS,
        policy(may("SC-147b", "Such an attribute is refused: 400 invalidFilter", CLAUSE, unknown_is_refused)),
    ),
    needing(
        NEEDS,
        policy(should("SC-152", "Filters of any length and depth are answered soon", CLAUSE, large_filters)),
    ),
    needing(
        NEEDS,
        writing(must("SC-153", "Nothing of a password is found out by a filter", "RFC 7643 §4.1.1", passwords)),
    ),
    needing(
        NEEDS,
        practice(should("SC-155b", "A search for who can't exist finds nobody: 200", "RFC 7644 §3.4.2", nobody)),
    ),
];

fn ask(probe: &Probe<'_>, filter: &str) -> Result<Response, Stop> {
    require(probe, "filter")?;
    probe.get(&with_query("/Users", &[("filter", filter), ("count", "1")]))
}

fn malformed(probe: &Probe<'_>) -> Verdict {
    for filter in [
        "userName eq",
        "userName regex \"x\"",
        "userName eq \"x",
        "(userName eq \"x\"",
        "userName eq \"x\")",
        "userName eq \"x\" and",
        "and userName eq \"x\"",
        "emails[type eq \"work\"",
        "userName",
        "\"x\" eq userName",
    ] {
        expect_refusal(&ask(probe, filter)?, 400, "invalidFilter", &format!("the filter {filter}"))?;
    }
    Ok(())
}

const UNKNOWN: &str = "nosuchattribute eq \"x\"";

fn unknown_attribute(probe: &Probe<'_>) -> Verdict {
    let response = ask(probe, UNKNOWN)?;
    let total = response.json().get("totalResults").and_then(Value::as_u64);
    let is_right = response.status == 400 || (response.status == 200 && total == Some(0));
    expect(is_right, format!("{UNKNOWN}: 400, or nobody"), || response.summary())
}

fn unknown_is_refused(probe: &Probe<'_>) -> Verdict {
    expect_refusal(&ask(probe, UNKNOWN)?, 400, "invalidFilter", UNKNOWN)
}

fn large_filters(probe: &Probe<'_>) -> Verdict {
    let deep = format!("{}userName pr{}", "(".repeat(1000), ")".repeat(1000));
    let not = format!("{}userName pr{}", "not (".repeat(500), ")".repeat(500));
    let mut long = "userName eq \"x\"".to_owned();
    while long.len() < 100_000 {
        _ = write!(long, " or userName eq \"x{}\"", long.len());
    }
    let urn = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
    for (filter, what) in [(deep, "1000 brackets"), (not, "500 times not"), (long, "100 kB of filter")] {
        require(probe, "filter")?;
        let body = json!({"schemas": [urn], "filter": filter, "count": 1});
        // An address has a length of its own; a search by POST hasn't.
        let response = send(probe, "POST", "/Users/.search", &body)?;
        let is_answered = (response.status < 500 || response.status == 501) && response.took < Duration::from_secs(5);
        expect(is_answered, format!("{what}: an answer, or a refusal, within seconds"), || {
            format!("after {} ms: {}", response.took.as_millis(), response.summary())
        })?;
    }
    Ok(())
}

fn passwords(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    let made = Made::by(probe);
    let password = format!("Kx9-{}", nonce());
    let user = made.user(&json!({"password": password}))?;
    let name = quoted(text(&user, "/userName"));
    for clause in ["password sw \"Kx9\"", "password co \"x9-\"", "password gt \"A\"", "password ge \"Kx8\""] {
        let filter = format!("userName eq {name} and {clause}");
        let response = ask(probe, &filter)?;
        let total = response.json().get("totalResults").and_then(Value::as_u64);
        let is_secret = matches!(response.status, 400 | 403) || total == Some(0);
        expect(is_secret, format!("{filter}: refused, or nobody"), || response.summary())?;
    }
    Ok(())
}

fn nobody(probe: &Probe<'_>) -> Verdict {
    require(probe, "filter")?;
    users(probe)?;
    for attribute in ["userName", "externalId", "id"] {
        let filter = format!("{attribute} eq \"f0f0f0f0-0000-4000-8000-{}\"", nonce().get(..12).unwrap_or_default());
        let found = page(probe, "/Users", &[("filter", &filter)])?;
        expect(found.total == 0, format!("{filter}: 200 and nobody"), || found.summary())?;
    }
    Ok(())
}
