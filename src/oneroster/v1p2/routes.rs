//! The addresses of OneRoster 1.2.

use actix_web::{HttpRequest, web};

use crate::http::App;
use crate::oneroster::routes::{describe, read};
use crate::oneroster::v1p2::discovery::SERVICES;

/// Adds the addresses.
pub fn routes(config: &mut web::ServiceConfig) {
    for service in &SERVICES {
        describe(config, service);
        let base = format!("/{{tenant}}/ims/oneroster/{}", service.base);
        let answer = |app: web::Data<App>, request: HttpRequest| read(service.operations, app, request);
        config.service(web::resource(format!("{base}/{{path:.*}}")).route(web::get().to(answer)));
    }
}
