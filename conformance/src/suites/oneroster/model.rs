//! The objects of both versions, as facts: members, how often they occur, and what they hold
//! (OneRoster 1.2 Information Models §4 to §6; OneRoster 1.1 §4).

use Count::{Any, Filled, Never, Optional, Required};
use Kind::{Date, Flag, Number, Open, Part, Reference, Text, Time, Uri, Word, Year};

use super::vocabulary::{
    CLASS_TYPE, ENROLLMENT_ROLE, IMPORTANCE, ORG_TYPE, RESOURCE_ROLE, ROLE_TYPE, SCORE_STATUS, SESSION_TYPE, SEX,
    STATUS, USER_ROLE, Words,
};

/// How often a member occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Not in this version.
    Never,
    /// Once at most.
    Optional,
    /// Once.
    Required,
    /// A list.
    Any,
    /// A list that isn't empty.
    Filled,
}

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// An address or a name by the rules of RFC 3986.
    Uri,
    /// A day: `2026-08-01`.
    Date,
    /// An instant with its UTC marker.
    Time,
    /// A year as text of four digits.
    Year,
    /// `"true"` or `"false"`, as text.
    Flag,
    /// A JSON number.
    Number,
    /// A word of a vocabulary.
    Word(&'static Words),
    /// A reference to an object of that type.
    Reference(&'static str),
    /// An object of its own, by its name.
    Part(&'static str),
    /// Anything in an object.
    Open,
}

/// A member.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// How often it occurs in 1.2.
    pub v1p2: Count,
    /// How often it occurs in 1.1.
    pub v1p1: Count,
}

impl Member {
    /// How often it occurs in a version.
    pub fn count(&self, is_v1p2: bool) -> Count {
        if is_v1p2 { self.v1p2 } else { self.v1p1 }
    }
}

/// A kind of object.
#[derive(Debug)]
pub struct Entity {
    /// What it is called: as its wrapper, or as a part of another.
    pub name: &'static str,
    /// Its members beside those that every object has.
    pub members: &'static [Member],
    /// Whether it has an address of its own, and with it the members that all such have.
    pub is_addressable: bool,
    /// Whether it takes members that the standard doesn't know.
    pub is_open: bool,
}

impl Entity {
    /// The entity of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ENTITIES.iter().find(|entity| entity.name == name)
    }

    /// All its members.
    pub fn members(&self) -> impl Iterator<Item = &'static Member> + use<> {
        let base: &'static [Member] = if self.is_addressable { BASE } else { &[] };
        base.iter().chain(self.members)
    }
}

const fn m(name: &'static str, kind: Kind, v1p2: Count, v1p1: Count) -> Member {
    Member { name, kind, v1p2, v1p1 }
}

const fn whole(name: &'static str, members: &'static [Member]) -> Entity {
    Entity { name, members, is_addressable: true, is_open: false }
}

const fn part(name: &'static str, members: &'static [Member]) -> Entity {
    Entity { name, members, is_addressable: false, is_open: false }
}

const BASE: &[Member] = &[
    m("sourcedId", Text, Required, Required),
    m("status", Word(&STATUS), Required, Required),
    m("dateLastModified", Time, Required, Required),
    m("metadata", Open, Optional, Optional),
];

const SESSION: Kind = Reference("academicSession");
const ORG: Kind = Reference("org");
const USER: Kind = Reference("user");
const CLASS: Kind = Reference("class");

/// Every kind of object.
pub static ENTITIES: &[Entity] = &[
    whole(
        "org",
        &[
            m("name", Text, Required, Required),
            m("type", Word(&ORG_TYPE), Required, Required),
            m("identifier", Text, Required, Optional),
            m("parent", ORG, Optional, Optional),
            m("children", ORG, Any, Any),
        ],
    ),
    whole(
        "academicSession",
        &[
            m("title", Text, Required, Required),
            m("startDate", Date, Required, Required),
            m("endDate", Date, Required, Required),
            m("type", Word(&SESSION_TYPE), Required, Required),
            m("parent", SESSION, Optional, Optional),
            m("children", SESSION, Any, Any),
            m("schoolYear", Year, Required, Required),
        ],
    ),
    whole(
        "course",
        &[
            m("title", Text, Required, Required),
            m("schoolYear", SESSION, Optional, Optional),
            m("courseCode", Text, Required, Required),
            m("grades", Text, Any, Any),
            m("subjects", Text, Any, Any),
            m("org", ORG, Optional, Optional),
            m("subjectCodes", Text, Any, Any),
            m("resources", Reference("resource"), Any, Any),
        ],
    ),
    whole(
        "class",
        &[
            m("title", Text, Required, Required),
            m("classCode", Text, Optional, Optional),
            m("classType", Word(&CLASS_TYPE), Optional, Optional),
            m("location", Text, Optional, Optional),
            m("grades", Text, Any, Any),
            m("subjects", Text, Any, Any),
            m("course", Reference("course"), Required, Required),
            m("school", ORG, Required, Required),
            m("terms", SESSION, Filled, Filled),
            m("subjectCodes", Text, Any, Any),
            m("periods", Text, Any, Any),
            m("resources", Reference("resource"), Any, Any),
        ],
    ),
    whole(
        "enrollment",
        &[
            m("user", USER, Required, Required),
            m("class", CLASS, Required, Required),
            m("school", ORG, Required, Required),
            m("role", Word(&ENROLLMENT_ROLE), Required, Required),
            m("primary", Flag, Optional, Optional),
            m("beginDate", Date, Optional, Optional),
            m("endDate", Date, Optional, Optional),
        ],
    ),
    whole(
        "user",
        &[
            m("userMasterIdentifier", Text, Optional, Never),
            m("username", Text, Optional, Required),
            m("userIds", Part("userId"), Any, Any),
            m("enabledUser", Flag, Required, Required),
            m("givenName", Text, Required, Required),
            m("familyName", Text, Required, Required),
            m("middleName", Text, Optional, Optional),
            m("preferredFirstName", Text, Optional, Never),
            m("preferredMiddleName", Text, Optional, Never),
            m("preferredLastName", Text, Optional, Never),
            m("pronouns", Text, Optional, Never),
            m("roles", Part("role"), Filled, Never),
            m("userProfiles", Part("userProfile"), Any, Never),
            m("primaryOrg", ORG, Optional, Never),
            m("role", Word(&USER_ROLE), Never, Required),
            m("orgs", ORG, Never, Filled),
            m("identifier", Text, Optional, Optional),
            m("email", Text, Optional, Optional),
            m("sms", Text, Optional, Optional),
            m("phone", Text, Optional, Optional),
            m("agents", USER, Any, Any),
            m("grades", Text, Any, Any),
            m("password", Text, Optional, Optional),
            m("resources", Reference("resource"), Any, Never),
        ],
    ),
    part(
        "role",
        &[
            m("roleType", Word(&ROLE_TYPE), Required, Never),
            m("role", Word(&USER_ROLE), Required, Never),
            m("org", ORG, Required, Never),
            m("userProfile", Uri, Optional, Never),
            m("beginDate", Date, Optional, Never),
            m("endDate", Date, Optional, Never),
        ],
    ),
    part("userId", &[m("type", Text, Required, Required), m("identifier", Text, Required, Required)]),
    part(
        "userProfile",
        &[
            m("profileId", Uri, Required, Never),
            m("profileType", Text, Required, Never),
            m("vendorId", Text, Required, Never),
            m("applicationId", Text, Optional, Never),
            m("description", Text, Optional, Never),
            m("credentials", Part("credential"), Any, Never),
        ],
    ),
    Entity {
        name: "credential",
        members: &[
            m("type", Text, Required, Never),
            m("username", Text, Required, Never),
            m("password", Text, Optional, Never),
        ],
        is_addressable: false,
        is_open: true,
    },
    whole(
        "demographics",
        &[
            m("birthDate", Date, Optional, Optional),
            m("sex", Word(&SEX), Optional, Optional),
            m("americanIndianOrAlaskaNative", Flag, Optional, Optional),
            m("asian", Flag, Optional, Optional),
            m("blackOrAfricanAmerican", Flag, Optional, Optional),
            m("nativeHawaiianOrOtherPacificIslander", Flag, Optional, Optional),
            m("white", Flag, Optional, Optional),
            m("demographicRaceTwoOrMoreRaces", Flag, Optional, Optional),
            m("hispanicOrLatinoEthnicity", Flag, Optional, Optional),
            m("countryOfBirthCode", Text, Optional, Optional),
            m("stateOfBirthAbbreviation", Text, Optional, Optional),
            m("cityOfBirth", Text, Optional, Optional),
            m("publicSchoolResidenceStatus", Text, Optional, Optional),
        ],
    ),
    whole(
        "resource",
        &[
            m("title", Text, Optional, Optional),
            m("roles", Word(&RESOURCE_ROLE), Any, Any),
            m("importance", Word(&IMPORTANCE), Optional, Optional),
            m("vendorResourceId", Text, Required, Required),
            m("vendorId", Text, Optional, Optional),
            m("applicationId", Text, Optional, Optional),
        ],
    ),
    whole("category", &[m("title", Text, Required, Required), m("weight", Number, Optional, Never)]),
    whole(
        "lineItem",
        &[
            m("title", Text, Required, Required),
            m("description", Text, Optional, Optional),
            m("assignDate", Time, Required, Required),
            m("dueDate", Time, Required, Required),
            m("class", CLASS, Required, Required),
            m("school", ORG, Required, Never),
            m("category", Reference("category"), Required, Required),
            m("gradingPeriod", SESSION, Optional, Required),
            m("academicSession", SESSION, Optional, Never),
            m("scoreScale", Reference("scoreScale"), Optional, Never),
            m("resultValueMin", Number, Optional, Optional),
            m("resultValueMax", Number, Optional, Optional),
            m("learningObjectiveSet", Part("learningObjectives"), Any, Never),
        ],
    ),
    whole(
        "result",
        &[
            m("lineItem", Reference("lineItem"), Required, Required),
            m("student", USER, Required, Required),
            m("class", CLASS, Optional, Never),
            m("scoreScale", Reference("scoreScale"), Optional, Never),
            m("scoreStatus", Word(&SCORE_STATUS), Required, Required),
            m("score", Number, Optional, Optional),
            m("textScore", Text, Optional, Never),
            m("scoreDate", Date, Required, Required),
            m("comment", Text, Optional, Optional),
            m("learningObjectiveSet", Part("learningObjectiveScores"), Any, Never),
            m("inProgress", Flag, Optional, Never),
            m("incomplete", Flag, Optional, Never),
            m("late", Flag, Optional, Never),
            m("missing", Flag, Optional, Never),
        ],
    ),
    whole(
        "scoreScale",
        &[
            m("title", Text, Required, Never),
            m("type", Text, Required, Never),
            m("course", Reference("course"), Optional, Never),
            m("class", CLASS, Required, Never),
            m("scoreScaleValue", Part("scoreScaleValue"), Filled, Never),
        ],
    ),
    whole(
        "assessmentLineItem",
        &[
            m("title", Text, Required, Never),
            m("description", Text, Optional, Never),
            m("class", CLASS, Optional, Never),
            m("parentAssessmentLineItem", Reference("assessmentLineItem"), Optional, Never),
            m("scoreScale", Reference("scoreScale"), Optional, Never),
            m("resultValueMin", Number, Optional, Never),
            m("resultValueMax", Number, Optional, Never),
            m("learningObjectiveSet", Part("learningObjectives"), Any, Never),
        ],
    ),
    whole(
        "assessmentResult",
        &[
            m("assessmentLineItem", Reference("assessmentLineItem"), Required, Never),
            m("student", USER, Required, Never),
            m("score", Number, Optional, Never),
            m("textScore", Text, Optional, Never),
            m("scoreDate", Date, Required, Never),
            m("scoreScale", Reference("scoreScale"), Optional, Never),
            m("scorePercentile", Number, Optional, Never),
            m("scoreStatus", Word(&SCORE_STATUS), Required, Never),
            m("comment", Text, Optional, Never),
            m("learningObjectiveSet", Part("learningObjectiveScores"), Any, Never),
            m("inProgress", Flag, Optional, Never),
            m("incomplete", Flag, Optional, Never),
            m("late", Flag, Optional, Never),
            m("missing", Flag, Optional, Never),
        ],
    ),
    part("scoreScaleValue", &[m("itemValueLHS", Text, Required, Never), m("itemValueRHS", Text, Required, Never)]),
    part("learningObjectives", &[m("source", Text, Required, Never), m("learningObjectiveIds", Text, Filled, Never)]),
    part(
        "learningObjectiveScores",
        &[
            m("source", Text, Required, Never),
            m("learningObjectiveResults", Part("learningObjectiveResult"), Filled, Never),
        ],
    ),
    part(
        "learningObjectiveResult",
        &[
            m("learningObjectiveId", Text, Required, Never),
            m("score", Number, Optional, Never),
            m("textScore", Text, Optional, Never),
        ],
    ),
];
