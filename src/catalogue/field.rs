//! The table of fields: each field of each entity once.
//!
//! Adding a field to the product is adding a row here and a column in a migration.

use crate::catalogue::{Category, Entity, Version};

/// What a value is, which decides how it compares and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, or a word of a vocabulary.
    Text,
    /// The text `true` or `false`.
    Boolean,
    /// `YYYY-MM-DD`.
    Date,
    /// A day, written as the instant of its start in UTC; or an instant.
    DateTime,
    /// A real number.
    Number,
    /// A JSON list of text.
    TextList,
    /// The row id of another object.
    Reference(Entity),
    /// A JSON list of row ids of other objects.
    ReferenceList(Entity),
    /// The objects that name this one as their parent; no column.
    Children(Entity),
    /// A person's roles: [`crate::catalogue::element::Role`].
    Roles,
    /// The one role that stands for all of a person's roles in OneRoster 1.1; no column.
    MainRole,
    /// The orgs of a person's roles, as OneRoster 1.1 lists them; no column.
    RoleOrgs,
    /// A person's other identifiers: [`crate::catalogue::element::UserId`].
    UserIds,
    /// A person's accounts: [`crate::catalogue::element::UserProfile`].
    UserProfiles,
    /// Links to learning materials: [`crate::catalogue::element::ResourceLink`].
    Resources,
    /// The link to a score scale: [`crate::catalogue::element::ScoreScaleLink`].
    ScoreScaleLink,
    /// Pairs of a score scale: [`crate::catalogue::element::ScoreScaleValue`].
    ScoreScaleValues,
    /// Objectives of a line item: [`crate::catalogue::element::LearningObjective`].
    LearningObjectives,
    /// Results by objective: [`crate::catalogue::element::LearningObjective`].
    LearningObjectiveResults,
    /// An object of extension fields.
    Metadata,
    /// Known to the standard, never kept.
    Unstored,
}

/// Whether a version of the standard has a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It has not.
    Absent,
    /// An object may have it.
    Optional,
    /// Each object must have it.
    Required,
}

impl Kind {
    /// Whether the value refers to other objects, so that it is seen only where they are.
    pub const fn is_relation(self) -> bool {
        match self {
            Self::Reference(_)
            | Self::ReferenceList(_)
            | Self::Children(_)
            | Self::Roles
            | Self::MainRole
            | Self::RoleOrgs
            | Self::Resources
            | Self::ScoreScaleLink => true,
            Self::Text
            | Self::Boolean
            | Self::Date
            | Self::DateTime
            | Self::Number
            | Self::TextList
            | Self::UserIds
            | Self::UserProfiles
            | Self::ScoreScaleValues
            | Self::LearningObjectives
            | Self::LearningObjectiveResults
            | Self::Metadata
            | Self::Unstored => false,
        }
    }
}

/// One field of one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in OneRoster, in either version.
    pub name: &'static str,
    /// The category that it is released with.
    pub category: Category,
    /// What its value is.
    pub kind: Kind,
    /// The column, as SQL needs it; empty where there is none.
    pub column: &'static str,
    /// The column of the OneRoster CSV file; empty where the value comes from elsewhere.
    pub csv: &'static str,
    /// Whether the published OneRoster 1.2 schema requires it.
    pub is_required: bool,
    /// Whether OneRoster 1.1 has it.
    pub in_v1p1: Presence,
}

impl Field {
    /// Whether a version has the field.
    pub const fn presence(&self, version: Version) -> Presence {
        match version {
            Version::V1p1 => self.in_v1p1,
            Version::V1p2 if self.is_required => Presence::Required,
            Version::V1p2 => Presence::Optional,
        }
    }
}

/// What version 1.1 has: the same as 1.2 if nothing else is said.
macro_rules! in_v1p1 {
    (true) => {
        Presence::Required
    };
    (false) => {
        Presence::Optional
    };
    ($required:literal $presence:ident) => {
        Presence::$presence
    };
}

macro_rules! fields {
    ($($(#[$doc:meta])* $entity:ident { $($name:literal $category:ident $kind:expr, $column:literal $csv:literal $required:tt $(v1p1 $presence:ident)?;)* })*) => {
        $($(#[$doc])* pub const $entity: &[Field] = &[$(Field {
            name: $name,
            category: Category::$category,
            kind: $kind,
            column: $column,
            csv: $csv,
            is_required: $required,
            in_v1p1: in_v1p1!($required $($presence)?),
        },)*];)*
    };
}

use Entity::{AcademicSession, AssessmentLineItem, Class, Course, LineItem, LineItemCategory, Org, User};
use Kind::{
    Boolean, Children, Date, DateTime, LearningObjectiveResults, LearningObjectives, MainRole, Metadata, Number,
    Reference, ReferenceList, Resources, RoleOrgs, Roles, ScoreScaleLink, ScoreScaleValues, Text, TextList, Unstored,
    UserIds, UserProfiles,
};

fields! {
    /// Boards, schools and departments.
    ORG {
        "name" Structure Text, "name" "name" true;
        "type" Structure Text, "type" "type" true;
        "identifier" Structure Text, "identifier" "identifier" true v1p1 Optional;
        "parent" Structure Reference(Org), "parent" "parentSourcedId" false;
        "children" Structure Children(Org), "" "" false;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// School years, terms and grading periods.
    ACADEMIC_SESSION {
        "title" Structure Text, "title" "title" true;
        "startDate" Structure Date, "start_date" "startDate" true;
        "endDate" Structure Date, "end_date" "endDate" true;
        "type" Structure Text, "type" "type" true;
        "parent" Structure Reference(AcademicSession), "parent" "parentSourcedId" false;
        "children" Structure Children(AcademicSession), "" "" false;
        "schoolYear" Structure Text, "school_year" "schoolYear" true;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Courses.
    COURSE {
        "title" ClassLabel Text, "title" "title" true;
        "schoolYear" Structure Reference(AcademicSession), "school_year" "schoolYearSourcedId" false;
        "courseCode" ClassLabel Text, "course_code" "courseCode" true;
        "grades" Structure TextList, "grades" "grades" false;
        "subjects" ClassLabel TextList, "subjects" "subjects" false;
        "org" Structure Reference(Org), "org" "orgSourcedId" false;
        "subjectCodes" ClassLabel TextList, "subject_codes" "subjectCodes" false;
        "resources" ResourceCatalogue Resources, "resources" "" false;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Classes.
    CLASS {
        "title" ClassLabel Text, "title" "title" true;
        "classCode" ClassLabel Text, "class_code" "classCode" false;
        "classType" Structure Text, "class_type" "classType" false;
        "location" Timetable Text, "location" "location" false;
        "grades" Structure TextList, "grades" "grades" false;
        "subjects" ClassLabel TextList, "subjects" "subjects" false;
        "course" Structure Reference(Course), "course" "courseSourcedId" true;
        "school" Structure Reference(Org), "school" "schoolSourcedId" true;
        "terms" Structure ReferenceList(AcademicSession), "terms" "termSourcedIds" true;
        "subjectCodes" ClassLabel TextList, "subject_codes" "subjectCodes" false;
        "periods" Timetable TextList, "periods" "periods" false;
        "resources" ResourceCatalogue Resources, "resources" "" false;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// People.
    USER {
        "userMasterIdentifier" ChainId Text, "user_master_identifier" "userMasterIdentifier" false v1p1 Absent;
        "username" Login Text, "username" "username" false v1p1 Required;
        "username" ChainId Text, "username_chain_id" "" false v1p1 Required;
        "userIds" LocalId UserIds, "user_ids" "userIds" false;
        "userIds" ChainId UserIds, "user_ids_chain_id" "" false;
        "enabledUser" Identity Boolean, "enabled_user" "enabledUser" true;
        "givenName" Name Text, "given_name" "givenName" true;
        "familyName" Name Text, "family_name" "familyName" true;
        "middleName" NameAdditional Text, "middle_name" "middleName" false;
        "preferredFirstName" Name Text, "preferred_first_name" "preferredGivenName" false v1p1 Absent;
        "preferredMiddleName" NameAdditional Text, "preferred_middle_name" "preferredMiddleName" false v1p1 Absent;
        "preferredLastName" Name Text, "preferred_last_name" "preferredFamilyName" false v1p1 Absent;
        "pronouns" Pronouns Text, "pronouns" "pronouns" false v1p1 Absent;
        "roles" Identity Roles, "roles" "" true v1p1 Absent;
        "userProfiles" Login UserProfiles, "user_profiles" "" false v1p1 Absent;
        "primaryOrg" Identity Reference(Org), "primary_org" "primaryOrgSourcedId" false v1p1 Absent;
        "identifier" LocalId Text, "identifier" "identifier" false;
        "identifier" ChainId Text, "identifier_chain_id" "" false;
        "email" ContactEmail Text, "email" "email" false;
        "sms" ContactPhone Text, "sms" "sms" false;
        "phone" ContactPhone Text, "phone" "phone" false;
        "agents" Carers ReferenceList(User), "agents" "agentSourcedIds" false;
        "grades" GradeLevel TextList, "grades" "grades" false;
        "password" Secret Unstored, "" "" false;
        "resources" ResourceAssignment Resources, "resources" "" false v1p1 Absent;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// What OneRoster 1.1 says of people in the place of roles.
    USER_OF_V1P1 {
        "role" Identity MainRole, "" "" false v1p1 Required;
        "orgs" Identity RoleOrgs, "" "" false v1p1 Required;
    }
    /// Characteristics of people.
    DEMOGRAPHICS {
        "birthDate" BirthDate Date, "birth_date" "birthDate" false;
        "sex" Gender Text, "sex" "sex" false;
        "americanIndianOrAlaskaNative" Ethnicity Boolean, "american_indian_or_alaska_native" "americanIndianOrAlaskaNative" false;
        "asian" Ethnicity Boolean, "asian" "asian" false;
        "blackOrAfricanAmerican" Ethnicity Boolean, "black_or_african_american" "blackOrAfricanAmerican" false;
        "nativeHawaiianOrOtherPacificIslander" Ethnicity Boolean, "native_hawaiian_or_other_pacific_islander" "nativeHawaiianOrOtherPacificIslander" false;
        "white" Ethnicity Boolean, "white" "white" false;
        "demographicRaceTwoOrMoreRaces" Ethnicity Boolean, "demographic_race_two_or_more_races" "demographicRaceTwoOrMoreRaces" false;
        "hispanicOrLatinoEthnicity" Ethnicity Boolean, "hispanic_or_latino_ethnicity" "hispanicOrLatinoEthnicity" false;
        "countryOfBirthCode" BirthPlace Text, "country_of_birth_code" "countryOfBirthCode" false;
        "stateOfBirthAbbreviation" BirthPlace Text, "state_of_birth_abbreviation" "stateOfBirthAbbreviation" false;
        "cityOfBirth" BirthPlace Text, "city_of_birth" "cityOfBirth" false;
        "publicSchoolResidenceStatus" Residence Text, "public_school_residence_status" "publicSchoolResidenceStatus" false;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Memberships of classes.
    ENROLLMENT {
        "user" Enrolment Reference(User), "\"user\"" "userSourcedId" true;
        "class" Enrolment Reference(Class), "\"class\"" "classSourcedId" true;
        "school" Enrolment Reference(Org), "school" "schoolSourcedId" true;
        "role" Enrolment Text, "role" "role" true;
        "primary" Enrolment Boolean, "primary_teacher" "primary" false;
        "beginDate" EnrolmentDates Date, "begin_date" "beginDate" false;
        "endDate" EnrolmentDates Date, "end_date" "endDate" false;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Learning materials.
    RESOURCE {
        "title" ResourceCatalogue Text, "title" "title" false;
        "roles" ResourceCatalogue TextList, "roles" "roles" false;
        "importance" ResourceCatalogue Text, "importance" "importance" false;
        "vendorResourceId" ResourceCatalogue Text, "vendor_resource_id" "vendorResourceId" true;
        "vendorId" ResourceCatalogue Text, "vendor_id" "vendorId" false;
        "applicationId" ResourceCatalogue Text, "application_id" "applicationId" false;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Categories of line items.
    LINE_ITEM_CATEGORY {
        "title" AssessmentItem Text, "title" "title" true;
        "weight" AssessmentItem Number, "weight" "weight" false v1p1 Absent;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Tests and assignments. 1.1 requires a grading period and bounds, of results a score; where the school has
    /// none they are absent all the same, because one that is made up would be a wrong grade.
    LINE_ITEM {
        "title" AssessmentItem Text, "title" "title" true;
        "description" AssessmentItem Text, "description" "description" false;
        "assignDate" AssessmentItem DateTime, "assign_date" "assignDate" true;
        "dueDate" AssessmentItem DateTime, "due_date" "dueDate" true;
        "class" AssessmentItem Reference(Class), "\"class\"" "classSourcedId" true;
        "school" AssessmentItem Reference(Org), "school" "schoolSourcedId" true v1p1 Absent;
        "category" AssessmentItem Reference(LineItemCategory), "category" "categorySourcedId" true;
        "gradingPeriod" AssessmentItem Reference(AcademicSession), "grading_period" "gradingPeriodSourcedId" false;
        "academicSession" AssessmentItem Reference(AcademicSession), "academic_session" "academicSessionSourcedId" false v1p1 Absent;
        "scoreScale" AssessmentItem ScoreScaleLink, "score_scale" "" false v1p1 Absent;
        "resultValueMin" AssessmentItem Number, "result_value_min" "resultValueMin" false;
        "resultValueMax" AssessmentItem Number, "result_value_max" "resultValueMax" false;
        "learningObjectiveSet" AssessmentItem LearningObjectives, "learning_objectives" "" false v1p1 Absent;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Results.
    RESULT {
        "lineItem" AssessmentResult Reference(LineItem), "line_item" "lineItemSourcedId" true;
        "student" AssessmentResult Reference(User), "student" "studentSourcedId" true;
        "class" AssessmentResult Reference(Class), "\"class\"" "classSourcedId" false v1p1 Absent;
        "scoreScale" AssessmentResult ScoreScaleLink, "score_scale" "" false v1p1 Absent;
        "scoreStatus" AssessmentResult Text, "score_status" "scoreStatus" true;
        "score" AssessmentResult Number, "score" "score" false;
        "textScore" AssessmentResult Text, "text_score" "textScore" false v1p1 Absent;
        "scoreDate" AssessmentResult Date, "score_date" "scoreDate" true;
        "comment" AssessmentComment Text, "comment" "comment" false;
        "learningObjectiveSet" LearningObjectives LearningObjectiveResults, "learning_objectives" "" false v1p1 Absent;
        "inProgress" AssessmentProgress Boolean, "in_progress" "inProgress" false v1p1 Absent;
        "incomplete" AssessmentProgress Boolean, "incomplete" "incomplete" false v1p1 Absent;
        "late" AssessmentProgress Boolean, "late" "late" false v1p1 Absent;
        "missing" AssessmentProgress Boolean, "missing" "missing" false v1p1 Absent;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Score scales.
    SCORE_SCALE {
        "title" AssessmentItem Text, "title" "title" true;
        "type" AssessmentItem Text, "type" "type" true;
        "course" AssessmentItem Reference(Course), "course" "courseSourcedId" false;
        "class" AssessmentItem Reference(Class), "\"class\"" "classSourcedId" true;
        "scoreScaleValue" AssessmentItem ScoreScaleValues, "score_scale_value" "scoreScaleValue" true;
        "metadata" Free Metadata, "metadata" "" false;
    }
    /// Tests of assessment tools.
    ASSESSMENT_LINE_ITEM {
        "title" AssessmentItem Text, "" "" true;
        "description" AssessmentItem Text, "" "" false;
        "class" AssessmentItem Reference(Class), "" "" false;
        "parentAssessmentLineItem" AssessmentItem Reference(AssessmentLineItem), "" "" false;
        "scoreScale" AssessmentItem ScoreScaleLink, "" "" false;
        "resultValueMin" AssessmentItem Number, "" "" false;
        "resultValueMax" AssessmentItem Number, "" "" false;
        "learningObjectiveSet" AssessmentItem LearningObjectives, "" "" false;
        "metadata" Free Metadata, "" "" false;
    }
    /// Results for tests of assessment tools.
    ASSESSMENT_RESULT {
        "assessmentLineItem" AssessmentResult Reference(AssessmentLineItem), "" "" true;
        "student" AssessmentResult Reference(User), "" "" true;
        "score" AssessmentResult Number, "" "" false;
        "textScore" AssessmentResult Text, "" "" false;
        "scoreDate" AssessmentResult Date, "" "" true;
        "scoreScale" AssessmentResult ScoreScaleLink, "" "" false;
        "scorePercentile" AssessmentResult Number, "" "" false;
        "scoreStatus" AssessmentResult Text, "" "" true;
        "comment" AssessmentComment Text, "" "" false;
        "learningObjectiveSet" LearningObjectives LearningObjectiveResults, "" "" false;
        "inProgress" AssessmentProgress Boolean, "" "" false;
        "incomplete" AssessmentProgress Boolean, "" "" false;
        "late" AssessmentProgress Boolean, "" "" false;
        "missing" AssessmentProgress Boolean, "" "" false;
        "metadata" Free Metadata, "" "" false;
    }
}
