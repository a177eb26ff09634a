//! One vendor in one board: which identifiers it gets, and how required but withheld fields look.

use serde::{Deserialize, Serialize};

use crate::consent::switches::Switches;

/// How objects are named to the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifiers {
    /// The administration's sourcedIds.
    Source,
    /// Identifiers that no two vendors share and that reveal nothing.
    Pairwise,
}

/// What stands in a required field that is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequiredFields {
    /// A value that no real one could be, so that validating clients accept the object.
    Placeholder,
    /// Nothing.
    Absent,
}

/// Whether a vendor still works for a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionStatus {
    /// It may ask for tokens, and its rules count.
    Active,
    /// It is out with the next request; its rules and what it received stay on record.
    Ended,
}

/// One vendor in one board, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The vendor's id, which is also its OAuth client id.
    pub vendor: String,
    /// The vendor's name.
    pub name: String,
    /// Short forms of the standards' scopes, such as `roster.readonly`.
    pub scopes: Vec<String>,
    /// How objects are named to the vendor.
    pub identifiers: Identifiers,
    /// What stands in a required field that is withheld.
    pub required_fields: RequiredFields,
    /// Whether the vendor still works for the board.
    pub status: ConnectionStatus,
    /// What it wants otherwise over SCIM.
    #[serde(default)]
    pub scim: Switches,
}
