//! The tables against RFC 7643 §4 and §8.7, with its known mistakes put right.

use super::{Attribute, CORE_GROUP, CORE_USER, ENTERPRISE_USER, Kind, Mutability, Returned, Schema, Uniqueness};

/// One line for each attribute that is more than a text which anybody may write.
fn told(schema: &Schema) -> Vec<String> {
    let mut lines = Vec::new();
    for attribute in schema.attributes {
        tell(attribute, attribute.name.to_owned(), &mut lines);
        for sub in attribute.sub_attributes {
            tell(sub, format!("{}.{}", attribute.name, sub.name), &mut lines);
        }
    }
    lines
}

fn tell(attribute: &Attribute, name: String, lines: &mut Vec<String>) {
    let mut line = name;
    let mut add = |told: &str| {
        line.push(' ');
        line.push_str(told);
    };
    if attribute.kind.name() != "string" {
        add(attribute.kind.name());
    }
    if attribute.multi_valued {
        add("many");
    }
    if attribute.required {
        add("required");
    }
    if attribute.case_exact {
        add("exact");
    }
    if attribute.mutability != Mutability::ReadWrite {
        add(attribute.mutability.name());
    }
    if attribute.returned != Returned::Default {
        add(attribute.returned.name());
    }
    if attribute.uniqueness != Uniqueness::None {
        add(attribute.uniqueness.name());
    }
    for reference in attribute.reference_types {
        add(&format!("->{reference}"));
    }
    if line.contains(' ') {
        lines.push(line);
    }
}

#[test]
fn users_are_as_the_standard_has_them() {
    let list = |name: &str| vec![format!("{name} complex many"), format!("{name}.primary boolean")];
    let mut expected: Vec<String> = [
        "userName required server",
        "name complex",
        "profileUrl reference exact ->external",
        "active boolean",
        "password writeOnly never",
    ]
    .map(str::to_owned)
    .to_vec();
    expected.extend(["emails", "phoneNumbers", "ims"].into_iter().flat_map(list));
    expected.push("photos complex many".to_owned());
    expected.push("photos.value reference exact ->external".to_owned());
    expected.push("photos.primary boolean".to_owned());
    expected.extend(list("addresses"));
    expected.extend(
        [
            "groups complex many readOnly",
            "groups.value readOnly",
            "groups.$ref reference exact readOnly ->Group",
            "groups.display readOnly",
            "groups.type readOnly",
        ]
        .map(str::to_owned),
    );
    expected.extend(["entitlements", "roles"].into_iter().flat_map(list));
    expected.push("x509Certificates complex many".to_owned());
    expected.push("x509Certificates.value binary exact".to_owned());
    expected.push("x509Certificates.primary boolean".to_owned());

    assert_eq!(told(&CORE_USER), expected);
}

#[test]
fn groups_and_the_enterprise_extension_are_as_the_standard_has_them() {
    assert_eq!(
        told(&CORE_GROUP),
        [
            "displayName required",
            "members complex many",
            "members.value immutable",
            "members.$ref reference exact immutable ->User ->Group",
            "members.type immutable",
            "members.display immutable",
        ]
    );
    assert_eq!(
        told(&ENTERPRISE_USER),
        ["manager complex", "manager.$ref reference exact ->User", "manager.displayName readOnly"]
    );
}

#[test]
fn names_are_unique_and_our_extensions_have_only_what_generic_clients_can_write() {
    for resource_type in super::RESOURCE_TYPES {
        for schema in resource_type.schemas() {
            let is_ours = schema.id.starts_with("urn:koppelvlak:");
            for (at, attribute) in schema.attributes.iter().enumerate() {
                assert_eq!(schema.attributes.iter().position(|other| other.name == attribute.name), Some(at));
                let is_single_text = attribute.kind == Kind::String && !attribute.multi_valued;
                assert!(!is_ours || is_single_text || attribute.is_read_only(), "{}", attribute.name);
                assert!(!is_ours || attribute.sub_attributes.iter().all(Attribute::is_read_only));
            }
        }
    }
}
