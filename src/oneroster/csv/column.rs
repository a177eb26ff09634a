//! What the binding says about one column: its name, the kind of its values and its vocabulary.

use super::file::File;
use crate::catalogue::Version;

/// One column of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The exact name in the header.
    pub name: &'static str,
    /// What its values must look like.
    pub kind: Kind,
    /// Whether every row must fill it.
    pub required: bool,
}

/// The kind of value of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The sourcedId of the row itself.
    Id,
    /// Blank in bulk; `active` or `tobedeleted` in delta.
    Status,
    /// Blank in bulk; a UTC date and time in delta.
    Modified,
    /// Free text.
    Text,
    /// Free texts, separated by commas.
    Texts,
    /// A day that exists: `2026-08-31`.
    Date,
    /// Four digits.
    Year,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Integer,
    /// A finite number.
    Number,
    /// One word of a vocabulary.
    Word(Vocabulary),
    /// Words of a vocabulary, separated by commas.
    Words(Vocabulary),
    /// The sourcedId of a row of another file.
    Ref(File),
    /// The sourcedIds of rows of another file, separated by commas.
    Refs(File),
    /// `{type:identifier}`, separated by commas.
    UserIds,
    /// `{left:right}`, separated by commas.
    ScoreScale,
}

/// A vocabulary of the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the vocabulary of the column of its name")]
pub enum Vocabulary {
    SessionType,
    OrgType,
    ClassType,
    UserRole,
    RoleType,
    EnrollmentRole,
    Sex,
    ResourceRole,
    Importance,
    ScoreStatus,
    ObjectiveSource,
}

impl Vocabulary {
    /// The words that the standard lists.
    pub const fn words(self, version: Version) -> &'static [&'static str] {
        match (self, version) {
            (Self::SessionType, _) => &["gradingPeriod", "semester", "schoolYear", "term"],
            (Self::OrgType, _) => &["department", "school", "district", "local", "state", "national"],
            (Self::ClassType, _) => &["homeroom", "scheduled"],
            (Self::UserRole, Version::V1p2) => &[
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
            ],
            (Self::UserRole, Version::V1p1) | (Self::ResourceRole, _) => {
                &["administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"]
            }
            (Self::RoleType | Self::Importance, _) => &["primary", "secondary"],
            (Self::EnrollmentRole, _) => &["administrator", "proctor", "student", "teacher"],
            (Self::Sex, Version::V1p1) => &["male", "female"],
            (Self::Sex, Version::V1p2) => &["male", "female", "unspecified", "other"],
            (Self::ScoreStatus, _) => &["exempt", "fully graded", "not submitted", "partially graded", "submitted"],
            (Self::ObjectiveSource, _) => &["case", "unknown"],
        }
    }

    /// Whether a school may add words of its own as `ext:word`; 1.1 knows no such words.
    pub const fn is_extensible(self, version: Version) -> bool {
        match (self, version) {
            (_, Version::V1p1) | (Self::RoleType | Self::Importance, Version::V1p2) => false,
            (
                Self::SessionType
                | Self::OrgType
                | Self::ClassType
                | Self::UserRole
                | Self::EnrollmentRole
                | Self::Sex
                | Self::ResourceRole
                | Self::ScoreStatus
                | Self::ObjectiveSource,
                Version::V1p2,
            ) => true,
        }
    }

    /// Whether the word may stand in the column.
    pub fn has(self, word: &str, version: Version) -> bool {
        self.words(version).contains(&word) || (self.is_extensible(version) && is_extension(word))
    }
}

/// Whether this is a school's own word: `ext:` and at least one letter, digit, dot, hyphen or underscore.
pub(super) fn is_extension(word: &str) -> bool {
    word.strip_prefix("ext:").is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_are_for_extensible_vocabularies_of_1p2() {
        assert!(Vocabulary::OrgType.has("ext:campus-2", Version::V1p2));
        assert!(!Vocabulary::OrgType.has("ext:campus-2", Version::V1p1));
        assert!(!Vocabulary::RoleType.has("ext:third", Version::V1p2));
    }

    #[test]
    fn an_own_word_needs_a_name_and_nothing_around_it() {
        for word in ["ext:", "ext", "ext:a b", "xext:a", "ext:a\n", "Ext:a"] {
            assert!(!Vocabulary::ClassType.has(word, Version::V1p2), "{word:?}");
        }
    }

    #[test]
    fn words_are_case_sensitive() {
        assert!(Vocabulary::UserRole.has("siteAdministrator", Version::V1p2));
        assert!(!Vocabulary::UserRole.has("siteadministrator", Version::V1p2));
        assert!(!Vocabulary::UserRole.has("administrator", Version::V1p2));
        assert!(Vocabulary::UserRole.has("administrator", Version::V1p1));
    }
}
