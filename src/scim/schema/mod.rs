//! What resources look like: each attribute once, with everything that reading, writing, filtering and discovery
//! need to know about it.

mod attribute;
mod common;
mod discovery;
mod education;
mod enterprise;
mod group;
mod resource_type;
#[cfg(test)]
mod tests;
mod user;

pub use attribute::{Attribute, Kind, Mutability, Returned, Uniqueness};
pub use common::{COMMON, EXTERNAL_ID, ID, META, SCHEMAS};
pub use discovery::{RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG};
pub use education::{EDUCATION_GROUP, EDUCATION_USER};
pub use enterprise::ENTERPRISE_USER;
pub use group::CORE_GROUP;
pub use resource_type::{Extension, GROUP, RESOURCE_TYPES, ResourceType, Schema, USER};
pub use user::CORE_USER;
