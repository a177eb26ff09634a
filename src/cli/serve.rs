//! `koppelvlak serve`: serves an existing database.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use crate::cli::arguments::Global;
use crate::cli::ready_file;
use crate::cli::settings::{Settings, clock};
use crate::http;
use crate::scim::push::Background;
use crate::store::migration;

/// Serves an existing database.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  koppelvlak serve --listen 127.0.0.1:8080")]
pub struct Serve {
    /// Where to listen; port 0 is any free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What links and token metadata name [default: the address that is listened on]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// A JSON file that is written once the server answers
    #[arg(long, value_name = "PATH")]
    ready_file: Option<PathBuf>,
    /// Where the master key lies [default: beside the SQLite file, or koppelvlak.key]
    #[arg(long, value_name = "PATH")]
    master_key_file: Option<PathBuf>,
}

impl Serve {
    /// Serves until it is told to stop.
    pub fn run(&self, global: &Global) -> anyhow::Result<()> {
        let mut settings = Settings::load(global)?;
        settings.listen = self.listen.clone().unwrap_or(settings.listen);
        settings.public_url = self.public_url.clone().or(settings.public_url);
        settings.master_key_file = self.master_key_file.clone().or(settings.master_key_file);
        let database = settings.open_database()?;
        migration::check(&database)?;
        let log = settings.start_log()?;
        let server = Prepared::new(&settings, database)?;
        let ready = ready_file::of_server(&server.app.public_url, &server.listen_url);
        server.run(&settings, || match &self.ready_file {
            Some(path) => ready_file::write(path, &ready),
            None => Ok(()),
        })?;
        drop(log);
        Ok(())
    }
}

/// A server that listens but does not answer yet.
pub struct Prepared {
    /// What requests share.
    pub app: Arc<http::App>,
    /// Where it really listens.
    pub listen_url: String,
    listener: TcpListener,
}

impl Prepared {
    /// Binds the socket, so that the port is known.
    pub fn new(settings: &Settings, database: crate::store::Database) -> anyhow::Result<Self> {
        settings.public_url("")?;
        let listener =
            TcpListener::bind(&settings.listen).with_context(|| format!("can't listen on {}", settings.listen))?;
        let listen_url = format!("http://{}", listener.local_addr()?);
        let public_url = settings.public_url(&listen_url)?;
        let app = http::App::new(database, settings.master_key()?, clock()?, public_url)?;
        app.people_cache.set(settings.people_cache);
        Ok(Self { app, listen_url, listener })
    }

    /// Answers until a signal comes; `when_ready` runs once it answers.
    pub fn run(self, settings: &Settings, when_ready: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        actix_web::rt::System::new().block_on(async {
            let address = self.listener.local_addr()?;
            let running = http::serve(&self.app, self.listener, &settings.limits())?;
            let handle = running.handle.clone();
            actix_web::rt::spawn(async move {
                stop_signal().await;
                handle.stop(true).await;
            });
            let server = actix_web::rt::spawn(running.server);
            actix_web::web::block(move || wait_until_it_answers(address)).await??;
            tracing::info!(url = %self.listen_url, "listening");
            when_ready()?;
            let pushing = Background::start(Arc::clone(&self.app))?;
            server.await??;
            // What is being sent is noted before.
            actix_web::web::block(move || drop(pushing)).await?;
            http::assembly::note_used_tokens(&self.app);
            self.app.recorder.stop();
            tracing::info!("stopped");
            Ok(())
        })
    }
}

/// Whoever reads the ready file may ask at once.
fn wait_until_it_answers(address: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => (), _ = terminate.recv() => () }
        }
        Err(_) => drop(interrupt.await),
    }
}
