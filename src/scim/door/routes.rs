//! From a request of the network to what it names, and the last steps of an answer: record, then respond.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{
    ALLOW, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, IF_MATCH, IF_NONE_MATCH,
};
use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::audit::recorder::Expected;
use crate::auth::bearer::Caller;
use crate::http::assembly::Limits;
use crate::http::gate::Note;
use crate::http::request_id::RequestId;
use crate::http::{App, Refusal as HouseRefusal};
use crate::scim::discovery::LARGEST_JOB;
use crate::scim::door::answer::{Answer, Failure, of_refusal};
use crate::scim::door::bulk;
use crate::scim::door::change::Command;
use crate::scim::door::make::{Asked, make};
use crate::scim::door::parameters::Parameters;
use crate::scim::door::target::Target;
use crate::scim::door::{about, read};
use crate::scim::json;
use crate::scim::refusal::Refusal;

/// Adds the addresses below `/{tenant}/scim/v2`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/{tenant}/{scim:(?i)scim}/{version:(?i)v2}{tail:(/.*)?}").to(handle));
}

/// A request as the socket had it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The board's name.
    pub tenant: String,
    /// What the address names.
    pub target: Target,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The query, undecoded.
    pub query: String,
    /// The body, or what is wrong with it: who may not come in is not told; null if there is none.
    pub body: Result<Value, Refusal>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The request's id.
    pub request_id: Arc<str>,
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// Whether an answer without a body is preferred (RFC 7240 §4.2).
    pub is_minimal: bool,
}

async fn handle(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let mut caller = None;
    let target = segments(&request).ok().and_then(|(_, path)| Target::of(&path));
    let route = target.as_ref().map(Target::pattern);
    let outcome = match understand(&limits, (&request, body), target).await {
        Ok(Understood::Asked(asked)) => answer(&app, asked, &mut caller).await,
        Ok(Understood::Answered(response)) => Ok(response),
        Err(failure) => Err(failure),
    };
    let note = Note {
        tenant_id: caller.as_ref().map(|caller: &Caller| caller.tenant_id),
        vendor: caller.map(|caller| caller.vendor),
        route,
        shape: None,
    };
    note.leave(&request);
    outcome.unwrap_or_else(|failure| {
        if let Some(cause) = failure.cause() {
            tracing::error!(cause, request = RequestId::of(&request).as_str(), "a SCIM request failed");
        }
        failure.into_response()
    })
}

enum Understood {
    Asked(Request),
    Answered(HttpResponse),
}

async fn understand(
    limits: &Limits,
    (request, body): (&HttpRequest, web::Payload),
    target: Option<Target>,
) -> Result<Understood, Failure> {
    let (tenant, _) = segments(request)?;
    let target = target.ok_or_else(HouseRefusal::unknown)?;
    let method = request.method().as_str().to_owned();
    if method == "OPTIONS" {
        let response = HttpResponse::NoContent().insert_header((ALLOW, target.methods().join(", "))).finish();
        return Ok(Understood::Answered(response));
    }
    if !target.methods().contains(&method.as_str()) {
        let mut response = of_refusal(&Refusal::plain(405, "this method is not offered here"));
        if let Ok(allowed) = target.methods().join(", ").parse() {
            response.headers_mut().insert(ALLOW, allowed);
        }
        return Ok(Understood::Answered(response));
    }
    let header = |name: HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let announced = header(CONTENT_LENGTH).and_then(|text| text.parse().ok());
    let body = match method.as_str() {
        "POST" | "PUT" | "PATCH" => {
            let bytes = whole(limits, announced, body).await?;
            check_type(header(CONTENT_TYPE).as_deref()).and_then(|()| json::parse(&bytes))
        }
        _ => {
            // Some clients send a body where there is none; one that nobody reads would close the connection.
            whole(limits, announced, body).await?;
            Ok(Value::Null)
        }
    };
    let prefers = header(HeaderName::from_static("prefer")).unwrap_or_default().to_ascii_lowercase();
    Ok(Understood::Asked(Request {
        tenant,
        target,
        method,
        query: request.query_string().to_owned(),
        body,
        authorization: header(AUTHORIZATION),
        request_id: RequestId::of(request).shared(),
        if_match: header(IF_MATCH),
        if_none_match: header(IF_NONE_MATCH),
        is_minimal: prefers.split([',', ';']).any(|wish| wish.trim() == "return=minimal"),
    }))
}

/// A body that is up to so many times too large is taken, and thrown away, so that the refusal is read.
const MOST_DRAINED: usize = 4;
/// How long that may take.
const DRAINING: Duration = Duration::from_secs(2);

async fn whole(limits: &Limits, announced: Option<usize>, body: web::Payload) -> Result<web::Bytes, Failure> {
    let largest = LARGEST_JOB as usize;
    let too_large = || Refusal::plain(413, format!("the body is larger than {LARGEST_JOB} bytes"));
    if let Some(n) = announced.filter(|n| *n > largest) {
        if n <= largest * MOST_DRAINED {
            // Who is still sending finds the connection closed, and not the refusal.
            drop(tokio::time::timeout(DRAINING, body.to_bytes_limited(n)).await);
        }
        return Err(too_large().into());
    }
    let read = tokio::time::timeout(limits.body_time, body.to_bytes_limited(largest));
    let read = read.await.map_err(|_| Refusal::plain(408, "the body took too long"))?;
    let read = read.map_err(|_| too_large())?;
    Ok(read.map_err(|_| Refusal::invalid_syntax("the body broke off"))?)
}

/// RFC 7644 §3.1, and plain JSON, which many clients send.
fn check_type(content_type: Option<&str>) -> Result<(), Refusal> {
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if ["application/scim+json", "application/json"].iter().any(|known| media_type.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Refusal::plain(415, "the body must be application/scim+json"))
}

async fn answer(app: &web::Data<App>, request: Request, caller: &mut Option<Caller>) -> Result<HttpResponse, Failure> {
    let answer = match (&request.target, request.method.as_str()) {
        (Target::Bulk, _) => bulk::run(app, &asked(&request)?, request.body.clone(), caller).await?,
        (Target::Collection(_) | Target::One(..), "POST" | "PUT" | "PATCH" | "DELETE") => {
            make(app, &asked(&request)?, command(&request)?, caller).await?
        }
        _ => {
            let expected = app.recorder.expect();
            if let Some(answer) = read::answer_at_once(app, &request, caller) {
                return leave(app, answer?, Some(expected)).await;
            }
            let shared = Arc::clone(app);
            let (answer, who_called) = web::block(move || {
                let mut caller = None;
                let answer = match &request.target {
                    Target::ServiceProviderConfig | Target::ResourceTypes(_) | Target::Schemas(_) => {
                        about::answer(&shared, &request, &mut caller)
                    }
                    _ => read::answer(&shared, &request, &mut caller),
                };
                (answer, caller)
            })
            .await?;
            *caller = who_called;
            return leave(app, answer?, Some(expected)).await;
        }
    };
    leave(app, answer, None).await
}

fn command(request: &Request) -> Result<Command, Failure> {
    let (resource_type, id) = match &request.target {
        Target::Collection(resource_type) => (*resource_type, None),
        Target::One(resource_type, id) => (*resource_type, Some(id.clone())),
        _ => return Err(Refusal::unknown().into()),
    };
    Ok(Command {
        method: request.method.clone(),
        resource_type,
        id,
        body: request.body.clone(),
        if_match: request.if_match.clone(),
        is_only_new: request.if_none_match.as_deref().is_some_and(|held| held.trim() == "*"),
    })
}

fn asked(request: &Request) -> Result<Asked, Failure> {
    let Parameters { attributes, excluded, .. } = Parameters::of_query(&request.query)?;
    Ok(Asked {
        tenant: request.tenant.clone(),
        authorization: request.authorization.clone(),
        request_id: Arc::clone(&request.request_id),
        attributes,
        excluded,
        is_minimal: request.is_minimal,
    })
}

/// Records what an answer tells, and lets it leave.
async fn leave(app: &App, mut answer: Answer, expected: Option<Expected>) -> Result<HttpResponse, Failure> {
    if let Some(disclosure) = answer.disclosure.take() {
        let recorded = app.recorder.record(disclosure);
        drop(expected);
        recorded.await?;
    }
    Ok(answer.into_response())
}

/// The board's name and the segments below `/{tenant}/scim/v2`, decoded one by one.
fn segments(request: &HttpRequest) -> Result<(String, Vec<String>), Failure> {
    let segment = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
        decoded.map_err(|_| Failure::from(HouseRefusal::unknown()))
    };
    let mut segments = request.uri().path().split('/').filter(|segment| !segment.is_empty());
    let tenant = segment(segments.next().unwrap_or_default())?;
    Ok((tenant, segments.skip(2).map(segment).collect::<Result<_, _>>()?))
}
