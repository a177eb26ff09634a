//! A vendor's client of the three services at one board.

use koppelvlak::oneroster::v1p2::discovery::{SERVICES, Service};

use crate::harness::Server;
use crate::rostering::board::SECRET;
use crate::rostering::client::Client;
use crate::rostering::schema::Schemas;

/// The service with that base path.
pub fn service(base: &str) -> &'static Service {
    SERVICES.iter().find(|service| service.base == base).unwrap()
}

/// A client of one of the services.
pub fn client<'s>(server: &'s Server, tenant: &str, vendor: &str, base: &str) -> Client<'s> {
    let client = Client::new(server, tenant, vendor, SECRET);
    Client { base: format!("/{tenant}/ims/oneroster/{base}"), ..client }
}

/// What the answers of a service must look like.
pub fn schemas(base: &str) -> Schemas {
    let service = service(base);
    Schemas::of_service(service.files[0], expectations(base))
}

/// The own expectations of a service.
pub fn expectations(base: &str) -> &'static str {
    match base {
        "gradebook/v1p2" => include_str!("expectations.txt"),
        _ => include_str!("resources_expectations.txt"),
    }
}
