//! The public testers find nothing (SC-950, SC-951).
//!
//! They are Python programs; `KOPPELVLAK_TEST_SCIM` names the folder that has them, and `tests/run` fills one.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::scim::board::with_a_provider;
use crate::scim::client::Provider;

/// The folder with the testers, if there is one to test with.
fn testers() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "the tests' own setting")]
    std::env::var("KOPPELVLAK_TEST_SCIM").ok().map(PathBuf::from)
}

fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.env("NO_COLOR", "1").output().unwrap();
    let told = String::from_utf8([stdout, stderr].concat()).unwrap();
    assert!(status.success(), "{told}");
    told
}

with_a_provider! {
    "leeg";

    fn scim2_tester_finds_nothing(provider: &Provider) {
        let Some(testers) = testers() else { return };
        let url = format!("{}{}", provider.server.url, provider.base);
        let bearer = format!("Authorization: Bearer {}", provider.token);

        let told = run(Command::new(testers.join("scim2")).args(["--url", &url, "--header", &bearer, "test"]));

        let is_verdict = |line: &&str| !line.starts_with(' ') && !line.starts_with("Performing");
        let (good, bad): (Vec<&str>, Vec<&str>) =
            told.lines().filter(is_verdict).partition(|line| line.starts_with("SUCCESS "));
        assert_eq!(bad, Vec::<&str>::new(), "{told}");
        assert!(good.len() >= 135, "{} checks: {told}", good.len());
    }

    fn scim_sanity_finds_nothing(provider: &Provider) {
        let Some(testers) = testers() else { return };
        let url = format!("{}{}", provider.server.url, provider.base);
        for resource in ["User", "Group"] {
            let mut probe = Command::new(testers.join("scim-sanity"));
            probe.args(["probe", &url, "--token", &provider.token, "--strict", "--i-accept-side-effects"]);

            let told = run(probe.args(["--resource", resource]));

            let verdicts = |kind: &str| told.lines().filter(|line| line.trim_start().starts_with(kind)).count();
            assert_eq!((verdicts("[FAIL]"), verdicts("[WARN]"), verdicts("[ERROR]")), (0, 0, 0), "{told}");
            // The other type is probed in the other turn; those of agents are a draft.
            let skipped = told.lines().filter_map(|line| line.trim_start().strip_prefix("[SKIP] "));
            let other = if resource == "User" { "Group" } else { "User" };
            let expected = [other, "Agent", "AgenticApplication"].map(|kind| format!("{kind} CRUD Lifecycle"));
            assert!(skipped.clone().all(|it| it == "Agent Rapid Lifecycle" || expected.iter().any(|e| e == it)),
                "{told}");
            assert!(verdicts("[PASS]") >= 15, "{told}");
        }
    }
}
