//! The vocabularies of both versions, as facts (OneRoster 1.2 Information Models §6; OneRoster 1.1 §4.13).

/// A vocabulary.
#[derive(Debug, PartialEq, Eq)]
pub struct Words {
    /// The words of 1.2.
    pub v1p2: &'static [&'static str],
    /// The words of 1.1.
    pub v1p1: &'static [&'static str],
    /// Whether 1.2 also takes tokens that begin with `ext:`.
    pub is_extensible: bool,
}

const fn same(words: &'static [&'static str], is_extensible: bool) -> Words {
    Words { v1p2: words, v1p1: words, is_extensible }
}

/// Of every object.
pub static STATUS: Words = same(&["active", "tobedeleted"], false);
/// `org.type`.
pub static ORG_TYPE: Words = same(&["department", "district", "local", "national", "school", "state"], true);
/// `academicSession.type`.
pub static SESSION_TYPE: Words = same(&["gradingPeriod", "semester", "schoolYear", "term"], true);
/// `class.classType`.
pub static CLASS_TYPE: Words = same(&["homeroom", "scheduled"], true);
/// `enrollment.role`.
pub static ENROLLMENT_ROLE: Words = same(&["administrator", "proctor", "student", "teacher"], true);
/// `roleType` of the roles of users.
pub static ROLE_TYPE: Words = same(&["primary", "secondary"], false);
static OLD_ROLES: &[&str] =
    &["administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"];
/// The role of a user: of the user in 1.1, of its roles in 1.2.
pub static USER_ROLE: Words = Words {
    v1p2: &[
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
    v1p1: OLD_ROLES,
    is_extensible: true,
};
/// `resource.roles`.
pub static RESOURCE_ROLE: Words = same(OLD_ROLES, true);
/// `demographics.sex`.
pub static SEX: Words =
    Words { v1p2: &["male", "female", "unspecified", "other"], v1p1: &["male", "female"], is_extensible: true };
/// `scoreStatus` of results.
pub static SCORE_STATUS: Words =
    same(&["exempt", "fully graded", "not submitted", "partially graded", "submitted"], true);
/// `resource.importance`.
pub static IMPORTANCE: Words = same(&["primary", "secondary"], false);
