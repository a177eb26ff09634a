//! The product as its users run it: its commands, and its server as a process of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::board::SECRET;
use crate::process::{self, Memory, SERVER_CORE};
use crate::wire::{self, Client};

/// The binary, and the database that it is pointed at.
#[derive(Debug, Clone)]
pub struct Product {
    /// The release binary.
    pub binary: PathBuf,
    /// What `--database` says.
    pub database: String,
}

/// What a command took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// Seconds by the wall clock.
    pub seconds: f64,
    /// The most memory it had.
    pub memory: Memory,
}

impl Product {
    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Took> {
        let began = Instant::now();
        let mut running = self.start(arguments)?;
        let mut memory = Memory::default();
        while running.try_wait()?.is_none() {
            // The peak only grows, so the last look is close enough.
            memory = Memory::of(running.id()).map_or(memory, |now| memory.max(now));
            std::thread::sleep(Duration::from_millis(10));
        }
        finished(running, arguments)?;
        Ok(Took { seconds: began.elapsed().as_secs_f64(), memory })
    }

    /// Starts a command, on whatever core is free.
    pub fn start(&self, arguments: &[&str]) -> anyhow::Result<Child> {
        let mut command = process::on_all_cores(&self.binary);
        self.environment(&mut command).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().with_context(|| format!("{} can't be run", self.binary.display()))
    }

    /// Starts the server on its core.
    pub fn serve(&self) -> anyhow::Result<Server> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        self.serve_on(address)
    }

    fn serve_on(&self, address: SocketAddr) -> anyhow::Result<Server> {
        let mut command = process::on_core(SERVER_CORE, &self.binary);
        self.environment(&mut command).args(["serve", "--listen", &address.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Server { child, address };
        let deadline = Instant::now() + Duration::from_secs(30);
        while Client::connect(address).is_err() {
            if server.child.try_wait()?.is_some() || Instant::now() > deadline {
                bail!("the server does not start; try: {} serve --database {}", self.binary.display(), self.database);
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(server)
    }

    fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("KOPPELVLAK_DATABASE_URL", &self.database).env("KOPPELVLAK_MASTER_KEY", "5a".repeat(32))
    }
}

/// The error of a command that failed, in its own words.
pub fn finished(child: Child, arguments: &[&str]) -> anyhow::Result<()> {
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("koppelvlak {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// A server that runs; it stops when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A connection.
    pub fn client(&self) -> anyhow::Result<Client> {
        Client::connect(self.address)
    }

    /// A token for a vendor.
    pub fn token(&self, vendor: &str) -> anyhow::Result<String> {
        let reply = self.client()?.send(&token_request(vendor))?;
        let token = reply.json()?.get("access_token").and_then(|token| token.as_str()).map(str::to_owned);
        token.with_context(|| format!("no token for {vendor}: {}", String::from_utf8_lossy(&reply.body)))
    }
}

/// The request for a token.
pub fn token_request(vendor: &str) -> Vec<u8> {
    let form = format!("grant_type=client_credentials&client_id={vendor}&client_secret={SECRET}");
    wire::post_form("/oauth2/token", &form)
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The release binary: that which is named, or this workspace's, built where it is not.
pub fn binary(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let own = std::env::current_exe()?;
    let path = own.parent().context("a program lies in a folder")?.join("koppelvlak");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    if Path::new(manifest).exists() {
        let build = ["build", "--release", "--quiet", "-p", "koppelvlak", "--manifest-path", manifest];
        if !Command::new("cargo").args(build).status().context("cargo can't be run")?.success() {
            bail!("the server can't be built");
        }
    }
    if !path.exists() {
        bail!("there is no {}; name the server with --server", path.display());
    }
    Ok(path)
}
