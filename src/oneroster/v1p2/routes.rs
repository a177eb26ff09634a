//! The addresses of OneRoster 1.2.

use std::future::ready;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::{App, Refusal};
use crate::oneroster::routes::read;
use crate::oneroster::v1p2::discovery::{self, SERVICES, Service};

/// Adds the addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    for service in &SERVICES {
        let base = format!("/{{tenant}}/ims/oneroster/{}", service.base);
        let describe =
            move |app: web::Data<App>, place: web::Path<(String, String)>| ready(discover(service, &app, place));
        config.service(web::resource(format!("{base}/discovery/{{file}}")).route(web::get().to(describe)));
        let answer = |app: web::Data<App>, request: HttpRequest| read(service.operations, app, request);
        config.service(web::resource(format!("{base}/{{path:.*}}")).route(web::get().to(answer)));
    }
}

/// The description of a service, which needs no token.
fn discover(service: &'static Service, app: &App, place: web::Path<(String, String)>) -> Result<HttpResponse, Refusal> {
    let (tenant, file) = place.into_inner();
    if !service.files.contains(&file.as_str()) {
        return Err(Refusal::unknown());
    }
    Ok(HttpResponse::Ok().json(discovery::document(service, &app.public_url, &tenant)))
}
