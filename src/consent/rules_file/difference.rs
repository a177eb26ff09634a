//! What a thing was and what it becomes, as an ordered list of facts: for the screen and for the history.

use serde_json::{Map, Value};

use crate::store::StoreError;

/// The fact of a vendor's secret, which only ever says `changed`.
pub const SECRET: &str = "secret";

/// What is stated about one thing, in the order in which people read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts(Vec<(String, Value)>);

impl Facts {
    /// No facts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// Adds all facts of another list that this one does not have.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (name, value) in other.0 {
            if self.value(&name).is_null() {
                self.0.push((name, value));
            }
        }
        self
    }

    /// The facts as a JSON object.
    pub fn to_json(&self) -> String {
        self.to_value().to_string()
    }

    /// Reads what [`Facts::to_json`] wrote; the facts come in the order of their names.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        let facts: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| StoreError::Shape("a history that is not a JSON object"))?;
        Ok(Self(facts.into_iter().collect()))
    }

    /// The facts as a JSON value.
    pub fn to_value(&self) -> Value {
        Value::Object(self.0.iter().cloned().collect())
    }

    /// One fact for the screen; empty if nothing is said.
    pub fn shown(&self, name: &str) -> String {
        let value = self.value(name);
        match value {
            Value::String(text) => text.clone(),
            _ if is_nothing(value) => String::new(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => show(value),
        }
    }

    fn value(&self, name: &str) -> &Value {
        self.0.iter().find(|(other, _)| other == name).map_or(&Value::Null, |(_, value)| value)
    }

    /// All facts that say something: `vendor atlas; categories identity, name`.
    pub fn summary(&self) -> String {
        let said = self.0.iter().filter(|(_, value)| !is_nothing(value));
        said.map(|(name, value)| format!("{name} {}", show(value))).collect::<Vec<_>>().join("; ")
    }

    /// Only what changed: `categories +contact-email -name; until 2027-07-31 -> 2027-12-31`.
    pub fn difference(&self, after: &Self) -> String {
        let gone = self.0.iter().filter(|(name, _)| after.value(name).is_null());
        let names = after.0.iter().chain(gone).map(|(name, _)| name);
        let mut parts: Vec<String> = Vec::new();
        for name in names {
            let (old, new) = (self.value(name), after.value(name));
            // What a secret was may not be shown.
            let part =
                if name == SECRET { format!("{name} {}", show(new)) } else { format!("{name} {}", change(old, new)) };
            if old != new && !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts.join("; ")
    }
}

fn change(old: &Value, new: &Value) -> String {
    let (Value::Array(old), Value::Array(new)) = (old, new) else {
        return match old {
            Value::Null => format!("none -> {}", show(new)),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                format!("{} -> {}", show(old), show(new))
            }
        };
    };
    let added = new.iter().filter(|item| !old.contains(item)).map(|item| format!("+{}", show(item)));
    let removed = old.iter().filter(|item| !new.contains(item)).map(|item| format!("-{}", show(item)));
    let mut parts: Vec<String> = added.chain(removed).collect();
    // An empty list restricts nothing: that is worth more than a plus or a minus.
    if new.is_empty() {
        parts.push("(now all)".to_owned());
    }
    parts.join(" ")
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.contains(' ') => format!("\"{text}\""),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(show).collect::<Vec<_>>().join(", "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_only_what_changed() {
        let before = Facts::new().with("vendor", "atlas").with("categories", vec!["identity", "name"]);
        let after = Facts::new()
            .with("vendor", "atlas")
            .with("categories", vec!["identity", "contact-email"])
            .with("until", "2027-07-31");

        assert_eq!(before.difference(&after), "categories +contact-email -name; until none -> 2027-07-31");
        assert_eq!(after.difference(&after), "");
    }

    #[test]
    fn a_summary_leaves_out_what_says_nothing() {
        let facts = Facts::new().with("name", "Atlas Uitgeverij").with("grades", Vec::<String>::new());

        assert_eq!(facts.summary(), "name \"Atlas Uitgeverij\"");
        assert_eq!(Facts::from_json(&facts.to_json()).unwrap().summary(), facts.summary());
    }
}
