//! One place that says all there is to say about each field: its category, its column, and its name in
//! every standard. Filters, sorting, representations and documentation read it.

pub mod category;
pub mod element;
pub mod entity;
pub mod field;
pub mod national_id;
pub mod version;
pub mod word;

pub use category::{Category, Level};
pub use entity::Entity;
pub use field::{Field, Kind, Presence};
pub use national_id::{holds_chain_id, holds_national_id, is_international_number, is_national_id, is_national_number};
pub use version::Version;
