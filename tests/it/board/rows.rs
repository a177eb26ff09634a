//! The rows of a board, as the CSV binding has them, and how they refer to each other.

use std::collections::{BTreeMap, BTreeSet};

use koppelvlak::oneroster::csv::File;

/// One row: a sourcedId, and texts under the names of the binding's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The sourcedId.
    pub id: String,
    /// Whether it was in an earlier set, and no longer is.
    pub gone: bool,
    /// The columns that aren't blank.
    pub values: BTreeMap<&'static str, String>,
}

impl Row {
    /// A row with these values; blank ones are left out.
    pub fn new(id: &str, values: &[(&'static str, &str)]) -> Self {
        let values = values.iter().filter(|(_, text)| !text.is_empty());
        Self {
            id: id.to_owned(),
            gone: false,
            values: values.map(|(name, text)| (*name, (*text).to_owned())).collect(),
        }
    }

    /// The text of a column; blank if there is none.
    pub fn get(&self, column: &str) -> &str {
        self.values.get(column).map_or("", String::as_str)
    }

    /// The items of a column with a list.
    pub fn list(&self, column: &str) -> Vec<&str> {
        self.get(column).split(',').filter(|item| !item.is_empty()).collect()
    }

    /// Sets or, with a blank text, clears a column.
    pub fn set(&mut self, column: &'static str, text: &str) {
        if text.is_empty() {
            self.values.remove(column);
        } else {
            self.values.insert(column, text.to_owned());
        }
    }
}

/// The files that a board of these tests has.
pub const FILES: [File; 17] = [
    File::Orgs,
    File::AcademicSessions,
    File::Resources,
    File::Courses,
    File::Classes,
    File::Users,
    File::UserProfiles,
    File::Roles,
    File::Enrollments,
    File::Demographics,
    File::ClassResources,
    File::CourseResources,
    File::UserResources,
    File::Categories,
    File::ScoreScales,
    File::LineItems,
    File::Results,
];

/// A board.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Board {
    /// The rows of each file.
    pub files: BTreeMap<File, Vec<Row>>,
}

impl Board {
    /// The rows of a file, those that went away included.
    pub fn rows(&self, file: File) -> &[Row] {
        self.files.get(&file).map_or(&[], Vec::as_slice)
    }

    /// The rows of a file that are still there.
    pub fn active(&self, file: File) -> impl Iterator<Item = &Row> {
        self.rows(file).iter().filter(|row| !row.gone)
    }

    /// The row with that sourcedId.
    pub fn find(&self, file: File, id: &str) -> Option<&Row> {
        self.rows(file).iter().find(|row| row.id == id)
    }

    /// The row with that sourcedId, to be changed.
    pub fn find_mut(&mut self, file: File, id: &str) -> Option<&mut Row> {
        self.files.get_mut(&file)?.iter_mut().find(|row| row.id == id)
    }

    /// Adds a row, unless there is or was one with its sourcedId.
    pub fn add(&mut self, file: File, row: Row) {
        if self.find(file, &row.id).is_none() {
            self.files.entry(file).or_default().push(row);
        }
    }

    /// Takes a row out of the next set, with whatever can't be there without it.
    pub fn remove(&mut self, file: File, id: &str) {
        if let Some(row) = self.find_mut(file, id) {
            row.gone = true;
        }
        self.repair();
    }

    /// Forgets what went away, as if it had never been.
    pub fn forget(&mut self) {
        for rows in self.files.values_mut() {
            rows.retain(|row| !row.gone);
        }
    }

    /// Takes out rows whose required references lead nowhere, and clears the others.
    pub fn repair(&mut self) {
        loop {
            let before = self.clone();
            for (file, column, target, need) in REFERENCES {
                let there: BTreeSet<String> = before.active(*target).map(|row| row.id.clone()).collect();
                for row in self.files.entry(*file).or_default().iter_mut().filter(|row| !row.gone) {
                    let kept: Vec<&str> = row.list(column).into_iter().filter(|id| there.contains(*id)).collect();
                    let kept = kept.join(",");
                    row.gone = *need == Need::Required && kept.is_empty();
                    if !row.gone {
                        row.set(column, &kept);
                    }
                }
            }
            self.repair_people();
            if *self == before {
                return;
            }
        }
    }

    /// A person has a role, a primary org is one of them, results are pupils', and demographics are somebody's.
    fn repair_people(&mut self) {
        let at: BTreeSet<(String, String)> = self
            .active(File::Roles)
            .map(|role| (role.get("userSourcedId").to_owned(), role.get("orgSourcedId").to_owned()))
            .collect();
        let students = self.active(File::Roles).filter(|role| role.get("role") == "student");
        let students: BTreeSet<String> = students.map(|role| role.get("userSourcedId").to_owned()).collect();
        for row in self.files.entry(File::Results).or_default().iter_mut().filter(|row| !row.gone) {
            row.gone = !students.contains(row.get("studentSourcedId"));
        }
        let people: BTreeSet<String> = self.active(File::Users).map(|row| row.id.clone()).collect();
        for row in self.files.entry(File::Users).or_default().iter_mut().filter(|row| !row.gone) {
            row.gone = !at.iter().any(|(person, _)| *person == row.id);
            if !at.contains(&(row.id.clone(), row.get("primaryOrgSourcedId").to_owned())) && !row.gone {
                row.set("primaryOrgSourcedId", "");
            }
        }
        for row in self.files.entry(File::Demographics).or_default().iter_mut().filter(|row| !row.gone) {
            row.gone = !people.contains(&row.id);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

/// Every column that refers to rows of a file.
const REFERENCES: &[(File, &str, File, Need)] = &[
    (File::Orgs, "parentSourcedId", File::Orgs, Need::Optional),
    (File::AcademicSessions, "parentSourcedId", File::AcademicSessions, Need::Optional),
    (File::Courses, "orgSourcedId", File::Orgs, Need::Required),
    (File::Courses, "schoolYearSourcedId", File::AcademicSessions, Need::Optional),
    (File::Classes, "schoolSourcedId", File::Orgs, Need::Required),
    (File::Classes, "courseSourcedId", File::Courses, Need::Required),
    (File::Classes, "termSourcedIds", File::AcademicSessions, Need::Required),
    (File::Users, "agentSourcedIds", File::Users, Need::Optional),
    (File::UserProfiles, "userSourcedId", File::Users, Need::Required),
    (File::Roles, "userSourcedId", File::Users, Need::Required),
    (File::Roles, "orgSourcedId", File::Orgs, Need::Required),
    (File::Roles, "userProfileSourcedId", File::UserProfiles, Need::Optional),
    (File::Enrollments, "userSourcedId", File::Users, Need::Required),
    (File::Enrollments, "classSourcedId", File::Classes, Need::Required),
    (File::Enrollments, "schoolSourcedId", File::Orgs, Need::Required),
    (File::ClassResources, "classSourcedId", File::Classes, Need::Required),
    (File::ClassResources, "resourceSourcedId", File::Resources, Need::Required),
    (File::CourseResources, "courseSourcedId", File::Courses, Need::Required),
    (File::CourseResources, "resourceSourcedId", File::Resources, Need::Required),
    (File::UserResources, "userSourcedId", File::Users, Need::Required),
    (File::UserResources, "resourceSourcedId", File::Resources, Need::Required),
    (File::LineItems, "classSourcedId", File::Classes, Need::Required),
    (File::LineItems, "categorySourcedId", File::Categories, Need::Required),
    (File::LineItems, "academicSessionSourcedId", File::AcademicSessions, Need::Required),
    (File::LineItems, "schoolSourcedId", File::Orgs, Need::Required),
    (File::ScoreScales, "orgSourcedId", File::Orgs, Need::Required),
    (File::ScoreScales, "courseSourcedId", File::Courses, Need::Required),
    (File::ScoreScales, "classSourcedId", File::Classes, Need::Required),
    (File::Results, "lineItemSourcedId", File::LineItems, Need::Required),
    (File::Results, "studentSourcedId", File::Users, Need::Required),
    (File::Results, "classSourcedId", File::Classes, Need::Optional),
];
