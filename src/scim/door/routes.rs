//! From a request of the network to what it names, and the last steps of an answer: record, then respond.

use std::sync::Arc;

use actix_web::http::header::{ALLOW, AUTHORIZATION, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::percent_decode_str;

use crate::auth::bearer::Caller;
use crate::http::assembly::Limits;
use crate::http::gate::Note;
use crate::http::request_id::RequestId;
use crate::http::{App, Refusal as HouseRefusal};
use crate::scim::door::answer::{Answer, Failure};
use crate::scim::door::read;
use crate::scim::door::target::Target;
use crate::scim::refusal::Refusal;

/// Adds the addresses below `/{tenant}/scim/v2`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/{tenant}/{scim:(?i)scim}/{version:(?i)v2}").to(handle))
        .service(web::resource("/{tenant}/{scim:(?i)scim}/{version:(?i)v2}/{tail:.*}").to(handle));
}

/// A request as the socket had it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The board's name.
    pub tenant: String,
    /// What the address names.
    pub target: Target,
    /// The query, undecoded.
    pub query: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The request's id.
    pub request_id: Arc<str>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
}

async fn handle(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let mut caller = None;
    let outcome = answer(&app, &limits, (&request, body), &mut caller).await;
    let target = segments(&request).ok().and_then(|(_, path)| Target::of(&path));
    Note {
        tenant_id: caller.as_ref().map(|caller: &Caller| caller.tenant_id),
        vendor: caller.map(|caller| caller.vendor),
        route: target.map(|target| target.pattern()),
        shape: None,
    }
    .leave(&request);
    match outcome {
        Ok(response) => response,
        Err(failure) => {
            if let Some(cause) = failure.cause() {
                tracing::error!(cause, request = RequestId::of(&request).as_str(), "a SCIM request failed");
            }
            failure.into_response()
        }
    }
}

async fn answer(
    app: &web::Data<App>,
    _limits: &Limits,
    (request, _body): (&HttpRequest, web::Payload),
    caller: &mut Option<Caller>,
) -> Result<HttpResponse, Failure> {
    let (tenant, path) = segments(request)?;
    let target = Target::of(&path).ok_or_else(HouseRefusal::unknown)?;
    let method = request.method().as_str();
    if method == "OPTIONS" {
        return Ok(HttpResponse::NoContent().insert_header((ALLOW, target.methods().join(", "))).finish());
    }
    if !target.methods().contains(&method) {
        let refusal = Refusal::plain(405, "this method is not offered here");
        let mut response = Failure::from(refusal).into_response();
        if let Ok(allowed) = target.methods().join(", ").parse() {
            response.headers_mut().insert(ALLOW, allowed);
        }
        return Ok(response);
    }
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let asked = Request {
        tenant,
        target,
        query: request.query_string().to_owned(),
        authorization: header(AUTHORIZATION),
        request_id: RequestId::of(request).shared(),
        if_none_match: header(IF_NONE_MATCH),
    };
    let shared = Arc::clone(app);
    let (answer, called) = web::block(move || {
        let mut caller = None;
        let answer = read::answer(&shared, &asked, &mut caller);
        (answer, caller)
    })
    .await?;
    *caller = called;
    leave(app, answer?).await
}

/// Records what an answer tells, and lets it leave.
pub(super) async fn leave(app: &App, mut answer: Answer) -> Result<HttpResponse, Failure> {
    if let Some(disclosure) = answer.disclosure.take() {
        app.recorder.record(disclosure).await?;
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
