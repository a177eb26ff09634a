//! From a request of the network to a write, and its answer once it is durable.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, ContentType, ETag, HeaderMap, IF_MATCH, IF_NONE_MATCH, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::utf8_percent_encode;
use serde_json::json;

use crate::catalogue::Version;
use crate::http::assembly::Limits;
use crate::http::gate::Note;
use crate::http::{App, Refusal};
use crate::json::PATH_SEGMENT;
use crate::oneroster::gradebook::operation::{Method, WriteOperation};
use crate::oneroster::gradebook::write::{Condition, WriteRequest, denied, prepare, read_back};
use crate::oneroster::operation::Operation;
use crate::oneroster::routes::{proof, segments};
use crate::store::StoreError;
use crate::store::writer::VendorRow;
use crate::store::writing::{Change, Denied, Done, Made};
use crate::writing::Task;

/// The largest body of a write, in bytes: a class's results in one POST.
const MOST_BODY: usize = 4 * 1024 * 1024;

/// Changes of the gradebook, all or none.
struct Changes(Vec<Change>);

impl Task for Changes {
    type Outcome = Result<Vec<Made>, Denied>;

    fn run(&self, row: &mut VendorRow<'_>) -> Result<Self::Outcome, StoreError> {
        row.apply(&self.0)
    }
}

/// Answers whatever is not a read: a write, or the methods that there are.
pub async fn write(
    (reads, writes): (&'static [Operation], &'static [WriteOperation]),
    app: web::Data<App>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let base = reads.first().map_or("", |operation| operation.base);
    let (tenant, path) = segments(&request, base)?;
    let of_address = WriteOperation::of_address(writes, &path);
    let found = of_address.iter().find(|(operation, _)| operation.method.name() == request.method().as_str());
    let Some((operation, identifiers)) = found else {
        let mut allowed: Vec<&str> = of_address.iter().map(|(operation, _)| operation.method.name()).collect();
        if Operation::find(reads, &path).is_some() {
            allowed.insert(0, "GET, HEAD");
        }
        if allowed.is_empty() {
            return Err(Refusal::unknown());
        }
        return Ok(HttpResponse::MethodNotAllowed().insert_header((ALLOW, allowed.join(", "))).finish());
    };
    if operation.method != Method::Delete {
        check_type(request.headers())?;
    }
    let body = tokio::time::timeout(limits.body_time, body.to_bytes_limited(MOST_BODY))
        .await
        .map_err(|_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "invaliddata", "the body took too long"))?
        .map_err(|_| Refusal::of_status(StatusCode::PAYLOAD_TOO_LARGE))?
        .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "invaliddata", "the body broke off"))?;
    let asked = WriteRequest {
        tenant,
        operation,
        identifiers: identifiers.clone(),
        proof: proof(&app, operation.edition.version, &request, &body),
        body: body.to_vec(),
        condition: condition(request.headers()),
    };
    let shared = Arc::clone(&app);
    let outcome = web::block(move || prepare(&shared, &asked)).await?;
    Note {
        tenant_id: outcome.caller.as_ref().map(|caller| caller.tenant_id),
        vendor: outcome.caller.as_ref().map(|caller| Arc::clone(&caller.vendor)),
        route: Some(operation.id),
        shape: None,
    }
    .leave(&request);
    let prepared = outcome.prepared?;
    let caller = outcome.caller.ok_or_else(Refusal::internal)?;
    let in_use = if operation.edition.version == Version::V1p1 { "invaliddata" } else { "deletefailure" };
    let made = app.writer.write(caller.tenant_id, Arc::clone(&caller.vendor), Changes(prepared.changes)).await?;
    let made = made.map_err(|why| denied(&why, in_use))?;
    match operation.method {
        Method::Delete => Ok(HttpResponse::NoContent().finish()),
        Method::Post(_) => {
            let pairs: Vec<_> = prepared
                .supplied
                .iter()
                .zip(&made)
                .map(|(supplied, (_, allocated))| json!({"suppliedSourcedId": supplied, "allocatedSourcedId": allocated}))
                .collect();
            Ok(HttpResponse::Created().json(json!({"sourcedIdPairs": pairs})))
        }
        Method::Put => {
            let (done, identifier) = made.into_iter().next().ok_or_else(Refusal::internal)?;
            let (shared, vendor, name) = (Arc::clone(&app), caller.clone(), identifier.clone());
            let (operation, view) = (*operation, prepared.view);
            let back = web::block(move || read_back(&shared, (&vendor, &view), operation, &name)).await??;
            let is_new = done == Done::Created;
            let mut response = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
            if is_new {
                response.insert_header((LOCATION, address(&app, &caller.tenant, operation, &identifier)));
            }
            // Clients read the answer of a PUT as JSON, though the standard doesn't ask for a body.
            let Some((body, tag)) = back else { return Ok(response.json(json!({}))) };
            Ok(response.insert_header(ETag(tag)).content_type(ContentType::json()).body(body))
        }
    }
}

fn address(app: &App, tenant: &str, operation: &WriteOperation, identifier: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, PATH_SEGMENT).to_string();
    let path = operation.path.replace("{}", &encode(identifier));
    format!("{}/{}/ims/oneroster/{}/{path}", app.public_url, encode(tenant), operation.base)
}

/// A body of another type than JSON is refused; one of no type is taken as JSON.
fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let of = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("application/json");
    if of.to_ascii_lowercase().contains("json") {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invaliddata", "the body must be application/json"))
}

/// RFC 9110 §13.1: tags are compared without the sign of a weak one, because compression weakens them.
fn condition(headers: &HeaderMap) -> Condition {
    let text = |name| headers.get(name).and_then(|value: &actix_web::http::header::HeaderValue| value.to_str().ok());
    if text(IF_NONE_MATCH).is_some_and(|value| value.trim() == "*") {
        return Condition::Absent;
    }
    let Some(held) = text(IF_MATCH) else { return Condition::None };
    if held.trim() == "*" {
        return Condition::Held(Vec::new());
    }
    let tag = |text: &str| text.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    Condition::Held(held.split(',').map(tag).collect())
}
