//! The files that a set may hold, and the modes of a file.
//!
//! The order of [`File`] is the binding's order: fault lists follow it.

use serde::Serialize;

use crate::catalogue::Version;

/// What the manifest says about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The file isn't in the set: nothing changes for its rows.
    Absent,
    /// The file is the whole truth: a row that isn't in it has ceased to exist.
    Bulk,
    /// The file holds changes only.
    Delta,
}

impl Mode {
    /// The mode as a manifest says it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Bulk => "bulk",
            Self::Delta => "delta",
        }
    }
}

/// A data file of the binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each variant is the file of its name")]
pub enum File {
    AcademicSessions,
    Orgs,
    Courses,
    Classes,
    Users,
    Roles,
    UserProfiles,
    Enrollments,
    Demographics,
    Resources,
    ClassResources,
    CourseResources,
    UserResources,
    Categories,
    LineItems,
    Results,
    ScoreScales,
    LineItemScoreScales,
    ResultScoreScales,
    LineItemLearningObjectiveIds,
    ResultLearningObjectiveIds,
}

impl File {
    /// Every file, in the binding's order.
    pub const ALL: [Self; 21] = [
        Self::AcademicSessions,
        Self::Orgs,
        Self::Courses,
        Self::Classes,
        Self::Users,
        Self::Roles,
        Self::UserProfiles,
        Self::Enrollments,
        Self::Demographics,
        Self::Resources,
        Self::ClassResources,
        Self::CourseResources,
        Self::UserResources,
        Self::Categories,
        Self::LineItems,
        Self::Results,
        Self::ScoreScales,
        Self::LineItemScoreScales,
        Self::ResultScoreScales,
        Self::LineItemLearningObjectiveIds,
        Self::ResultLearningObjectiveIds,
    ];

    /// Every file after those that its rows refer to (but for references within a file).
    pub const TARGETS_FIRST: [Self; 21] = [
        Self::Resources,
        Self::AcademicSessions,
        Self::Orgs,
        Self::Courses,
        Self::Classes,
        Self::Users,
        Self::UserProfiles,
        Self::Roles,
        Self::Enrollments,
        Self::Demographics,
        Self::ClassResources,
        Self::CourseResources,
        Self::UserResources,
        Self::Categories,
        Self::LineItems,
        Self::Results,
        Self::ScoreScales,
        Self::LineItemScoreScales,
        Self::ResultScoreScales,
        Self::LineItemLearningObjectiveIds,
        Self::ResultLearningObjectiveIds,
    ];

    /// The exact name of the file in a set.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcademicSessions => "academicSessions.csv",
            Self::Orgs => "orgs.csv",
            Self::Courses => "courses.csv",
            Self::Classes => "classes.csv",
            Self::Users => "users.csv",
            Self::Roles => "roles.csv",
            Self::UserProfiles => "userProfiles.csv",
            Self::Enrollments => "enrollments.csv",
            Self::Demographics => "demographics.csv",
            Self::Resources => "resources.csv",
            Self::ClassResources => "classResources.csv",
            Self::CourseResources => "courseResources.csv",
            Self::UserResources => "userResources.csv",
            Self::Categories => "categories.csv",
            Self::LineItems => "lineItems.csv",
            Self::Results => "results.csv",
            Self::ScoreScales => "scoreScales.csv",
            Self::LineItemScoreScales => "lineItemScoreScales.csv",
            Self::ResultScoreScales => "resultScoreScales.csv",
            Self::LineItemLearningObjectiveIds => "lineItemLearningObjectiveIds.csv",
            Self::ResultLearningObjectiveIds => "resultLearningObjectiveIds.csv",
        }
    }

    /// The file whose exact name this is.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|file| file.name() == name)
    }

    /// Whether the binding of this version knows the file.
    pub const fn is_in(self, version: Version) -> bool {
        match version {
            Version::V1p2 => true,
            Version::V1p1 => !matches!(
                self,
                Self::Roles
                    | Self::UserProfiles
                    | Self::UserResources
                    | Self::ScoreScales
                    | Self::LineItemScoreScales
                    | Self::ResultScoreScales
                    | Self::LineItemLearningObjectiveIds
                    | Self::ResultLearningObjectiveIds
            ),
        }
    }

    /// The files that must come along when this one comes in bulk.
    ///
    /// Appendix A of the CSV binding 1.2. In 1.1 the role is a column of users.csv.
    pub fn needs(self, version: Version) -> impl Iterator<Item = Self> {
        let needs: &'static [Self] = match self {
            Self::AcademicSessions | Self::Orgs | Self::Categories | Self::Resources => &[],
            Self::Courses => &[Self::Orgs],
            Self::Classes => &[Self::AcademicSessions, Self::Orgs, Self::Courses],
            Self::Users => &[Self::Orgs, Self::Roles],
            Self::Roles | Self::UserProfiles => &[Self::Orgs, Self::Users],
            Self::Demographics => &[Self::Orgs, Self::Users, Self::Roles],
            Self::Enrollments => {
                &[Self::AcademicSessions, Self::Orgs, Self::Courses, Self::Classes, Self::Users, Self::Roles]
            }
            Self::ClassResources => &[Self::Classes, Self::Resources],
            Self::CourseResources => &[Self::Courses, Self::Resources],
            Self::UserResources => &[Self::Users, Self::Resources],
            Self::LineItems => &[Self::AcademicSessions, Self::Orgs, Self::Courses, Self::Classes, Self::Categories],
            Self::Results => &[Self::Users, Self::Roles, Self::LineItems],
            Self::ScoreScales => &[Self::AcademicSessions, Self::Orgs, Self::Courses, Self::Classes],
            Self::LineItemScoreScales => &[Self::LineItems, Self::ScoreScales],
            Self::ResultScoreScales => &[Self::Results, Self::ScoreScales],
            Self::LineItemLearningObjectiveIds => &[Self::LineItems],
            Self::ResultLearningObjectiveIds => &[Self::Results],
        };
        needs.iter().copied().filter(move |file| file.is_in(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_1p1_has_thirteen_files() {
        let known = File::ALL.into_iter().filter(|file| file.is_in(Version::V1p1)).count();

        assert_eq!(known, 13);
    }

    #[test]
    fn a_file_is_found_by_its_exact_name_only() {
        for file in File::ALL {
            assert_eq!(File::named(file.name()), Some(file));
            assert_eq!(File::named(&file.name().to_uppercase()), None);
        }
    }

    #[test]
    fn needed_files_are_checked_first() {
        let place = |file| File::TARGETS_FIRST.iter().position(|&other| other == file);

        for file in File::ALL {
            for needed in file.needs(Version::V1p2) {
                let mutual = [File::Users, File::Roles, File::UserProfiles];
                assert!(place(needed) < place(file) || mutual.contains(&file), "{file:?} before {needed:?}");
            }
        }
    }
}
