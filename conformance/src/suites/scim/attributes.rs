//! The attributes of the standard's own schemas (RFC 7643 §4).

use super::made::{ENTERPRISE, GROUP, USER};

/// An attribute, or a part of one.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    schema: Schema,
    /// Its name, with a dot before that of a part.
    pub name: &'static str,
    /// Its type.
    pub kind: &'static str,
    /// Whether it has several values.
    pub is_list: bool,
    /// Who may write it, and when.
    pub mutability: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Schema {
    User,
    Group,
    Enterprise,
}

impl Attribute {
    /// The URN of its schema.
    pub fn schema(&self) -> &'static str {
        match self.schema {
            Schema::User => USER,
            Schema::Group => GROUP,
            Schema::Enterprise => ENTERPRISE,
        }
    }

    /// The attribute that it is a part of, and the part's own name.
    pub fn path(&self) -> Option<(&'static str, &'static str)> {
        self.name.split_once('.')
    }

    /// When it is returned.
    pub fn returned(&self) -> &'static str {
        if self.name == "password" { "never" } else { "default" }
    }
}

const fn one(schema: Schema, name: &'static str, kind: &'static str, mutability: &'static str) -> Attribute {
    Attribute { schema, name, kind, is_list: false, mutability }
}

const fn list(schema: Schema, name: &'static str, mutability: &'static str) -> Attribute {
    Attribute { schema, name, kind: "complex", is_list: true, mutability }
}

/// All of them.
pub const ATTRIBUTES: &[Attribute] = &[
    one(Schema::User, "userName", "string", "readWrite"),
    one(Schema::User, "name", "complex", "readWrite"),
    one(Schema::User, "name.formatted", "string", "readWrite"),
    one(Schema::User, "name.familyName", "string", "readWrite"),
    one(Schema::User, "name.givenName", "string", "readWrite"),
    one(Schema::User, "name.middleName", "string", "readWrite"),
    one(Schema::User, "name.honorificPrefix", "string", "readWrite"),
    one(Schema::User, "name.honorificSuffix", "string", "readWrite"),
    one(Schema::User, "displayName", "string", "readWrite"),
    one(Schema::User, "nickName", "string", "readWrite"),
    one(Schema::User, "profileUrl", "reference", "readWrite"),
    one(Schema::User, "title", "string", "readWrite"),
    one(Schema::User, "userType", "string", "readWrite"),
    one(Schema::User, "preferredLanguage", "string", "readWrite"),
    one(Schema::User, "locale", "string", "readWrite"),
    one(Schema::User, "timezone", "string", "readWrite"),
    one(Schema::User, "active", "boolean", "readWrite"),
    one(Schema::User, "password", "string", "writeOnly"),
    list(Schema::User, "emails", "readWrite"),
    one(Schema::User, "emails.value", "string", "readWrite"),
    one(Schema::User, "emails.display", "string", "readWrite"),
    one(Schema::User, "emails.type", "string", "readWrite"),
    one(Schema::User, "emails.primary", "boolean", "readWrite"),
    list(Schema::User, "phoneNumbers", "readWrite"),
    one(Schema::User, "phoneNumbers.value", "string", "readWrite"),
    one(Schema::User, "phoneNumbers.display", "string", "readWrite"),
    one(Schema::User, "phoneNumbers.type", "string", "readWrite"),
    one(Schema::User, "phoneNumbers.primary", "boolean", "readWrite"),
    list(Schema::User, "ims", "readWrite"),
    one(Schema::User, "ims.value", "string", "readWrite"),
    one(Schema::User, "ims.display", "string", "readWrite"),
    one(Schema::User, "ims.type", "string", "readWrite"),
    one(Schema::User, "ims.primary", "boolean", "readWrite"),
    list(Schema::User, "photos", "readWrite"),
    one(Schema::User, "photos.value", "reference", "readWrite"),
    one(Schema::User, "photos.display", "string", "readWrite"),
    one(Schema::User, "photos.type", "string", "readWrite"),
    one(Schema::User, "photos.primary", "boolean", "readWrite"),
    list(Schema::User, "addresses", "readWrite"),
    one(Schema::User, "addresses.formatted", "string", "readWrite"),
    one(Schema::User, "addresses.streetAddress", "string", "readWrite"),
    one(Schema::User, "addresses.locality", "string", "readWrite"),
    one(Schema::User, "addresses.region", "string", "readWrite"),
    one(Schema::User, "addresses.postalCode", "string", "readWrite"),
    one(Schema::User, "addresses.country", "string", "readWrite"),
    one(Schema::User, "addresses.type", "string", "readWrite"),
    one(Schema::User, "addresses.primary", "boolean", "readWrite"),
    list(Schema::User, "groups", "readOnly"),
    one(Schema::User, "groups.value", "string", "readOnly"),
    one(Schema::User, "groups.$ref", "reference", "readOnly"),
    one(Schema::User, "groups.display", "string", "readOnly"),
    one(Schema::User, "groups.type", "string", "readOnly"),
    list(Schema::User, "entitlements", "readWrite"),
    one(Schema::User, "entitlements.value", "string", "readWrite"),
    one(Schema::User, "entitlements.display", "string", "readWrite"),
    one(Schema::User, "entitlements.type", "string", "readWrite"),
    one(Schema::User, "entitlements.primary", "boolean", "readWrite"),
    list(Schema::User, "roles", "readWrite"),
    one(Schema::User, "roles.value", "string", "readWrite"),
    one(Schema::User, "roles.display", "string", "readWrite"),
    one(Schema::User, "roles.type", "string", "readWrite"),
    one(Schema::User, "roles.primary", "boolean", "readWrite"),
    list(Schema::User, "x509Certificates", "readWrite"),
    one(Schema::User, "x509Certificates.value", "binary", "readWrite"),
    one(Schema::User, "x509Certificates.display", "string", "readWrite"),
    one(Schema::User, "x509Certificates.type", "string", "readWrite"),
    one(Schema::User, "x509Certificates.primary", "boolean", "readWrite"),
    one(Schema::Group, "displayName", "string", "readWrite"),
    list(Schema::Group, "members", "readWrite"),
    one(Schema::Group, "members.value", "string", "immutable"),
    one(Schema::Group, "members.$ref", "reference", "immutable"),
    one(Schema::Group, "members.type", "string", "immutable"),
    one(Schema::Group, "members.display", "string", "immutable"),
    one(Schema::Enterprise, "employeeNumber", "string", "readWrite"),
    one(Schema::Enterprise, "costCenter", "string", "readWrite"),
    one(Schema::Enterprise, "organization", "string", "readWrite"),
    one(Schema::Enterprise, "division", "string", "readWrite"),
    one(Schema::Enterprise, "department", "string", "readWrite"),
    one(Schema::Enterprise, "manager", "complex", "readWrite"),
    one(Schema::Enterprise, "manager.value", "string", "readWrite"),
    one(Schema::Enterprise, "manager.$ref", "reference", "readWrite"),
    one(Schema::Enterprise, "manager.displayName", "string", "readOnly"),
];
