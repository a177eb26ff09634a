//! What a vendor wrote to the gradebook itself. It may always read that back, in the form in which it wrote it,
//! and nobody else reads it.
//!
//! An [`Own`] is to such an object what [`crate::consent::Released`] is to the school's: only a release makes
//! one, and only of what its own vendor wrote.

use serde_json::{Map, Value};

use crate::catalogue::Entity;
use crate::consent::Release;

/// What an object names, by the identifiers that its vendor used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The class; of a result, that of its line item.
    pub class: Option<String>,
    /// The line item of a result; the parent of an assessment line item.
    pub item: Option<String>,
    /// The pupil.
    pub student: Option<String>,
    /// The category of a line item.
    pub category: Option<String>,
    /// The score scale.
    pub scale: Option<String>,
}

/// An object that a vendor wrote, as the store has it.
///
/// ```compile_fail,E0277
/// fn leak(written: &koppelvlak::consent::written::Written) -> String {
///     serde_json::to_string(written).unwrap_or_default()
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Who wrote it.
    pub vendor: String,
    /// What kind of object it is.
    pub entity: Entity,
    /// The vendor's name of it.
    pub identifier: String,
    /// Its place among the vendor's objects of its kind, in the order in which they were made.
    pub number: i64,
    /// Goes up with every write.
    pub version: i64,
    /// Whether the vendor deleted it.
    pub is_deleted: bool,
    /// When it was last written (ms).
    pub modified_at: i64,
    /// What it names.
    pub links: Links,
    /// The members by their names in the standard; references hold their `sourcedId` alone.
    pub body: Map<String, Value>,
}

/// What a vendor wrote, on its way back to that vendor. Only [`Release::read_back`] makes one.
///
/// ```compile_fail,E0451
/// use koppelvlak::consent::{Release, written::{Own, Written}};
///
/// fn forge(release: &Release, written: Written) -> Own<'_> {
///     Own { release, written }
/// }
/// ```
#[derive(Debug)]
pub struct Own<'a> {
    release: &'a Release,
    written: Written,
}

impl Release {
    /// Lets a vendor have back what it wrote itself; `None` if somebody else wrote it.
    pub fn read_back(&self, written: Written) -> Option<Own<'_>> {
        (*written.vendor == **self.vendor()).then_some(Own { release: self, written })
    }
}

impl Own<'_> {
    /// The release that let it through.
    pub fn release(&self) -> &Release {
        self.release
    }

    /// The object.
    pub fn written(&self) -> &Written {
        &self.written
    }

    /// The pupil that it is about, by position, whether the vendor sees the pupil or not.
    pub fn student(&self) -> Option<u32> {
        self.release.position(Entity::User, self.written.links.student.as_deref()?)
    }

    /// `active` or `tobedeleted`.
    pub fn status(&self) -> &'static str {
        if self.written.is_deleted { "tobedeleted" } else { "active" }
    }
}
