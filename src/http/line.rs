//! The one log line of a request, and its counters.
//!
//! It names the route's pattern and never the path, because identifiers of people stand in paths; of the
//! query it names the parameters, and their shape if the handler left it.

use std::time::Instant;

use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest};

use crate::http::gate::Note;
use crate::http::metrics;
use crate::http::request_id::RequestId;

/// What is known of a request when it comes in.
pub struct Line {
    method: Method,
    id: RequestId,
    began: Instant,
}

/// The pattern of what no route serves.
const NO_ROUTE: &str = "unknown";

impl Line {
    /// Begins a line.
    pub fn new(request: &ServiceRequest, id: &RequestId, began: Instant) -> Self {
        Self { method: request.method().clone(), id: id.clone(), began }
    }

    /// Writes what went wrong on our side.
    pub fn fault(&self, cause: &str) {
        tracing::error!(request.id = self.id.as_str(), cause, "a request failed");
    }

    /// Writes the line and counts the request.
    pub fn write(&self, status: StatusCode, request: Option<&HttpRequest>) {
        let took = self.began.elapsed();
        let note = request.and_then(|request| request.extensions_mut().remove::<Note>()).unwrap_or_default();
        let pattern = match note.route {
            Some(_) => None,
            None => request.and_then(HttpRequest::match_pattern),
        };
        let route = note.route.or(pattern.as_deref()).unwrap_or(NO_ROUTE);
        metrics::count_request(route, status.as_u16(), took);
        if !tracing::enabled!(target: "koppelvlak::request", tracing::Level::INFO) {
            return;
        }
        let query = note.shape.or_else(|| request.and_then(|request| parameters(request.query_string())));
        tracing::info!(
            target: "koppelvlak::request",
            method = self.method.as_str(),
            route,
            query = query.as_deref(),
            status = status.as_u16(),
            duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            vendor.id = note.vendor.as_deref(),
            tenant.id = note.tenant_id,
            request.id = self.id.as_str(),
            "request"
        );
    }
}

/// The parameters whose names may be logged; any other name could be a value that went astray.
const KNOWN: [&str; 6] = ["limit", "offset", "sort", "orderBy", "filter", "fields"];

fn parameters(query: &str) -> Option<String> {
    if query.is_empty() {
        return None;
    }
    let names: Vec<&str> = query
        .split('&')
        .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
        .map(|name| KNOWN.iter().copied().find(|known| *known == name).unwrap_or("?"))
        .collect();
    Some(names.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_query_only_names_that_the_standard_knows_are_logged() {
        assert_eq!(parameters("filter=givenName%3D'Ann'&limit=5"), Some("filter,limit".into()));
        assert_eq!(parameters("Ann=1&sort"), Some("?,sort".into()));
        assert_eq!(parameters(""), None);
    }
}
