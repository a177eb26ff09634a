//! The token endpoint and what RFC 8414 says about it.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderMap, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::auth::Scope;
use crate::auth::credentials::Credentials;
use crate::auth::form::Form;
use crate::auth::grant::{Asked, GrantError, LIFETIME, grant};
use crate::http::App;
use crate::http::RequestId;
use crate::http::assembly::Limits;
use crate::http::error::chain;

/// The addresses under which clients look for a token, at the root and in each board.
///
/// Some clients append `/token` or `/oauth2/token` to the address of the data and can't be told otherwise.
const TOKEN: &str = "(ims/oneroster/)?(oauth2/token|oauth/token|oauth/access_token|token)";

/// The same below the address of a service.
const TOKEN_OF_SERVICE: &str = "oauth2/token|oauth/token|oauth/access_token|token";

const METADATA: &str = "/.well-known/oauth-authorization-server";

/// The addresses of this file.
pub fn routes(config: &mut web::ServiceConfig) {
    for path in ["/oauth2/token", &format!("/{{path:{TOKEN}}}"), &format!("/{{tenant}}/{{path:{TOKEN}}}")] {
        config.service(web::resource(path).route(web::route().to(token)));
    }
    for path in [METADATA, &format!("{METADATA}/{{tenant}}"), &format!("/{{tenant}}{METADATA}")] {
        config.service(web::resource(path).route(web::get().to(metadata)));
    }
}

/// Adds the addresses below that of a service, before the service's own: a client that knows one address appends to
/// that of the data.
pub fn below(config: &mut web::ServiceConfig, base: &str) {
    config.service(web::resource(format!("{base}/{{path:{TOKEN_OF_SERVICE}}}")).route(web::route().to(token)));
}

async fn token(
    request: HttpRequest,
    body: web::Payload,
    app: web::Data<App>,
    limits: web::Data<Limits>,
) -> HttpResponse {
    if request.method() != actix_web::http::Method::POST {
        let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "a token is asked for by POST");
        response.headers_mut().insert(ALLOW, actix_web::http::header::HeaderValue::from_static("POST"));
        return response;
    }
    let asked = match asked(&request, body, &limits).await {
        Ok(asked) => asked,
        Err(refused) => return refused.answer(),
    };
    match web::block(move || grant(&app, &asked)).await {
        Ok(Ok(granted)) => HttpResponse::Ok().insert_header((PRAGMA, "no-cache")).json(json!({
            "access_token": granted.token,
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "scope": granted.scopes.join(" "),
        })),
        Ok(Err(error)) => {
            if matches!(error, GrantError::Store(_) | GrantError::Key(_)) {
                let id = RequestId::of(&request);
                tracing::error!(request.id = id.as_str(), cause = chain(&error), "no token could be made");
            }
            Refused::from(&error).answer()
        }
        Err(_) => Refused::Fault.answer(),
    }
}

/// Why a request gets no token, as RFC 6749 §5.2 words it.
enum Refused {
    Malformed(&'static str),
    GrantType,
    Client,
    Scope,
    TooSlow,
    TooLarge,
    Busy,
    Fault,
}

async fn asked(request: &HttpRequest, body: web::Payload, limits: &Limits) -> Result<Asked, Refused> {
    let body = tokio::time::timeout(limits.body_time, body.to_bytes_limited(limits.body))
        .await
        .map_err(|_| Refused::TooSlow)?
        .map_err(|_| Refused::TooLarge)?
        .map_err(|_| Refused::Malformed("the body broke off"))?;
    let form = Form::read(header(request.headers(), &CONTENT_TYPE), &body).map_err(Refused::Malformed)?;
    match form.get("grant_type") {
        Some("client_credentials") => (),
        Some(_) => return Err(Refused::GrantType),
        None => return Err(Refused::Malformed("grant_type is missing")),
    }
    Ok(Asked {
        credentials: credentials(request.headers(), &form)?,
        scopes: form.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
        tenant: request.match_info().get("tenant").map(str::to_owned),
    })
}

fn credentials(headers: &HeaderMap, form: &Form) -> Result<Credentials, Refused> {
    let (id, secret) = (form.get("client_id"), form.get("client_secret"));
    if let Some(authorization) = headers.get(AUTHORIZATION) {
        let basic = authorization.to_str().ok().and_then(Credentials::basic).ok_or(Refused::Client)?;
        if !basic.agrees_with(id, secret) {
            return Err(Refused::Malformed("the credentials in the header and in the body differ"));
        }
        return Ok(basic);
    }
    match (id, secret) {
        (Some(id), Some(secret)) => Ok(Credentials::plain(id, secret)),
        (Some(_), None) | (None, Some(_) | None) => Err(Refused::Client),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &actix_web::http::header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

impl Refused {
    fn answer(&self) -> HttpResponse {
        match self {
            Self::Malformed(what) => refusal(StatusCode::BAD_REQUEST, "invalid_request", what),
            Self::GrantType => {
                refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type", "grant_type must be client_credentials")
            }
            Self::Client => {
                let mut response =
                    refusal(StatusCode::UNAUTHORIZED, "invalid_client", "unknown client or wrong secret");
                let challenge = actix_web::http::header::HeaderValue::from_static("Basic realm=\"koppelvlak\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                response
            }
            Self::Scope => {
                refusal(StatusCode::BAD_REQUEST, "invalid_scope", "none of the scopes is granted to this client")
            }
            Self::TooSlow => refusal(StatusCode::REQUEST_TIMEOUT, "invalid_request", "the body took too long"),
            Self::TooLarge => refusal(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", "the body is too large"),
            Self::Busy => {
                let mut response =
                    refusal(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again in a few seconds");
                response.headers_mut().insert(RETRY_AFTER, actix_web::http::header::HeaderValue::from_static("5"));
                response
            }
            Self::Fault => refusal(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "internal error"),
        }
    }
}

impl From<&GrantError> for Refused {
    fn from(error: &GrantError) -> Self {
        match error {
            GrantError::InvalidClient => Self::Client,
            GrantError::InvalidScope => Self::Scope,
            GrantError::Store(_) => Self::Busy,
            GrantError::Key(_) => Self::Fault,
        }
    }
}

fn refusal(status: StatusCode, error: &str, description: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({"error": error, "error_description": description}))
}

/// What a client can find out by itself. It names whatever board the address names, so that it tells
/// nothing about which boards exist.
async fn metadata(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let issuer = match request.match_info().get("tenant") {
        Some(slug) if is_slug(slug) => format!("{}/{slug}", app.public_url),
        Some(_) => return HttpResponse::NotFound().finish(),
        None => app.public_url.clone(),
    };
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": Scope::ALL.iter().map(|scope| scope.url()).collect::<Vec<_>>(),
    }))
}

fn is_slug(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
