//! The server: shared state, assembly, the gate that every request passes, and the operator's addresses.

mod accounts;
pub mod address;
pub mod app;
pub mod assembly;
pub mod called;
pub mod entity_tag;
pub mod error;
pub mod gate;
pub mod guarded;
pub mod health;
pub mod line;
pub mod metrics;
pub mod request_id;
pub mod request_line;

pub use app::App;
pub use assembly::{Running, serve};
pub use error::Refusal;
pub use gate::Note;
pub use request_id::RequestId;
