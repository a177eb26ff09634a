//! PATCH (RFC 7644 §3.5.2): a body becomes changes whose targets and values are known, and these are applied to a
//! copy of the resource, all or none.

mod target;

pub use target::Target;
