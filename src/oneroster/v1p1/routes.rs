//! The addresses of OneRoster 1.1.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::auth::endpoint;
use crate::http::assembly::Limits;
use crate::http::error::{Shape, TOKEN_WANTED};
use crate::http::{App, Refusal};
use crate::oneroster::gradebook;
use crate::oneroster::routes::describe;
use crate::oneroster::v1p1::discovery::SERVICE;
use crate::oneroster::v1p1::operations::OPERATIONS;

const BASE: &str = "/{tenant}/ims/oneroster/v1p1";

/// The challenge to whoever neither shows a token nor signs.
const EITHER_WANTED: &str = r#"Bearer realm="koppelvlak", OAuth realm="koppelvlak""#;

/// Adds the addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    describe(config, &SERVICE);
    endpoint::below(config, BASE);
    let resource = web::resource(format!("{BASE}/{{path:.*}}")).route(web::get().to(read));
    config.service(resource.default_service(web::to(write)));
}

async fn read(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    crate::oneroster::routes::read(OPERATIONS, app, request).await.map_err(in_own_words)
}

async fn write(
    app: web::Data<App>,
    limits: web::Data<Limits>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Refusal> {
    gradebook::routes::write((OPERATIONS, SERVICE.writes), app, limits, request, body).await.map_err(in_own_words)
}

fn in_own_words(refusal: Refusal) -> Refusal {
    Refusal {
        shape: Shape::OneRoster1p1,
        challenge: refusal.challenge.map(|challenge| if challenge == TOKEN_WANTED { EITHER_WANTED } else { challenge }),
        ..refusal
    }
}
