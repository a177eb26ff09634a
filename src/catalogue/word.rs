//! Words of vocabularies in each version: 1.1 has closed lists, and fewer words in some of them.
//!
//! Values are kept in the words of 1.2. A word of the board's own (`ext:…`) has none in 1.1; where 1.1
//! requires a word, the one that promises least stands for it.

use crate::catalogue::{Entity, Version};

/// A word in the vocabulary of that version; `None` if it has none that means the same.
pub fn in_version<'w>(version: Version, entity: Entity, field: &str, word: &'w str) -> Option<&'w str> {
    match version {
        Version::V1p2 => Some(word),
        Version::V1p1 => in_v1p1(entity, field, word),
    }
}

/// Whether that field's words differ between the versions.
pub fn differs(entity: Entity, field: &str) -> bool {
    in_v1p1(entity, field, "ext:") != Some("ext:")
}

fn in_v1p1<'w>(entity: Entity, field: &str, word: &'w str) -> Option<&'w str> {
    let is_own = word.starts_with("ext:");
    match (entity, field) {
        (Entity::User, "role" | "roles") => main_role(word),
        (Entity::Demographics, "sex") => Some(word).filter(|word| matches!(*word, "male" | "female")),
        (Entity::Class, "classType") | (Entity::Resource, "roles") if is_own => None,
        (Entity::Org, "type") if is_own => Some("department"),
        (Entity::AcademicSession, "type") if is_own => Some("semester"),
        (Entity::Enrollment, "role") if is_own => Some("proctor"),
        (Entity::Result, "scoreStatus") if is_own => Some("submitted"),
        _ => Some(word),
    }
}

/// A person's role in 1.1, which has one kind of administrator and no counselor.
fn main_role(role: &str) -> Option<&str> {
    match role {
        "districtAdministrator" | "siteAdministrator" | "systemAdministrator" | "principal" => Some("administrator"),
        "counselor" => Some("aide"),
        own if own.starts_with("ext:") => None,
        same => Some(same),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_administrator_is_an_administrator_in_1p1() {
        for role in ["districtAdministrator", "siteAdministrator", "systemAdministrator", "principal"] {
            assert_eq!(in_version(Version::V1p1, Entity::User, "role", role), Some("administrator"));
        }
        assert_eq!(in_version(Version::V1p1, Entity::User, "role", "student"), Some("student"));
        assert_eq!(in_version(Version::V1p1, Entity::User, "role", "ext:librarian"), None);
    }

    #[test]
    fn only_words_of_closed_vocabularies_differ() {
        assert!(differs(Entity::Demographics, "sex"));
        assert!(differs(Entity::Org, "type"));
        assert!(!differs(Entity::Org, "name"));
        assert_eq!(in_version(Version::V1p2, Entity::Org, "type", "ext:campus"), Some("ext:campus"));
    }
}
