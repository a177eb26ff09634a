//! Who may steer a push, and what they see: the rules file, the command line and its lists.

use std::process::{Command, Output};

use koppelvlak::cli::arguments::Format;
use koppelvlak::cli::show::{Show, What};
use koppelvlak::clock::{Clock, Millis};
use koppelvlak::consent::rules_file::{self, Submission};
use koppelvlak::store::push_target::{self, Credential};
use serde_json::Value;

use super::ALL;
use super::fake::{Fake, Manner, Trouble};
use super::two::push_rules;
use crate::harness::{NOW, World, on_each_database};
use crate::rostering::village::{one_rule, settle};

const URL: &str = "https://atlas.example/scim/v2";

fn hand_in(world: &World, text: &str) -> Result<Vec<String>, String> {
    let now = Clock::fixed(NOW).unwrap().now();
    let submission = Submission { file: "rules.toml", text, who: "test", now };
    let applied = rules_file::apply(&world.database, &world.key, submission);
    applied.map(|applied| applied.changes).map_err(|error| error.to_string())
}

fn show(world: &World, what: What, format: Format) -> String {
    let mut out = Vec::new();
    let show = Show { what, tenant: Some("noord".into()), vendor: None };
    show.print(&world.database, Clock::Fixed(Millis(0)), format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The program over the same database.
fn koppelvlak(world: &World, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koppelvlak"));
    command.args(arguments).current_dir(world.folder());
    command.env("KOPPELVLAK_DATABASE_URL", &world.url).env("KOPPELVLAK_MASTER_KEY", "5a".repeat(32));
    command.output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

on_each_database! {
    fn a_target_is_checked_line_by_line(world: &World) {
        settle(world);
        let sound = push_rules("", URL, "tulip", "");
        let at = |text: &str, wanted: &str| text.lines().position(|line| line.starts_with(wanted)).unwrap() + 1;
        for (passage, replacement, problem) in [
            (URL, "http://atlas.example", "`url` must begin with https://"),
            (URL, "atlas.example", "`url` must be an address such as"),
            (URL, "https://me@atlas.example", "`url` must be an address such as"),
            (URL, "https://atlas.example?a=b", "`url` must be an address such as"),
            ("token = \"tulip\"", "token = \"tu lip\"", "`token` must have 1 to 4096 visible"),
        ] {
            let text = sound.replace(passage, replacement);
            let line = at(&text, if passage == URL { "url" } else { "token" });
            let error = hand_in(world, &text).unwrap_err();
            assert!(error.contains(&format!("rules.toml:{line}: push of vendor `atlas`: {problem}")), "{error}");
        }
        for (push, problem) in [
            ("profile = \"egli\"", "`profile` is `egli`; expected one of `scim`, `egil` (did you mean `egil`?)"),
            ("deprovision = \"keep\"", "`deprovision` is `keep`; expected one of `deactivate`, `delete`"),
            ("profile = \"egil\"\ndeprovision = \"deactivate\"", "servers of this profile can't do that with people"),
            ("uri = \"x\"", "there is no key `uri` (did you mean `url`?)"),
        ] {
            let error = hand_in(world, &push_rules("", URL, "tulip", push)).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
        let error = hand_in(world, &sound.replace("token = \"tulip\"\n", "")).unwrap_err();
        assert!(error.contains("`token` is missing; the vendor's server must have given one"), "{error}");
    }

    fn a_token_is_sealed_and_shown_nowhere(world: &World) {
        settle(world);
        let rules = push_rules("", URL, "tulip-of-atlas", "");

        let changes = hand_in(world, &rules).unwrap();
        let again = hand_in(world, &rules).unwrap();
        let without = hand_in(world, &rules.replace("token = \"tulip-of-atlas\"\n", "")).unwrap();
        let other = hand_in(world, &rules.replace("tulip-of-atlas", "rose-of-atlas")).unwrap();

        assert!(changes.iter().any(|line| line.starts_with("+ push to atlas: url https://")), "{changes:?}");
        assert_eq!((again.len(), without.len()), (0, 0));
        assert_eq!(other, ["~ push to atlas: secret changed"]);
        let shown = [What::Vendors, What::History, What::Push].map(|what| show(world, what, Format::Json)).concat();
        assert!(shown.contains(URL) && !shown.contains("of-atlas"), "{shown}");
        let stored = push_target::find(&mut world.database.read().unwrap(), 1, "atlas").unwrap().unwrap();
        assert_eq!(stored.unseal(&world.key, Credential::Token).unwrap().unwrap(), "rose-of-atlas");
        assert!(!format!("{stored:?}").contains("rose"));
    }

    fn a_token_does_not_follow_to_another_server(world: &World) {
        settle(world);
        hand_in(world, &push_rules("", URL, "tulip", "")).unwrap();
        let moved = |url: &str| push_rules("", url, "tulip", "").replace("token = \"tulip\"\n", "");

        let elsewhere = hand_in(world, &moved("https://atlas.example.evil.org/scim/v2"));
        let beside = hand_in(world, &moved("https://atlas.example/scim/v3"));

        assert!(elsewhere.unwrap_err().contains("another server needs a `token` of its own"));
        assert!(beside.is_ok());
    }

    fn vendors_are_listed_with_where_they_are_pushed_to(world: &World) {
        settle(world);
        hand_in(world, &push_rules("", URL, "tulip", "profile = \"egil\"")).unwrap();

        let active = show(world, What::Vendors, Format::Table);
        hand_in(world, push_rules("", URL, "tulip", "").split("[vendor.push]").next().unwrap()).unwrap();
        let ended = show(world, What::Vendors, Format::Table);

        assert!(active.contains("egil https://atlas.example/scim/v2\n"), "{active}");
        assert!(ended.contains("egil https://atlas.example/scim/v2 (ended)\n"), "{ended}");
    }

    fn the_command_line_pushes_and_looks_after_dead_letters(world: &World) {
        settle(world);
        let fake = Fake::start(Manner::Scim);
        hand_in(world, &push_rules(&one_rule("r", &ALL, "people = [\"ann\", \"bob\"]"), &fake.url, "tulip", "")).unwrap();
        fake.fail(|asked| (asked.external_id() == "ann").then_some(Trouble::Answer(400, "", Value::Null)));
        let of = ["--tenant", "noord", "--vendor", "atlas"];
        let run = |more: &[&str], clock: &str| {
            let mut command = vec!["push"];
            command.extend(more);
            command.extend(of);
            let mut program = Command::new(env!("CARGO_BIN_EXE_koppelvlak"));
            program.args(command).current_dir(world.folder()).env("KOPPELVLAK_CLOCK", clock);
            program.env("KOPPELVLAK_DATABASE_URL", &world.url).env("KOPPELVLAK_MASTER_KEY", "5a".repeat(32));
            program.output().unwrap()
        };

        let rehearsed = run(&["--dry-run"], NOW);
        let n_asked = fake.take().len();
        let hours = ["08", "09", "10", "11", "12"].map(|hour| format!("2026-09-01T{hour}:00:00Z"));
        let last = hours.map(|at| run(&["--once"], &at)).into_iter().next_back().unwrap();
        let shown = printed(&koppelvlak(world, &["show", "push", "--tenant", "noord"]));
        fake.heal();
        let retried = run(&["retry"], NOW);
        let done = run(&["--format", "json"], "2026-09-01T13:00:00Z");

        assert!(printed(&rehearsed).contains("user                  2        0        0        0\n"), "{}", printed(&rehearsed));
        assert_eq!(n_asked, 0);
        assert!(!last.status.success() && printed(&last).contains("1 failed too often"), "{}", printed(&last));
        assert!(shown.contains("0 queued, 1 dead") && shown.contains("POST /Users: 400"), "{shown}");
        assert!(printed(&retried).contains("1 orders are queued again."), "{}", printed(&retried));
        let told: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!((&told["failed"], &told["queued"], &told["dead"]), (&0.into(), &0.into(), &0.into()));
        assert_eq!(fake.has("/Users").len(), 2);
    }
}
