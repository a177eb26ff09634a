//! Whether a filter holds for a resource in canonical form (RFC 7644 §3.4.2.2).
//!
//! Nothing is copied: it runs over every resource that the database could not decide about.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::expression::{Comparison, Filter, Operand, Operator, Text};
use crate::scim::fold;
use crate::scim::instant::Instant;
use crate::scim::path::Path;

impl Filter {
    /// Whether it holds for this resource.
    pub fn holds(&self, resource: &Map<String, Value>) -> bool {
        self.holds_at(At::Resource(resource))
    }

    /// Whether it holds for this element, if it is what stands in brackets after its list.
    pub fn holds_for_element(&self, element: &Value) -> bool {
        self.holds_at(At::Element(element))
    }

    fn holds_at(&self, at: At<'_>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds_at(at)),
            Self::Or(parts) => parts.iter().any(|part| part.holds_at(at)),
            Self::Not(part) => !part.holds_at(at),
            Self::Compare(comparison) => comparison.holds_at(at),
            Self::Present(path) => at.any(path, |_| true),
            Self::Values { path, filter } => at.any(path, |element| filter.holds_at(At::Element(element))),
            Self::Constant(value) => *value,
        }
    }
}

/// Whether it is a value at all: null, an empty text, an empty list and an object of such are none
/// (RFC 7643 §2.5).
pub fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Object(parts) => parts.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// What a filter is asked of.
#[derive(Clone, Copy)]
enum At<'a> {
    Resource(&'a Map<String, Value>),
    Element(&'a Value),
}

impl At<'_> {
    /// Whether any value of the path is so; what is absent is not asked.
    fn any(self, path: &Path, mut test: impl FnMut(&Value) -> bool) -> bool {
        let mut is_so = |whole: &Value| part(whole, path).is_some_and(|value| is_present(value) && test(value));
        match self {
            Self::Element(element) => is_so(element),
            Self::Resource(resource) => {
                let home = match path.schema {
                    Some(schema) => resource.get(schema.id).and_then(Value::as_object),
                    None => Some(resource),
                };
                match home.and_then(|home| home.get(path.attribute.name)) {
                    Some(Value::Array(elements)) => elements.iter().any(is_so),
                    Some(value) => is_so(value),
                    None => false,
                }
            }
        }
    }
}

fn part<'a>(whole: &'a Value, path: &Path) -> Option<&'a Value> {
    match path.sub {
        Some(sub) => whole.as_object()?.get(sub.name),
        None => Some(whole),
    }
}

impl Comparison {
    fn holds_at(&self, at: At<'_>) -> bool {
        let mut is_absent = true;
        let holds = at.any(&self.path, |value| {
            is_absent = false;
            self.holds_for(value)
        });
        holds || (is_absent && self.operator == Operator::Ne)
    }

    /// Whether one value compares so; one of another kind is different, and nothing else.
    fn holds_for(&self, value: &Value) -> bool {
        let ordering = match (&self.operand, value) {
            (Operand::Text(text), Value::String(value)) => return text_holds(value, self.operator, text),
            (Operand::Boolean(operand), Value::Bool(value)) => Some(value.cmp(operand)),
            (Operand::Number(operand), Value::Number(value)) => compare_numbers(value, operand),
            (Operand::Instant(operand, _), Value::String(value)) => {
                Instant::parse(value).map(|value| value.cmp(operand))
            }
            (Operand::Text(_) | Operand::Boolean(_) | Operand::Number(_) | Operand::Instant(..), _) => None,
        };
        ordering.map_or(self.operator == Operator::Ne, |ordering| ordered(ordering, self.operator))
    }
}

fn text_holds(value: &str, operator: Operator, operand: &Text) -> bool {
    let Text { text, folded } = operand;
    match (operator, folded) {
        (Operator::Eq, None) => value == text,
        (Operator::Eq, Some(folded)) => fold::equals(value, folded),
        (Operator::Ne, None) => value != text,
        (Operator::Ne, Some(folded)) => !fold::equals(value, folded),
        (Operator::Co, None) => value.contains(text),
        (Operator::Co, Some(folded)) => fold::contains(value, folded),
        (Operator::Sw, None) => value.starts_with(text),
        (Operator::Sw, Some(folded)) => fold::starts_with(value, folded),
        (Operator::Ew, None) => value.ends_with(text),
        (Operator::Ew, Some(folded)) => fold::ends_with(value, folded),
        (_, None) => ordered(value.cmp(text), operator),
        (_, Some(folded)) => ordered(fold::compare(value, folded), operator),
    }
}

fn ordered(ordering: Ordering, operator: Operator) -> bool {
    match operator {
        Operator::Eq => ordering.is_eq(),
        Operator::Ne => ordering.is_ne(),
        Operator::Gt => ordering.is_gt(),
        Operator::Ge => ordering.is_ge(),
        Operator::Lt => ordering.is_lt(),
        Operator::Le => ordering.is_le(),
        Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

fn compare_numbers(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::filter::Scope;
    use crate::scim::schema::{GROUP, ResourceType, USER};

    fn ask(resource: &Value, text: &str, resource_type: &'static ResourceType) -> bool {
        Filter::parse(text, Scope::of(resource_type)).unwrap().holds(resource.as_object().unwrap())
    }

    fn ann() -> Value {
        json!({
            "id": "AbC-1",
            "userName": "Ann.Öst",
            "active": true,
            "name": {"familyName": "Öst"},
            "emails": [
                {"type": "work", "value": "ann@example.com"},
                {"type": "home", "value": "ann@home.org", "primary": true},
            ],
            "meta": {"created": "2026-08-01T12:00:00.5Z", "resourceType": "User"},
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "m-1"}},
            "urn:koppelvlak:params:scim:schemas:extension:education:2.0:User": {"gradeLevels": ["7", "8"]},
        })
    }

    #[test]
    fn each_operator_compares_as_its_name_says() {
        for (text, answer) in [
            (r#"userName eq "ANN.öST""#, true),
            (r#"userName ne "ann.öst""#, false),
            (r#"userName co "N.Ö""#, true),
            (r#"userName sw "ann""#, true),
            (r#"userName ew "ÖST""#, true),
            (r#"userName ew "ann""#, false),
            (r#"userName gt "Ann""#, true),
            (r#"userName lt "ann""#, false),
            (r#"userName ge "ann.öst" and userName le "ann.öst""#, true),
            (r#"id eq "abc-1""#, false),
            (r#"id eq "AbC-1""#, true),
            (r#"meta.resourceType eq "user""#, false),
            ("active eq true", true),
            ("active ne true", false),
            (r#"meta.created eq "2026-08-01T14:00:00.500+02:00""#, true),
            ("meta.created gt 2026-08-01", true),
            (r#"meta.created lt "2026-08-01T12:00:00.6Z""#, true),
            (r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#, true),
            (r#"manager eq "M-1""#, true),
            ("gradeLevels eq 8", true),
            ("gradeLevels[value sw 7]", true),
            ("gradeLevels eq 9", false),
        ] {
            assert_eq!(ask(&ann(), text, &USER), answer, "{text}");
        }
    }

    #[test]
    fn what_is_absent_is_only_unequal() {
        for (text, answer) in [
            (r#"title eq "x""#, false),
            (r#"title ne "x""#, true),
            (r#"title co "" or title sw "" or title ew """#, false),
            (r#"title gt "" or title ge "" or title lt "x" or title le "x""#, false),
            ("title pr", false),
            ("title eq null", true),
            ("title ne null", false),
            (r#"phoneNumbers ne "1""#, true),
            (r#"name.givenName ne "x""#, true),
            ("name pr and emails pr and manager pr", true),
            ("addresses pr", false),
        ] {
            assert_eq!(ask(&ann(), text, &USER), answer, "{text}");
        }
    }

    #[test]
    fn brackets_ask_one_element_and_dots_ask_any() {
        for (text, answer) in [
            (r#"emails[type eq "work" and value ew "home.org"]"#, false),
            (r#"emails.type eq "work" and emails.value ew "home.org""#, true),
            (r#"emails[type eq "work"].value eq "ann@example.com""#, true),
            (r#"emails[type eq "home"].value eq "ann@example.com""#, false),
            (r#"emails.type ne "work""#, true),
            (r#"emails[type eq "work"].primary ne true"#, true),
            ("emails[primary eq true].value pr", true),
            (r#"not (emails[type eq "fax"])"#, true),
        ] {
            assert_eq!(ask(&ann(), text, &USER), answer, "{text}");
        }
    }

    #[test]
    fn a_group_is_asked_for_a_member_in_three_ways() {
        let group = json!({"displayName": "7B", "members": [{"value": "u-1"}, {"value": "u-2"}]});
        for text in [r#"members eq "u-2""#, r#"members.value eq "u-2""#, r#"members[value eq "u-2"]"#] {
            assert!(ask(&group, text, &GROUP), "{text}");
        }
        assert!(!ask(&group, r#"members eq "u-3""#, &GROUP));
    }
}
