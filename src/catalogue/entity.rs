//! The kinds of objects, with their table and their fields.

use crate::catalogue::field::{self, Field, Kind, Presence};
use crate::catalogue::{Category, Version};

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// A board, school or department.
    Org,
    /// A school year, term or grading period.
    AcademicSession,
    /// A course of study.
    Course,
    /// A class of pupils.
    Class,
    /// A person: pupil, carer or member of staff.
    User,
    /// A person's registered characteristics; one-to-one with [`Entity::User`].
    Demographics,
    /// A person's membership of a class.
    Enrollment,
    /// A learning material.
    Resource,
    /// A category of line items.
    LineItemCategory,
    /// A test or assignment.
    LineItem,
    /// A pupil's result for a line item.
    Result,
    /// A scale on which results are expressed.
    ScoreScale,
    /// A test of an assessment tool; only vendors bring any.
    AssessmentLineItem,
    /// A pupil's result for a test of an assessment tool; only vendors bring any.
    AssessmentResult,
}

impl Entity {
    /// Every entity, in an order in which references point backwards (but for agents and parents).
    pub const ALL: &'static [Self] = &[
        Self::Org,
        Self::AcademicSession,
        Self::Resource,
        Self::Course,
        Self::Class,
        Self::User,
        Self::Demographics,
        Self::Enrollment,
        Self::LineItemCategory,
        Self::LineItem,
        Self::Result,
        Self::ScoreScale,
        Self::AssessmentLineItem,
        Self::AssessmentResult,
    ];

    /// Every entity that imports bring.
    pub fn imported() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|entity| !entity.table().is_empty())
    }

    /// The table's name, as SQL needs it; empty where imports bring none.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::AcademicSession => "academic_session",
            Self::Course => "course",
            Self::Class => "class",
            Self::User => "person",
            Self::Demographics => "demographics",
            Self::Enrollment => "enrollment",
            Self::Resource => "resource",
            Self::LineItemCategory => "line_item_category",
            Self::LineItem => "line_item",
            Self::Result => "result",
            Self::ScoreScale => "score_scale",
            Self::AssessmentLineItem | Self::AssessmentResult => "",
        }
    }

    /// The object's name in the standards, as a reference's `type` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Org => "org",
            Self::AcademicSession => "academicSession",
            Self::Course => "course",
            Self::Class => "class",
            Self::User => "user",
            Self::Demographics => "demographics",
            Self::Enrollment => "enrollment",
            Self::Resource => "resource",
            Self::LineItemCategory => "category",
            Self::LineItem => "lineItem",
            Self::Result => "result",
            Self::ScoreScale => "scoreScale",
            Self::AssessmentLineItem => "assessmentLineItem",
            Self::AssessmentResult => "assessmentResult",
        }
    }

    /// The category of `sourcedId`, `status` and `dateLastModified`.
    pub const fn base_category(self) -> Category {
        match self {
            Self::Org | Self::AcademicSession | Self::Course | Self::Class => Category::Structure,
            Self::User | Self::Demographics => Category::Identity,
            Self::Enrollment => Category::Enrolment,
            Self::Resource => Category::ResourceCatalogue,
            Self::LineItemCategory | Self::LineItem | Self::ScoreScale | Self::AssessmentLineItem => {
                Category::AssessmentItem
            }
            Self::Result | Self::AssessmentResult => Category::AssessmentResult,
        }
    }

    /// The fields of version 1.2 beside `sourcedId`, `status` and `dateLastModified`, in the order of the standard.
    ///
    /// A name may stand there twice, with two categories: which of them a value belongs to is decided
    /// when it is imported.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Org => field::ORG,
            Self::AcademicSession => field::ACADEMIC_SESSION,
            Self::Course => field::COURSE,
            Self::Class => field::CLASS,
            Self::User => field::USER,
            Self::Demographics => field::DEMOGRAPHICS,
            Self::Enrollment => field::ENROLLMENT,
            Self::Resource => field::RESOURCE,
            Self::LineItemCategory => field::LINE_ITEM_CATEGORY,
            Self::LineItem => field::LINE_ITEM,
            Self::Result => field::RESULT,
            Self::ScoreScale => field::SCORE_SCALE,
            Self::AssessmentLineItem => field::ASSESSMENT_LINE_ITEM,
            Self::AssessmentResult => field::ASSESSMENT_RESULT,
        }
    }

    /// The fields of one version, in the order of the standard.
    pub fn fields_in(self, version: Version) -> impl Iterator<Item = &'static Field> {
        let only_in_v1p1 = |field: &Field| matches!(field.kind, Kind::MainRole | Kind::RoleOrgs);
        self.all_fields().filter(move |field| {
            field.presence(version) != Presence::Absent && (version == Version::V1p1 || !only_in_v1p1(field))
        })
    }

    /// The field whose value stands in, in a version, for one that an object doesn't have.
    pub fn stand_in(self, version: Version, name: &str) -> Option<&'static Field> {
        match (self, version, name) {
            // 1.1 has no other session of a line item.
            (Self::LineItem, Version::V1p1, "gradingPeriod") => {
                self.fields().iter().find(|field| field.name == "academicSession")
            }
            _ => None,
        }
    }

    /// The fields of every version.
    pub fn all_fields(self) -> impl Iterator<Item = &'static Field> {
        let of_v1p1 = if self == Self::User { field::USER_OF_V1P1 } else { &[] };
        self.fields().iter().chain(of_v1p1)
    }

    /// The fields of that name (more than one where a value's category depends on the value).
    pub fn fields_named(self, name: &str) -> impl Iterator<Item = (usize, &'static Field)> {
        let name = name.to_owned();
        self.fields().iter().enumerate().filter(move |(_, field)| field.name == name)
    }
}
