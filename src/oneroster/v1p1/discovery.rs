//! The one service of OneRoster 1.1. The standard has no discovery document; there is one all the same.

use crate::catalogue::Version;
use crate::oneroster::discovery::Service;
use crate::oneroster::gradebook::operation;
use crate::oneroster::v1p1::operations::OPERATIONS;

/// The service.
pub const SERVICE: Service = Service {
    version: Version::V1p1,
    title: "OneRoster 1.1",
    base: "v1p1",
    files: &["onerosterv1p1service_openapi3_v1p0.json"],
    operations: OPERATIONS,
    writes: operation::V1P1,
};
