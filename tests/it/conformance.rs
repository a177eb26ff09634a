//! The project's own conformance suites find nothing to mend: as a vendor that knows the school's identifiers and as
//! those that have identifiers of their own, on each database.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{World, on_each_database};

/// A demo over a world's database.
struct Demo {
    server: Child,
    ready: Value,
}

impl Demo {
    fn over(world: &World) -> Self {
        let ready_file = world.folder().join("ready.json");
        let mut command = Command::new(env!("CARGO_BIN_EXE_koppelvlak"));
        command.current_dir(world.folder()).env_clear().env("TMPDIR", world.folder());
        command.args(["demo", "--listen", "127.0.0.1:0", "--pupils", "120", "--database", &world.url]);
        command.arg("--ready-file").arg(&ready_file);
        let server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while !ready_file.exists() {
            assert!(began.elapsed() < Duration::from_secs(120), "the demo did not become ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        let ready = serde_json::from_slice(&fs::read(&ready_file).unwrap()).unwrap();
        Self { server, ready }
    }

    fn text(&self, pointer: &str) -> &str {
        self.ready.pointer(pointer).and_then(Value::as_str).unwrap()
    }

    /// Runs a suite by the command line; what must hold does.
    fn holds(suite: &str, more: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_koppelvlak"));
        command.env_clear().args(["conformance", "run", "--suite", suite]).args(more);
        let output = command.output().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{more:?}\n{told}");
    }

    fn holds_for(&self, suite: &str, vendor: &str, target: &str, more: &[&str]) {
        let (id, secret) = (format!("/vendors/{vendor}/client_id"), format!("/vendors/{vendor}/client_secret"));
        let own = ["--target", target, "--token-url", self.text("/token_url")];
        let client = ["--client-id", self.text(&id), "--client-secret", self.text(&secret)];
        Self::holds(suite, &[&own, &client, more].concat());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

on_each_database! {
    fn every_suite_of_oneroster_holds_with_both_kinds_of_identifiers(world: &World) {
        let demo = Demo::over(world);
        let root = demo.text("/oneroster/root").to_owned();
        for suite in ["oneroster-1.1", "oneroster-1.2-rostering", "oneroster-1.2-gradebook", "oneroster-1.2-resources"] {
            demo.holds_for(suite, "everything", &root, &[]);
        }
        for suite in ["oneroster-1.1", "oneroster-1.2-rostering", "oneroster-1.2-gradebook"] {
            demo.holds_for(suite, "gradebook", &root, &["--allow-writes"]);
        }
        demo.holds_for("oneroster-1.2-gradebook", "everything", &root, &["--allow-writes"]);
        demo.holds_for("oneroster-1.1", "gradebook", &root, &["--allow-writes", "--oauth", "1"]);
        for vendor in ["names-only", "identity-provider"] {
            demo.holds_for("oneroster-1.2-rostering", vendor, &root, &[]);
        }
    }

    fn packages_of_csv_hold_in_each_version_and_with_both_kinds_of_identifiers(world: &World) {
        let demo = Demo::over(world);
        for version in ["v1p1", "v1p2"] {
            let package = format!("{}/csv/{version}/bulk.zip", demo.text("/oneroster/root"));
            for vendor in ["everything", "names-only"] {
                demo.holds_for("oneroster-csv", vendor, &package, &[]);
            }
        }
    }

    fn nothing_withheld_leaks_to_a_vendor_that_sees_less(world: &World) {
        let demo = Demo::over(world);
        let root = demo.text("/oneroster/root").to_owned();
        let richer = format!("everything:{}", demo.text("/vendors/everything/client_secret"));
        for vendor in ["names-only", "gradebook"] {
            demo.holds_for("consent", vendor, &root, &["--other", &richer, "--allow-writes"]);
        }
        let scim = ["--scim", demo.text("/scim/base_url"), "--scim-token", demo.text("/scim/token")];
        let seen_more = ["--other", &richer];
        demo.holds_for("consent", "identity-provider", &root, &[&seen_more[..], &scim].concat());
    }

    fn the_suite_of_scim_holds_with_people_and_without(world: &World) {
        let demo = Demo::over(world);
        for board in ["/scim", "/scim_blank"] {
            let (url, token) = (format!("{board}/base_url"), format!("{board}/token"));
            Demo::holds("scim", &["--target", demo.text(&url), "--token", demo.text(&token), "--allow-writes"]);
        }
    }
}

#[test]
fn a_report_is_written_in_every_form_and_a_server_that_fails_is_told_by_the_exit_code() {
    let world = World::on_sqlite();
    let demo = Demo::over(&world);
    let run = |token: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_koppelvlak"));
        command.current_dir(world.folder()).env_clear();
        command.args(["conformance", "run", "--suite", "scim", "--token", token]).args(more);
        let output = command.args(["--target", demo.text("/scim/base_url")]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let read = |name: &str| fs::read_to_string(Path::new(world.folder()).join(name)).unwrap();

    let (code, told) = run("wrong", &["--json", "wrong.json", "--junit", "wrong.xml", "--html", "wrong.html"]);

    assert_eq!(code, Some(1), "{told}");
    let report: Value = serde_json::from_str(&read("wrong.json")).unwrap();
    assert_eq!(report["passed"], false);
    let failed = report["suites"][0]["counts"]["failed"].as_u64().unwrap();
    assert!(failed > 0);
    assert_eq!(read("wrong.xml").matches("<failure ").count() as u64, failed);
    let page = read("wrong.html");
    assert!(page.contains("Authorization: Bearer •••") && !page.contains("Bearer wrong"), "{page}");

    let (code, told) = run(demo.text("/scim/token"), &["--baseline", "wrong.json"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("failed -> passed") && !told.contains("passed -> failed"), "{told}");
    assert_eq!(run("wrong", &["--only", "nothing"]).0, Some(2));
}
