//! What the pages for vendors and schools show is run against a demo, and gives what they show.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::documentation::sections;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Where the pages say that the demo listens.
const SHOWN_URL: &str = "http://127.0.0.1:8080";

#[test]
fn requests_of_the_vendors_pages_are_answered() {
    let demo = Demo::start();
    if !demo.has("curl") {
        return;
    }
    for page in ["README.md", "docs/vendors.md"] {
        let blocks = sections(&page_text(page));
        let requests = blocks.iter().filter(|(language, text)| language == "sh" && text.contains("curl"));
        let shown = requests.map(|(_, text)| {
            let name = text.lines().last().unwrap().replace('\'', "\"");
            format!("echo; echo '=== {name}'\n{text}")
        });
        let script = format!("SECRET={}\n{}", demo.secret, shown.collect::<String>());
        let output = demo.shell(&script.replace(SHOWN_URL, &demo.url));

        let answers: Vec<&str> = output.split("\n=== ").skip(1).collect();
        assert!(!answers.is_empty(), "{page}");
        for answer in answers {
            let (request, body) = answer.split_once('\n').unwrap();
            if let Some(json) = body.lines().find(|line| line.starts_with('{')) {
                let json: Value = serde_json::from_str(json).unwrap();
                let is_refused = json.get("imsx_codeMajor").or(json.get("error")).is_some();
                assert_eq!(is_refused, request.contains("nobody"), "{page}: {request}: {json}");
            } else {
                assert!(!request.contains("$ROOT") || body.contains("X-Total-Count: "), "{page}: {request}: {body}");
            }
        }
    }
}

#[test]
fn commands_of_the_schools_page_give_what_it_shows() {
    let demo = Demo::start();
    let mut is_applied = true;
    let blocks = sections(&page_text("docs/schools.md"));

    for (i, (language, text)) in blocks.iter().enumerate() {
        match language.as_str() {
            "toml" => {
                fs::write(demo.folder.path().join("rules.toml"), text).unwrap();
                is_applied = false;
            }
            "sh" if !text.starts_with("koppelvlak demo") => {
                if !is_applied && !text.contains("--dry-run") {
                    demo.shell("koppelvlak apply rules.toml --by petra --database sqlite:demo.db");
                    is_applied = true;
                }
                let output = demo.shell(text);
                let shown = blocks.get(i + 1).filter(|(language, _)| language == "text").map(|(_, text)| text);
                if text.contains("show") {
                    assert!(output.contains("atlas"), "{text}: {output}");
                } else {
                    assert_eq!(Some(&output), shown, "{text}");
                }
                if text.contains("--dry-run") {
                    demo.shell("koppelvlak apply rules.toml --by petra --database sqlite:demo.db");
                    is_applied = true;
                }
            }
            _ => {}
        }
    }
}

fn page_text(page: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(page)).unwrap()
}

/// A demo of the size and on the day that the pages show.
struct Demo {
    folder: TempDir,
    server: Child,
    url: String,
    secret: String,
}

impl Demo {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ready_file = folder.path().join("ready.json");
        let mut command = Command::new(program());
        // Its temporary folder goes with this one, also when it is killed.
        command.current_dir(&folder).env_clear().env("TMPDIR", folder.path());
        command.env("KOPPELVLAK_CLOCK", "2026-11-24T08:00:00Z");
        command.args(["demo", "--listen", "127.0.0.1:0", "--database", "sqlite:demo.db", "--ready-file", "ready.json"]);
        let server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while !ready_file.exists() {
            assert!(began.elapsed() < Duration::from_secs(120), "the demo did not become ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        let ready: Value = serde_json::from_str(&fs::read_to_string(&ready_file).unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let secret = text(&ready["vendors"]["names-only"]["client_secret"]);
        Self { url: text(&ready["listen_url"]), secret, server, folder }
    }

    /// Whether the machine has a program.
    fn has(&self, program: &str) -> bool {
        self.shell(&format!("command -v {program} || true")).contains(program)
    }

    /// What a script prints; it must not fail.
    fn shell(&self, script: &str) -> String {
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", program().parent().unwrap().display());
        let mut command = Command::new("sh");
        command.args(["-eu", "-c", script]).current_dir(&self.folder).env_clear();
        command.env("PATH", path).env("KOPPELVLAK_CLOCK", "2026-11-24T08:00:00Z");
        let output = command.output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{script}\n{printed}{}", String::from_utf8_lossy(&output.stderr));
        printed
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_koppelvlak"))
}
