//! The columns of every file, in the binding's order, for 1.1 and for 1.2 with 1.2.1.
//!
//! users.csv of 1.2 is listed with `resourceSourcedIds`, which 1.2.1 dropped: a header without it is as good.

use super::column::{
    Column, Kind,
    Kind::{
        Date, Flag, Id, Integer, Modified, Number, Ref, Refs, ScoreScale, Status, Text, Texts, UserIds, Word, Words,
        Year,
    },
    Vocabulary::{
        ClassType, EnrollmentRole, Importance, ObjectiveSource, OrgType, ResourceRole, RoleType, ScoreStatus,
        SessionType, Sex, UserRole,
    },
};
use super::file::{
    File,
    File::{
        AcademicSessions, Categories, Classes, Courses, LineItems, Orgs, Resources, Results, ScoreScales, UserProfiles,
        Users,
    },
};
use crate::catalogue::Version;

/// The column of users.csv that only the first release of 1.2 has.
pub(in crate::oneroster) const DROPPED_IN_1P2P1: &str = "resourceSourcedIds";

/// The columns of a file, in order. Empty for a file that the version doesn't know.
pub const fn columns(version: Version, file: File) -> &'static [Column] {
    match (version, file) {
        (_, File::AcademicSessions) => ACADEMIC_SESSIONS,
        (_, File::Orgs) => ORGS,
        (_, File::Courses) => COURSES,
        (_, File::Classes) => CLASSES,
        (Version::V1p1, File::Users) => USERS_1P1,
        (Version::V1p2, File::Users) => USERS_1P2,
        (_, File::Enrollments) => ENROLLMENTS,
        (_, File::Demographics) => DEMOGRAPHICS,
        (_, File::Resources) => RESOURCES,
        (_, File::ClassResources) => CLASS_RESOURCES,
        (_, File::CourseResources) => COURSE_RESOURCES,
        (Version::V1p1, File::Categories) => CATEGORIES_1P1,
        (Version::V1p2, File::Categories) => CATEGORIES_1P2,
        (Version::V1p1, File::LineItems) => LINE_ITEMS_1P1,
        (Version::V1p2, File::LineItems) => LINE_ITEMS_1P2,
        (Version::V1p1, File::Results) => RESULTS_1P1,
        (Version::V1p2, File::Results) => RESULTS_1P2,
        (Version::V1p2, File::Roles) => ROLES,
        (Version::V1p2, File::UserProfiles) => USER_PROFILES,
        (Version::V1p2, File::UserResources) => USER_RESOURCES,
        (Version::V1p2, File::ScoreScales) => SCORE_SCALES,
        (Version::V1p2, File::LineItemScoreScales) => LINE_ITEM_SCORE_SCALES,
        (Version::V1p2, File::ResultScoreScales) => RESULT_SCORE_SCALES,
        (Version::V1p2, File::LineItemLearningObjectiveIds) => LINE_ITEM_OBJECTIVES,
        (Version::V1p2, File::ResultLearningObjectiveIds) => RESULT_OBJECTIVES,
        (
            Version::V1p1,
            File::Roles
            | File::UserProfiles
            | File::UserResources
            | File::ScoreScales
            | File::LineItemScoreScales
            | File::ResultScoreScales
            | File::LineItemLearningObjectiveIds
            | File::ResultLearningObjectiveIds,
        ) => &[],
    }
}

/// A column that every row fills.
const fn req(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: true }
}

/// A column that a row may leave blank.
const fn opt(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: false }
}

const ID: Column = req("sourcedId", Id);
const STATUS: Column = opt("status", Status);
const MODIFIED: Column = opt("dateLastModified", Modified);

const ACADEMIC_SESSIONS: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("title", Text),
    req("type", Word(SessionType)),
    req("startDate", Date),
    req("endDate", Date),
    opt("parentSourcedId", Ref(AcademicSessions)),
    req("schoolYear", Year),
];

const ORGS: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("name", Text),
    req("type", Word(OrgType)),
    opt("identifier", Text),
    opt("parentSourcedId", Ref(Orgs)),
];

const COURSES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    opt("schoolYearSourcedId", Ref(AcademicSessions)),
    req("title", Text),
    opt("courseCode", Text),
    opt("grades", Texts),
    req("orgSourcedId", Ref(Orgs)),
    opt("subjects", Texts),
    opt("subjectCodes", Texts),
];

const CLASSES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("title", Text),
    opt("grades", Texts),
    req("courseSourcedId", Ref(Courses)),
    opt("classCode", Text),
    req("classType", Word(ClassType)),
    opt("location", Text),
    req("schoolSourcedId", Ref(Orgs)),
    req("termSourcedIds", Refs(AcademicSessions)),
    opt("subjects", Texts),
    opt("subjectCodes", Texts),
    opt("periods", Texts),
];

const USERS_1P1: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("enabledUser", Flag),
    req("orgSourcedIds", Refs(Orgs)),
    req("role", Word(UserRole)),
    req("username", Text),
    opt("userIds", UserIds),
    req("givenName", Text),
    req("familyName", Text),
    opt("middleName", Text),
    opt("identifier", Text),
    opt("email", Text),
    opt("sms", Text),
    opt("phone", Text),
    opt("agentSourcedIds", Refs(Users)),
    opt("grades", Texts),
    opt("password", Text),
];

const USERS_1P2: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("enabledUser", Flag),
    req("username", Text),
    opt("userIds", UserIds),
    req("givenName", Text),
    req("familyName", Text),
    opt("middleName", Text),
    opt("identifier", Text),
    opt("email", Text),
    opt("sms", Text),
    opt("phone", Text),
    opt("agentSourcedIds", Refs(Users)),
    opt("grades", Texts),
    opt("password", Text),
    opt("userMasterIdentifier", Text),
    opt(DROPPED_IN_1P2P1, Refs(Resources)),
    opt("preferredGivenName", Text),
    opt("preferredMiddleName", Text),
    opt("preferredFamilyName", Text),
    opt("primaryOrgSourcedId", Ref(Orgs)),
    opt("pronouns", Text),
];

const ROLES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("userSourcedId", Ref(Users)),
    req("roleType", Word(RoleType)),
    req("role", Word(UserRole)),
    opt("beginDate", Date),
    opt("endDate", Date),
    req("orgSourcedId", Ref(Orgs)),
    opt("userProfileSourcedId", Ref(UserProfiles)),
];

const USER_PROFILES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("userSourcedId", Ref(Users)),
    req("profileType", Text),
    req("vendorId", Text),
    opt("applicationId", Text),
    opt("description", Text),
    req("credentialType", Text),
    req("username", Text),
    opt("password", Text),
];

const ENROLLMENTS: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("classSourcedId", Ref(Classes)),
    req("schoolSourcedId", Ref(Orgs)),
    req("userSourcedId", Ref(Users)),
    req("role", Word(EnrollmentRole)),
    opt("primary", Flag),
    opt("beginDate", Date),
    opt("endDate", Date),
];

const DEMOGRAPHICS: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    opt("birthDate", Date),
    opt("sex", Word(Sex)),
    opt("americanIndianOrAlaskaNative", Flag),
    opt("asian", Flag),
    opt("blackOrAfricanAmerican", Flag),
    opt("nativeHawaiianOrOtherPacificIslander", Flag),
    opt("white", Flag),
    opt("demographicRaceTwoOrMoreRaces", Flag),
    opt("hispanicOrLatinoEthnicity", Flag),
    opt("countryOfBirthCode", Text),
    opt("stateOfBirthAbbreviation", Text),
    opt("cityOfBirth", Text),
    opt("publicSchoolResidenceStatus", Text),
];

const RESOURCES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("vendorResourceId", Text),
    opt("title", Text),
    opt("roles", Words(ResourceRole)),
    opt("importance", Word(Importance)),
    opt("vendorId", Text),
    opt("applicationId", Text),
];

const CLASS_RESOURCES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    opt("title", Text),
    req("classSourcedId", Ref(Classes)),
    req("resourceSourcedId", Ref(Resources)),
];

const COURSE_RESOURCES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    opt("title", Text),
    req("courseSourcedId", Ref(Courses)),
    req("resourceSourcedId", Ref(Resources)),
];

const USER_RESOURCES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("userSourcedId", Ref(Users)),
    opt("orgSourcedId", Ref(Orgs)),
    opt("classSourcedId", Ref(Classes)),
    req("resourceSourcedId", Ref(Resources)),
];

const CATEGORIES_1P1: &[Column] = &[ID, STATUS, MODIFIED, req("title", Text)];

const CATEGORIES_1P2: &[Column] = &[ID, STATUS, MODIFIED, req("title", Text), opt("weight", Integer)];

const LINE_ITEMS_1P1: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("title", Text),
    opt("description", Text),
    req("assignDate", Date),
    req("dueDate", Date),
    req("classSourcedId", Ref(Classes)),
    req("categorySourcedId", Ref(Categories)),
    req("gradingPeriodSourcedId", Ref(AcademicSessions)),
    req("resultValueMin", Number),
    req("resultValueMax", Number),
];

const LINE_ITEMS_1P2: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("title", Text),
    opt("description", Text),
    req("assignDate", Date),
    req("dueDate", Date),
    req("classSourcedId", Ref(Classes)),
    req("categorySourcedId", Ref(Categories)),
    req("academicSessionSourcedId", Ref(AcademicSessions)),
    opt("resultValueMin", Number),
    opt("resultValueMax", Number),
    req("schoolSourcedId", Ref(Orgs)),
];

const RESULTS_1P1: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("lineItemSourcedId", Ref(LineItems)),
    req("studentSourcedId", Ref(Users)),
    req("scoreStatus", Word(ScoreStatus)),
    req("score", Number),
    req("scoreDate", Date),
    opt("comment", Text),
];

const RESULTS_1P2: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("lineItemSourcedId", Ref(LineItems)),
    req("studentSourcedId", Ref(Users)),
    req("scoreStatus", Word(ScoreStatus)),
    opt("score", Number),
    req("scoreDate", Date),
    opt("comment", Text),
    opt("textScore", Text),
    opt("classSourcedId", Ref(Classes)),
    opt("inProgress", Flag),
    opt("incomplete", Flag),
    opt("late", Flag),
    opt("missing", Flag),
];

const SCORE_SCALES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("title", Text),
    req("type", Text),
    req("orgSourcedId", Ref(Orgs)),
    req("courseSourcedId", Ref(Courses)),
    req("classSourcedId", Ref(Classes)),
    req("scoreScaleValue", ScoreScale),
];

const LINE_ITEM_SCORE_SCALES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    opt("title", Text),
    req("lineItemSourcedId", Ref(LineItems)),
    req("scoreScaleSourcedId", Ref(ScoreScales)),
];

const RESULT_SCORE_SCALES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    opt("title", Text),
    req("resultSourcedId", Ref(Results)),
    req("scoreScaleSourcedId", Ref(ScoreScales)),
];

const LINE_ITEM_OBJECTIVES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("lineItemSourcedId", Ref(LineItems)),
    req("source", Word(ObjectiveSource)),
    req("learningObjectiveId", Text),
];

const RESULT_OBJECTIVES: &[Column] = &[
    ID,
    STATUS,
    MODIFIED,
    req("resultSourcedId", Ref(Results)),
    req("source", Word(ObjectiveSource)),
    req("learningObjectiveId", Text),
    opt("score", Number),
    opt("textScore", Text),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_version_begins_alike_and_names_no_column_twice() {
        for version in [Version::V1p1, Version::V1p2] {
            for file in File::ALL.into_iter().filter(|file| file.is_in(version)) {
                let names: Vec<_> = columns(version, file).iter().map(|column| column.name).collect();
                let mut distinct = names.clone();
                distinct.sort_unstable();
                distinct.dedup();

                assert_eq!(names[..3], ["sourcedId", "status", "dateLastModified"], "{file:?}");
                assert_eq!(distinct.len(), names.len(), "{file:?}");
            }
        }
    }

    #[test]
    fn a_reference_points_to_a_file_that_is_checked_before() {
        let place = |file| File::TARGETS_FIRST.iter().position(|&other| other == file);

        for file in File::ALL {
            for column in columns(Version::V1p2, file) {
                if let Ref(target) | Refs(target) = column.kind {
                    assert!(place(target) <= place(file), "{file:?}.{}", column.name);
                }
            }
        }
    }
}
