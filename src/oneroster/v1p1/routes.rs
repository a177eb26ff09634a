//! The addresses of OneRoster 1.1.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::error::{Shape, TOKEN_WANTED};
use crate::http::{App, Refusal};
use crate::oneroster::routes::describe;
use crate::oneroster::v1p1::discovery::SERVICE;
use crate::oneroster::v1p1::operations::OPERATIONS;

const READS: &str = "/{tenant}/ims/oneroster/v1p1/{path:.*}";

/// The challenge to whoever neither shows a token nor signs.
const EITHER_WANTED: &str = r#"Bearer realm="koppelvlak", OAuth realm="koppelvlak""#;

/// Adds the addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    describe(config, &SERVICE);
    config.service(web::resource(READS).route(web::get().to(read)));
}

async fn read(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let answer = crate::oneroster::routes::read(OPERATIONS, app, request).await;
    answer.map_err(|refusal| Refusal {
        shape: Shape::OneRoster1p1,
        challenge: refusal.challenge.map(|challenge| if challenge == TOKEN_WANTED { EITHER_WANTED } else { challenge }),
        ..refusal
    })
}
