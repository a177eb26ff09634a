//! The good server: our own demo, as its users start it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// A demo that ends with the value.
pub struct Demo {
    server: Child,
    folder: Folder,
    /// What its ready file says.
    pub ready: Value,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

impl Demo {
    /// Starts one with so many pupils, and further arguments.
    pub fn start(pupils: u32, arguments: &[&str]) -> Self {
        Self::start_in(pupils, arguments, &[])
    }

    /// The same with more of an environment.
    pub fn start_in(pupils: u32, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        static NUMBER: Mutex<u32> = Mutex::new(0);
        let number = {
            let mut number = NUMBER.lock().unwrap();
            *number += 1;
            *number
        };
        let folder =
            Folder(std::env::temp_dir().join(format!("koppelvlak-conformance-{}-{number}", std::process::id())));
        fs::create_dir_all(&folder.0).unwrap();
        let ready_file = folder.0.join("ready.json");
        let mut command = Command::new(program());
        command.current_dir(&folder.0).env("TMPDIR", &folder.0).envs(environment.iter().copied());
        command.args(["demo", "--listen", "127.0.0.1:0", "--pupils", &pupils.to_string(), "--ready-file"]);
        command.arg(&ready_file).args(arguments);
        let mut server = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while !ready_file.exists() {
            assert!(server.try_wait().unwrap().is_none(), "the demo has ended");
            assert!(began.elapsed() < Duration::from_secs(120), "the demo did not become ready");
            sleep(Duration::from_millis(20));
        }
        let ready = serde_json::from_slice(&fs::read(&ready_file).unwrap()).unwrap();
        Self { server, folder, ready }
    }

    /// Applies a rules file to the database `sqlite:board.db` of a demo that was started over it.
    pub fn apply(&self, rules: &str) {
        let file = self.folder.0.join("rules.toml");
        fs::write(&file, rules).unwrap();
        let mut command = Command::new(program());
        command.current_dir(&self.folder.0).args(["apply", "--database", "sqlite:board.db"]).arg(&file);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A text of the ready file, by its JSON pointer.
    pub fn text(&self, pointer: &str) -> String {
        self.ready.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer}")).to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// The server's program: the one that was named, or the workspace's own, which is built if need be.
fn program() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
        if let Some(path) = std::env::var_os("KOPPELVLAK_TEST_SERVER") {
            return PathBuf::from(path);
        }
        // target/debug/deps/it-… stands beside target/debug/koppelvlak.
        let folder = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
        let is_built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "koppelvlak", "--bin", "koppelvlak", "--target-dir"])
            .arg(folder.parent().unwrap())
            .status()
            .unwrap();
        assert!(is_built.success(), "the server can't be built");
        folder.join("koppelvlak")
    });
    &PROGRAM
}
