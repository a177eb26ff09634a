//! Where a board pushes what a vendor may see, instead of waiting for the vendor to ask.
//!
//! A target widens nothing: what is pushed is the vendor's release, as its own requests would show it.

use serde::{Deserialize, Serialize};

use crate::consent::certificates::Certificates;

/// In whose words is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PushProfile {
    /// SCIM 2.0 with users and groups, as the vendor would read them here.
    Scim,
    /// Sweden's school profile of SCIM (SS 12000:2018).
    Egil,
}

impl PushProfile {
    /// The words of a rules file for them.
    pub const WORDS: [&str; 2] = ["scim", "egil"];

    /// What its servers can do with people who are not released any more, first of all what is done unless a rules
    /// file says otherwise.
    pub const fn deprovisions(self) -> (Deprovision, &'static [Deprovision]) {
        match self {
            Self::Scim => (Deprovision::Deactivate, &[Deprovision::Deactivate, Deprovision::Delete]),
            Self::Egil => (Deprovision::Delete, &[Deprovision::Delete]),
        }
    }
}

/// What becomes of a person's account when the person is not released any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deprovision {
    /// It is made inactive, and the vendor deletes it by its own rules.
    Deactivate,
    /// It is deleted.
    Delete,
}

/// Whether a target is still pushed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PushStatus {
    /// It gets what is released.
    Active,
    /// All that it was given is taken back.
    Ended,
}

/// The server of one vendor that one board pushes to, without token and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushTarget {
    /// The vendor.
    pub vendor: String,
    /// The address that its resources lie below.
    pub url: String,
    /// In whose words is pushed.
    pub profile: PushProfile,
    /// What becomes of people who are not released any more.
    pub deprovision: Deprovision,
    /// Whether it is still pushed to.
    pub status: PushStatus,
    /// What the server is shown: a certificate with those that lead to its authority.
    pub client_certificate: Option<Certificates>,
    /// By which the server is trusted; none: by those of public authorities.
    pub trusted_certificates: Option<Certificates>,
}
