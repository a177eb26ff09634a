//! The reference page of SCIM, written from the schemas that the server publishes and the catalogue's categories.

use std::fmt::Write as _;

use koppelvlak::catalogue::Entity;
use koppelvlak::scim::schema::{Attribute, Kind, Mutability, RESOURCE_TYPES, Schema};

/// The attributes of the school's people, each with the field of the administration that it shows.
const OF_PEOPLE: [(&str, &[&str]); 17] = [
    ("userName", &["username"]),
    ("active", &["enabledUser"]),
    ("displayName", &["preferredFirstName", "givenName", "preferredLastName", "familyName"]),
    ("name.givenName", &["givenName"]),
    ("name.middleName", &["middleName"]),
    ("name.familyName", &["familyName"]),
    ("nickName", &["preferredFirstName"]),
    ("emails", &["email"]),
    ("phoneNumbers[type eq \"work\"]", &["phone"]),
    ("phoneNumbers[type eq \"mobile\"]", &["sms"]),
    ("userType", &["roles"]),
    ("roles", &["roles"]),
    ("organization (enterprise)", &["primaryOrg"]),
    ("employeeNumber (enterprise), of staff", &["identifier"]),
    ("localId", &["identifier"]),
    ("identifiers", &["userIds"]),
    ("gradeLevels", &["grades"]),
];

/// The page, without its first line.
pub fn text() -> String {
    let mut page = String::from(
        "# Which attributes do users and groups have?\n\n\
         Those of the core schemas, of EnterpriseUser, and of two extensions of our own for what schools know.\n\
         [How to connect a provider](../identity-providers.md) says how they are used; `/Schemas` says the same to programs.\n\n\
         ## What the school's people show\n\n\
         Each attribute is there if its category is released for the person and the administration has a value.\n\n\
         | attribute | field of OneRoster | category |\n| --- | --- | --- |\n",
    );
    for (attribute, names) in OF_PEOPLE {
        let mut categories: Vec<String> = Vec::new();
        for name in names {
            let fields: Vec<_> = Entity::User.fields().iter().filter(|field| field.name == *name).collect();
            assert!(!fields.is_empty(), "a person has no field `{name}`");
            for field in fields {
                let category = format!("`{}`", field.category);
                if !categories.contains(&category) {
                    categories.push(category);
                }
            }
        }
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        _ = writeln!(page, "| `{attribute}` | {} | {} |", names.join(", "), categories.join(" or "));
    }
    page += "\nThe names of schools come with `structure`; the days of a role come with `enrolment-dates`.\n\
        A class shows its title if `class-label` is released, and a neutral name if not.\n";
    for resource_type in RESOURCE_TYPES {
        _ = writeln!(page, "\n## {}", resource_type.name);
        of_schema(&mut page, resource_type.schema);
        for extension in resource_type.extensions {
            of_schema(&mut page, extension.schema);
        }
    }
    page
}

fn of_schema(page: &mut String, schema: &Schema) {
    _ = writeln!(page, "\n### {}\n\n`{}`\n", schema.name, schema.id);
    *page += "| attribute | value | written by you | what it holds |\n| --- | --- | --- | --- |\n";
    for attribute in schema.attributes {
        row(page, attribute, "");
        for sub in attribute.sub_attributes {
            row(page, sub, &format!("{}.", attribute.name));
        }
    }
}

fn row(page: &mut String, attribute: &Attribute, prefix: &str) {
    let kind = match attribute.kind {
        Kind::String => "text",
        Kind::Boolean => "`true` or `false`",
        Kind::Decimal | Kind::Integer => "number",
        Kind::DateTime => "instant",
        Kind::Binary => "base64",
        Kind::Reference => "address",
        Kind::Complex => "parts",
    };
    let kind = if attribute.multi_valued { format!("list of {kind}") } else { kind.to_owned() };
    let case = if attribute.case_exact && attribute.kind == Kind::String { ", case counts" } else { "" };
    let written = match attribute.mutability {
        Mutability::ReadOnly => "",
        Mutability::ReadWrite if attribute.required => "must be",
        Mutability::ReadWrite => "yes",
        Mutability::Immutable => "once",
        Mutability::WriteOnly => "yes, never told",
    };
    let (name, told) = (attribute.name, attribute.description);
    _ = writeln!(page, "| `{prefix}{name}` | {kind}{case} | {written} | {told} |");
}
