//! The services of OneRoster 1.2, with the names of their discovery documents.

use crate::catalogue::Version;
pub use crate::oneroster::discovery::{Service, document};
use crate::oneroster::gradebook::operation;
use crate::oneroster::v1p2::{gradebook, resources, rostering};

/// The services.
pub const SERVICES: [Service; 3] = [
    Service {
        version: Version::V1p2,
        title: "OneRoster 1.2 Rostering",
        base: "rostering/v1p2",
        files: &["onerosterv1p2rostersservice_openapi3_v1p0.json", "imsorv1p2_rostering_openapi3_v1p0.json"],
        operations: rostering::OPERATIONS,
        writes: &[],
    },
    Service {
        version: Version::V1p2,
        title: "OneRoster 1.2 Gradebook",
        base: "gradebook/v1p2",
        files: &["onerosterv1p2gradebookservice_openapi3_v1p0.json", "imsorv1p2_gradebook_openapi3_v1p0.json"],
        operations: gradebook::OPERATIONS,
        writes: operation::V1P2,
    },
    Service {
        version: Version::V1p2,
        title: "OneRoster 1.2 Resources",
        base: "resources/v1p2",
        files: &["onerosterv1p2resourcesservice_openapi3_v1p0.json", "imsorv1p2_resources_openapi3_v1p0.json"],
        operations: resources::OPERATIONS,
        writes: &[],
    },
];
