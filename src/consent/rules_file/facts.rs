//! What is stated about a board, a special category, a vendor, a rule and a choice. Never a secret.

use serde::Serialize;
use serde_json::Value;

use crate::consent::certificates::Certificates;
use crate::consent::choice::Choice;
use crate::consent::connection::Connection;
use crate::consent::push::PushTarget;
use crate::consent::rule::Rule;
use crate::consent::rules_file::difference::Facts;
use crate::consent::switches::Switches;
use crate::store::tenant::SpecialCategory;

/// About a board.
pub fn of_tenant(name: &str, local_identifiers: &[String]) -> Facts {
    Facts::new().with("name", name).with("local_identifiers", local_identifiers)
}

/// About a category that a board opened.
pub fn of_special(special: &SpecialCategory) -> Facts {
    Facts::new().with("exception", special.exception.as_str()).with("until", special.until.to_string())
}

/// About a vendor.
pub fn of_connection(connection: &Connection) -> Facts {
    Facts::new()
        .with("name", connection.name.as_str())
        .with("scopes", connection.scopes.as_slice())
        .with("identifiers", json(&connection.identifiers))
        .with("required_fields", json(&connection.required_fields))
        .with("status", json(&connection.status))
        .with("scim", switches(&connection.scim))
}

/// Each switch that differs from its default, as the file sets it.
fn switches(switches: &Switches) -> Vec<String> {
    switches.set().iter().map(|(name, value)| format!("{name} = {value}")).collect()
}

/// About the server of a vendor that is pushed to.
pub fn of_push(target: &PushTarget) -> Facts {
    Facts::new()
        .with("url", target.url.as_str())
        .with("profile", json(&target.profile))
        .with("deprovision", json(&target.deprovision))
        .with("status", json(&target.status))
        .with("client_certificate", fingerprints(target.client_certificate.as_ref()))
        .with("client_certificate_until", until(target))
        .with("trusted_certificates", fingerprints(target.trusted_certificates.as_ref()))
}

/// The last day of the certificate that a server is shown.
pub fn until(target: &PushTarget) -> Option<String> {
    target.client_certificate.as_ref().map(|certificates| certificates.last_day().to_string())
}

fn fingerprints(certificates: Option<&Certificates>) -> Vec<String> {
    certificates.map(Certificates::fingerprints).unwrap_or_default()
}

/// About a rule.
pub fn of_rule(rule: &Rule) -> Facts {
    let people = &rule.population;
    Facts::new()
        .with("version", rule.version)
        .with("vendor", rule.vendor.as_str())
        .with("categories", json(&rule.categories))
        .with("roles", people.roles.as_slice())
        .with("schools", people.schools.as_slice())
        .with("grades", people.grades.as_slice())
        .with("classes", people.classes.as_slice())
        .with("courses", people.courses.as_slice())
        .with("people", people.people.as_slice())
        .with("write", json(&rule.write))
        .with("purpose", rule.purpose.as_str())
        .with("reason", rule.reason.as_deref())
        .with("basis", json(&rule.basis))
        .with("agreement", rule.agreement.as_deref())
        .with("from", rule.from.to_string())
        .with("until", rule.until.map(|day| day.to_string()))
        .with("status", json(&rule.status))
}

/// About a choice of the person with this sourcedId.
pub fn of_choice(person: &str, choice: &Choice) -> Facts {
    Facts::new()
        .with("person", person)
        .with("choice", json(&choice.decision))
        .with("categories", json(&choice.categories))
        .with("vendor", choice.vendor.as_deref())
        .with("by", choice.by.as_str())
        .with("on", choice.on.to_string())
        .with("withdrawn", choice.withdrawn.map(|day| day.to_string()))
}

fn json(value: &impl Serialize) -> Value {
    // Enums and lists of enums always have a JSON form.
    serde_json::to_value(value).unwrap_or_default()
}
