//! The gate that every request passes: its id, limits, one log line, and headers that every answer has.
//!
//! It is one middleware and not a stack of them, because each layer costs as much as a bitmap query.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::InternalError;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

use crate::http::address;
use crate::http::assembly::Limits;
use crate::http::called::Called;
use crate::http::error::{Refusal, Shape};
use crate::http::guarded::{self, Fault};
use crate::http::line::Line;
use crate::http::request_id::RequestId;

/// What a handler knows about its request that the log line names.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// The board's row id.
    pub tenant_id: Option<i64>,
    /// The vendor that calls.
    pub vendor: Option<Arc<str>>,
    /// The shape of filter and sort, without values: `filter=email=?`.
    pub shape: Option<String>,
    /// The pattern of the address, where one route serves many.
    pub route: Option<&'static str>,
}

impl Note {
    /// Leaves the note with the request.
    pub fn leave(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }
}

/// Makes the gate of each worker.
#[derive(Clone)]
pub struct Gate(Rc<Settings>);

struct Settings {
    limits: Limits,
    is_https: bool,
}

impl Gate {
    /// A gate with these limits; `public_url` decides whether browsers are told to insist on https.
    pub fn new(limits: Limits, public_url: &str) -> Self {
        Self(Rc::new(Settings { limits, is_https: public_url.starts_with("https://") }))
    }
}

impl<S, B> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = GateService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(GateService { service: Rc::new(service), settings: Rc::clone(&self.0) }))
    }
}

/// The gate before one worker's routes.
pub struct GateService<S> {
    service: Rc<S>,
    settings: Rc<Settings>,
}

impl<S, B> Service<ServiceRequest> for GateService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let began = Instant::now();
        let id = RequestId::from_header(request.headers().get(&X_REQUEST_ID));
        let shape = Shape::of(request.path());
        let line = Line::new(&request, &id, began);
        let settings = Rc::clone(&self.settings);
        if let Some(refusal) = refuse(&request, &settings.limits) {
            return Box::pin(ready(Ok(settings.turned_away(request, &refusal, &id, &line))));
        }
        Called::note(&mut request);
        address::normalize(&mut request);
        // HTTP: an answer to HEAD is that to GET without its body, which the connection leaves out by itself.
        if request.method() == Method::HEAD {
            request.head_mut().method = Method::GET;
        }
        request.extensions_mut().insert(id.clone());
        let service = Rc::clone(&self.service);
        let answer = guarded::run(async move { service.call(request).await }, settings.limits.answer);
        Box::pin(async move {
            match answer.await {
                Ok(Ok(response)) => Ok(settings.pass(response, shape, &id, &line)),
                Ok(Err(error)) => Err(settings.failed(error.error_response(), &id, &line)),
                Err(fault) => Err(settings.failed(after_fault(fault, shape), &id, &line)),
            }
        })
    }
}

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is refused before any route is looked up.
fn refuse(request: &ServiceRequest, limits: &Limits) -> Option<Refusal> {
    let uri = request.uri();
    if uri.path().len() + uri.query().map_or(0, str::len) > limits.address {
        return Some(Refusal::of_status(StatusCode::URI_TOO_LONG));
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    (headers > limits.headers).then(|| Refusal::of_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE))
}

fn after_fault(fault: Fault, shape: Shape) -> HttpResponse {
    let refusal = match fault {
        Fault::Panicked => Refusal::internal(),
        Fault::TooSlow => Refusal::busy(),
    };
    refusal.answer(shape)
}

impl Settings {
    fn turned_away<B>(
        &self,
        request: ServiceRequest,
        refusal: &Refusal,
        id: &RequestId,
        line: &Line,
    ) -> ServiceResponse<EitherBody<B>> {
        let shape = Shape::of(request.path());
        let mut response = request.into_response(refusal.answer(shape));
        self.complete(response.headers_mut(), id);
        line.write(response.status(), Some(response.request()));
        response.map_into_right_body()
    }

    /// Completes an answer; an error that no handler wrote gets the body of its door.
    fn pass<B: MessageBody + 'static>(
        &self,
        mut response: ServiceResponse<B>,
        shape: Shape,
        id: &RequestId,
        line: &Line,
    ) -> ServiceResponse<EitherBody<B>> {
        let status = response.status();
        let refusal = response.response().error().and_then(Error::as_error::<Refusal>);
        if let Some(cause) = refusal.and_then(|refusal| refusal.cause.as_deref()) {
            line.fault(cause);
        }
        line.write(status, Some(response.request()));
        if (status.is_client_error() || status.is_server_error()) && !is_json(response.headers()) {
            let mut written = Refusal::of_status(status).answer(shape);
            if let Some(methods) = response.headers().get(ALLOW) {
                written.headers_mut().insert(ALLOW, methods.clone());
            }
            let mut response = response.into_response(written).map_into_right_body();
            self.complete(response.headers_mut(), id);
            return response;
        }
        self.complete(response.headers_mut(), id);
        // Header names have no case, but clients look `Link` and `X-Total-Count` up as they are written.
        response.response_mut().head_mut().set_camel_case_headers(true);
        response.map_into_left_body()
    }

    /// The request went with the fault: what remains is an error that becomes the answer.
    fn failed(&self, mut response: HttpResponse<BoxBody>, id: &RequestId, line: &Line) -> Error {
        self.complete(response.headers_mut(), id);
        line.write(response.status(), None);
        InternalError::from_response("the request failed", response).into()
    }

    fn complete(&self, headers: &mut HeaderMap, id: &RequestId) {
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            headers.insert(X_REQUEST_ID.clone(), value);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        // RFC 9110 §8.4.1: `identity` keeps an answer from being compressed, and is no coding that it names.
        if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding == "identity") {
            headers.remove(CONTENT_ENCODING);
        }
        // Whatever has a compressed form varies, also where it came plain, and a 304 for it (RFC 9110 §15.4.5).
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        if !headers.contains_key(CONTENT_SECURITY_POLICY) {
            headers.insert(
                CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
            );
        }
        if self.is_https {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        let media_type = value.as_bytes();
        media_type.starts_with(b"application/json") || media_type.starts_with(b"application/scim+json")
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service, read_body, try_call_service};
    use actix_web::{App, web};

    use super::*;

    #[actix_web::test]
    async fn a_panic_in_a_handler_is_answered_with_500_and_its_request_id() {
        async fn faulty() -> HttpResponse {
            panic!("on purpose")
        }
        let gate = Gate::new(Limits::default(), "https://example.org");
        let app = init_service(App::new().wrap(gate).route("/a/ims/oneroster/x", web::get().to(faulty))).await;
        let request = TestRequest::get().uri("/a/ims/oneroster/x").insert_header(("X-Request-ID", "r-1"));

        let error = try_call_service(&app, request.to_request()).await.unwrap_err();

        let answer = error.error_response();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers().get("x-request-id").unwrap(), "r-1");
        assert_eq!(answer.headers().get("strict-transport-security").unwrap(), "max-age=31536000");
        let body = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
        assert!(body.starts_with(b"{\"imsx_CodeMinor\""), "{body:?}");
    }

    #[actix_web::test]
    async fn an_encoded_slash_or_at_sign_belongs_to_its_segment() {
        async fn echo(id: web::Path<(String, String)>) -> String {
            format!("{}|{}", id.0, id.1)
        }
        let gate = Gate::new(Limits::default(), "http://example.org");
        let app = init_service(App::new().wrap(gate).route("/{tenant}/users/{id}", web::get().to(echo))).await;

        for (sent, read) in
            [("a%2Fb", "a/b"), ("a%40b", "a@b"), ("a@b", "a@b"), ("a%252Fb", "a%2Fb"), ("a+b%20c", "a+b c")]
        {
            let uri = format!("//noord/users//{sent}/");
            let answer = call_service(&app, TestRequest::get().uri(&uri).to_request()).await;
            assert_eq!(read_body(answer).await, format!("noord|{read}"), "{sent}");
        }
    }

    #[actix_web::test]
    async fn an_error_without_a_body_gets_one_and_an_own_body_stays() {
        let gate = Gate::new(Limits::default(), "http://example.org");
        let own = || async { HttpResponse::Conflict().json("own") };
        let app = init_service(App::new().wrap(gate).route("/own", web::get().to(own))).await;

        let unknown = call_service(&app, TestRequest::get().uri("/x").to_request()).await;
        let own = call_service(&app, TestRequest::get().uri("/own").to_request()).await;

        assert_eq!((unknown.status(), own.status()), (StatusCode::NOT_FOUND, StatusCode::CONFLICT));
        assert_eq!(read_body(unknown).await, r#"{"error":"unknownobject","error_description":"Unknown Object"}"#);
        assert_eq!(read_body(own).await, r#""own""#);
    }
}
