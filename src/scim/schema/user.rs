//! The core schema of users (RFC 7643 §4.1), with the corrections that the standard's own JSON needs:
//! `addresses` has `primary`, `ims.type` has `other`, references are case exact. Every `type` suggests values,
//! because Entra derives from them which paths such as `emails[type eq "work"].value` exist.

use super::attribute::Attribute;
use super::resource_type::Schema;

static NAME: &[Attribute] = &[
    Attribute::string("formatted", "The whole name, ready to be shown."),
    Attribute::string("familyName", "Family name, with its prefix."),
    Attribute::string("givenName", "Given name."),
    Attribute::string("middleName", "Names between the given and the family name."),
    Attribute::string("honorificPrefix", "What stands before the name, such as Dr."),
    Attribute::string("honorificSuffix", "What stands after the name, such as MSc."),
];

const DISPLAY: Attribute = Attribute::string("display", "Text to show for the value.");
const PRIMARY: Attribute = Attribute::boolean("primary", "Whether this is the preferred one; at most one is.");

const fn kind(values: &'static [&'static str]) -> Attribute {
    Attribute::string("type", "What the value is for.").suggesting(values)
}

static EMAIL: &[Attribute] =
    &[Attribute::string("value", "E-mail address.").key(), DISPLAY, kind(&["work", "home", "other"]), PRIMARY];

static PHONE: &[Attribute] = &[
    Attribute::string("value", "Telephone number."),
    DISPLAY,
    kind(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

static IM: &[Attribute] = &[
    Attribute::string("value", "Name in the messaging service."),
    DISPLAY,
    kind(&["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo", "other"]),
    PRIMARY,
];

static PHOTO: &[Attribute] = &[
    Attribute::reference("value", &["external"], "Address of the picture."),
    DISPLAY,
    kind(&["photo", "thumbnail"]),
    PRIMARY,
];

static ADDRESS: &[Attribute] = &[
    Attribute::string("formatted", "The whole address, ready to be printed."),
    Attribute::string("streetAddress", "Street and house number."),
    Attribute::string("locality", "City or village."),
    Attribute::string("region", "Province or state."),
    Attribute::string("postalCode", "Postal code."),
    Attribute::string("country", "Country, best as two letters of ISO 3166-1."),
    kind(&["work", "home", "other"]),
    PRIMARY,
];

static MEMBERSHIP: &[Attribute] = &[
    Attribute::string("value", "Identifier of the group.").read_only(),
    Attribute::reference("$ref", &["Group"], "Address of the group.").read_only(),
    Attribute::string("display", "Name of the group.").read_only(),
    Attribute::string("type", "Whether the user is in the group itself or in a group in it.")
        .suggesting(&["direct", "indirect"])
        .read_only(),
];

static ENTITLEMENT: &[Attribute] =
    &[Attribute::string("value", "What the user is entitled to."), DISPLAY, kind(&["license", "other"]), PRIMARY];

static ROLE: &[Attribute] = &[
    Attribute::string("value", "What the user is, such as Student."),
    DISPLAY,
    kind(&["primary", "secondary"]),
    PRIMARY,
];

static CERTIFICATE: &[Attribute] = &[
    Attribute::binary("value", "One certificate, DER in base64."),
    DISPLAY,
    kind(&["signing", "encryption", "other"]),
    PRIMARY,
];

static ATTRIBUTES: &[Attribute] = &[
    Attribute::string("userName", "Name to sign in with; unique, in any letter case.").required().unique().key(),
    Attribute::complex("name", NAME, "The parts of the user's name."),
    Attribute::string("displayName", "Name to show to others."),
    Attribute::string("nickName", "Name by which the user is called."),
    Attribute::reference("profileUrl", &["external"], "Page about the user."),
    Attribute::string("title", "What the user is in the organization."),
    Attribute::string("userType", "How the user relates to the organization."),
    Attribute::string("preferredLanguage", "Languages the user prefers, as in Accept-Language."),
    Attribute::string("locale", "How dates, numbers and currency are to be shown."),
    Attribute::string("timezone", "Time zone by its name, such as Europe/Amsterdam."),
    Attribute::boolean("active", "Whether the user may sign in."),
    Attribute::string("password", "A password to set; never shown.").secret(),
    Attribute::complex("emails", EMAIL, "E-mail addresses.").many(),
    Attribute::complex("phoneNumbers", PHONE, "Telephone numbers.").many(),
    Attribute::complex("ims", IM, "Instant messaging addresses.").many(),
    Attribute::complex("photos", PHOTO, "Pictures of the user.").many(),
    Attribute::complex("addresses", ADDRESS, "Postal addresses.").many(),
    Attribute::complex("groups", MEMBERSHIP, "Groups the user is in; written through the groups.").many().read_only(),
    Attribute::complex("entitlements", ENTITLEMENT, "What the user is entitled to.").many(),
    Attribute::complex("roles", ROLE, "What the user is.").many(),
    Attribute::complex("x509Certificates", CERTIFICATE, "Certificates issued to the user.").many(),
];

/// `urn:ietf:params:scim:schemas:core:2.0:User`.
pub static CORE_USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "A person's account.",
    attributes: ATTRIBUTES,
};
