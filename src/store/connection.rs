//! Connections to either database, and the pools that hand them out.
//!
//! SQLite keeps two files: the board's data, and what happens at run time (tokens, disclosures). An
//! import may hold the first one's write lock for a minute; a disclosure must become durable meanwhile.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use diesel::{Connection, ConnectionError, PgConnection, SqliteConnection};

use crate::store::StoreError;

/// A connection to one of the two supported databases.
pub enum Conn {
    /// The embedded database.
    Sqlite(SqliteConnection),
    /// A server, shared by several nodes.
    Postgres(PgConnection),
}

/// The same tokens, compiled once for each backend.
#[macro_export]
macro_rules! each_backend {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::store::Conn::Sqlite($c) => $body,
            $crate::store::Conn::Postgres($c) => $body,
        }
    };
}

/// Where a database is: `sqlite:path/to/file.db` or `postgres://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The path of the main file; the activity file lies beside it.
    Sqlite(PathBuf),
    /// A libpq connection URL.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:…`, `postgres://…` or `postgresql://…`.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(StoreError::BadUrl)
    }

    /// The file of tokens and disclosures beside the main SQLite file.
    pub fn activity_path(main: &Path) -> PathBuf {
        main.with_extension("activity.db")
    }
}

/// What a connection is for, which decides SQLite's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
    /// Commits survive a power cut: a disclosure is durable before its answer leaves.
    DurableWrite,
}

#[derive(Debug)]
/// Opens connections for a pool.
pub struct Manager {
    address: Address,
    purpose: Purpose,
}

#[derive(Debug, Clone)]
enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

const SQLITE_SETTINGS: &str = "PRAGMA journal_mode=WAL; PRAGMA busy_timeout=60000; PRAGMA foreign_keys=ON; \
     PRAGMA mmap_size=1073741824; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;";

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Conn, ConnectionError> {
        match &self.address {
            Address::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                let purpose = match self.purpose {
                    Purpose::Read => "PRAGMA synchronous=NORMAL; PRAGMA query_only=ON;",
                    Purpose::Write => "PRAGMA synchronous=NORMAL;",
                    Purpose::DurableWrite => "PRAGMA synchronous=FULL;",
                };
                conn.batch_execute("PRAGMA busy_timeout=60000;")
                    .and_then(|()| conn.batch_execute(SQLITE_SETTINGS))
                    .and_then(|()| conn.batch_execute(purpose))
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Sqlite(conn))
            }
            Address::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                if self.purpose == Purpose::Read {
                    conn.batch_execute(
                        "SET statement_timeout = '60s'; SET default_transaction_read_only = on; SET jit = off;",
                    )
                    .map_err(ConnectionError::CouldntSetupConfiguration)?;
                }
                Ok(Conn::Postgres(conn))
            }
        }
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), ConnectionError> {
        each_backend!(conn, c => c.batch_execute("SELECT 1")).map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        use diesel::r2d2::R2D2Connection;
        match conn {
            Conn::Sqlite(c) => std::thread::panicking() || c.is_broken(),
            Conn::Postgres(c) => std::thread::panicking() || c.is_broken(),
        }
    }
}

/// A connection that goes back to its pool when dropped.
pub type Pooled = PooledConnection<Manager>;

/// The pools of one database.
#[derive(Clone)]
pub struct Database {
    /// What the database is, for messages.
    url: DatabaseUrl,
    apart: Arc<Manager>,
    board_readers: Pool<Manager>,
    board_writer: Pool<Manager>,
    activity_readers: Pool<Manager>,
    activity_writer: Pool<Manager>,
}

/// How many connections may read at once.
const READERS: u32 = 8;

impl Database {
    /// Opens the pools; makes SQLite's files, but no tables: see [`crate::store::migration`].
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let (board, activity) = match url {
            DatabaseUrl::Sqlite(path) => {
                (Address::Sqlite(path.clone()), Address::Sqlite(DatabaseUrl::activity_path(path)))
            }
            DatabaseUrl::Postgres(text) => (Address::Postgres(text.clone()), Address::Postgres(text.clone())),
        };
        // The writers come first: only they may create SQLite's files.
        let board_writer = pool(&board, Purpose::Write, 1)?;
        let activity_writer = pool(&activity, Purpose::DurableWrite, 2)?;
        drop(board_writer.get().map_err(StoreError::from_pool)?);
        drop(activity_writer.get().map_err(StoreError::from_pool)?);
        Ok(Self {
            url: url.clone(),
            apart: Arc::new(Manager { address: board.clone(), purpose: Purpose::Read }),
            board_readers: pool(&board, Purpose::Read, READERS)?,
            board_writer,
            activity_readers: pool(&activity, Purpose::Read, READERS)?,
            activity_writer,
        })
    }

    /// What was opened.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// A connection that reads school data, rules and choices.
    pub fn read(&self) -> Result<Pooled, StoreError> {
        self.board_readers.get().map_err(StoreError::from_pool)
    }

    /// The one connection that writes school data, rules and choices.
    pub fn write(&self) -> Result<Pooled, StoreError> {
        self.board_writer.get().map_err(StoreError::from_pool)
    }

    /// A connection as [`Database::write`] gives, if it is free at once.
    pub fn try_write(&self) -> Option<Pooled> {
        self.board_writer.try_get()
    }

    /// Whether reads are calls within this process, so that a small one may be made where requests are handled.
    pub fn is_embedded(&self) -> bool {
        matches!(self.url, DatabaseUrl::Sqlite(_))
    }

    /// A connection as [`Database::read`] gives, if one is free at once.
    pub fn try_read(&self) -> Option<Pooled> {
        self.board_readers.try_get()
    }

    /// A connection that reads the board's data and is no pool's: for long reads, which must not wait for
    /// requests that wait for them.
    pub fn read_apart(&self) -> Result<Conn, StoreError> {
        self.apart.connect().map_err(StoreError::Unconnected)
    }

    /// A connection that reads tokens, disclosures and served sets.
    pub fn read_activity(&self) -> Result<Pooled, StoreError> {
        self.activity_readers.get().map_err(StoreError::from_pool)
    }

    /// A connection as [`Database::read_activity`] gives, if one is free at once.
    pub fn try_read_activity(&self) -> Option<Pooled> {
        self.activity_readers.try_get()
    }

    /// A connection whose commits to tokens and disclosures are durable.
    pub fn write_activity(&self) -> Result<Pooled, StoreError> {
        self.activity_writer.get().map_err(StoreError::from_pool)
    }
}

fn pool(address: &Address, purpose: Purpose, size: u32) -> Result<Pool<Manager>, StoreError> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(Duration::from_secs(30))
        .idle_timeout(None)
        .max_lifetime(None)
        .build(Manager { address: address.clone(), purpose })
        .map_err(StoreError::from_pool)
}

/// Whether a transaction that writes would begin at once. On PostgreSQL it always does.
pub fn is_free(conn: &mut Conn) -> Result<bool, StoreError> {
    let Conn::Sqlite(c) = conn else { return Ok(true) };
    c.batch_execute("PRAGMA busy_timeout=0;")?;
    let is_free = c.batch_execute("BEGIN IMMEDIATE").and_then(|()| c.batch_execute("ROLLBACK")).is_ok();
    c.batch_execute("PRAGMA busy_timeout=60000;")?;
    Ok(is_free)
}

/// Runs `work` in one transaction that takes the write lock at its start.
///
/// A deferred transaction on SQLite fails at its first write when another one committed meanwhile,
/// whatever the busy timeout.
pub fn transaction<T, E>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    let begin = match conn {
        Conn::Sqlite(_) => "BEGIN IMMEDIATE",
        Conn::Postgres(_) => "BEGIN",
    };
    each_backend!(&mut *conn, c => c.batch_execute(begin))?;
    match work(conn) {
        Ok(value) => {
            each_backend!(&mut *conn, c => c.batch_execute("COMMIT"))?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to report; a connection that can't roll back is thrown away by its pool.
            drop(each_backend!(&mut *conn, c => c.batch_execute("ROLLBACK")));
            Err(error)
        }
    }
}

/// Runs `read` in one transaction, so that all of its statements see the same moment.
pub fn read_transaction<T, E>(conn: &mut Conn, read: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<diesel::result::Error>,
{
    let begin = match conn {
        Conn::Sqlite(_) => "BEGIN",
        Conn::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    each_backend!(&mut *conn, c => c.batch_execute(begin))?;
    let outcome = read(conn);
    each_backend!(&mut *conn, c => c.batch_execute("COMMIT"))?;
    outcome
}
