//! Bearer tokens that live long: issued, listed, used and revoked.

use std::path::Path;
use std::process::{Command, Output};

use koppelvlak::auth::bearer::hash_of;
use serde_json::Value;

use crate::harness::{Server, World, on_each_database};

const RULES: &str = r#"
[tenant]
slug = "noord"
name = "Stichting Noord"

[[vendor]]
id = "entra"
name = "Entra ID"
scopes = ["scim"]
secret = "tulip-tulip-tulip-tulip-tulip-tulip-tulip"
"#;

/// Runs `koppelvlak token`; returns whether it succeeded, and what it printed.
fn token(world: &World, now: &str, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koppelvlak"));
    command.current_dir(world.folder()).env_clear().env("TMPDIR", world.folder()).env("KOPPELVLAK_CLOCK", now);
    let Output { status, stdout, stderr } =
        command.args(["--database", &world.url, "token"]).args(arguments).output().unwrap();
    (status.success(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

fn issue(world: &World, label: &str, days: &str) -> String {
    let arguments = ["issue", "--tenant", "noord", "--vendor", "entra", "--label", label, "--days", days];
    let (is_done, told) = token(world, "2026-09-01T08:00:00Z", &arguments);
    assert!(is_done, "{told}");
    told.trim().to_owned()
}

fn listed(world: &World) -> Vec<Value> {
    let (is_done, told) = token(world, "2026-09-01T08:00:00Z", &["list", "--tenant", "noord", "--format", "json"]);
    assert!(is_done, "{told}");
    let listed: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}"));
    listed.as_array().unwrap().clone()
}

fn status(server: &Server, token: &str) -> u16 {
    server.get_as(token, "/noord/scim/v2/Users").status
}

/// Whether any file of the database holds these bytes.
fn is_kept(folder: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().flatten().any(|file| {
        let held = std::fs::read(file.path()).unwrap_or_default();
        held.windows(bytes.len()).any(|window| window == bytes)
    })
}

on_each_database! {
    fn a_token_is_shown_once_and_kept_as_a_hash(world: &World) {
        world.apply(RULES);

        let text = issue(world, "Entra ID", "30");

        assert!(text.len() >= 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "{text}");
        let tokens = listed(world);
        assert_eq!(tokens.len(), 1);
        assert_eq!((&tokens[0]["label"], &tokens[0]["vendor"]), (&"Entra ID".into(), &"entra".into()));
        assert_eq!((&tokens[0]["expires"], &tokens[0]["last_used"]),
            (&"2026-10-01T08:00:00.000Z".into(), &Value::Null));
        assert!(!tokens[0].to_string().contains(&text));
        if world.url.starts_with("sqlite:") {
            assert!(!is_kept(world.folder(), text.as_bytes()) && is_kept(world.folder(), &hash_of(&text)));
        }
        assert_eq!(status(&world.serve(), &text), 200);
    }

    fn sc_354_two_tokens_hold_at_once_until_each_ends(world: &World) {
        world.apply(RULES);
        let (old, new) = (issue(world, "old", "30"), issue(world, "new", "60"));
        let at = |instant: &str| { let server = world.serve_at(instant); [&old,
            &new].map(|token| status(&server, token)) };

        assert_eq!(at("2026-09-01T08:00:00Z"), [200, 200]);
        assert_eq!(at("2026-10-01T07:59:59Z"), [200, 200]);
        assert_eq!(at("2026-10-01T08:00:00Z"), [401, 200]);
        assert_eq!(at("2026-10-31T08:00:01Z"), [401, 401]);
    }

    fn a_revoked_token_is_out_with_the_next_request_on_every_server(world: &World) {
        world.apply(RULES);
        let (one, two) = (issue(world, "one", "30"), issue(world, "two", "30"));
        let servers = [world.serve(), world.serve()];
        for server in &servers {
            assert_eq!([status(server, &one), status(server, &two)], [200, 200]);
        }
        let id = listed(world).iter().find(|token| token["label"] == "one").unwrap()["id"].as_str().unwrap().to_owned();

        let (is_done, told) = token(world, "2026-09-01T08:00:00Z", &["revoke", "--tenant", "noord", &id]);

        assert!(is_done, "{told}");
        for server in &servers {
            assert_eq!([status(server, &one), status(server, &two)], [401, 200]);
        }
        assert_eq!(listed(world).len(), 1);
        let (is_done, told) = token(world, "2026-09-01T08:00:00Z", &["revoke", "--tenant", "noord", &id]);
        assert!(!is_done && told.contains("koppelvlak token list"), "{told}");
    }

    fn a_token_outlives_the_secret_but_not_the_connection_or_its_scopes(world: &World) {
        world.apply(RULES);
        let text = issue(world, "Entra ID", "30");
        let server = world.serve();
        assert_eq!(status(&server, &text), 200);

        world.apply(&RULES.replace("tulip", "daffy"));
        assert_eq!(status(&server, &text), 200, "a new secret changes nothing");
        world.apply(&RULES.replace("[\"scim\"]", "[\"roster.readonly\"]"));
        assert_eq!(status(&server, &text), 403, "what the connection may no longer, no token opens");
        world.apply(RULES);
        assert_eq!(status(&server, &text), 200);
        world.apply(&format!("{RULES}status = \"ended\"\n"));
        assert_eq!(status(&server, &text), 401);
        let (is_done, _) = token(world, "2026-09-01T08:00:00Z",
            &["issue", "--tenant", "noord", "--vendor", "entra", "--label", "x"]);
        assert!(!is_done, "there is no token for a connection that has ended");
    }

    fn the_last_use_is_noted(world: &World) {
        world.apply(RULES);
        let (used, unused) = (issue(world, "used", "30"), issue(world, "unused", "30"));
        let server = world.serve_at("2026-09-03T10:00:00Z");
        assert_eq!(status(&server, &used), 200);
        assert_eq!(status(&server, &used), 200);
        server.stop();

        let tokens = listed(world);
        let last = |label: &str| tokens.iter().find(|token| token["label"] == label).unwrap()["last_used"].clone();
        assert_eq!((last("used"), last("unused")), ("2026-09-03T10:00:00.000Z".into(), Value::Null));
        assert_ne!(used, unused);
    }

    fn what_is_not_there_gets_no_token(world: &World) {
        world.apply(RULES);
        for (tenant, vendor, named) in [("zuid", "entra", "`zuid`"), ("noord", "okta", "`okta`")] {
            let arguments = ["issue", "--tenant", tenant, "--vendor", vendor, "--label", "x"];
            let (is_done, told) = token(world, "2026-09-01T08:00:00Z", &arguments);
            assert!(!is_done && told.contains(named), "{told}");
        }
        assert!(!token(world, "2026-09-01T08:00:00Z", &["list", "--tenant", "zuid"]).0);
        assert!(!token(world, "2026-09-01T08:00:00Z",
            &["issue", "--tenant", "noord", "--vendor", "entra", "--label", "x", "--days", "4000"]).0);
        assert!(listed(world).is_empty());
    }
}
