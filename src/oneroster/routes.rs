//! From a request of the network to its operation, and the last steps of an answer: record, then respond.

use std::future::ready;
use std::sync::Arc;

use actix_web::http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION, ContentType, Date, ETag, LINK};
use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::percent_decode_str;

use crate::auth::Proof;
use crate::auth::signed::Signed;
use crate::catalogue::Version;
use crate::http::called::Called;
use crate::http::entity_tag;
use crate::http::error::Shape;
use crate::http::gate::Note;
use crate::http::request_id::RequestId;
use crate::http::{App, Refusal};
use crate::oneroster::answer::{Answer, Request, answer, answer_at_once};
use crate::oneroster::discovery::{self, Service};
use crate::oneroster::operation::Operation;
use crate::oneroster::shape;

/// Adds the addresses of a service's description, which needs no token.
pub fn describe(config: &mut web::ServiceConfig, service: &'static Service) {
    let address = format!("/{{tenant}}/ims/oneroster/{}/discovery/{{file}}", service.base);
    let describe =
        move |app: web::Data<App>, place: web::Path<(String, String)>| ready(described(service, &app, place));
    config.service(web::resource(address).route(web::get().to(describe)));
}

fn described(
    service: &'static Service,
    app: &App,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse, Refusal> {
    let (tenant, file) = place.into_inner();
    if !service.files.contains(&file.as_str()) {
        let shape = Shape::of(&format!("/ims/oneroster/{}", service.base));
        return Err(Refusal { shape, ..Refusal::unknown() });
    }
    Ok(HttpResponse::Ok().json(discovery::document(service, &app.public_url, &tenant)))
}

/// Answers a request for one of these operations.
pub async fn read(
    operations: &'static [Operation],
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let read = understand(&app, operations, &request)?;
    let (shared, operation) = (Arc::clone(&app), read.operation);
    let shape = shape::of(operation.edition.version, operation.entity, &read.query);
    let tenant = read.tenant.clone();
    let expected = app.recorder.expect();
    let outcome = match answer_at_once(&app, &read) {
        Some(outcome) => outcome,
        None => web::block(move || answer(&shared, &read)).await?,
    };
    Note {
        tenant_id: outcome.caller.as_ref().map(|caller| caller.tenant_id),
        vendor: outcome.caller.map(|caller| caller.vendor),
        route: Some(operation.id),
        shape,
    }
    .leave(&request);
    let answer = outcome.answer?;
    let Answer { body, total, links, disclosure } = answer;
    let count = total.map(|total| total.to_string()).unwrap_or_default();
    let told = [body.as_slice(), count.as_bytes(), links.as_deref().unwrap_or_default().as_bytes()];
    let tag = entity_tag::of(&app.master_key, (&tenant, &disclosure.vendor), &told);
    let at = disclosure.at;
    let recorded = app.recorder.record(disclosure);
    drop(expected);
    recorded.await?;
    let is_held = entity_tag::is_held(&request, &tag);
    let mut response = if is_held { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header(ETag(tag));
    // The time from which a client asks for changes next: before anything of the answer was read.
    response.insert_header(Date(at.to_system_time().into()));
    if let Some(total) = total {
        response.insert_header(("X-Total-Count", total));
        response.insert_header((ACCESS_CONTROL_EXPOSE_HEADERS, "X-Total-Count, Link"));
    }
    if let Some(links) = links {
        response.insert_header((LINK, links));
    }
    Ok(if is_held { response.finish() } else { response.content_type(ContentType::json()).body(body) })
}

/// Reads the address from the request as it was sent, so that an encoded slash stays part of its identifier.
fn understand(app: &App, operations: &'static [Operation], request: &HttpRequest) -> Result<Request, Refusal> {
    let (tenant, path) = segments(request, operations.first().map_or("", |operation| operation.base))?;
    let (operation, identifiers) = Operation::find(operations, &path).ok_or_else(Refusal::unknown)?;
    Ok(Request {
        tenant,
        operation,
        identifiers: identifiers.into_iter().map(str::to_owned).collect(),
        query: request.query_string().to_owned(),
        proof: proof(app, operation.edition.version, request, b""),
        request_id: RequestId::of(request).shared(),
    })
}

/// The board's name and the segments below a service's base, decoded one by one.
pub(in crate::oneroster) fn segments(request: &HttpRequest, base: &str) -> Result<(String, Vec<String>), Refusal> {
    let segment = |text: &str| {
        percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| Refusal::unknown())
    };
    let mut segments = request.uri().path().split('/').filter(|segment| !segment.is_empty());
    let tenant = segment(segments.next().unwrap_or_default())?;
    // `ims`, `oneroster` and the service's own path: the route has matched them.
    let path = segments.skip(2 + base.split('/').count()).map(segment).collect::<Result<Vec<_>, _>>()?;
    Ok((tenant, path))
}

/// What the request proves who calls with. Only 1.1 knows signatures; the body is that which is read.
pub(in crate::oneroster) fn proof(app: &App, version: Version, request: &HttpRequest, body: &[u8]) -> Proof {
    let authorization = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let signed = match version {
        Version::V1p1 => Signed::read(authorization, || Called::of(request, &app.public_url)),
        Version::V1p2 => None,
    };
    match signed {
        Some(signed) => Proof::Signature(Box::new(signed.and_then(|signed| signed.with_body(body)))),
        None => Proof::Bearer(authorization.map(str::to_owned)),
    }
}
