//! Who asks: client secrets, tokens, scopes, and the vendor behind a request.
//!
//! A token proves nothing by itself: the vendor's connection is looked at again whenever the board's
//! consent epoch has moved, so that a vendor that was removed is out with the next request.

pub mod bearer;
pub mod bearer_token;
pub mod connections;
pub mod credentials;
pub mod endpoint;
pub mod form;
pub mod grant;
pub mod oauth1;
pub mod proof;
pub mod scope;
pub mod secret;
pub mod signature;
pub mod signed;

pub use bearer::{AuthError, Caller, authenticate};
pub use proof::Proof;
pub use scope::{Scope, Scopes};
