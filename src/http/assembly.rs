//! The server put together: addresses, limits, workers.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::{Server, ServerHandle};
use actix_service::{ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::middleware::Compress;
use actix_web::rt::net::TcpStream;
use actix_web::{HttpResponse, web};

use crate::auth::endpoint;
use crate::http::App;
use crate::http::gate::Gate;
use crate::http::request_line::EncodedRequestLines;
use crate::http::{health, metrics};
use crate::oneroster::{csv, v1p1, v1p2};
use crate::scim::door as scim;
use crate::store::{nonce, token};

/// How a server is sized and how long it waits.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Threads that read requests and write answers.
    pub workers: usize,
    /// Threads for the database, over all workers.
    pub blocking_threads: usize,
    /// The largest body in bytes.
    pub body: usize,
    /// The longest path with its query, in bytes.
    pub address: usize,
    /// The largest headers together, in bytes.
    pub headers: usize,
    /// How long a client may take to send the head of a request.
    pub head: Duration,
    /// How long a client may take to send a body.
    pub body_time: Duration,
    /// How long an answer may take.
    pub answer: Duration,
    /// How long requests in flight may take to finish when the server stops.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            workers: 2,
            blocking_threads: 8,
            body: 64 * 1024,
            address: 16 * 1024,
            headers: 32 * 1024,
            head: Duration::from_secs(10),
            body_time: Duration::from_secs(10),
            answer: Duration::from_secs(120),
            shutdown: Duration::from_secs(30),
        }
    }
}

/// A server that was started: await `server`; stop it by `handle`.
pub struct Running {
    /// Resolves when the server has stopped.
    pub server: Server,
    /// Stops the server.
    pub handle: ServerHandle,
}

/// Starts to answer on a socket that listens already. Call it within an actix system.
pub fn serve(app: &Arc<App>, listener: TcpListener, limits: &Limits) -> io::Result<Running> {
    metrics::install();
    let state = web::Data::from(Arc::clone(app));
    let house = Arc::clone(app);
    let sized = limits.clone();
    let builder = Server::build();
    let stopping = builder.graceful_shutdown_signal();
    let server = builder
        .workers(limits.workers)
        .worker_max_blocking_threads((limits.blocking_threads / limits.workers.max(1)).max(1))
        .shutdown_timeout(limits.shutdown.as_secs())
        .disable_signals()
        .listen("koppelvlak", listener, move || {
            let service = actix_web::App::new()
                .app_data(state.clone())
                .app_data(web::PayloadConfig::new(sized.body))
                .app_data(web::Data::new(sized.clone()))
                .wrap(Compress::default())
                .wrap(Gate::new(sized.clone(), &state.public_url))
                .configure(routes)
                .default_service(web::to(unknown));
            let stopping = stopping.clone();
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .keep_alive(Duration::from_secs(75))
                .client_request_timeout(sized.head)
                .finish(map_config(service, |()| AppConfig::default()));
            fn_service(accept).and_then(http)
        })?
        .run();
    actix_web::rt::spawn(keep_house(house));
    Ok(Running { handle: server.handle(), server })
}

/// What actix-web's own server does with a connection, and the encoding of request lines.
async fn accept(
    connection: TcpStream,
) -> Result<(EncodedRequestLines<TcpStream>, Protocol, Option<SocketAddr>), DispatchError> {
    connection.set_nodelay(true).map_err(DispatchError::Io)?;
    let peer = connection.peer_addr().ok();
    Ok((EncodedRequestLines::new(connection), Protocol::Http1, peer))
}

/// Every address of the server. A front door adds its own line here; patterns are tried in order, so the
/// addresses of data come first, and before others what is one pattern.
fn routes(config: &mut web::ServiceConfig) {
    config
        .configure(scim::routes::routes)
        .configure(v1p2::routes::routes)
        .configure(v1p1::routes::routes)
        .configure(csv::door::routes)
        .configure(health::routes)
        .configure(endpoint::routes);
}

/// The gate words the answer.
async fn unknown() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

/// What must happen now and then. It ends with the system that it was started in.
async fn keep_house(app: Arc<App>) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    for n in 0_u64.. {
        tick.tick().await;
        metrics::upkeep();
        let shared = Arc::clone(&app);
        drop(web::block(move || find_accounts(&shared)).await);
        if n % 12 == 0 {
            let app = Arc::clone(&app);
            drop(web::block(move || note_used_tokens(&app)).await);
        }
        if n % 120 == 0 {
            let app = Arc::clone(&app);
            drop(web::block(move || forget_what_expired(&app)).await);
        }
    }
}

/// Accounts may have changed on another node, and rules, data or the day anywhere.
fn find_accounts(app: &App) {
    if let Err(error) = app.find_accounts() {
        tracing::warn!(error = &error as &dyn std::error::Error, "accounts are looked for later");
    }
}

/// Notes when tokens that live long were last used: now and then, and once more when the server has stopped.
pub fn note_used_tokens(app: &App) {
    let used = app.auth_cache.take_used();
    if used.is_empty() {
        return;
    }
    if let Err(error) = app.database.write_activity().and_then(|mut conn| token::note_use(&mut conn, &used)) {
        tracing::warn!(error = &error as &dyn std::error::Error, "when tokens were last used is not noted");
    }
}

fn forget_what_expired(app: &App) {
    let now = app.clock.now();
    let gone = app
        .database
        .write_activity()
        .and_then(|mut conn| Ok(token::delete_expired(&mut conn, now)? + nonce::delete_expired(&mut conn, now)?));
    match gone {
        Ok(0) => (),
        Ok(n) => tracing::debug!(n, "forgot expired tokens and nonces"),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "expired tokens and nonces stay for now");
        }
    }
}
