//! The opponents: a server that answers bytes from memory, and one that reads the same tables without any consent.
//!
//! Both run as a process of their own, with one worker. SQLite is called inside the handler, PostgreSQL
//! through a pool of eight and `web::block`: the fewest steps that each can be used with.

use std::cell::RefCell;
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::{Context, bail};
use clap::Args;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::{
    Connection, ExpressionMethods, PgConnection, QueryDsl, QueryResult, Queryable, RunQueryDsl, SelectableHelper,
    SqliteConnection,
};
use koppelvlak::store::DatabaseUrl;
use serde::Serialize;

/// Serves a baseline; the first line of its output is its address.
#[derive(Debug, Args)]
pub struct Baseline {
    /// The database to read from; none: from memory
    #[arg(long)]
    database: Option<String>,
    /// What is answered from memory: a user, and a page
    #[arg(long, num_args = 2)]
    bodies: Vec<PathBuf>,
}

diesel::table! {
    person (id) {
        id -> BigInt,
        tenant_id -> BigInt,
        sourced_id -> Text,
        status -> Text,
        changed -> Nullable<Text>,
        enabled_user -> Text,
        username -> Nullable<Text>,
        user_ids -> Nullable<Text>,
        given_name -> Text,
        family_name -> Text,
        middle_name -> Nullable<Text>,
        preferred_first_name -> Nullable<Text>,
        preferred_middle_name -> Nullable<Text>,
        preferred_last_name -> Nullable<Text>,
        pronouns -> Nullable<Text>,
        roles -> Text,
        user_profiles -> Nullable<Text>,
        primary_org -> Nullable<BigInt>,
        identifier -> Nullable<Text>,
        email -> Nullable<Text>,
        sms -> Nullable<Text>,
        phone -> Nullable<Text>,
        agents -> Nullable<Text>,
        grades -> Nullable<Text>,
    }
}

#[derive(Queryable, diesel::Selectable, Serialize)]
#[diesel(table_name = person)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: i64,
    sourced_id: String,
    status: String,
    changed: Option<String>,
    enabled_user: String,
    username: Option<String>,
    user_ids: Option<String>,
    given_name: String,
    family_name: String,
    middle_name: Option<String>,
    preferred_first_name: Option<String>,
    preferred_middle_name: Option<String>,
    preferred_last_name: Option<String>,
    pronouns: Option<String>,
    roles: String,
    user_profiles: Option<String>,
    primary_org: Option<i64>,
    identifier: Option<String>,
    email: Option<String>,
    sms: Option<String>,
    phone: Option<String>,
    agents: Option<String>,
    grades: Option<String>,
}

/// What a request asks for, by places in the list of all keys.
enum Ask {
    One(i64),
    From(i64),
    These(Vec<i64>),
}

macro_rules! reads_of {
    ($backend:ident, $connection:ty, $id:ident $($of_the_tenant:tt)*) => {
        mod $backend {
            use super::*;

            pub fn read(conn: &mut $connection, ask: &Ask) -> QueryResult<Vec<Person>> {
                let people = person::table.select(Person::as_select());
                match ask {
                    Ask::One($id) => people$($of_the_tenant)*.filter(person::id.eq($id)).load(conn),
                    Ask::From($id) => {
                        let people = people$($of_the_tenant)*.filter(person::id.ge($id));
                        people.order(person::id).limit(100).load(conn)
                    }
                    Ask::These(ids) => {
                        // Any of them names the tenant, where that is asked for.
                        let $id = ids.first().copied().unwrap_or_default();
                        _ = $id;
                        people$($of_the_tenant)*.filter(person::id.eq_any(ids)).load(conn)
                    }
                }
            }

            pub fn keys(conn: &mut $connection) -> QueryResult<Vec<i64>> {
                person::table.select(person::id).order(person::id).load(conn)
            }
        }
    };
}

// A row id is led by its tenant, and SQLite finds rows by it alone; PostgreSQL's key has both.
reads_of!(on_sqlite, SqliteConnection, id);
reads_of!(on_postgres, PgConnection, id.filter(person::tenant_id.eq(id >> 32)));

type PgPool = Pool<ConnectionManager<PgConnection>>;

#[derive(Clone)]
enum Source {
    Memory { user: Bytes, page: Bytes },
    Sqlite(PathBuf),
    Postgres(PgPool),
}

impl Baseline {
    /// Serves until it is killed.
    pub fn run(&self) -> anyhow::Result<()> {
        let (source, keys) = self.source()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
        let server = HttpServer::new(move || {
            let state = State { keys: keys.clone(), reader: Reader::of(&source) };
            let app = App::new().app_data(web::Data::new(state));
            app.route("/user/{n}", web::get().to(user))
                .route("/page/{n}", web::get().to(page))
                .route("/any/{n}", web::get().to(any))
        });
        Ok(actix_web::rt::System::new().block_on(server.workers(1).listen(listener)?.run())?)
    }

    fn source(&self) -> anyhow::Result<(Source, Vec<i64>)> {
        let Some(url) = &self.database else {
            let [user, page] = self.bodies.as_slice() else { bail!("--bodies names two files") };
            let (user, page) = (std::fs::read(user)?.into(), std::fs::read(page)?.into());
            return Ok((Source::Memory { user, page }, Vec::new()));
        };
        Ok(match DatabaseUrl::parse(url)? {
            DatabaseUrl::Sqlite(path) => {
                let keys = on_sqlite::keys(&mut open(&path)?)?;
                (Source::Sqlite(path), keys)
            }
            DatabaseUrl::Postgres(url) => {
                let pool = Pool::builder().max_size(8).test_on_check_out(false).build(ConnectionManager::new(url))?;
                let keys = on_postgres::keys(&mut *pool.get()?)?;
                (Source::Postgres(pool), keys)
            }
        })
    }
}

fn open(path: &std::path::Path) -> anyhow::Result<SqliteConnection> {
    let mut conn = SqliteConnection::establish(path.to_str().context("the path is not text")?)?;
    conn.batch_execute("PRAGMA mmap_size=268435456; PRAGMA cache_size=-16000; PRAGMA query_only=ON;")?;
    Ok(conn)
}

struct State {
    keys: Vec<i64>,
    reader: Reader,
}

enum Reader {
    Memory { user: Bytes, page: Bytes },
    Sqlite(Option<RefCell<SqliteConnection>>),
    Postgres(PgPool),
}

impl Reader {
    fn of(source: &Source) -> Self {
        match source {
            Source::Memory { user, page } => Self::Memory { user: user.clone(), page: page.clone() },
            Source::Sqlite(path) => Self::Sqlite(open(path).ok().map(RefCell::new)),
            Source::Postgres(pool) => Self::Postgres(pool.clone()),
        }
    }
}

async fn user(state: web::Data<State>, n: web::Path<usize>) -> HttpResponse {
    if let Reader::Memory { user, .. } = &state.reader {
        return json(user.clone());
    }
    let id = state.keys.get(*n).copied().unwrap_or_default();
    answer(&state, Ask::One(id)).await
}

async fn page(state: web::Data<State>, n: web::Path<usize>) -> HttpResponse {
    if let Reader::Memory { page, .. } = &state.reader {
        return json(page.clone());
    }
    let id = state.keys.get(*n).copied().unwrap_or_default();
    answer(&state, Ask::From(id)).await
}

async fn any(state: web::Data<State>, n: web::Path<usize>) -> HttpResponse {
    let ids = state.keys.iter().skip(*n).step_by(3).take(100).copied().collect();
    answer(&state, Ask::These(ids)).await
}

async fn answer(state: &State, ask: Ask) -> HttpResponse {
    let people = match &state.reader {
        Reader::Memory { .. } | Reader::Sqlite(None) => return HttpResponse::NotFound().finish(),
        Reader::Sqlite(Some(conn)) => on_sqlite::read(&mut conn.borrow_mut(), &ask).map(|people| write(&people)),
        Reader::Postgres(pool) => {
            let pool = pool.clone();
            let read = web::block(move || {
                let mut conn = pool.get().map_err(|_| diesel::result::Error::BrokenTransactionManager)?;
                Ok(write(&on_postgres::read(&mut conn, &ask)?))
            });
            read.await.unwrap_or(Err(diesel::result::Error::NotFound))
        }
    };
    match people {
        Ok(body) => json(body.into()),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn write(people: &[Person]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Users<'a> {
        users: &'a [Person],
    }
    serde_json::to_vec(&Users { users: people }).unwrap_or_default()
}

fn json(body: Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(body)
}
