//! The rules that join several columns or several files: schools, school years, roles, periods, parents.
//!
//! Two rules of the standard's prose are left out on purpose, as its own official sets break them: that
//! the terms of a class lie below the year of its course, and that the role of an enrollment fits the
//! roles of its user. Nor must an enrollment lie within the terms of its class: real ones begin a week off.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Datelike, NaiveDate};

use super::column::{Vocabulary, is_extension};
use super::fault::{Fault, Faults, Place, Rule};
use super::file::{File, Mode};
use super::package::Package;
use super::row::Row;
use super::tables::columns;
use super::value;
use crate::catalogue::Version;

/// A reference of a row to a row of the set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) column: &'static str,
    pub(super) row: u32,
}

/// A row whose own values were checked.
pub(super) struct Seen<'a> {
    pub(super) file: File,
    pub(super) row: Row<'a>,
    pub(super) number: u32,
    pub(super) links: &'a [Link],
}

/// What the rules need to remember of the rows. All rows are numbers within their file.
#[derive(Debug)]
pub(super) struct Cross {
    version: Version,
    /// Orgs that are certainly no schools, and sessions that are certainly no school years.
    not_schools: HashSet<u32>,
    not_years: HashSet<u32>,
    profile_owners: HashMap<u32, u32>,
    students: HashSet<u32>,
    /// User and org of every role.
    roles: HashSet<(u32, u32)>,
    /// Users with a role at an org that can't be told.
    somewhere: HashSet<u32>,
    /// User, org and line of every primary org.
    primary_orgs: Vec<(u32, u32, u64)>,
    primary_roles: Vec<Span>,
    primary_teachers: Vec<Span>,
    /// The parent of a row, with the line that says so.
    parents: BTreeMap<File, HashMap<u32, (u32, u64)>>,
    /// Files with rows that couldn't be read: what they lack may be in those.
    not_sound: HashSet<File>,
}

/// The time in which something holds for someone: from begin up to, not including, end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    of: (u32, u32),
    begin: i32,
    end: i32,
    line: u64,
}

impl Cross {
    pub(super) fn new(version: Version) -> Self {
        Self {
            version,
            not_schools: HashSet::new(),
            not_years: HashSet::new(),
            profile_owners: HashMap::new(),
            students: HashSet::new(),
            roles: HashSet::new(),
            somewhere: HashSet::new(),
            primary_orgs: Vec::new(),
            primary_roles: Vec::new(),
            primary_teachers: Vec::new(),
            parents: BTreeMap::new(),
            not_sound: HashSet::new(),
        }
    }

    /// A file has rows that couldn't be read.
    pub(super) fn not_sound(&mut self, file: File) {
        self.not_sound.insert(file);
    }

    /// A row refers to a row of its own file that came later.
    pub(super) fn link(&mut self, file: File, column: &'static str, row: u32, (target, line): (u32, u64)) {
        if column == "parentSourcedId" {
            self.parents.entry(file).or_default().insert(row, (target, line));
        }
    }

    /// Checks a row against those before it, and remembers what later ones need.
    pub(super) fn see(&mut self, seen: &Seen<'_>, package: &Package, faults: &mut Faults) {
        if let Some(parent) = seen.link("parentSourcedId") {
            self.link(seen.file, "parentSourcedId", seen.number, (parent, seen.row.line()));
        }
        match seen.file {
            File::AcademicSessions => {
                seen.period("startDate", faults);
                if seen.is_other_type("schoolYear", Vocabulary::SessionType, self.version) {
                    self.not_years.insert(seen.number);
                }
            }
            File::Orgs => {
                if seen.is_other_type("school", Vocabulary::OrgType, self.version) {
                    self.not_schools.insert(seen.number);
                }
            }
            File::Courses => {
                self.school_year(seen, faults);
                seen.pairs(faults);
            }
            File::Classes => {
                self.school(seen, faults);
                seen.pairs(faults);
            }
            File::Users => self.user(seen),
            File::Roles => self.role(seen, faults),
            File::UserProfiles => {
                if let Some(user) = seen.link("userSourcedId") {
                    self.profile_owners.insert(seen.number, user);
                }
            }
            File::Enrollments => self.enrollment(seen, faults),
            File::LineItems => {
                self.school(seen, faults);
                seen.range(faults);
            }
            File::Results => self.result(seen, package, faults),
            File::LineItemLearningObjectiveIds | File::ResultLearningObjectiveIds => seen.objective(faults),
            File::Demographics
            | File::Resources
            | File::ClassResources
            | File::CourseResources
            | File::UserResources
            | File::Categories
            | File::ScoreScales
            | File::LineItemScoreScales
            | File::ResultScoreScales => {}
        }
    }

    /// Checks what can be told only when all rows were seen.
    pub(super) fn finish(&self, package: &Package, faults: &mut Faults) {
        if self.knows_roles(package) {
            for &(user, org, line) in &self.primary_orgs {
                if !self.roles.contains(&(user, org)) && !self.somewhere.contains(&user) {
                    let expected = "an org at which roles.csv gives the user a role";
                    faults.add(self.late(File::Users, line, Rule::PrimaryOrg, ("primaryOrgSourcedId", expected)));
                }
            }
        }
        for line in overlaps(&self.primary_roles) {
            let expected = "one primary role of a user at an org at a time";
            faults.add(self.late(File::Roles, line, Rule::PrimaryRole, ("roleType", expected)));
        }
        for line in overlaps(&self.primary_teachers) {
            let expected = "one primary teacher of a class at a time";
            faults.add(self.late(File::Enrollments, line, Rule::PrimaryTeacher, ("primary", expected)));
        }
        for (&file, parents) in &self.parents {
            for line in cycles(parents) {
                let expected = "a parent that isn't below the row";
                faults.add(self.late(file, line, Rule::Cycle, ("parentSourcedId", expected)));
            }
        }
    }

    fn user(&mut self, seen: &Seen<'_>) {
        if self.version == Version::V1p1 && self.may_be_student(seen) {
            self.students.insert(seen.number);
        }
        if let Some(org) = seen.link("primaryOrgSourcedId") {
            self.primary_orgs.push((seen.number, org, seen.row.line()));
        }
    }

    fn role(&mut self, seen: &Seen<'_>, faults: &mut Faults) {
        seen.period("beginDate", faults);
        let Some(user) = seen.link("userSourcedId") else {
            // The role may be anybody's.
            return self.not_sound(File::Roles);
        };
        if self.may_be_student(seen) {
            self.students.insert(user);
        }
        let org = seen.link("orgSourcedId");
        match org {
            Some(org) => self.roles.insert((user, org)),
            None => self.somewhere.insert(user),
        };
        if let (Some(org), Some("primary")) = (org, seen.row.text("roleType")) {
            self.primary_roles.extend(seen.span((user, org)));
        }
        let owner = seen.link("userProfileSourcedId").and_then(|profile| self.profile_owners.get(&profile));
        if owner.is_some_and(|&owner| owner != user) {
            seen.add(Rule::ProfileOwner, "userProfileSourcedId", "a profile of the same user", faults);
        }
    }

    fn enrollment(&mut self, seen: &Seen<'_>, faults: &mut Faults) {
        self.school(seen, faults);
        seen.period("beginDate", faults);
        let is_primary = seen.row.text("role") == Some("teacher") && seen.row.flag("primary") == Some(true);
        if let (true, Some(class)) = (is_primary, seen.link("classSourcedId")) {
            self.primary_teachers.extend(seen.span((class, 0)));
        }
    }

    fn result(&self, seen: &Seen<'_>, package: &Package, faults: &mut Faults) {
        let student = seen.link("studentSourcedId");
        if self.knows_roles(package) && student.is_some_and(|user| !self.students.contains(&user)) {
            seen.add(Rule::Student, "studentSourcedId", "a user with the role student", faults);
        }
    }

    fn school(&self, seen: &Seen<'_>, faults: &mut Faults) {
        if seen.link("schoolSourcedId").is_some_and(|org| self.not_schools.contains(&org)) {
            seen.add(Rule::School, "schoolSourcedId", "an org of the type school", faults);
        }
    }

    fn school_year(&self, seen: &Seen<'_>, faults: &mut Faults) {
        if seen.link("schoolYearSourcedId").is_some_and(|session| self.not_years.contains(&session)) {
            seen.add(Rule::SchoolYear, "schoolYearSourcedId", "a session of the type schoolYear", faults);
        }
    }

    /// Whether the role is student, a word of the school's own, or one that is told as wrong already.
    fn may_be_student(&self, seen: &Seen<'_>) -> bool {
        let role = seen.row.text("role").unwrap_or_default();
        role == "student" || is_extension(role) || !Vocabulary::UserRole.has(role, self.version)
    }

    /// Whether the set tells all roles of its users.
    fn knows_roles(&self, package: &Package) -> bool {
        let files: &[File] = match self.version {
            Version::V1p1 => &[File::Users],
            Version::V1p2 => &[File::Users, File::Roles],
        };
        files.iter().all(|&file| package.mode(file) == Mode::Bulk && !self.not_sound.contains(&file))
    }

    fn late(&self, file: File, line: u64, rule: Rule, (column, expected): (&str, &'static str)) -> Fault {
        let position = columns(self.version, file).iter().position(|other| other.name == column).unwrap_or_default();
        Fault::of(Place::Data(file), rule, expected).on(line).column(column, position)
    }
}

impl Seen<'_> {
    /// The row that a column refers to, if it is in the set.
    fn link(&self, column: &str) -> Option<u32> {
        self.links.iter().find(|link| link.column == column).map(|link| link.row)
    }

    fn add(&self, rule: Rule, column: &str, expected: &'static str, faults: &mut Faults) {
        let position = self.row.layout.position(column).unwrap_or_default();
        faults.add(Fault::of(Place::Data(self.file), rule, expected).on(self.row.line()).column(column, position));
    }

    /// Whether the type is another word of the standard: a school's own words may mean anything.
    fn is_other_type(&self, word: &str, vocabulary: Vocabulary, version: Version) -> bool {
        self.row.text("type").is_some_and(|text| text != word && vocabulary.words(version).contains(&text))
    }

    /// An end is exclusive, so it lies after its begin.
    fn period(&self, begin: &str, faults: &mut Faults) {
        let (begin, end) = (self.row.date(begin), self.row.date("endDate"));
        if begin.is_some() && end.is_some() && end <= begin {
            self.add(Rule::Period, "endDate", "a date after the begin", faults);
        }
    }

    /// The time in which the row holds; nothing if its dates are told as wrong.
    fn span(&self, of: (u32, u32)) -> Option<Span> {
        let day = |column, open| match self.row.text(column) {
            None => Some(open),
            Some(text) => value::date(text).map(|date: NaiveDate| date.num_days_from_ce()),
        };
        let (begin, end) = (day("beginDate", i32::MIN)?, day("endDate", i32::MAX)?);
        (begin < end).then_some(Span { of, begin, end, line: self.row.line() })
    }

    /// A list of codes goes with the list of subjects, item by item. Real files often fill only one of them.
    fn pairs(&self, faults: &mut Faults) {
        let count = |column| self.row.list(column).count();
        let (subjects, codes) = (count("subjects"), count("subjectCodes"));
        if subjects != codes && subjects > 0 && codes > 0 {
            self.add(Rule::Pairs, "subjectCodes", "as many items as subjects has", faults);
        }
    }

    fn range(&self, faults: &mut Faults) {
        let (min, max) = (self.row.number("resultValueMin"), self.row.number("resultValueMax"));
        if min.is_some() && max.is_some() && max < min {
            self.add(Rule::Range, "resultValueMax", "a number not below resultValueMin", faults);
        }
    }

    fn objective(&self, faults: &mut Faults) {
        let objective = self.row.text("learningObjectiveId");
        let is_case = self.row.text("source") == Some("case");
        if is_case && objective.is_some_and(|text| !value::is_uuid_urn(text)) {
            self.add(Rule::CaseId, "learningObjectiveId", "urn:uuid: and a UUID, as the source is case", faults);
        }
    }
}

/// The lines of the spans that begin before an earlier one of the same owner has ended.
fn overlaps(spans: &[Span]) -> Vec<u64> {
    let mut spans = spans.to_vec();
    spans.sort_unstable();
    let mut lines = Vec::new();
    let mut longest: Option<Span> = None;
    for span in spans {
        match longest {
            Some(before) if before.of == span.of => {
                if span.begin < before.end {
                    lines.push(before.line.max(span.line));
                }
                if span.end > before.end {
                    longest = Some(span);
                }
            }
            Some(_) | None => longest = Some(span),
        }
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Of every cycle of parents, its first line.
fn cycles(parents: &HashMap<u32, (u32, u64)>) -> Vec<u64> {
    let mut done = HashSet::new();
    let mut lines = Vec::new();
    for &begin in parents.keys() {
        let mut path = HashMap::new();
        let mut at = begin;
        while let Some(&(parent, _)) = parents.get(&at) {
            if done.contains(&at) {
                break;
            }
            if path.contains_key(&at) {
                break;
            }
            path.insert(at, path.len());
            at = parent;
        }
        // The walk ended on its own path: the rows from there on are the cycle.
        if let (Some(&from), false) = (path.get(&at), done.contains(&at)) {
            let of_cycle = path.iter().filter(|&(_, &step)| step >= from).filter_map(|(row, _)| parents.get(row));
            lines.extend(of_cycle.map(|&(_, line)| line).min());
        }
        done.extend(path.into_keys());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(of: u32, begin: i32, end: i32, line: u64) -> Span {
        Span { of: (of, 0), begin, end, line }
    }

    #[test]
    fn an_end_is_exclusive_and_every_overlap_is_told_at_the_later_line() {
        assert_eq!(overlaps(&[span(1, 0, 5, 2), span(1, 5, 9, 3), span(2, 0, 9, 4)]), Vec::<u64>::new());
        assert_eq!(overlaps(&[span(1, 3, 9, 2), span(1, 0, 4, 3)]), [3]);
        assert_eq!(overlaps(&[span(1, 0, 9, 2), span(1, 1, 2, 3), span(1, 5, 6, 4)]), [3, 4]);
    }

    #[test]
    fn every_cycle_is_told_once_at_its_first_line() {
        let parents = HashMap::from([(1, (2, 5)), (2, (3, 4)), (3, (2, 6)), (7, (7, 9)), (8, (1, 2))]);

        let mut lines = cycles(&parents);
        lines.sort_unstable();

        assert_eq!(lines, [4, 9]);
    }
}
