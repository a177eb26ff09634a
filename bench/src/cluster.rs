//! PostgreSQL to measure with: a throw-away cluster of Debian's binaries, or a server that is there.
//!
//! Its settings are Debian's own: commits are durable, as they are where it matters.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use tempfile::TempDir;

use crate::process::{self, SERVER_CORE};

/// A PostgreSQL server.
pub struct Cluster {
    url: String,
    own: Option<Own>,
    databases: Vec<String>,
}

struct Own {
    folder: TempDir,
    bin: PathBuf,
}

impl Cluster {
    /// Uses the server of a libpq URL.
    pub fn there(url: &str) -> Self {
        Self { url: url.to_owned(), own: None, databases: Vec::new() }
    }

    /// Makes a cluster on the server's core.
    pub fn start() -> anyhow::Result<Self> {
        let bin = binaries().context("PostgreSQL's binaries are missing: install Debian's package postgresql")?;
        let folder = TempDir::with_prefix("koppelvlak-bench-")?;
        let place = folder.path().to_owned();
        if is_root() {
            succeed(Command::new("chown").arg("postgres").arg(&place))?;
        }
        let own = Own { folder, bin };
        let data = place.join("cluster");
        let initdb = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"];
        succeed(own.tool("initdb").arg("--pgdata").arg(&data).args(initdb))?;
        let socket = place.display();
        let options = format!("-c listen_addresses='' -c unix_socket_directories={socket} -c max_connections=200");
        let mut start = own.tool("pg_ctl");
        start.arg("--pgdata").arg(&data).args(["--silent", "--wait", "--log"]).arg(place.join("log"));
        succeed(start.args(["--options", &options, "start"]))?;
        Ok(Self {
            url: format!("postgres:///postgres?host={socket}&user=postgres"),
            own: Some(own),
            databases: Vec::new(),
        })
    }

    /// A fresh database; it goes with the cluster.
    pub fn database(&mut self, name: &str) -> anyhow::Result<String> {
        let name = format!("koppelvlak_bench_{}_{name}", std::process::id());
        PgConnection::establish(&self.url)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let url = with_database(&self.url, &name);
        self.databases.push(name);
        Ok(url)
    }

    /// The first process of the cluster, if it is one of this machine.
    pub fn first_process(&self) -> Option<u32> {
        #[derive(QueryableByName)]
        struct Backend {
            #[diesel(sql_type = Integer)]
            pid: i32,
        }
        let mut conn = PgConnection::establish(&self.url).ok()?;
        let backend: Backend = sql_query("SELECT pg_backend_pid() AS pid").get_result(&mut conn).ok()?;
        process::parent(u32::try_from(backend.pid).ok()?).filter(|pid| *pid > 1)
    }
}

/// What autovacuum would do within minutes, done before it can disturb a measurement.
pub fn settle(url: &str) -> anyhow::Result<()> {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute("VACUUM (ANALYZE)")?;
    conn.batch_execute("CHECKPOINT")?;
    Ok(())
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            let data = own.folder.path().join("cluster");
            drop(own.tool("pg_ctl").arg("--pgdata").arg(data).args(["--mode=immediate", "--silent", "stop"]).status());
            return;
        }
        let Ok(mut conn) = PgConnection::establish(&self.url) else { return };
        for name in &self.databases {
            drop(conn.batch_execute(&format!("DROP DATABASE {name}")));
        }
    }
}

impl Own {
    /// One of PostgreSQL's programs; initdb refuses to run as root.
    fn tool(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        if !is_root() {
            return process::on_core(SERVER_CORE, &program);
        }
        let mut command = process::on_core(SERVER_CORE, Path::new("setpriv"));
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "env"]);
        command.arg(format!("HOME={}", self.folder.path().display())).arg(program);
        command.current_dir(self.folder.path());
        command
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&match std::fs::metadata("/proc/self") {
        Ok(metadata) => metadata,
        Err(_) => return false,
    }) == 0
}

fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut bins: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    bins.retain(|bin| bin.join("initdb").exists());
    bins.sort();
    bins.pop()
}

fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let output = command.stdin(std::process::Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// The URL of another database of the same server.
fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let after_scheme = address.find("://").map_or(0, |at| at + 3);
    let host =
        address.get(after_scheme..).and_then(|rest| rest.find('/')).map_or(address.len(), |at| at + after_scheme);
    let server = address.get(..host).unwrap_or_default();
    if query.is_empty() { format!("{server}/{name}") } else { format!("{server}/{name}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_an_address_is_replaced() {
        assert_eq!(with_database("postgres:///postgres?host=/tmp/x", "b"), "postgres:///b?host=/tmp/x");
        assert_eq!(with_database("postgres://me:pw@host:5432", "b"), "postgres://me:pw@host:5432/b");
    }
}
