//! What a rules file says, value by value with its line; nothing here is known to exist yet.
//!
//! A value that is absent or could not be read is `None`; the reader has noted the problem.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};
use validator::Validate;

use crate::catalogue::Category;
use crate::consent::certificates::Certificates;
use crate::consent::choice::Decision;
use crate::consent::connection::{ConnectionStatus, Identifiers, RequiredFields};
use crate::consent::push::{Deprovision, PushProfile};
use crate::consent::rule::{LegalBasis, RuleStatus};
use crate::consent::rules_file::document::At;
use crate::consent::rules_file::form;
use crate::consent::switches::Switches;

/// A whole rules file.
#[derive(Debug, Default)]
pub struct RulesFile {
    /// `[tenant]`.
    pub tenant: TenantEntry,
    /// `[[vendor]]`, in the order of the file.
    pub vendors: Vec<VendorEntry>,
    /// `[[rule]]`, in the order of the file.
    pub rules: Vec<RuleEntry>,
    /// `[[choice]]`, in the order of the file.
    pub choices: Vec<ChoiceEntry>,
}

/// `[tenant]`: the board that the whole file is about.
#[derive(Debug, Default, Validate)]
pub struct TenantEntry {
    /// The line of the heading.
    pub line: usize,
    /// The name in addresses.
    #[validate(custom(function = form::slug))]
    pub slug: Option<At<String>>,
    /// The name for people.
    #[validate(custom(function = form::title))]
    pub name: Option<At<String>>,
    /// Columns of `users.csv` that hold the board's own numbers.
    pub local_identifiers: Option<Vec<At<String>>>,
    /// `[[tenant.special]]`.
    pub special: Vec<SpecialEntry>,
}

/// `[[tenant.special]]`: a category of level S4 that the board opens.
#[derive(Debug, Default, Validate)]
pub struct SpecialEntry {
    /// The line of the heading.
    pub line: usize,
    /// How messages name the entry.
    pub label: String,
    /// Which category.
    pub category: Option<At<Category>>,
    /// The exception in law.
    #[validate(custom(function = form::sentence))]
    pub exception: Option<At<String>>,
    /// The last day on which it is open.
    pub until: Option<At<NaiveDate>>,
}

/// `[[vendor]]`.
#[derive(Debug, Default, Validate)]
pub struct VendorEntry {
    /// The line of the heading.
    pub line: usize,
    /// How messages name the entry.
    pub label: String,
    /// The vendor's id, also its OAuth client id.
    #[validate(custom(function = form::id))]
    pub id: Option<At<String>>,
    /// The vendor's name.
    #[validate(custom(function = form::title))]
    pub name: Option<At<String>>,
    /// Short forms of scopes.
    pub scopes: Vec<&'static str>,
    /// How objects are named to the vendor.
    pub identifiers: Option<At<Identifiers>>,
    /// What stands in a required field that is withheld.
    pub required_fields: Option<At<RequiredFields>>,
    /// Whether the vendor still works for the board.
    pub status: Option<At<ConnectionStatus>>,
    /// The secret, if the file names one.
    #[validate(custom(function = form::secret))]
    pub secret: Option<Secret>,
    /// `[vendor.push]`.
    pub push: Option<PushEntry>,
    /// `[vendor.scim]`.
    pub scim: Switches,
}

/// `[vendor.push]`: the vendor's own server, which gets what is released.
#[derive(Debug, Default, Validate)]
pub struct PushEntry {
    /// The line of the heading.
    pub line: usize,
    /// How messages name the entry.
    pub label: String,
    /// The address that its resources lie below.
    #[validate(custom(function = form::address))]
    pub url: Option<At<String>>,
    /// In whose words is pushed.
    pub profile: Option<At<PushProfile>>,
    /// What becomes of people who are not released any more.
    pub deprovision: Option<At<Deprovision>>,
    /// The token that the vendor gave, if the file names it.
    #[validate(custom(function = form::bearer))]
    pub token: Option<Secret>,
    /// The PEM file of the certificate that the server is shown.
    pub client_certificate: Option<At<String>>,
    /// The PEM file of its key, if the file names it.
    pub client_key: Option<At<String>>,
    /// The PEM file of the certificates by which the server is trusted.
    pub trusted_certificates: Option<At<String>>,
    /// What the PEM files hold.
    pub pem: PushPem,
}

/// What the PEM files of a `[vendor.push]` hold.
#[derive(Debug, Default)]
pub struct PushPem {
    /// The certificate that the server is shown.
    pub client_certificate: Option<Certificates>,
    /// Its key.
    pub client_key: Option<Secret>,
    /// Those by which the server is trusted.
    pub trusted_certificates: Option<Certificates>,
}

/// `[[rule]]`.
#[derive(Debug, Default, Validate)]
pub struct RuleEntry {
    /// The line of the heading.
    pub line: usize,
    /// How messages name the entry.
    pub label: String,
    /// The rule's name within the board.
    #[validate(custom(function = form::id))]
    pub id: Option<At<String>>,
    /// The vendor that receives.
    pub vendor: Option<At<String>>,
    /// sourcedIds of schools.
    pub schools: Vec<At<String>>,
    /// Which categories.
    pub categories: Vec<At<Category>>,
    /// Roles as OneRoster 1.2 spells them.
    pub roles: Vec<At<String>>,
    /// Grades as the board writes them.
    pub grades: Vec<At<String>>,
    /// sourcedIds of classes.
    pub classes: Vec<At<String>>,
    /// sourcedIds of courses.
    pub courses: Vec<At<String>>,
    /// sourcedIds of people.
    pub people: Vec<At<String>>,
    /// What the data is for.
    #[validate(custom(function = form::sentence))]
    pub purpose: Option<At<String>>,
    /// Why these categories are needed for it.
    #[validate(custom(function = form::sentence))]
    pub reason: Option<At<String>>,
    /// The lawful ground.
    pub basis: Option<At<LegalBasis>>,
    /// The data processing agreement.
    #[validate(custom(function = form::title))]
    pub agreement: Option<At<String>>,
    /// First day.
    pub from: Option<At<NaiveDate>>,
    /// Last day.
    pub until: Option<At<NaiveDate>>,
    /// Whether the rule counts at all.
    pub status: Option<At<RuleStatus>>,
    /// Categories that the vendor may write.
    pub write: Vec<At<Category>>,
}

/// `[[choice]]`.
#[derive(Debug, Default, Validate)]
pub struct ChoiceEntry {
    /// The line of the heading.
    pub line: usize,
    /// How messages name the entry.
    pub label: String,
    /// sourcedId of the person.
    pub person: Option<At<String>>,
    /// The vendor that it is about; none means every vendor.
    pub vendor: Option<At<String>>,
    /// The categories that it is about; none means all.
    pub categories: Vec<At<Category>>,
    /// Grant or refuse.
    pub choice: Option<At<Decision>>,
    /// Who chose.
    #[validate(custom(function = form::title))]
    pub by: Option<At<String>>,
    /// The day on which it was chosen.
    pub on: Option<At<NaiveDate>>,
    /// The day on which it was taken back.
    pub withdrawn: Option<At<NaiveDate>>,
}

/// A vendor's secret, which no message or log may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

// `validator` copies each value that it refuses into its error.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}
