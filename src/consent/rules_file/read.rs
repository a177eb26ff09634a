//! From text to entries: TOML, keys, and the form of each value.

use toml::de::DeTable;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::auth::Scope;
use crate::catalogue::Category;
use crate::consent::push::PushProfile;
use crate::consent::rules_file::Problem;
use crate::consent::rules_file::document::{At, Lines, Section};
use crate::consent::rules_file::entry::{
    ChoiceEntry, PushEntry, PushPem, RuleEntry, RulesFile, Secret, SpecialEntry, TenantEntry, VendorEntry,
};
use crate::consent::rules_file::problem::suggestion;
use crate::consent::switches::Switches;

/// The roles of OneRoster 1.2, and the one that only 1.1 has.
const ROLES: &[&str] = &[
    "administrator",
    "aide",
    "counselor",
    "districtAdministrator",
    "guardian",
    "parent",
    "principal",
    "proctor",
    "relative",
    "siteAdministrator",
    "student",
    "systemAdministrator",
    "teacher",
];

/// The columns of `users.csv` that may hold a board's own numbers.
const LOCAL_COLUMNS: &[&str] =
    &["sourcedId", "username", "userIds", "identifier", "userMasterIdentifier", "email", "phone", "sms"];

/// What a rule may let a vendor write.
const WRITABLE: [Category; 4] =
    [Category::AssessmentItem, Category::AssessmentResult, Category::Login, Category::ContactEmail];

const BASES: &[&str] =
    &["consent", "contract", "legal-obligation", "vital-interests", "public-task", "legitimate-interests"];

impl RulesFile {
    /// Reads a file, and every problem of its keys and values.
    ///
    /// Text that is not TOML gives only that: what the rest means can't be told.
    pub fn read(text: &str) -> (Self, Vec<Problem>) {
        let lines = Lines::of(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut problems: Vec<Problem> = errors
            .iter()
            .map(|error| Problem {
                line: error.span().map_or(1, |span| lines.line(&span)),
                text: format!("not TOML: {}", error.message().trim()),
            })
            .collect();
        let mut file = Self::default();
        if problems.is_empty() {
            let root = At { line: 0, value: root.get_ref() };
            let mut section =
                Section::open("the file", &["tenant", "vendor", "rule", "choice"], root, &lines, &mut problems);
            file = read_root(&mut section);
        }
        problems.sort();
        (file, problems)
    }
}

fn read_root(root: &mut Section<'_>) -> RulesFile {
    let mut file = RulesFile::default();
    if let Some(table) = root.table("tenant") {
        let keys = &["slug", "name", "local_identifiers", "special"];
        file.tenant = tenant(root.inside("tenant", keys, table));
    } else if !root.has("tenant") {
        root.report(1, "there is no [tenant] with the `slug` of a board");
    }
    for table in root.tables("vendor") {
        let keys = &["id", "name", "scopes", "identifiers", "required_fields", "status", "secret", "push", "scim"];
        file.vendors.push(vendor(root.inside("vendor", keys, table)));
    }
    for table in root.tables("rule") {
        let keys = &[
            "id",
            "vendor",
            "schools",
            "categories",
            "roles",
            "grades",
            "classes",
            "courses",
            "people",
            "purpose",
            "reason",
            "basis",
            "agreement",
            "from",
            "until",
            "status",
            "write",
        ];
        file.rules.push(rule(root.inside("rule", keys, table)));
    }
    for table in root.tables("choice") {
        let keys = &["person", "vendor", "categories", "choice", "by", "on", "withdrawn"];
        file.choices.push(choice(root.inside("choice", keys, table)));
    }
    file
}

fn tenant(mut section: Section<'_>) -> TenantEntry {
    section.require(&["slug"]);
    let local_identifiers = section.texts("local_identifiers");
    for column in local_identifiers.iter().flatten() {
        if !LOCAL_COLUMNS.contains(&column.value.as_str()) {
            let hint = suggestion(&column.value, LOCAL_COLUMNS.iter().copied());
            let known = LOCAL_COLUMNS.join("`, `");
            let text = format!("`local_identifiers` can't name `{}`; it may name `{known}`{hint}", column.value);
            section.report(column.line, &text);
        }
    }
    let entry = TenantEntry {
        line: section.line,
        slug: section.text("slug"),
        name: section.text("name"),
        local_identifiers,
        special: section
            .tables("special")
            .into_iter()
            .map(|table| special(section.inside("special", &["category", "exception", "until"], table)))
            .collect(),
    };
    check_form(&mut section, &entry);
    entry
}

fn special(mut section: Section<'_>) -> SpecialEntry {
    section.require(&["category", "exception", "until"]);
    let category = section.text("category").and_then(|key| category(&mut section, &key));
    if let Some(At { line, value }) = category {
        if value.is_forbidden() {
            section.report(line, &format!("`{value}` can't be released by anything, so it can't be opened"));
        } else if !value.needs_enabling() {
            section.report(line, &format!("`{value}` needs no opening; name it in a rule"));
        }
    }
    let entry = SpecialEntry {
        line: section.line,
        label: section.label.clone(),
        category,
        exception: section.text("exception"),
        until: section.date("until"),
    };
    check_form(&mut section, &entry);
    entry
}

fn vendor(mut section: Section<'_>) -> VendorEntry {
    section.require(&["id", "name", "scopes"]);
    let entry = VendorEntry {
        line: section.line,
        label: section.label.clone(),
        id: section.text("id"),
        name: section.text("name"),
        scopes: scopes(&mut section),
        identifiers: section.word("identifiers", &["pairwise", "source"]),
        required_fields: section.word("required_fields", &["placeholder", "absent"]),
        status: section.word("status", &["active", "ended"]),
        secret: section.text("secret").map(|text| Secret(text.value)),
        push: section.table("push").map(|table| {
            let label = format!("push of {}", section.label);
            push(section.inside(&label, &PUSH, table))
        }),
        scim: section.table("scim").map_or_else(Switches::default, |table| {
            let label = format!("scim of {}", section.label);
            switches(section.inside(&label, &SWITCHES, table))
        }),
    };
    check_form(&mut section, &entry);
    entry
}

const PUSH: [&str; 7] =
    ["url", "profile", "token", "deprovision", "client_certificate", "client_key", "trusted_certificates"];

fn push(mut section: Section<'_>) -> PushEntry {
    section.require(&["url"]);
    let entry = PushEntry {
        line: section.line,
        label: section.label.clone(),
        url: section.text("url"),
        profile: section.word("profile", &PushProfile::WORDS),
        deprovision: section.word("deprovision", &["deactivate", "delete"]),
        token: section.text("token").map(|text| Secret(text.value)),
        client_certificate: section.text("client_certificate"),
        client_key: section.text("client_key"),
        trusted_certificates: section.text("trusted_certificates"),
        pem: PushPem::default(),
    };
    if let (Some(At { value: profile, .. }), Some(At { line, value })) = (entry.profile, entry.deprovision)
        && !profile.deprovisions().1.contains(&value)
    {
        section.report(line, "servers of this profile can't do that with people; leave `deprovision` out");
    }
    check_form(&mut section, &entry);
    entry
}

const SWITCHES: [&str; 10] = [
    "unknown_attributes",
    "unknown_member",
    "second_primary",
    "create_on_replace_nomatch",
    "require_path_in_patch",
    "filter_bare_words",
    "coerce_booleans",
    "patch_response",
    "require_if_match",
    "group_displayname_unique",
];

fn switches(mut section: Section<'_>) -> Switches {
    let usual = Switches::default();
    let unknown = &["ignore", "reject"];
    Switches {
        unknown_attributes: section.word("unknown_attributes", unknown).map_or(usual.unknown_attributes, |at| at.value),
        unknown_member: section.word("unknown_member", unknown).map_or(usual.unknown_member, |at| at.value),
        second_primary: section
            .word("second_primary", &["reject", "last_wins"])
            .map_or(usual.second_primary, |at| at.value),
        create_on_replace_nomatch: section.flag("create_on_replace_nomatch").unwrap_or(usual.create_on_replace_nomatch),
        require_path_in_patch: section.flag("require_path_in_patch").unwrap_or(usual.require_path_in_patch),
        filter_bare_words: section.flag("filter_bare_words").unwrap_or(usual.filter_bare_words),
        coerce_booleans: section.flag("coerce_booleans").unwrap_or(usual.coerce_booleans),
        patch_response: section.word("patch_response", &["200", "204"]).map_or(usual.patch_response, |at| at.value),
        require_if_match: section.flag("require_if_match").unwrap_or(usual.require_if_match),
        group_displayname_unique: section.flag("group_displayname_unique").unwrap_or(usual.group_displayname_unique),
    }
}

fn scopes(section: &mut Section<'_>) -> Vec<&'static str> {
    let mut scopes = Vec::new();
    for text in section.texts("scopes").unwrap_or_default() {
        if let Some(scope) = Scope::parse(&text.value).map(Scope::name) {
            scopes.push(scope);
            continue;
        }
        let hint = suggestion(&text.value, Scope::ALL.iter().map(|scope| scope.name()));
        section.report(text.line, &format!("there is no scope `{}`{hint}", text.value));
    }
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

fn rule(mut section: Section<'_>) -> RuleEntry {
    section.require(&["id", "vendor", "categories", "purpose", "basis", "from"]);
    let entry = RuleEntry {
        line: section.line,
        label: section.label.clone(),
        id: section.text("id"),
        vendor: section.text("vendor"),
        schools: section.texts("schools").unwrap_or_default(),
        categories: categories(&mut section, "categories"),
        roles: roles(&mut section),
        grades: section.texts("grades").unwrap_or_default(),
        classes: section.texts("classes").unwrap_or_default(),
        courses: section.texts("courses").unwrap_or_default(),
        people: section.texts("people").unwrap_or_default(),
        purpose: section.text("purpose"),
        reason: section.text("reason"),
        basis: section.word("basis", BASES),
        agreement: section.text("agreement"),
        from: section.date("from"),
        until: section.date("until"),
        status: section.word("status", &["active", "suspended", "ended"]),
        write: categories(&mut section, "write"),
    };
    if section.is_empty_list("categories") && entry.write.is_empty() {
        let line = section.line_of("categories");
        section.report(line, "names no category; a rule stops with `status = \"ended\"`");
    }
    for category in entry.categories.iter().filter(|category| category.value.is_forbidden()) {
        section.report(category.line, &format!("`{}` can't be released by any rule", category.value));
    }
    for category in &entry.write {
        if !WRITABLE.contains(&category.value) {
            let text = format!("a vendor can't write `{}`; `write` may name {}", category.value, {
                let names: Vec<String> = WRITABLE.iter().map(|category| format!("`{category}`")).collect();
                names.join(", ")
            });
            section.report(category.line, &text);
        }
    }
    if let (Some(from), Some(until)) = (entry.from, entry.until)
        && from.value > until.value
    {
        section.report(from.line, &format!("`from` {} is after `until` {}", from.value, until.value));
    }
    check_form(&mut section, &entry);
    entry
}

fn roles(section: &mut Section<'_>) -> Vec<At<String>> {
    let roles = section.texts("roles").unwrap_or_default();
    for role in &roles {
        // OneRoster lets boards add roles of their own with this prefix.
        if !ROLES.contains(&role.value.as_str()) && !role.value.starts_with("ext:") {
            let hint = suggestion(&role.value, ROLES.iter().copied());
            section.report(role.line, &format!("there is no role `{}`{hint}", role.value));
        }
    }
    roles
}

fn choice(mut section: Section<'_>) -> ChoiceEntry {
    section.require(&["person", "choice", "by", "on"]);
    let entry = ChoiceEntry {
        line: section.line,
        label: section.label.clone(),
        person: section.text("person"),
        vendor: section.text("vendor"),
        categories: categories(&mut section, "categories"),
        choice: section.word("choice", &["grant", "refuse"]),
        by: section.text("by"),
        on: section.date("on"),
        withdrawn: section.date("withdrawn"),
    };
    if let (Some(on), Some(withdrawn)) = (entry.on, entry.withdrawn)
        && on.value > withdrawn.value
    {
        section.report(withdrawn.line, &format!("`withdrawn` {} is before `on` {}", withdrawn.value, on.value));
    }
    check_form(&mut section, &entry);
    entry
}

fn categories(section: &mut Section<'_>, key: &str) -> Vec<At<Category>> {
    let texts = section.texts(key).unwrap_or_default();
    let mut categories: Vec<_> = texts.iter().filter_map(|text| category(section, text)).collect();
    categories.sort_by_key(|category| category.value);
    categories
}

fn category(section: &mut Section<'_>, key: &At<String>) -> Option<At<Category>> {
    match key.value.parse() {
        Ok(value) => Some(At { line: key.line, value }),
        Err(unknown) => {
            let hint = suggestion(&key.value, Category::ALL.iter().map(|category| category.key()));
            section.report(key.line, &format!("{unknown}{hint}"));
            None
        }
    }
}

/// Notes what the `validator` rules on an entry's fields find.
fn check_form(section: &mut Section<'_>, entry: &impl Validate) {
    let Err(ValidationErrors(fields)) = entry.validate() else { return };
    for (key, kind) in fields {
        let ValidationErrorsKind::Field(errors) = kind else { continue };
        for message in errors.into_iter().filter_map(|error| error.message) {
            section.report(section.line_of(&key), &format!("`{key}` {message}"));
        }
    }
}
