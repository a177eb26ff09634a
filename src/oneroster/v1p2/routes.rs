//! The addresses of OneRoster 1.2.

use actix_web::{HttpRequest, web};

use crate::auth::endpoint;
use crate::http::App;
use crate::http::assembly::Limits;
use crate::oneroster::gradebook::routes::write;
use crate::oneroster::routes::{describe, read};
use crate::oneroster::v1p2::discovery::SERVICES;

/// Adds the addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    for service in &SERVICES {
        describe(config, service);
        let base = format!("/{{tenant}}/ims/oneroster/{}", service.base);
        endpoint::below(config, &base);
        let answer = |app: web::Data<App>, request: HttpRequest| read(service.operations, app, request);
        // Writes, and what to say to any other method.
        let other = |app: web::Data<App>, limits: web::Data<Limits>, request: HttpRequest, body: web::Payload| {
            write((service.operations, service.writes), app, limits, request, body)
        };
        let resource = web::resource(format!("{base}/{{path:.*}}")).route(web::get().to(answer));
        config.service(resource.default_service(web::to(other)));
    }
}
