//! Structured values: the JSON that a column of lists or pairs holds.
//!
//! Elements that come from a CSV file of their own keep that row's sourcedId, so that nothing is lost
//! between import and export. `at` is the instant (ms) at which the element last changed; an element
//! that went away stays as `gone` so that only vendors who could see it notice.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A person's role at an org (OneRoster 1.2 §`roles`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Role<'a> {
    /// The row of roles.csv.
    #[serde(borrow)]
    pub sourced_id: Cow<'a, str>,
    /// `primary` or `secondary`.
    #[serde(borrow)]
    pub role_type: Cow<'a, str>,
    /// `student`, `teacher`, …
    #[serde(borrow)]
    pub role: Cow<'a, str>,
    /// Row id of the org.
    pub org: i64,
    /// The sourcedId of the account that goes with the role.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub user_profile: Option<Cow<'a, str>>,
    /// First day, inclusive.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub begin_date: Option<Cow<'a, str>>,
    /// Last day, exclusive.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Cow<'a, str>>,
    /// When the element last changed.
    pub at: i64,
    /// Whether the element went away at that time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// One of a person's other identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserId<'a> {
    /// Whose numbering it is.
    #[serde(borrow)]
    pub r#type: Cow<'a, str>,
    /// The identifier.
    #[serde(borrow)]
    pub identifier: Cow<'a, str>,
}

/// One of a person's accounts with a tool. One credential per row, as in userProfiles.csv.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserProfile<'a> {
    /// The row of userProfiles.csv, which is the profile's id.
    #[serde(borrow)]
    pub sourced_id: Cow<'a, str>,
    /// A label for people.
    #[serde(borrow)]
    pub profile_type: Cow<'a, str>,
    /// The tool's vendor.
    #[serde(borrow)]
    pub vendor_id: Cow<'a, str>,
    /// The application; `default` means all of the vendor.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<Cow<'a, str>>,
    /// What the account is for.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Cow<'a, str>>,
    /// The kind of credential.
    #[serde(borrow)]
    pub credential_type: Cow<'a, str>,
    /// The account's name. Passwords are not kept.
    #[serde(borrow)]
    pub username: Cow<'a, str>,
}

/// A link from a person, class or course to a learning material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceLink<'a> {
    /// The row of the link's file.
    #[serde(borrow)]
    pub sourced_id: Cow<'a, str>,
    /// Row id of the resource.
    pub resource: i64,
    /// The link's own title.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Cow<'a, str>>,
    /// Row id of the org for which a person has the material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<i64>,
    /// Row id of the class for which a person has the material.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<i64>,
}

/// The score scale of a line item or result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScoreScaleLink<'a> {
    /// The row of the link's file.
    #[serde(borrow)]
    pub sourced_id: Cow<'a, str>,
    /// Row id of the score scale.
    pub score_scale: i64,
    /// The link's own title.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Cow<'a, str>>,
}

/// One pair of a score scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreScaleValue<'a> {
    /// The reference side.
    #[serde(borrow, rename = "itemValueLHS")]
    pub left: Cow<'a, str>,
    /// The mapped side.
    #[serde(borrow, rename = "itemValueRHS")]
    pub right: Cow<'a, str>,
}

/// A learning objective of a line item, or a result for one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LearningObjective<'a> {
    /// The row of the link's file.
    #[serde(borrow)]
    pub sourced_id: Cow<'a, str>,
    /// `case`, `unknown` or an extension.
    #[serde(borrow)]
    pub source: Cow<'a, str>,
    /// The objective.
    #[serde(borrow)]
    pub learning_objective_id: Cow<'a, str>,
    /// Mastery as a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Mastery in words.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub text_score: Option<Cow<'a, str>>,
}
