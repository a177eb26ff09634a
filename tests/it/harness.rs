//! A world for a test: a database of its own, on either backend, and servers over it in this process.
//!
//! PostgreSQL is used where `KOPPELVLAK_TEST_POSTGRES` names a server (a libpq URL); `tests/run` starts one.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

use koppelvlak::clock::Clock;
use koppelvlak::consent::rules_file::{self, Applied, Submission};
use koppelvlak::http::assembly::Limits;
use koppelvlak::http::{self, App};
use koppelvlak::keys::MasterKey;
use koppelvlak::store::{Database, DatabaseUrl, migration};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// The instant of every test that does not say otherwise.
pub const NOW: &str = "2026-09-01T08:00:00Z";

/// Runs one rule as a test on each database: `tokens::a_rule::sqlite` and `tokens::a_rule::postgres`.
macro_rules! on_each_database {
    ($(fn $name:ident($world:ident: &World) $body:block)*) => {$(
        mod $name {
            use super::*;

            fn rule($world: &World) $body

            #[test]
            fn sqlite() {
                rule(&World::on_sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(world) = World::on_postgres() {
                    rule(&world);
                }
            }
        }
    )*};
}
pub(crate) use on_each_database;

/// A database of one test, with this version's schema.
pub struct World {
    /// What `--database` would say.
    pub url: String,
    /// The database, open.
    pub database: Database,
    /// The key of its secrets.
    pub key: MasterKey,
    folder: TempDir,
}

impl World {
    /// A world in files of its own.
    pub fn on_sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("board.db").display());
        Self::open(url, folder)
    }

    /// A world in files that a whole run shares. They lie in the build's own folder, because what all tests
    /// share is never dropped; the next run clears them away.
    pub fn on_sqlite_for_all() -> Self {
        let all = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        for left in std::fs::read_dir(all).unwrap().flatten() {
            let process = left
                .file_name()
                .to_str()
                .and_then(|name| name.strip_prefix("shared-")?.split('-').next().map(str::to_owned));
            if process.is_some_and(|process| !std::path::Path::new(&format!("/proc/{process}")).exists()) {
                drop(std::fs::remove_dir_all(left.path()));
            }
        }
        let prefix = format!("shared-{}-", std::process::id());
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir_in(all).unwrap();
        let url = format!("sqlite:{}", folder.path().join("board.db").display());
        Self::open(url, folder)
    }

    /// A world in a schema of its own, if there is a PostgreSQL server to test with.
    pub fn on_postgres() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        #[expect(clippy::disallowed_methods, reason = "the tests' own setting")]
        let server = std::env::var("KOPPELVLAK_TEST_POSTGRES").ok()?;
        let schema = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        make_schema(&server, &schema);
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options=-csearch_path%3D{schema}");
        Some(Self::open(url, TempDir::new().unwrap()))
    }

    fn open(url: String, folder: TempDir) -> Self {
        let database = Database::open(&DatabaseUrl::parse(&url).unwrap()).unwrap();
        migration::migrate(&database).unwrap();
        Self { url, database, key: MasterKey::from_text(&"5a".repeat(32)).unwrap(), folder }
    }

    /// A folder that goes with the world.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Applies the text of a rules file.
    pub fn apply(&self, rules: &str) -> Applied {
        let now = Clock::fixed(NOW).unwrap().now();
        let submission = Submission { file: "rules.toml", text: rules, who: "test", now };
        rules_file::apply(&self.database, &self.key, submission).unwrap()
    }

    /// A server over this world, at [`NOW`].
    pub fn serve(&self) -> Server {
        self.serve_at(NOW)
    }

    /// A server over this world, at another time.
    pub fn serve_at(&self, instant: &str) -> Server {
        Server::start(self, Clock::fixed(instant).unwrap(), Limits::default())
    }
}

fn make_schema(server: &str, schema: &str) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};
    let mut conn = PgConnection::establish(server).unwrap();
    conn.batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
}

/// A server on a free port; it stops when dropped.
pub struct Server {
    /// Where it listens, without a slash at its end.
    pub url: String,
    /// What its requests share.
    pub app: Arc<App>,
    agent: ureq::Agent,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server; it answers when this returns.
    pub fn start(world: &World, clock: Clock, limits: Limits) -> Self {
        Self::start_as(world, clock, limits, None)
    }

    /// Starts a server that calls itself `public_url` in its answers, whatever its port.
    pub fn start_as(world: &World, clock: Clock, limits: Limits, public_url: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = App::new(world.database.clone(), world.key.clone(), clock, public_url.unwrap_or(&url)).unwrap();
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&app);
        let thread = std::thread::spawn(move || run(&shared, listener, &limits, stopped));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .allow_non_standard_methods(true)
            .build()
            .new_agent();
        Self { url, app, agent, stop: Some(stop), thread: Some(thread) }
    }

    /// GET without a token.
    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    /// GET with a token.
    pub fn get_as(&self, token: &str, path: &str) -> Reply {
        self.send("GET", path, &[("Authorization", &format!("Bearer {token}"))], "")
    }

    /// Any request; `path` is below the server's address.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        Reply::read(self.exchange(method, path, headers, body))
    }

    /// The same where the body is no text: an answer without its body, and the bytes.
    pub fn send_for_bytes(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (Reply, Vec<u8>) {
        let mut response = self.exchange(method, path, headers, body);
        let bytes = response.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap();
        (Reply::head(&response), bytes)
    }

    fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> ureq::http::Response<ureq::Body> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_owned()).unwrap();
        self.agent.run(request).unwrap()
    }

    /// The bytes of a request as they are, with `Connection: close`, and the bytes of the answer.
    pub fn send_bytes(&self, request: &str) -> Vec<u8> {
        let mut connection = TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        answer
    }

    /// The same, where the answer is text.
    pub fn send_raw(&self, request: &str) -> String {
        String::from_utf8(self.send_bytes(request)).unwrap()
    }

    /// Asks for a token by a form in the body.
    pub fn ask_token(&self, path: &str, form: &str) -> Reply {
        self.send("POST", path, &[("Content-Type", "application/x-www-form-urlencoded")], form)
    }

    /// A token with all that the vendor may.
    pub fn token(&self, vendor: &str, secret: &str) -> String {
        let form = format!("grant_type=client_credentials&client_id={vendor}&client_secret={secret}");
        let reply = self.ask_token("/oauth2/token", &form);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Stops, letting requests in flight finish.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end();
        }
    }
}

fn run(app: &Arc<App>, listener: TcpListener, limits: &Limits, stopped: oneshot::Receiver<()>) {
    actix_web::rt::System::new().block_on(async {
        let running = http::serve(app, listener, limits).unwrap();
        let server = actix_web::rt::spawn(running.server);
        stopped.await.unwrap();
        running.handle.stop(true).await;
        server.await.unwrap().unwrap();
        http::assembly::note_used_tokens(app);
    });
}

/// An answer, read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers, by name in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Reply {
    fn read(mut response: ureq::http::Response<ureq::Body>) -> Self {
        let head = Self::head(&response);
        Self { body: response.body_mut().with_config().limit(1 << 30).read_to_string().unwrap(), ..head }
    }

    fn head(response: &ureq::http::Response<ureq::Body>) -> Self {
        let headers = response.headers().iter();
        Self {
            status: response.status().as_u16(),
            headers: headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect(),
            body: String::new(),
        }
    }

    /// A header; panics if it isn't there.
    pub fn header(&self, name: &str) -> &str {
        &self.headers[name]
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Holds the process's one switch of planted leaks until the test ends.
#[cfg(feature = "planted-leaks")]
pub fn with_the_switch() -> std::sync::MutexGuard<'static, ()> {
    static SWITCH: std::sync::Mutex<()> = std::sync::Mutex::new(());
    SWITCH.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
