//! PATCH (RFC 7644 §3.5.2): a body becomes changes whose targets and values are known, and these are applied to a
//! copy of the resource, all or none.

mod apply;
mod change;
mod lists;
mod members;
mod read;
mod target;
#[cfg(test)]
mod tests;

pub use change::Patch;
pub use members::{Member, MemberChange, Split, take_members};
pub use target::Target;
