//! From a file without problems to the changes that make the board as the file says.
//!
//! What the file doesn't mention stays as it is. A rule that says the same as before gets no new version.

use crate::consent::connection::{Connection, ConnectionStatus, Identifiers, RequiredFields};
use crate::consent::push::PushTarget;
use crate::consent::rule::{Population, Rule, RuleStatus};
use crate::consent::rules_file::choices::Choices;
use crate::consent::rules_file::difference::{Facts, SECRET};
use crate::consent::rules_file::document::At;
use crate::consent::rules_file::entry::{RuleEntry, RulesFile, Secret, VendorEntry};
use crate::consent::rules_file::facts;
use crate::consent::rules_file::known::Known;
use crate::consent::rules_file::pushes::{self, Credentials};
use crate::keys::MasterKey;
use crate::store::choice::StoredChoice;
use crate::store::tenant::SpecialCategory;
use crate::store::vendor::{self, StoredConnection};

/// One change of the board.
#[derive(Debug)]
pub struct Change {
    /// What changes, such as `rule atlas-1`.
    pub subject: String,
    /// What it was; none if it was not there.
    pub before: Option<Facts>,
    /// What it becomes.
    pub after: Facts,
    /// What to write.
    pub step: Step,
}

/// What one change writes.
#[derive(Debug)]
pub enum Step {
    /// The board's name and declared columns.
    Tenant {
        /// The name for people.
        name: String,
        /// The declared columns.
        local_identifiers: Vec<String>,
    },
    /// A category of level S4.
    Special(SpecialCategory),
    /// A vendor and what happens to its secret.
    Vendor(Connection, SecretStep),
    /// The server of a vendor and what happens to that which opens it.
    Push(Box<PushTarget>, Credentials),
    /// The next version of a rule.
    Rule(Box<Rule>),
    /// A new choice, or another state of one.
    Choice(StoredChoice),
}

/// What happens to a vendor's secret.
#[derive(Debug)]
pub enum SecretStep {
    /// It stays: its sealed bytes.
    Keep(Vec<u8>),
    /// The file names it.
    Take(Secret),
    /// One is made and shown once.
    Make,
}

impl Change {
    /// The change in one line, with `+` for what is new and `~` for what differs.
    pub fn line(&self) -> String {
        match &self.before {
            None => format!("+ {}: {}", self.subject, self.after.summary()),
            Some(before) => format!("~ {}: {}", self.subject, before.difference(&self.after)),
        }
    }
}

/// The changes, in the order in which they must be written; none if the file has a value that was not read.
pub fn plan(file: &RulesFile, known: &Known, key: &MasterKey) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    changes.extend(tenant(file, known)?);
    for entry in &file.tenant.special {
        let special = SpecialCategory {
            category: entry.category?.value,
            exception: entry.exception.as_ref()?.value.clone(),
            until: entry.until?.value,
        };
        let before = known.special.iter().find(|stored| stored.category == special.category);
        if before != Some(&special) {
            changes.push(Change {
                subject: format!("special {}", special.category),
                before: before.map(facts::of_special),
                after: facts::of_special(&special),
                step: Step::Special(special),
            });
        }
    }
    for entry in &file.vendors {
        changes.extend(vendor(entry, known, key)?);
        changes.extend(pushes::change(entry, known, key)?);
    }
    for entry in &file.rules {
        changes.extend(rule(entry, known)?);
    }
    let mut choices = Choices::of(known);
    for entry in &file.choices {
        changes.extend(choices.change(entry, known)?);
    }
    Some(changes)
}

// In the functions below, `None` is a value that was not read and `Some(None)` nothing to change.

#[expect(clippy::option_option, reason = "the outer one is for `?`")]
fn tenant(file: &RulesFile, known: &Known) -> Option<Option<Change>> {
    let slug = &file.tenant.slug.as_ref()?.value;
    let stored = known.tenant.as_ref();
    let name = match (&file.tenant.name, stored) {
        (Some(name), _) => name.value.clone(),
        (None, Some(stored)) => stored.name.clone(),
        (None, None) => return None,
    };
    let local_identifiers = match (&file.tenant.local_identifiers, stored) {
        (Some(columns), _) => sorted(columns),
        (None, Some(stored)) => stored.local_identifiers.clone(),
        (None, None) => Vec::new(),
    };
    let before = stored.map(|stored| facts::of_tenant(&stored.name, &stored.local_identifiers));
    let after = facts::of_tenant(&name, &local_identifiers);
    let step = Step::Tenant { name, local_identifiers };
    let differs = before.as_ref() != Some(&after);
    Some(differs.then(|| Change { subject: format!("tenant {slug}"), before, after, step }))
}

#[expect(clippy::option_option, reason = "the outer one is for `?`")]
fn vendor(entry: &VendorEntry, known: &Known, key: &MasterKey) -> Option<Option<Change>> {
    let connection = Connection {
        vendor: entry.id.as_ref()?.value.clone(),
        name: entry.name.as_ref()?.value.clone(),
        scopes: entry.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        identifiers: entry.identifiers.map_or(Identifiers::Pairwise, |at| at.value),
        required_fields: entry.required_fields.map_or(RequiredFields::Placeholder, |at| at.value),
        status: entry.status.map_or(ConnectionStatus::Active, |at| at.value),
        scim: entry.scim.clone(),
    };
    let stored = known.connections.iter().find(|stored| stored.connection.vendor == connection.vendor);
    let secret = match (&entry.secret, stored) {
        (Some(secret), Some(stored)) if opens_to(key, stored, secret) => SecretStep::Keep(stored.secret_sealed.clone()),
        (Some(secret), _) => SecretStep::Take(secret.clone()),
        (None, Some(stored)) => SecretStep::Keep(stored.secret_sealed.clone()),
        (None, None) => SecretStep::Make,
    };
    let before = stored.map(|stored| facts::of_connection(&stored.connection));
    let mut after = facts::of_connection(&connection);
    if let (Some(_), SecretStep::Take(_)) = (stored, &secret) {
        after = after.with(SECRET, "changed");
    }
    let differs = before.as_ref() != Some(&after);
    let subject = format!("vendor {}", connection.vendor);
    Some(differs.then_some(Change { subject, before, after, step: Step::Vendor(connection, secret) }))
}

fn opens_to(key: &MasterKey, stored: &StoredConnection, secret: &Secret) -> bool {
    vendor::unseal_secret(key, stored).is_ok_and(|unsealed| unsealed == secret.0.as_bytes())
}

#[expect(clippy::option_option, reason = "the outer one is for `?`")]
fn rule(entry: &RuleEntry, known: &Known) -> Option<Option<Change>> {
    let id = &entry.id.as_ref()?.value;
    let stored = known.rules.iter().find(|stored| stored.id == *id);
    let mut rule = Rule {
        id: id.clone(),
        version: stored.map_or(1, |stored| stored.version),
        vendor: entry.vendor.as_ref()?.value.clone(),
        population: Population {
            roles: sorted(&entry.roles),
            schools: sorted(&entry.schools),
            grades: sorted(&entry.grades),
            classes: sorted(&entry.classes),
            courses: sorted(&entry.courses),
            people: sorted(&entry.people),
        },
        categories: entry.categories.iter().map(|category| category.value).collect(),
        write: entry.write.iter().map(|category| category.value).collect(),
        purpose: entry.purpose.as_ref()?.value.clone(),
        reason: entry.reason.as_ref().map(|reason| reason.value.clone()),
        basis: entry.basis?.value,
        agreement: entry.agreement.as_ref().map(|agreement| agreement.value.clone()),
        from: entry.from?.value,
        until: entry.until.map(|until| until.value),
        status: entry.status.map_or(RuleStatus::Active, |status| status.value),
    };
    if stored == Some(&rule) {
        return Some(None);
    }
    rule.version += i64::from(stored.is_some());
    Some(Some(Change {
        subject: format!("rule {id}"),
        before: stored.map(facts::of_rule),
        after: facts::of_rule(&rule),
        step: Step::Rule(Box::new(rule)),
    }))
}

fn sorted(items: &[At<String>]) -> Vec<String> {
    let mut items: Vec<String> = items.iter().map(|item| item.value.clone()).collect();
    items.sort_unstable();
    items
}
