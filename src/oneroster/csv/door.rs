//! A vendor's view as a CSV set over HTTP: `csv/v1p2/bulk.zip` and `csv/v1p2/delta.zip?since=…`, and the same for 1.1.
//!
//! The set is made in a file without a name, so that it needs little memory, and sent when it is whole and all
//! that it tells about people is durable: up to then the answer can still be a refusal.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::DateTime;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::Version;
use super::export::{ExportError, Wanted, export};
use crate::auth::bearer::{self, Caller};
use crate::auth::{AuthError, Scope};
use crate::clock::Millis;
use crate::http::gate::Note;
use crate::http::request_id::RequestId;
use crate::http::{App, Refusal};
use crate::oneroster::parameters;

const SET: &str = "/{tenant}/ims/oneroster/csv/{version}/{file}";

/// How many sets are made at once; further requests wait, so that others are answered meanwhile.
static MAKING: Semaphore = Semaphore::const_new(2);

/// How often a set is begun again because the board or its rules changed.
const ATTEMPTS: usize = 3;

const CHUNK: usize = 64 * 1024;

/// Adds the addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource(SET).route(web::get().to(send)));
}

/// Which set is asked for.
#[derive(Debug, Clone, Copy)]
struct Set {
    version: Version,
    since: Option<Millis>,
}

async fn send(
    app: web::Data<App>,
    place: web::Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let (tenant, version, file) = place.into_inner();
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let set = read(&version, &file, request.query_string());
    let (shared, id) = (Arc::clone(&app), RequestId::of(&request).shared());
    let permit = MAKING.acquire().await.map_err(|_| Refusal::busy())?;
    let runtime = Handle::current();
    let (caller, made) = web::block(move || {
        let mut caller = None;
        let exchange = Exchange { app: &shared, tenant: &tenant, authorization: authorization.as_deref(), id: &id };
        let made = exchange.make(set, &runtime, &mut caller);
        (caller, made)
    })
    .await?;
    drop(permit);
    Note {
        tenant_id: caller.as_ref().map(|caller: &Caller| caller.tenant_id),
        vendor: caller.map(|caller| caller.vendor),
        route: Some("getCsvSet"),
        shape: None,
    }
    .leave(&request);
    let (file, size) = made?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"oneroster.zip\""))
        // It is compressed already.
        .insert_header((CONTENT_ENCODING, "identity"))
        .body(Sent { file, left: size }))
}

/// Reads the address. What is wrong with it is told only to whoever may ask.
fn read(version: &str, file: &str, query: &str) -> Result<Set, Refusal> {
    let version = match version {
        "v1p1" => Version::V1p1,
        "v1p2" => Version::V1p2,
        _ => return Err(Refusal::unknown()),
    };
    let bad = |text: &str| Refusal::new(StatusCode::BAD_REQUEST, "invaliddata", text);
    let pairs = parameters::decode(query).map_err(|_| bad("the query can't be read"))?;
    let since = pairs.iter().find(|(name, _)| *name == "since").map(|(_, value)| value);
    match (file, since) {
        ("bulk.zip", _) => Ok(Set { version, since: None }),
        ("delta.zip", Some(since)) => {
            // A `+` that wasn't encoded arrives as a space.
            let at = DateTime::parse_from_rfc3339(since)
                .or_else(|_| DateTime::parse_from_rfc3339(&since.replace(' ', "+")))
                .map_err(|_| bad("`since` is no date and time such as 2026-09-01T08:00:00Z"))?;
            Ok(Set { version, since: Some(Millis(at.timestamp_millis())) })
        }
        ("delta.zip", None) => Err(bad("`since` says from when on: since=2026-09-01T08:00:00Z")),
        _ => Err(Refusal::unknown()),
    }
}

/// A request with who asks.
struct Exchange<'a> {
    app: &'a App,
    tenant: &'a str,
    authorization: Option<&'a str>,
    id: &'a Arc<str>,
}

impl Exchange<'_> {
    /// Makes the set, and begins again where something moved meanwhile. Blocks on the database.
    fn make(
        &self,
        set: Result<Set, Refusal>,
        runtime: &Handle,
        caller: &mut Option<Caller>,
    ) -> Result<(File, u64), Refusal> {
        let first = caller.insert(self.caller()?).clone();
        first.need(&[Scope::RosterReadonly])?;
        let set = set?;
        let has_moved = self.app.adopt_accounts(&mut *self.app.database.read()?, first.tenant_id);
        let mut before = if has_moved { self.caller()? } else { first };
        for _ in 0..ATTEMPTS {
            let made = self.attempt(set, runtime, &before);
            let after = self.caller()?;
            let is_still = (before.data_epoch, before.consent_epoch) == (after.data_epoch, after.consent_epoch);
            match made {
                Ok(made) if is_still => return Ok(made),
                Ok(_) | Err(ExportError::Moved) => {}
                Err(error) => return Err(error.into()),
            }
            before = after;
        }
        Err(Refusal::busy())
    }

    fn caller(&self) -> Result<Caller, Refusal> {
        let mut conn = self.app.database.read()?;
        let caller: Result<Caller, AuthError> =
            bearer::authenticate(self.app, &mut conn, self.authorization, self.tenant);
        Ok(caller?)
    }

    fn attempt(&self, set: Set, runtime: &Handle, caller: &Caller) -> Result<(File, u64), ExportError> {
        let app = self.app;
        let mut conn = app.database.read()?;
        let view =
            app.views.get(&app.database, &mut conn, &app.master_key, &app.asked(caller))?.ok_or(ExportError::Moved)?;
        let wanted = Wanted {
            view: &view,
            version: set.version,
            since: set.since,
            scopes: caller.scopes,
            now: caller.at,
            request_id: Arc::clone(self.id),
        };
        let mut disclose = |disclosure| runtime.block_on(app.recorder.record(disclosure));
        let (mut file, _) = export(&mut conn, &wanted, tempfile::tempfile()?, &mut disclose)?;
        let size = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        Ok((file, size))
    }
}

impl From<ExportError> for Refusal {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Moved => Self::busy(),
            ExportError::Record(error) => error.into(),
            ExportError::Store(error) => error.into(),
            ExportError::Write(error) => Self::internal().because(&error),
        }
    }
}

/// A set on its way. What is read lies in the system's cache, as it was just written.
struct Sent {
    file: File,
    left: u64,
}

impl MessageBody for Sent {
    type Error = std::io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.left)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut chunk = vec![0; CHUNK];
        let read = match self.file.read(&mut chunk) {
            Ok(0) => return Poll::Ready(Some(Err(std::io::ErrorKind::UnexpectedEof.into()))),
            Ok(read) => read,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        chunk.truncate(read);
        self.left = self.left.saturating_sub(read as u64);
        Poll::Ready(Some(Ok(chunk.into())))
    }
}
