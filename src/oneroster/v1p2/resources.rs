//! The 5 operations of OneRoster 1.2 Resources.

use crate::auth::Scope;
use crate::oneroster::operation::Nested as N;
use crate::oneroster::operation::Subset::{All, Nested as In, One};
use crate::oneroster::operation::operations;
use crate::oneroster::v1p2::edition::EDITION;

/// Opens the collection and single objects.
const CORE: &[Scope] = &[Scope::ResourceReadonly, Scope::ResourceCoreReadonly];
/// Opens nested collections.
const NESTED: &[Scope] = &[Scope::ResourceReadonly];

operations! {
    OPERATIONS EDITION "resources/v1p2"
    "getResourcesForClass" "classes/{}/resources" NESTED Resource "resources" In(N::ResourcesOfClass);
    "getResourcesForCourse" "courses/{}/resources" NESTED Resource "resources" In(N::ResourcesOfCourse);
    "getAllResources" "resources" CORE Resource "resources" All;
    "getResource" "resources/{}" CORE Resource "resource" One;
    "getResourcesForUser" "users/{}/resources" NESTED Resource "resources" In(N::ResourcesOfUser);
}
