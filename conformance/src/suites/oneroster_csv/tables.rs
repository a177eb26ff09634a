//! The files of the binding and their columns, for 1.1 and for 1.2.
//!
//! A file comes after those that its rows refer to, so that one pass sees a reference's target first.

use Kind::{Day, Flag, Fractional, Integer, Pairs, Ref, Refs, ScoreScale, Text, Texts, Word, Words, Year};

/// A version of the binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 1.1.
    V1p1,
    /// 1.2, and 1.2.1, which calls itself 1.2.
    V1p2,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// Texts with commas between them.
    Texts,
    /// A day.
    Day,
    /// A year.
    Year,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Integer,
    /// A number.
    Fractional,
    /// A word of a list.
    Word(Vocabulary),
    /// Words of a list.
    Words(Vocabulary),
    /// The `sourcedId` of a row of a file.
    Ref(&'static str),
    /// Several.
    Refs(&'static str),
    /// `{type:id}`, several.
    Pairs,
    /// `{lhs:rhs}`, several.
    ScoreScale,
}

/// The words of a column, and whether 1.2 lets a set add its own as `ext:…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vocabulary {
    /// The words.
    pub known: &'static [&'static str],
    /// Whether there may be others.
    pub is_open: bool,
}

/// A column after `sourcedId`, `status` and `dateLastModified`, with which every file begins.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether every row has it.
    pub is_required: bool,
}

/// A file of the binding.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name without `.csv`.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

/// The columns with which every file begins.
pub const FIRST: [&str; 3] = ["sourcedId", "status", "dateLastModified"];
/// The column of `users.csv` that 1.2.1 dropped: a header without it is as good.
pub const DROPPED: &str = "resourceSourcedIds";

/// The files of a version, in an order in which references lead back.
pub fn tables(version: Version) -> &'static [Table] {
    match version {
        Version::V1p1 => V1P1,
        Version::V1p2 => V1P2,
    }
}

const fn opt(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_required: false }
}

const fn req(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_required: true }
}

const fn open(known: &'static [&'static str]) -> Vocabulary {
    Vocabulary { known, is_open: true }
}

const fn closed(known: &'static [&'static str]) -> Vocabulary {
    Vocabulary { known, is_open: false }
}

const IMPORTANCE: Vocabulary = closed(&["primary", "secondary"]);
const ROLES: Vocabulary =
    open(&["administrator", "aide", "guardian", "parent", "proctor", "relative", "student", "teacher"]);
const USER_ROLES: Vocabulary = open(&[
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
]);
const SCORE: Vocabulary = open(&["exempt", "fully graded", "not submitted", "partially graded", "submitted"]);
const SOURCE: Vocabulary = open(&["case", "unknown"]);

const RESOURCES: Table = Table {
    name: "resources",
    columns: &[
        req("vendorResourceId", Text),
        opt("title", Text),
        opt("roles", Words(ROLES)),
        opt("importance", Word(IMPORTANCE)),
        opt("vendorId", Text),
        opt("applicationId", Text),
    ],
};
const ACADEMIC_SESSIONS: Table = Table {
    name: "academicSessions",
    columns: &[
        req("title", Text),
        req("type", Word(open(&["gradingPeriod", "semester", "schoolYear", "term"]))),
        req("startDate", Day),
        req("endDate", Day),
        opt("parentSourcedId", Ref("academicSessions")),
        req("schoolYear", Year),
    ],
};
const ORGS: Table = Table {
    name: "orgs",
    columns: &[
        req("name", Text),
        req("type", Word(open(&["department", "school", "district", "local", "state", "national"]))),
        opt("identifier", Text),
        opt("parentSourcedId", Ref("orgs")),
    ],
};
const COURSES: Table = Table {
    name: "courses",
    columns: &[
        opt("schoolYearSourcedId", Ref("academicSessions")),
        req("title", Text),
        opt("courseCode", Text),
        opt("grades", Texts),
        req("orgSourcedId", Ref("orgs")),
        opt("subjects", Texts),
        opt("subjectCodes", Texts),
    ],
};
const CLASSES: Table = Table {
    name: "classes",
    columns: &[
        req("title", Text),
        opt("grades", Texts),
        req("courseSourcedId", Ref("courses")),
        opt("classCode", Text),
        req("classType", Word(open(&["homeroom", "scheduled"]))),
        opt("location", Text),
        req("schoolSourcedId", Ref("orgs")),
        req("termSourcedIds", Refs("academicSessions")),
        opt("subjects", Texts),
        opt("subjectCodes", Texts),
        opt("periods", Texts),
    ],
};
const USERS_1P1: Table = Table {
    name: "users",
    columns: &[
        req("enabledUser", Flag),
        req("orgSourcedIds", Refs("orgs")),
        req("role", Word(ROLES)),
        req("username", Text),
        opt("userIds", Pairs),
        req("givenName", Text),
        req("familyName", Text),
        opt("middleName", Text),
        opt("identifier", Text),
        opt("email", Text),
        opt("sms", Text),
        opt("phone", Text),
        opt("agentSourcedIds", Refs("users")),
        opt("grades", Text),
        opt("password", Text),
    ],
};
const USERS: Table = Table {
    name: "users",
    columns: &[
        req("enabledUser", Flag),
        req("username", Text),
        opt("userIds", Pairs),
        req("givenName", Text),
        req("familyName", Text),
        opt("middleName", Text),
        opt("identifier", Text),
        opt("email", Text),
        opt("sms", Text),
        opt("phone", Text),
        opt("agentSourcedIds", Refs("users")),
        opt("grades", Text),
        opt("password", Text),
        opt("userMasterIdentifier", Text),
        opt(DROPPED, Refs("resources")),
        opt("preferredGivenName", Text),
        opt("preferredMiddleName", Text),
        opt("preferredFamilyName", Text),
        opt("primaryOrgSourcedId", Ref("orgs")),
        opt("pronouns", Text),
    ],
};
const USER_PROFILES: Table = Table {
    name: "userProfiles",
    columns: &[
        req("userSourcedId", Ref("users")),
        req("profileType", Text),
        req("vendorId", Text),
        opt("applicationId", Text),
        opt("description", Text),
        req("credentialType", Text),
        req("username", Text),
        opt("password", Text),
    ],
};
const USER_ROLE: Table = Table {
    name: "roles",
    columns: &[
        req("userSourcedId", Ref("users")),
        req("roleType", Word(IMPORTANCE)),
        req("role", Word(USER_ROLES)),
        opt("beginDate", Day),
        opt("endDate", Day),
        req("orgSourcedId", Ref("orgs")),
        opt("userProfileSourcedId", Ref("userProfiles")),
    ],
};
const ENROLLMENTS: Table = Table {
    name: "enrollments",
    columns: &[
        req("classSourcedId", Ref("classes")),
        req("schoolSourcedId", Ref("orgs")),
        req("userSourcedId", Ref("users")),
        req("role", Word(open(&["administrator", "proctor", "student", "teacher"]))),
        opt("primary", Flag),
        opt("beginDate", Day),
        opt("endDate", Day),
    ],
};
const fn demographics(sex: Vocabulary) -> [Column; 13] {
    [
        opt("birthDate", Day),
        opt("sex", Word(sex)),
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
    ]
}
const DEMOGRAPHICS_1P1: Table = Table { name: "demographics", columns: &demographics(closed(&["male", "female"])) };
const DEMOGRAPHICS: Table =
    Table { name: "demographics", columns: &demographics(open(&["male", "female", "unspecified", "other"])) };
const CLASS_RESOURCES: Table = Table {
    name: "classResources",
    columns: &[opt("title", Text), req("classSourcedId", Ref("classes")), req("resourceSourcedId", Ref("resources"))],
};
const COURSE_RESOURCES: Table = Table {
    name: "courseResources",
    columns: &[opt("title", Text), req("courseSourcedId", Ref("courses")), req("resourceSourcedId", Ref("resources"))],
};
const USER_RESOURCES: Table = Table {
    name: "userResources",
    columns: &[
        req("userSourcedId", Ref("users")),
        opt("orgSourcedId", Ref("orgs")),
        opt("classSourcedId", Ref("classes")),
        req("resourceSourcedId", Ref("resources")),
    ],
};
const CATEGORIES_1P1: Table = Table { name: "categories", columns: &[req("title", Text)] };
const CATEGORIES: Table = Table { name: "categories", columns: &[req("title", Text), opt("weight", Integer)] };
const LINE_ITEMS_1P1: Table = Table {
    name: "lineItems",
    columns: &[
        req("title", Text),
        opt("description", Text),
        req("assignDate", Day),
        req("dueDate", Day),
        req("classSourcedId", Ref("classes")),
        req("categorySourcedId", Ref("categories")),
        req("gradingPeriodSourcedId", Ref("academicSessions")),
        req("resultValueMin", Fractional),
        req("resultValueMax", Fractional),
    ],
};
const LINE_ITEMS: Table = Table {
    name: "lineItems",
    columns: &[
        req("title", Text),
        opt("description", Text),
        req("assignDate", Day),
        req("dueDate", Day),
        req("classSourcedId", Ref("classes")),
        req("categorySourcedId", Ref("categories")),
        req("academicSessionSourcedId", Ref("academicSessions")),
        opt("resultValueMin", Fractional),
        opt("resultValueMax", Fractional),
        req("schoolSourcedId", Ref("orgs")),
    ],
};
const RESULTS_1P1: Table = Table {
    name: "results",
    columns: &[
        req("lineItemSourcedId", Ref("lineItems")),
        req("studentSourcedId", Ref("users")),
        req("scoreStatus", Word(SCORE)),
        req("score", Fractional),
        req("scoreDate", Day),
        opt("comment", Text),
    ],
};
const RESULTS: Table = Table {
    name: "results",
    columns: &[
        req("lineItemSourcedId", Ref("lineItems")),
        req("studentSourcedId", Ref("users")),
        req("scoreStatus", Word(SCORE)),
        opt("score", Fractional),
        req("scoreDate", Day),
        opt("comment", Text),
        opt("textScore", Text),
        opt("classSourcedId", Ref("classes")),
        opt("inProgress", Flag),
        opt("incomplete", Flag),
        opt("late", Flag),
        opt("missing", Flag),
    ],
};
const SCORE_SCALES: Table = Table {
    name: "scoreScales",
    columns: &[
        req("title", Text),
        req("type", Text),
        req("orgSourcedId", Ref("orgs")),
        req("courseSourcedId", Ref("courses")),
        req("classSourcedId", Ref("classes")),
        req("scoreScaleValue", ScoreScale),
    ],
};
const LINE_ITEM_SCORE_SCALES: Table = Table {
    name: "lineItemScoreScales",
    columns: &[
        opt("title", Text),
        req("lineItemSourcedId", Ref("lineItems")),
        req("scoreScaleSourcedId", Ref("scoreScales")),
    ],
};
const RESULT_SCORE_SCALES: Table = Table {
    name: "resultScoreScales",
    columns: &[
        opt("title", Text),
        req("resultSourcedId", Ref("results")),
        req("scoreScaleSourcedId", Ref("scoreScales")),
    ],
};
const LINE_ITEM_OBJECTIVES: Table = Table {
    name: "lineItemLearningObjectiveIds",
    columns: &[
        req("lineItemSourcedId", Ref("lineItems")),
        req("source", Word(SOURCE)),
        req("learningObjectiveId", Text),
    ],
};
const RESULT_OBJECTIVES: Table = Table {
    name: "resultLearningObjectiveIds",
    columns: &[
        req("resultSourcedId", Ref("results")),
        req("source", Word(SOURCE)),
        req("learningObjectiveId", Text),
        opt("score", Fractional),
        opt("textScore", Text),
    ],
};

const V1P1: &[Table] = &[
    RESOURCES,
    ACADEMIC_SESSIONS,
    ORGS,
    COURSES,
    CLASSES,
    USERS_1P1,
    ENROLLMENTS,
    DEMOGRAPHICS_1P1,
    CLASS_RESOURCES,
    COURSE_RESOURCES,
    CATEGORIES_1P1,
    LINE_ITEMS_1P1,
    RESULTS_1P1,
];
const V1P2: &[Table] = &[
    RESOURCES,
    ACADEMIC_SESSIONS,
    ORGS,
    COURSES,
    CLASSES,
    USERS,
    USER_PROFILES,
    USER_ROLE,
    ENROLLMENTS,
    DEMOGRAPHICS,
    CLASS_RESOURCES,
    COURSE_RESOURCES,
    USER_RESOURCES,
    CATEGORIES,
    LINE_ITEMS,
    RESULTS,
    SCORE_SCALES,
    LINE_ITEM_SCORE_SCALES,
    RESULT_SCORE_SCALES,
    LINE_ITEM_OBJECTIVES,
    RESULT_OBJECTIVES,
];
