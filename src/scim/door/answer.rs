//! What a request is answered with.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, LOCATION};

use crate::audit::{Disclosure, RecordError};
use crate::auth::AuthError;
use crate::http;
use crate::scim::refusal::Refusal;
use crate::store::StoreError;
use crate::writing::WriteError;

/// The media type of every body (RFC 7644 §8.1).
pub const MEDIA_TYPE: &str = "application/scim+json";

/// An answer with or without a body. What it discloses must be durable before it leaves.
#[derive(Debug, Default)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// The version of the one resource in it.
    pub tag: Option<String>,
    /// Its address.
    pub location: Option<String>,
    /// Whether the address goes into `Location`, or into `Content-Location` alone.
    pub is_new: bool,
    /// Whether a wish for a short answer was met.
    pub is_minimal: bool,
    /// What it tells about people.
    pub disclosure: Option<Disclosure>,
}

impl Answer {
    /// The answer as it leaves.
    pub fn into_response(self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        if let Some(tag) = self.tag {
            response.insert_header((ETAG, tag));
        }
        if let Some(location) = self.location {
            response.insert_header((LOCATION, location.as_str()));
            if !self.is_new {
                response.insert_header(("Content-Location", location));
            }
        }
        if self.is_minimal {
            response.insert_header(("Preference-Applied", "return=minimal"));
        }
        match self.body {
            Some(body) => response.insert_header((CONTENT_TYPE, MEDIA_TYPE)).body(body),
            None => response.finish(),
        }
    }
}

/// Why a request has no other answer.
#[derive(Debug)]
pub enum Failure {
    /// For a reason of the standard's.
    Scim(Refusal),
    /// For a reason that every door has.
    House(Box<http::Refusal>),
}

impl Failure {
    /// The answer as it leaves.
    pub fn into_response(self) -> HttpResponse {
        match self {
            Self::Scim(refusal) => of_refusal(&refusal),
            Self::House(refusal) => refusal.answer(http::error::Shape::Scim),
        }
    }

    /// The same in the standard's words, for an operation among many.
    pub fn as_refusal(&self) -> Refusal {
        match self {
            Self::Scim(refusal) => refusal.clone(),
            Self::House(refusal) => Refusal::plain(refusal.status.as_u16(), refusal.description.as_str()),
        }
    }

    /// What the log alone says of it.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Scim(_) => None,
            Self::House(refusal) => refusal.cause.as_deref(),
        }
    }
}

/// A refusal as it leaves.
pub fn of_refusal(refusal: &Refusal) -> HttpResponse {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    HttpResponse::build(status).insert_header((CONTENT_TYPE, MEDIA_TYPE)).body(refusal.body().to_string())
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Scim(refusal)
    }
}

impl From<http::Refusal> for Failure {
    fn from(refusal: http::Refusal) -> Self {
        Self::House(Box::new(refusal))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        http::Refusal::from(error).into()
    }
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        http::Refusal::from(error).into()
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        http::Refusal::from(error).into()
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        http::Refusal::from(error).into()
    }
}

impl From<actix_web::error::BlockingError> for Failure {
    fn from(error: actix_web::error::BlockingError) -> Self {
        http::Refusal::from(error).into()
    }
}
