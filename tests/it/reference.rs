//! The reference pages, written from the code's own tables, so that they can't say something else than it does.

use std::fmt::Write;

use koppelvlak::auth::Scope;
use koppelvlak::catalogue::category::Level;
use koppelvlak::catalogue::{Category, Entity, Field, Kind};
use koppelvlak::oneroster::csv::Rule;
use koppelvlak::oneroster::v1p2::discovery::{SERVICES, Service};
use koppelvlak::query::sort::is_sortable;

/// A page of the documentation that is generated.
pub struct Page {
    /// Its place below the package.
    pub path: &'static str,
    /// What it must hold.
    pub text: String,
}

/// Every generated page.
pub fn pages() -> [Page; 5] {
    [
        Page { path: "docs/vendors/reference.md", text: of_vendors() },
        Page { path: "docs/vendors/reference-1.1.md", text: WRITTEN.to_owned() + &crate::reference_v1p1::text() },
        Page {
            path: "docs/identity-providers/reference.md",
            text: WRITTEN.to_owned() + &crate::reference_scim::text(),
        },
        Page { path: "docs/schools/categories.md", text: of_categories() },
        Page { path: "docs/operators/import-faults.md", text: of_faults() },
    ]
}

const WRITTEN: &str =
    "<!-- Written from the code. To write it again: KOPPELVLAK_WRITE_DOCS=1 cargo test --test it documentation -->\n\n";

/// What a vendor can read.
const SERVED: [Entity; 14] = [
    Entity::Org,
    Entity::AcademicSession,
    Entity::Course,
    Entity::Class,
    Entity::User,
    Entity::Demographics,
    Entity::Enrollment,
    Entity::Resource,
    Entity::LineItemCategory,
    Entity::LineItem,
    Entity::Result,
    Entity::ScoreScale,
    Entity::AssessmentLineItem,
    Entity::AssessmentResult,
];

fn of_vendors() -> String {
    let mut page = String::from(WRITTEN);
    page += "# Which operations and fields are there?\n\n\
        The operations of OneRoster 1.2 at a board, below `/{tenant}/ims/oneroster/`, \
        and the fields of the objects that they answer with.\n\
        [How to fetch a school's data](../vendors.md) says how they are used.\n\n\
        ## Operations\n\n\
        One of the scopes is enough.\n\
        Every list takes `limit`, `offset`, `sort`, `orderBy`, `filter` and `fields`; a single object takes `fields`.\n";
    for service in &SERVICES {
        of_service(&mut page, service);
    }
    page += "\n## Scopes\n\n\
        A connection may be granted these; a token carries those of them that it was asked for.\n\
        The table above says which of them open an operation of OneRoster; those of SCIM are for [identity providers](../identity-providers.md).\n\n\
        | scope | permits |\n| --- | --- |\n";
    for scope in Scope::ALL {
        _ = writeln!(page, "| `{scope}` | {} |", scope.permits());
    }
    page += "\n## Fields\n\n\
        A field is in your answers if its category is released to you for that object; \
        [categories](../schools/categories.md) says what each of them is.\n\
        A field without a value is left out, but for the lists `agents`, `userIds`, `children` and `periods`, which are then empty.\n\
        A required field that is withheld has a [placeholder](../vendors.md#placeholders).\n\
        A field with two categories shows the values of those that are released: which one a value belongs to is decided by its form when it is imported.\n\
        Every object also has `sourcedId`, `status` (`active` or `tobedeleted`) and `dateLastModified`.\n";
    for entity in SERVED {
        _ = writeln!(page, "\n### {}\n", entity.name());
        _ = writeln!(page, "{}\n", when_there(entity));
        page += "| field | value | required | sorts | category |\n| --- | --- | --- | --- | --- |\n";
        for (name, fields) in by_name(entity) {
            let Some(field) = fields.first() else { continue };
            let categories: Vec<String> = fields.iter().map(|field| format!("`{}`", field.category)).collect();
            _ = writeln!(
                page,
                "| `{name}` | {} | {} | {} | {} |",
                value_of(field.kind),
                if field.is_required { "yes" } else { "" },
                if is_sortable(field.kind) { "yes" } else { "" },
                categories.join(" or "),
            );
        }
        if entity == Entity::User {
            page += "\nOf a role, `beginDate` and `endDate` come with `enrolment-dates` and `userProfile` with `login`; \
                a role at a school outside your view is not there.\n";
        }
    }
    page
}

/// What a service reads.
fn of_service(page: &mut String, service: &Service) {
    _ = writeln!(page, "\n### {}\n\nEach a `GET` below `{}/`.\n", service.title, service.base);
    *page += "| address | operation | answer | scopes |\n| --- | --- | --- | --- |\n";
    for operation in service.operations {
        let scopes: Vec<String> = operation.scopes.iter().map(|scope| format!("`{scope}`")).collect();
        let path = operation.path.replace("{}", "{id}");
        let (id, wrapper) = (operation.id, operation.wrapper);
        _ = writeln!(page, "| `{path}` | {id} | `{wrapper}` | {} |", scopes.join(" or "));
    }
}

/// What brings an object of that kind into a view.
fn when_there(entity: Entity) -> String {
    match entity {
        Entity::User => "A person is there if any category about people is released for that person.".into(),
        Entity::Demographics => {
            "Demographics are there if a category with one of these fields is released for the person and has a value."
                .into()
        }
        Entity::Enrollment => {
            "A membership is there if one rule releases `enrolment` for the person and has the class.".into()
        }
        Entity::Result => {
            "A result is there if one rule releases `assessment-result` for the pupil and has the class, \
            and its line item is there."
                .into()
        }
        Entity::AssessmentLineItem | Entity::AssessmentResult => "Only what you wrote yourself is there.".into(),
        Entity::Org
        | Entity::AcademicSession
        | Entity::Course
        | Entity::Class
        | Entity::Resource
        | Entity::LineItemCategory
        | Entity::LineItem
        | Entity::ScoreScale => format!("The object itself comes with `{}`.", entity.base_category()),
    }
}

/// The fields of an entity; rows of one name together.
fn by_name(entity: Entity) -> Vec<(&'static str, Vec<&'static Field>)> {
    let mut named: Vec<(&str, Vec<&Field>)> = Vec::new();
    for field in entity.fields() {
        match named.iter_mut().find(|(name, _)| *name == field.name) {
            Some((_, fields)) => fields.push(field),
            None => named.push((field.name, vec![field])),
        }
    }
    named
}

fn value_of(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".into(),
        Kind::Boolean => "`\"true\"` or `\"false\"`".into(),
        Kind::Date => "day".into(),
        Kind::DateTime => "instant".into(),
        Kind::Number => "number".into(),
        Kind::TextList => "list of texts".into(),
        Kind::Reference(target) => format!("reference to {}", target.name()),
        Kind::ReferenceList(target) | Kind::Children(target) => format!("list of references to {}", target.name()),
        Kind::Roles => "list of roles at orgs".into(),
        Kind::MainRole => "role".into(),
        Kind::RoleOrgs => "list of references to org".into(),
        Kind::UserIds => "list of `type` and `identifier`".into(),
        Kind::UserProfiles => "list of accounts".into(),
        Kind::Resources => "list of references to resource".into(),
        Kind::ScoreScaleLink => "reference to scoreScale".into(),
        Kind::ScoreScaleValues => "list of pairs".into(),
        Kind::LearningObjectives => "list of learning objectives".into(),
        Kind::LearningObjectiveResults => "list of results by learning objective".into(),
        Kind::Metadata => "extension fields".into(),
        Kind::Unstored => "never given: it is not kept".into(),
    }
}

fn of_categories() -> String {
    let mut page = String::from(WRITTEN);
    page += "# Which categories are there?\n\n\
        Forty, in twelve groups; a rule names categories and people, and nothing finer decides what a vendor sees.\n\
        [How to decide](../schools.md) says how they are used.\n\n\
        ## Levels\n\n\
        | level | meaning | what a rule must say |\n| --- | --- | --- |\n";
    for (level, meaning, due) in [
        (Level::S0, "not personal", "goes with any rule that needs it"),
        (Level::S1, "personal, little harm", "`purpose` and `basis`"),
        (Level::S2, "ordinary personal data", "also `agreement`; without it `apply` warns"),
        (Level::S3, "high", "also `reason`; without it `apply` warns"),
        (
            Level::S4,
            "special",
            "nothing helps until `[[tenant.special]]` opens the category for the board, with an exception and an end; \
             `national-id` and `secret` can't be opened",
        ),
    ] {
        _ = writeln!(page, "| {level:?} | {meaning} | {due} |");
    }
    page += "\n## Categories\n\n\
        The fields are those of OneRoster; `sourcedId`, `status` and `dateLastModified` come with the object's own category.\n\
        A category without a field holds nothing that OneRoster can give; it is there for other doors.\n";
    let mut group = "";
    for category in Category::ALL {
        if category.group() != group {
            group = category.group();
            _ = writeln!(
                page,
                "\n### {group}\n\n| category | label | level | what it holds | fields |\n| --- | --- | --- | --- | --- |"
            );
        }
        let (label, level, contents) = (category.label(), category.level(), category.contents());
        _ = writeln!(page, "| `{category}` | {label} | {level:?} | {contents} | {} |", fields_of(*category));
    }
    page
}

fn fields_of(category: Category) -> String {
    let mut names: Vec<String> = Vec::new();
    for entity in Entity::ALL {
        let of_entity: Vec<String> = by_name(*entity)
            .into_iter()
            .filter(|(_, fields)| fields.iter().any(|field| field.category == category))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if category == Category::Free {
            return "`metadata` of every object".into();
        }
        let object = (entity.base_category() == category).then(|| "the object itself".to_owned());
        let parts: Vec<String> = object.into_iter().chain(of_entity).collect();
        if !parts.is_empty() {
            names.push(format!("{}: {}", entity.name(), parts.join(", ")));
        }
    }
    names.join("; ")
}

fn of_faults() -> String {
    let mut page = String::from(WRITTEN);
    page += "# What does a fault of a CSV set mean?\n\n\
        Each line of the fault list names file, line, column, what is wrong, what was expected, and the code of the rule; \
        it never holds a value of the set, so it may be mailed to whoever made it.\n\
        [Importing](../operators.md#bring-data-in) says how to get it.\n\n\
        | code | the file, row or value … |\n| --- | --- |\n";
    for rule in Rule::ALL {
        _ = writeln!(page, "| `{}` | {} |", rule.code(), rule.says());
    }
    page
}
