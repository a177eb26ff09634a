//! Every check passes on the good server, and fails on one that is broken in the way that the check is about.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use koppelvlak_conformance::check::{Check, Stop};
use koppelvlak_conformance::credentials::Credentials;
use koppelvlak_conformance::probe::Shared;
use koppelvlak_conformance::run::{Finding, look, run};
use koppelvlak_conformance::suites::Suite;
use koppelvlak_conformance::target::Target;

use crate::good_server::Demo;
use crate::people::settle;
use crate::proxy::Proxy;
use crate::sabotage::{Sabotage, of, scim_tenancy};

/// How many sabotages are tried side by side.
const SIDE_BY_SIDE: usize = 4;

/// The variable that narrows a run while checks are written: beginnings of their ids, such as `SC-05,SC-061`.
const NARROWS: &str = "KOPPELVLAK_CHECKS";

/// Checks of SCIM about servers that offer less than the demo.
const OF_OTHERS: &[&str] = &["SC-125", "SC-157", "SC-273", "SC-330"];

/// How a suite is pointed at a server whose addresses begin with that origin.
pub type Aim<'a> = &'a (dyn Fn(&str) -> Target + Sync);

/// Whether a check is looked at: each is, unless the run is narrowed.
fn is_chosen(id: &str) -> bool {
    static CHOSEN: LazyLock<Option<String>> = LazyLock::new(|| std::env::var_os(NARROWS)?.into_string().ok());
    CHOSEN.as_ref().is_none_or(|beginnings| beginnings.split(',').any(|beginning| id.starts_with(beginning)))
}

fn described(finding: &Finding) -> String {
    let last = finding.exchanges.last();
    let last = last.map(|last| format!("{} {} -> {}", last.request.method, last.request.url, last.response.summary()));
    format!("{} {:?} {}", finding.check.id, finding.verdict, last.unwrap_or_default())
}

/// No check fails, and of the skipped ones each is known to be.
pub fn all_pass(suite: &Suite, target: &Target, may_be_skipped: &[&str]) {
    pass(suite, target, may_be_skipped, &|_| true);
}

/// The same of some of a suite's checks.
pub fn pass(suite: &Suite, target: &Target, may_be_skipped: &[&str], is_asked: &dyn Fn(&Check) -> bool) {
    let checks: Vec<&'static Check> = suite.checks().filter(|check| is_chosen(check.id) && is_asked(check)).collect();
    let findings = run(target, &Shared::new(suite.name), &checks, 4, &|_| ());
    let wrong: Vec<String> = findings
        .iter()
        .filter(|finding| match finding.verdict {
            Ok(()) => false,
            Err(Stop::Skipped(_)) => !may_be_skipped.contains(&finding.check.id),
            Err(_) => true,
        })
        .map(described)
        .collect();
    assert_eq!(wrong, Vec::<String>::new(), "{}", suite.name);
}

/// Each check fails under each sabotage that is about it, and there is one for every check.
fn each_can_fail(suite: &Suite, origin: &str, aim: Aim<'_>) {
    let sabotages = of(suite.name);
    each_is_sabotaged(suite, &sabotages);
    each_is_noticed(suite, &sabotages, origin, aim);
}

/// There is a sabotage for every check.
pub fn each_is_sabotaged(suite: &Suite, sabotages: &[&'static Sabotage]) {
    let noticed = sabotages.iter().flat_map(|sabotage| sabotage.checks).copied();
    let noticed: BTreeSet<&str> = noticed.filter(|id| is_chosen(id)).collect();
    let known: BTreeSet<&str> = suite.checks().map(|check| check.id).filter(|id| is_chosen(id)).collect();
    assert_eq!(known, noticed, "{}: checks, and checks that a sabotage is about", suite.name);
}

/// Every sabotage fails the checks that it is about.
///
/// Checks that write come last: what they make of a broken server they can't always take away again, and checks that
/// read would find it.
pub fn each_is_noticed(suite: &Suite, sabotages: &[&'static Sabotage], origin: &str, aim: Aim<'_>) {
    let unnoticed = Mutex::new(Vec::new());
    for writes in [false, true] {
        let next = Mutex::new(sabotages.iter());
        thread::scope(|scope| {
            for _ in 0..SIDE_BY_SIDE {
                scope.spawn(|| {
                    while let Some(sabotage) = { next.lock().unwrap().next() } {
                        let about = about(suite, sabotage, writes);
                        let found = not_noticed(suite, sabotage, &about, (origin, aim));
                        unnoticed.lock().unwrap().extend(found);
                    }
                });
            }
        });
    }
    assert_eq!(unnoticed.into_inner().unwrap(), Vec::<String>::new(), "{}", suite.name);
}

/// The checks that a sabotage is about, of those that write or of those that don't.
fn about(suite: &Suite, sabotage: &Sabotage, writes: bool) -> Vec<&'static Check> {
    let noticing = suite.checks().filter(|check| check.writes == writes && sabotage.checks.contains(&check.id));
    noticing.filter(|check| is_chosen(check.id)).collect()
}

fn not_noticed(
    suite: &Suite,
    sabotage: &Sabotage,
    about: &[&'static Check],
    (origin, aim): (&str, Aim<'_>),
) -> Vec<String> {
    if about.is_empty() {
        return Vec::new();
    }
    let proxy = Proxy::start(origin, sabotage.fault);
    let target = aim(&proxy.origin());
    about
        .iter()
        .map(|check| look(&target, &Shared::new(suite.name), check))
        .filter(|finding| !matches!(finding.verdict, Err(Stop::Failed { .. })))
        .map(|finding| format!("{}: {}", sabotage.what, described(&finding)))
        .collect()
}

#[test]
fn every_check_of_scim_passes_on_a_good_server_and_fails_on_a_broken_one() {
    let demo = Demo::start(200, &[]);
    let suite = Suite::named("scim").unwrap();
    let (origin, address, token) =
        (demo.text("/public_url"), demo.text("/scim_blank/base_url"), demo.text("/scim_blank/token"));
    settle(&address, &token);
    scim_tenancy::TOKEN.set(token.clone()).unwrap();
    let stranger = demo.text("/scim/token");
    let aim = |at: &str| {
        let credentials = Credentials::Bearer(token.clone());
        let mut target = Target::new(&address.replace(&origin, at), credentials, Duration::from_secs(30));
        target.stranger = Some(Credentials::Bearer(stranger.clone()));
        target.allows_writes = true;
        target
    };

    all_pass(suite, &aim(&origin), OF_OTHERS);
    each_can_fail(suite, &origin, &aim);
}
