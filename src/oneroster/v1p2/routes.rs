//! The addresses of OneRoster 1.2.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::{App, Refusal};
use crate::oneroster::routes::read;
use crate::oneroster::v1p2::{discovery, rostering};

const DISCOVERY: &str = "/{tenant}/ims/oneroster/rostering/v1p2/discovery/{file}";
const ROSTERING: &str = "/{tenant}/ims/oneroster/rostering/v1p2/{path:.*}";

/// Adds the addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    let rostering = |app: web::Data<App>, request: HttpRequest| read(rostering::OPERATIONS, app, request);
    config.service(web::resource(DISCOVERY).route(web::get().to(discover)));
    config.service(web::resource(ROSTERING).route(web::get().to(rostering)));
}

/// The description of the service, which needs no token.
async fn discover(app: web::Data<App>, place: web::Path<(String, String)>) -> Result<HttpResponse, Refusal> {
    let (tenant, file) = place.into_inner();
    if !discovery::FILES.contains(&file.as_str()) {
        return Err(Refusal::unknown());
    }
    Ok(HttpResponse::Ok().json(discovery::document(&app.public_url, &tenant)))
}
