//! The reference page of OneRoster 1.1, written from the code's own tables.

use std::fmt::Write as _;

use koppelvlak::catalogue::{Entity, Kind, Presence, Version};
use koppelvlak::oneroster::v1p1::operations::OPERATIONS;

/// The page, without its first line.
pub fn text() -> String {
    let mut page = format!(
        "# Which operations and fields does OneRoster 1.1 have?\n\n\
         {} operations below `/{{tenant}}/ims/oneroster/v1p1/`, and the members of their objects.\n\
         [How to connect a client of 1.1](oneroster-1.1.md) says how they are used; \
         [the reference of 1.2](reference.md) says with which category each field comes.\n\n\
         ## Operations\n\n\
         A token needs one of the scopes; a signed request may do what the connection may.\n\
         Every list takes `limit`, `offset`, `sort`, `orderBy`, `filter` and `fields`; a single object takes `fields`.\n\n\
         | address | operation | answer | scopes |\n| --- | --- | --- | --- |\n",
        OPERATIONS.len()
    );
    for operation in OPERATIONS {
        let scopes: Vec<String> = operation.scopes.iter().map(|scope| format!("`{scope}`")).collect();
        let path = operation.path.replace("{}", "{id}");
        let (id, wrapper) = (operation.id, operation.wrapper);
        _ = writeln!(page, "| `{path}` | {id} | `{wrapper}` | {} |", scopes.join(" or "));
    }
    page += "\n## Members\n\n\
        Every object also has `sourcedId`, `status` and `dateLastModified`; required members are bold.\n\n\
        | object | members |\n| --- | --- |\n";
    let mut entities: Vec<Entity> = OPERATIONS.iter().map(|operation| operation.entity).collect();
    entities.sort_unstable();
    entities.dedup();
    for entity in entities {
        let mut members: Vec<String> = Vec::new();
        for field in entity.fields_in(Version::V1p1).filter(|field| field.kind != Kind::Unstored) {
            let is_required = field.presence(Version::V1p1) == Presence::Required;
            let member = if is_required { format!("**`{}`**", field.name) } else { format!("`{}`", field.name) };
            if !members.contains(&member) {
                members.push(member);
            }
        }
        _ = writeln!(page, "| {} | {} |", entity.name(), members.join(", "));
    }
    page
}
