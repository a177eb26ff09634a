//! What operating a server shows: the time that an answer takes, and counters that anybody reads.

use std::collections::BTreeSet;
use std::time::Duration;

use super::eye::{ALL, Eye, USERS};
use super::withheld::{self, invent};
use super::{RICHER, leak};
use crate::check::{Check, Stop, Verdict, expect};
use crate::credentials::encode;
use crate::exchange::Request;
use crate::probe::Probe;
use crate::target::origin;

/// Checks of what operating a server shows.
pub const CHECKS: &[Check] = &[
    leak(
        "CO-P5",
        "A hidden object is refused as fast as one that never existed",
        "GDPR art. 5(1)(c): P5 timing",
        RICHER,
        refusals_take_as_long,
    )
    .advice(),
    leak(
        "CO-P12",
        "Counters and states that anybody reads name no people and no schools",
        "GDPR art. 32: P12 health and metrics",
        "",
        counters_name_nobody,
    ),
];

/// How often each is asked for.
const PAIRS: usize = 25;
/// Less is noise of a network.
const NOTICED: Duration = Duration::from_millis(5);

/// The median times of hidden and of unknown objects, asked for in turn.
fn medians(client: &Eye<'_, '_>, ids: &[String]) -> Result<(Duration, Duration), Stop> {
    let (mut hidden, mut unknown) = (Vec::new(), Vec::new());
    for id in ids.iter().cycle().take(PAIRS) {
        for (id, times) in [(id.clone(), &mut hidden), (invent(id), &mut unknown)] {
            times.push(client.get(&format!("users/{}", encode(&id)))?.took);
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    Ok((median(hidden), median(unknown)))
}

fn refusals_take_as_long(probe: &Probe<'_>) -> Verdict {
    let (client, richer) = (Eye::client(probe)?, Eye::richer(probe)?);
    let ids = withheld::ids(&client, &richer, USERS)?;
    let mut told = String::new();
    // A difference counts if it comes each time: machines have hiccups.
    for _ in 0..3 {
        let (hidden, unknown) = medians(&client, &ids)?;
        if hidden.abs_diff(unknown) < NOTICED.max(unknown / 2) {
            return Ok(());
        }
        told = format!("{hidden:.1?} for hidden people, {unknown:.1?} for unknown ones, in the middle of {PAIRS}");
    }
    expect(false, "as long for hidden as for unknown people", || told)
}

fn counters_name_nobody(probe: &Probe<'_>) -> Verdict {
    let client = Eye::client(probe)?;
    let eyes = [Some(client), Eye::richer(probe).ok()];
    let mut known: BTreeSet<String> = BTreeSet::new();
    for eye in eyes.iter().flatten() {
        for collection in ALL {
            for object in eye.walk(*collection)?.objects {
                let texts = ["sourcedId", "name", "title", "username", "email", "identifier"];
                let texts = texts.iter().filter_map(|member| object.get(*member)?.as_str());
                // Short ones stand anywhere by chance.
                known.extend(texts.filter(|text| text.len() >= 8).map(str::to_owned));
            }
        }
    }
    for path in ["/metrics", "/health", "/healthz", "/readyz", "/status", "/actuator/metrics", "/stats"] {
        let response = probe.send_bare(Request::new("GET", format!("{}{path}", origin(&probe.target.address))))?;
        let text = response.text();
        let named = known.iter().find(|name| response.status == 200 && text.contains(name.as_str()));
        expect(named.is_none(), format!("GET {path}: nothing of schools and people"), || {
            named.cloned().unwrap_or_default()
        })?;
    }
    Ok(())
}
