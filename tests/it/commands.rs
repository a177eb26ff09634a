//! The program itself: its commands, exit codes, settings and ready file.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use koppelvlak::catalogue::Category;
use koppelvlak::store::{Database, DatabaseUrl, Statement, served};

use crate::harness::World;

/// The program, in a folder of its own and without the settings of whoever runs the tests.
fn koppelvlak(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koppelvlak"));
    // What a killed program leaves in its temporary folder goes with this one.
    command.current_dir(folder).env_clear().env("TMPDIR", folder);
    command
}

fn run(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

/// A child that is ended when the test is.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn wait_for(path: &Path) -> serde_json::Value {
    let began = Instant::now();
    while !path.exists() {
        assert!(began.elapsed() < Duration::from_secs(60), "the server did not become ready");
        std::thread::sleep(Duration::from_millis(5));
    }
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn wrong_use_is_2_failure_1_and_success_0() {
    let folder = tempfile::tempdir().unwrap();

    assert_eq!(run(koppelvlak(folder.path()).arg("bake")).0, Some(2));
    assert_eq!(run(koppelvlak(folder.path()).args(["migrate", "--database", "mysql:x"])).0, Some(1));
    assert_eq!(run(koppelvlak(folder.path()).arg("migrate")).0, Some(0));
    assert!(folder.path().join("koppelvlak.db").exists());
}

#[test]
fn an_unknown_setting_in_the_file_stops_the_start_and_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("koppelvlak.toml"), "listenn = \"x\"\n").unwrap();

    let (code, output) = run(koppelvlak(folder.path()).arg("migrate"));

    assert_eq!(code, Some(1));
    assert!(output.contains("koppelvlak.toml: there is no setting `listenn`"), "{output}");
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("k.toml"), "database_url = \"sqlite:file.db\"\n").unwrap();
    let migrate = || {
        let mut command = koppelvlak(folder.path());
        command.args(["migrate", "--config", "k.toml"]);
        command
    };

    run(&mut migrate());
    run(migrate().env("KOPPELVLAK_DATABASE_URL", "sqlite:environment.db"));
    run(migrate().env("KOPPELVLAK_DATABASE_URL", "sqlite:other.db").args(["--database", "sqlite:flag.db"]));

    let made = |name: &str| folder.path().join(name).exists();
    assert!(made("file.db") && made("environment.db") && made("flag.db") && !made("other.db"));
}

#[test]
fn serve_refuses_a_database_without_this_versions_schema() {
    let folder = tempfile::tempdir().unwrap();

    let (code, output) = run(koppelvlak(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]));

    assert_eq!(code, Some(1));
    assert!(output.contains("run `koppelvlak migrate`"), "{output}");
}

#[test]
fn a_database_of_a_newer_version_is_migrated_by_no_older_one() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = || run(koppelvlak(folder.path()).args(["migrate", "--database", "sqlite:k.db"]));
    assert_eq!(migrate().0, Some(0));
    let url = format!("sqlite:{}", folder.path().join("k.db").display());
    let database = Database::open(&DatabaseUrl::parse(&url).unwrap()).unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
    Statement::new(newer).execute(&mut database.write().unwrap()).unwrap();
    drop(database);

    let (code, output) = migrate();

    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("newer than this version's"), "{output}");
}

#[test]
fn serve_refuses_a_public_url_that_is_no_address() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(koppelvlak(folder.path()).arg("migrate")).0, Some(0));

    for url in ["nonsense", "ftp://school.example", "https://", "school.example:8080", "/data"] {
        let args = ["serve", "--listen", "127.0.0.1:0", "--public-url", url];
        let (code, output) = run(koppelvlak(folder.path()).args(args));

        assert_eq!(code, Some(1), "{url}: {output}");
        assert!(output.contains("is no address such as"), "{url}: {output}");
    }
}

#[test]
fn no_board_is_made_whose_slug_no_rules_file_could_name() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(koppelvlak(folder.path()).arg("migrate")).0, Some(0));
    let set = crate::csv_set::Set::v1p2().folder();

    for slug in ["Noord", "oauth2", "console", "..", "a/b", "BAD SLUG", ""] {
        let set = set.path.to_str().unwrap();
        let (code, output) = run(koppelvlak(folder.path()).args(["import", "oneroster", set, "--tenant", slug]));
        let pull =
            ["import", "oneroster-api", "--from", "https://sis.example", "--client-id", "k", "--client-secret", "s"];
        let (pulled, told) = run(koppelvlak(folder.path()).args(pull).args(["--tenant", slug]));

        assert_eq!((code, pulled), (Some(1), Some(1)), "{slug}: {output}{told}");
        assert!(output.contains("the board's slug") && told.contains("the board's slug"), "{slug}: {output}{told}");
    }
}

#[test]
fn serve_writes_its_ready_file_answers_and_stops_on_sigterm() {
    let world = World::on_sqlite();
    let ready_file = world.folder().join("ready.json");
    let mut command = koppelvlak(world.folder());
    command.args(["serve", "--listen", "127.0.0.1:0", "--public-url", "https://data.example.org/"]);
    command.args(["--database", &world.url, "--ready-file", ready_file.to_str().unwrap()]);
    let mut server = Running(command.stderr(Stdio::null()).spawn().unwrap());

    let ready = wait_for(&ready_file);
    let listen_url = ready["listen_url"].as_str().unwrap();
    let metadata = ureq::get(format!("{listen_url}/.well-known/oauth-authorization-server")).call().unwrap();
    assert_eq!(metadata.headers()["strict-transport-security"], "max-age=31536000");
    assert_eq!(ready["public_url"], "https://data.example.org");
    assert_eq!(ready["token_url"], "https://data.example.org/oauth2/token");

    assert!(Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().unwrap().success());
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn the_demo_serves_every_vendor_what_its_ready_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let ready_file = folder.path().join("ready.json");
    let mut command = koppelvlak(folder.path());
    let url = format!("sqlite:{}", folder.path().join("demo.db").display());
    command.args(["demo", "--listen", "127.0.0.1:0", "--pupils", "60", "--database", &url]);
    command.args(["--ready-file", ready_file.to_str().unwrap()]);
    let _server = Running(command.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap());
    let ready = wait_for(&ready_file);
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let users = |vendor: &str| {
        let (id, secret) = (&ready["vendors"][vendor]["client_id"], &ready["vendors"][vendor]["client_secret"]);
        let form = [("grant_type", "client_credentials"), ("client_id", id.as_str().unwrap())];
        let form = [form[0], form[1], ("client_secret", secret.as_str().unwrap())];
        let mut token = agent.post(ready["token_url"].as_str().unwrap()).send_form(form).unwrap();
        let token: serde_json::Value = token.body_mut().read_json().unwrap();
        let request =
            agent.get(format!("{}/users?limit=10000", ready["oneroster"]["rostering_v1p2"].as_str().unwrap()));
        let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
        let mut answer = request.header("Authorization", bearer).call().unwrap();
        let users: serde_json::Value = answer.body_mut().read_json().unwrap();
        users["users"].as_array().unwrap_or_else(|| panic!("{vendor}: {users}")).clone()
    };

    let counts = ["everything", "names-only", "gradebook", "ended"].map(|vendor| users(vendor).len());

    assert!(counts[0] > counts[1] && counts[1] > 0 && counts[2] > 0, "{counts:?}");
    assert!(users("ended").iter().all(|user| user["status"] == "tobedeleted"));
    let database = Database::open(&DatabaseUrl::parse(&url).unwrap()).unwrap();
    let served = served::load(&mut database.read_activity().unwrap(), 1, "ended").unwrap();
    assert!(!served[&Category::Name].is_empty(), "it had received people before its rule ended");
}

#[test]
fn the_log_names_requests_by_their_pattern_and_tells_no_value() {
    let world = World::on_sqlite();
    let ready_file = world.folder().join("ready.json");
    let mut command = koppelvlak(world.folder());
    command.args(["serve", "--listen", "127.0.0.1:0", "--database", &world.url]);
    command.args(["--ready-file", ready_file.to_str().unwrap()]).env("KOPPELVLAK_LOG_FORMAT", "json");
    let mut server = Running(command.stderr(Stdio::piped()).spawn().unwrap());
    let url = wait_for(&ready_file)["listen_url"].as_str().unwrap().to_owned();
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();

    for path in ["users/P-1004?filter=givenName%3D'Willemijn'&Willemijn=1", "users?sort=Willemijn", "Willemijn"] {
        let request = agent.get(format!("{url}/willemijnschool/ims/oneroster/rostering/v1p2/{path}"));
        request.header("Authorization", "Bearer Willemijn").header("X-Request-ID", "run-7").call().unwrap();
    }
    // SC-359
    for path in ["Users/P-1004?filter=userName+eq+%22Willemijn%22", "Users?attributes=Willemijn", "Willemijn"] {
        let request = agent.get(format!("{url}/willemijnschool/scim/v2/{path}"));
        request.header("Authorization", "Bearer Willemijn").header("X-Request-ID", "run-8").call().unwrap();
    }
    let form = "grant_type=client_credentials&client_id=Willemijn&client_secret=Willemijn";
    agent.post(format!("{url}/oauth2/token")).send(form).unwrap();
    for garbage in ["\x16\x03\x01\x02\0", "GET /users willemijn\r\n\r\n", "GET / HTTP/1.1\r\nwillemijn\r\n\r\n"] {
        let mut socket = std::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        std::io::Write::write_all(&mut socket, garbage.as_bytes()).unwrap();
        socket.shutdown(std::net::Shutdown::Write).unwrap();
        drop(std::io::Read::read_to_end(&mut socket, &mut Vec::new()));
    }
    Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().unwrap();
    let mut log = String::new();
    std::io::Read::read_to_string(&mut server.0.stderr.take().unwrap(), &mut log).unwrap();

    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().filter(|line| line["request.id"] == "run-7").count(), 3, "{log}");
    assert_eq!(lines.iter().filter(|line| line["request.id"] == "run-8").count(), 3, "{log}");
    assert!(lines.iter().any(|line| line["route"] == "/oauth2/token" && line["status"] == 401), "{log}");
    // Whoever sends garbage doesn't fill the log.
    assert!(lines.iter().all(|line| line["level"] != "ERROR"), "{log}");
    for value in ["Willemijn", "willemijn", "P-1004"] {
        assert!(!log.contains(value), "{value} in {log}");
    }
}
