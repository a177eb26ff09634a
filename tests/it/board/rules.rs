//! What a board decided, as plain lists and as a rules file.

use std::fmt::Write as _;

use chrono::NaiveDate;
use koppelvlak::catalogue::Category;
use koppelvlak::consent::rule::RuleStatus;
use koppelvlak::consent::{Decision, Identifiers, LegalBasis, RequiredFields, Rule};

/// A vendor.
#[derive(Debug, Clone)]
pub struct Vendor {
    /// Its id.
    pub id: String,
    /// How objects are named to it.
    pub identifiers: Identifiers,
    /// What stands in a required field that is withheld.
    pub required_fields: RequiredFields,
}

/// A person's own grant or refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// sourcedId of the person.
    pub person: String,
    /// The vendor; none means all.
    pub vendor: Option<String>,
    /// The categories; none means all.
    pub categories: Vec<Category>,
    /// Grant or refuse.
    pub decision: Decision,
    /// Whether it was taken back.
    pub is_withdrawn: bool,
}

/// Everything that a board decided.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// Categories of level S4 that are open, with their last day.
    pub special: Vec<(Category, NaiveDate)>,
    /// The vendors.
    pub vendors: Vec<Vendor>,
    /// The rules of all vendors.
    pub rules: Vec<Rule>,
    /// The choices of all people.
    pub choices: Vec<Choice>,
}

/// The secret of every vendor of these tests.
pub const SECRET: &str = "a-secret-of-the-tests";

impl Decisions {
    /// The vendor of that id.
    pub fn vendor(&self, id: &str) -> &Vendor {
        self.vendors.iter().find(|vendor| vendor.id == id).unwrap()
    }

    /// The decisions as a rules file.
    pub fn toml(&self, slug: &str) -> String {
        let mut text = format!("[tenant]\nslug = \"{slug}\"\nname = \"Board {slug}\"\n");
        for (category, until) in &self.special {
            _ = write!(text, "[[tenant.special]]\ncategory = \"{category}\"\nexception = \"x\"\nuntil = \"{until}\"\n");
        }
        for vendor in &self.vendors {
            let identifiers = match vendor.identifiers {
                Identifiers::Source => "source",
                Identifiers::Pairwise => "pairwise",
            };
            let required = match vendor.required_fields {
                RequiredFields::Placeholder => "placeholder",
                RequiredFields::Absent => "absent",
            };
            _ = write!(
                text,
                "[[vendor]]\nid = \"{0}\"\nname = \"{0}\"\nsecret = \"{SECRET}\"\nidentifiers = \"{identifiers}\"\n\
                 required_fields = \"{required}\"\nscopes = [\"roster.readonly\", \"roster-demographics.readonly\", \"resource.readonly\", \"gradebook.readonly\", \
                 \"gradebook.createput\", \"gradebook.createpost\", \"gradebook.delete\", \"assessment.readonly\", \
                 \"assessment.createput\", \"assessment.delete\", \"scim\"]\n",
                vendor.id
            );
        }
        for rule in &self.rules {
            write_rule(&mut text, rule);
        }
        for choice in &self.choices {
            write_choice(&mut text, choice);
        }
        text
    }
}

fn write_rule(text: &mut String, rule: &Rule) {
    let population = &rule.population;
    _ = write!(
        text,
        "[[rule]]\nid = {:?}\nvendor = {:?}\npurpose = {:?}\nreason = \"why\"\nagreement = \"DPA\"\nfrom = \"{}\"\n",
        rule.id, rule.vendor, rule.purpose, rule.from
    );
    for (key, list) in [
        ("roles", &population.roles),
        ("schools", &population.schools),
        ("grades", &population.grades),
        ("classes", &population.classes),
        ("courses", &population.courses),
        ("people", &population.people),
    ] {
        _ = writeln!(text, "{key} = {list:?}");
    }
    let categories: Vec<&str> = rule.categories.iter().map(|category| category.key()).collect();
    let basis = if rule.basis == LegalBasis::Consent { "consent" } else { "public-task" };
    let status = match rule.status {
        RuleStatus::Active => "active",
        RuleStatus::Suspended => "suspended",
        RuleStatus::Ended => "ended",
    };
    _ = writeln!(text, "categories = {categories:?}\nbasis = {basis:?}\nstatus = {status:?}");
    if !rule.write.is_empty() {
        let write: Vec<&str> = rule.write.iter().map(|category| category.key()).collect();
        _ = writeln!(text, "write = {write:?}");
    }
    if let Some(until) = rule.until {
        _ = writeln!(text, "until = \"{until}\"");
    }
}

fn write_choice(text: &mut String, choice: &Choice) {
    let decision = match choice.decision {
        Decision::Grant => "grant",
        Decision::Refuse => "refuse",
    };
    let categories: Vec<&str> = choice.categories.iter().map(|category| category.key()).collect();
    _ = write!(
        text,
        "[[choice]]\nperson = {:?}\ncategories = {categories:?}\nchoice = {decision:?}\nby = \"parent\"\non = \"2026-08-01\"\n",
        choice.person
    );
    if let Some(vendor) = &choice.vendor {
        _ = writeln!(text, "vendor = {vendor:?}");
    }
    if choice.is_withdrawn {
        text.push_str("withdrawn = \"2026-08-15\"\n");
    }
}
