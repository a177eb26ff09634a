//! Refusals, in the shape of the door at which they happen.
//!
//! One place makes them, so that what a vendor may not know exists and what does not exist give the same bytes.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};

use crate::audit::RecordError;
use crate::auth::AuthError;
use crate::oneroster::v1p1;
use crate::scim::door::answer::MEDIA_TYPE;
use crate::scim::refusal as scim;
use crate::store::StoreError;

/// An answer without data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code minor of OneRoster 1.2.
    pub minor: &'static str,
    /// What is wrong, in words for a developer.
    pub description: String,
    /// The challenge, with 401 and 403.
    pub challenge: Option<&'static str>,
    /// When to try again, in seconds.
    pub retry_after: Option<u32>,
    /// In which words it is written, where a handler hands it on as an error.
    pub shape: Shape,
    /// For the log alone: what went wrong on our side.
    pub cause: Option<String>,
}

/// The challenge to whoever shows no token.
pub const TOKEN_WANTED: &str = r#"Bearer realm="koppelvlak""#;

/// In which words a door refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `imsx_StatusInfo` of OneRoster 1.2.
    OneRoster,
    /// `statusInfoSet` of OneRoster 1.1.
    OneRoster1p1,
    /// The `Error` message of SCIM (RFC 7644 §3.12).
    Scim,
    /// `error` and `error_description`.
    Plain,
}

impl Shape {
    /// The shape at an address.
    pub fn of(path: &str) -> Self {
        if path.contains("/ims/oneroster/v1p1") {
            Self::OneRoster1p1
        } else if path.contains("/ims/oneroster") {
            Self::OneRoster
        } else if path.split('/').nth(2).is_some_and(|segment| segment.eq_ignore_ascii_case("scim")) {
            Self::Scim
        } else {
            Self::Plain
        }
    }

    /// The media type of what is said in it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Scim => MEDIA_TYPE,
            Self::OneRoster | Self::OneRoster1p1 | Self::Plain => "application/json",
        }
    }
}

impl Refusal {
    /// A refusal without a challenge.
    pub fn new(status: StatusCode, minor: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            minor,
            description: description.into(),
            challenge: None,
            retry_after: None,
            shape: Shape::OneRoster,
            cause: None,
        }
    }

    /// There is nothing here, or nothing that the caller may know of.
    pub fn unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknownobject", "Unknown Object")
    }

    /// The request is understood and not granted.
    pub fn forbidden(description: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", description)
    }

    /// It is our fault; the cause is in the log under the request's id.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_server_error", "Internal error")
    }

    /// Later it may work.
    pub fn busy() -> Self {
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_busy", "Not available at the moment");
        Self { retry_after: Some(5), ..refusal }
    }

    /// The same refusal, with its cause for the log.
    #[must_use]
    pub fn because(self, error: &dyn std::error::Error) -> Self {
        Self { cause: Some(chain(error)), ..self }
    }

    /// The refusal for what a status says by itself.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::unknown(),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(status, "forbidden", "Method not allowed here"),
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "invaliddata", "The body is too large"),
            StatusCode::URI_TOO_LONG => Self::new(status, "invaliddata", "The address is too long"),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                Self::new(status, "invaliddata", "The headers are too large")
            }
            StatusCode::SERVICE_UNAVAILABLE => Self::busy(),
            other if other.is_client_error() => Self::new(other, "invaliddata", "The request can't be understood"),
            _ => Self::internal(),
        }
    }

    /// The answer, as the door at which it happened words it.
    pub fn answer(&self, shape: Shape) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((CONTENT_TYPE, shape.media_type()));
        if let Some(challenge) = self.challenge {
            response.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        response.body(match shape {
            Shape::OneRoster => self.status_info(),
            Shape::OneRoster1p1 => v1p1::status_info::of_refusal(self),
            Shape::Scim => scim::Refusal::plain(self.status.as_u16(), self.description.as_str()).body().to_string(),
            Shape::Plain => serde_json::json!({"error": self.minor, "error_description": self.description}).to_string(),
        })
    }

    /// `imsx_StatusInfo` of OneRoster 1.2.
    fn status_info(&self) -> String {
        serde_json::json!({
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": self.description,
            "imsx_CodeMinor": {"imsx_codeMinorField": [{
                "imsx_codeMinorFieldName": "TargetEndSystem",
                "imsx_codeMinorFieldValue": self.minor,
            }]},
        })
        .to_string()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.description)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.answer(self.shape)
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        let unauthorised = |description: &str, challenge| Self {
            challenge: Some(challenge),
            ..Self::new(StatusCode::UNAUTHORIZED, "unauthorisedrequest", description)
        };
        match error {
            AuthError::Missing => unauthorised("No access token", TOKEN_WANTED),
            AuthError::Invalid => unauthorised(
                "The access token is not valid",
                r#"Bearer realm="koppelvlak", error="invalid_token", error_description="The access token is not valid""#,
            ),
            AuthError::Signature(why) => unauthorised(why, r#"OAuth realm="koppelvlak""#),
            AuthError::Elsewhere => Self::forbidden("The access token is not for this address"),
            AuthError::InsufficientScope => Self {
                challenge: Some(r#"Bearer realm="koppelvlak", error="insufficient_scope""#),
                ..Self::forbidden("The access token lacks the scope for this")
            },
            AuthError::Store(error) => error.into(),
            AuthError::Key(error) => Self::internal().because(&error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let refusal = match &error {
            StoreError::Unreachable(_) | StoreError::Unconnected(_) => Self::busy(),
            StoreError::BadUrl
            | StoreError::Database(_)
            | StoreError::Migration(_)
            | StoreError::OlderSchema(_)
            | StoreError::NewerSchema(_)
            | StoreError::Shape(_) => Self::internal(),
        };
        refusal.because(&error)
    }
}

impl From<RecordError> for Refusal {
    fn from(error: RecordError) -> Self {
        Self::busy().because(&error)
    }
}

/// A blocking task that panicked; the panic itself is in the log.
impl From<actix_web::error::BlockingError> for Refusal {
    fn from(error: actix_web::error::BlockingError) -> Self {
        Self::internal().because(&error)
    }
}

/// An error with its sources, outermost first.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
