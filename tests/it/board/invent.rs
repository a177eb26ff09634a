//! Small boards and rules by chance: few words, so that values meet, and every column filled now and then.

use chrono::NaiveDate;
use koppelvlak::catalogue::Category;
use koppelvlak::consent::rule::RuleStatus;
use koppelvlak::consent::{Decision, Identifiers, LegalBasis, Population, RequiredFields, Rule};
use koppelvlak::oneroster::csv::{File, Kind, Version, columns};

use super::dice::Dice;
use super::rows::{Board, FILES, Row};
use super::rules::{Choice, Decisions, Vendor};
use super::set::{NOTE, has_note};

/// What a rule may let a vendor write.
const WRITABLE: [Category; 4] =
    [Category::AssessmentItem, Category::AssessmentResult, Category::Login, Category::ContactEmail];

/// Values of text columns.
const WORDS: [&str; 12] =
    ["Ann", "Bo", "Çelik", "de Vries", "O'Brien", "'t Hart", "Zoë", "ann", "B \"x\"", "10%", "a_b", "Ünal <1>"];
/// Grades.
pub const GRADES: [&str; 4] = ["01", "02", "03", "KG"];
const ROLES: [&str; 9] =
    ["student", "student", "student", "teacher", "teacher", "guardian", "parent", "aide", "siteAdministrator"];
const DAYS: [&str; 5] = ["2026-08-01", "2026-09-15", "2027-01-01", "2012-02-29", "2015-11-30"];

/// How large a board is at most.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub schools: usize,
    pub classes: usize,
    pub people: usize,
}

/// The size of a board behind a server.
pub const SERVED: Size = Size { schools: 3, classes: 6, people: 26 };
/// The size of a board in memory.
pub const TINY: Size = Size { schools: 3, classes: 4, people: 8 };

/// The day of these boards.
pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
}

/// Fills the columns of a row that refer to nothing, each with a chance.
pub fn fill(file: File, row: &mut Row, dice: &mut Dice, percent: usize) {
    for column in value_columns(file) {
        if dice.chance(percent) {
            let text = value(file, column, dice);
            row.set(column, &text);
        }
    }
}

/// The columns of a file that hold values and refer to nothing; what other rows hang on is not among them.
pub fn value_columns(file: File) -> Vec<&'static str> {
    const STRUCTURAL: [&str; 8] =
        ["sourcedId", "status", "dateLastModified", "type", "role", "roleType", "schoolYear", "password"];
    let names =
        columns(Version::V1p2, file).iter().filter(|column| !matches!(column.kind, Kind::Ref(_) | Kind::Refs(_)));
    let mut names: Vec<_> = names.map(|column| column.name).filter(|name| !STRUCTURAL.contains(name)).collect();
    if has_note(file) {
        names.push(NOTE);
    }
    names
}

/// A value of the column's form.
pub fn value(file: File, column: &str, dice: &mut Dice) -> String {
    let kind = columns(Version::V1p2, file).iter().find(|known| known.name == column).map(|known| known.kind);
    match (column, kind) {
        ("grades", _) => dice.some(&GRADES, 2).join(","),
        // One primary teacher at a time and as many codes as subjects are rules of a set: so there are none here.
        ("subjects" | "subjectCodes" | "primary", _) => String::new(),
        ("userIds", _) => {
            let id = format!("{{LDAP:{}}}", dice.pick(&["u1", "u2", "u3"]));
            let more = ["", ",{BSN:999999990}", ",{eck:https://ketenid.nl/201/aa}", ",{eck:https://ketenid.nl/201/bb}"];
            id + dice.word(&more)
        }
        ("username" | "identifier" | "userMasterIdentifier", _) if file == File::Users => (dice.word(&[
            "ann",
            "bo",
            "1001",
            "1002",
            "999999990",
            "https://ketenid.nl/201/aa",
            "https://ketenid.nl/x",
        ]))
        .to_owned(),
        ("roles", _) => "student".to_owned(),
        ("sex", _) => dice.word(&["male", "female", "other"]).to_owned(),
        ("importance", _) => "primary".to_owned(),
        ("resultValueMin", _) => "0".to_owned(),
        ("score" | "weight" | "resultValueMax", _) => dice.word(&["5", "7", "10"]).to_owned(),
        ("scoreScaleValue", _) => dice.word(&["{A:8-10},{B:1-7}", "{pass:6}"]).to_owned(),
        ("scoreStatus", _) => dice.word(&["fully graded", "exempt", "submitted"]).to_owned(),
        ("classType", _) => dice.word(&["homeroom", "scheduled"]).to_owned(),
        ("beginDate" | "startDate", _) => dice.word(&["2026-08-01", "2026-08-15"]).to_owned(),
        ("endDate", _) => dice.word(&["2027-01-01", "2027-07-31"]).to_owned(),
        (_, Some(Kind::Date)) => dice.word(&DAYS).to_owned(),
        (_, Some(Kind::Flag)) => dice.word(&["true", "false"]).to_owned(),
        (_, Some(Kind::Texts)) => dice.some(&["1", "2", "3"], 2).join(","),
        _ => dice.word(&WORDS).to_owned(),
    }
}

/// Whether every row must fill the column.
pub fn is_required(file: File, column: &str) -> bool {
    columns(Version::V1p2, file).iter().any(|known| known.name == column && known.required)
}

/// A row of that file with all that it must have, and more by chance.
pub fn row(file: File, id: &str, references: &[(&'static str, &str)], dice: &mut Dice) -> Row {
    let mut row = Row::new(id, references);
    fill(file, &mut row, dice, 60);
    for column in value_columns(file) {
        while is_required(file, column) && row.get(column).is_empty() {
            let text = value(file, column, dice);
            row.set(column, &text);
        }
    }
    row
}

impl Board {
    /// A board of about that size.
    pub fn invented(size: Size, dice: &mut Dice) -> Self {
        let mut board = Self::default();
        for file in FILES {
            board.files.insert(file, Vec::new());
        }
        board.add(File::Orgs, row(File::Orgs, "B", &[("type", "district")], dice));
        for i in 1..=size.schools {
            board.add_school(&format!("S{i}"), dice);
        }
        board.add(File::Orgs, row(File::Orgs, "D1", &[("type", "department"), ("parentSourcedId", "S1")], dice));
        for (id, kind, parent) in [
            ("Y1", "schoolYear", ""),
            ("Y2", "schoolYear", ""),
            ("T1", "term", "Y1"),
            ("T2", "term", "Y1"),
            ("T3", "term", "Y2"),
            ("G1", "gradingPeriod", "T1"),
            ("G2", "gradingPeriod", "T2"),
        ] {
            board.add_session(id, kind, parent, dice);
        }
        for i in 1..=3 {
            board.add(File::Resources, row(File::Resources, &format!("M{i}"), &[], dice));
        }
        for i in 1..=size.schools + 1 {
            board.add_course(&format!("C{i}"), dice);
        }
        for i in 1..=size.classes {
            board.add_class(&format!("K{i}"), dice);
        }
        for i in 1..=size.people {
            board.add_person(&format!("P{i}"), dice);
        }
        for i in 1..=2 {
            board.add(File::Categories, row(File::Categories, &format!("V{i}"), &[], dice));
        }
        for i in 1..=size.classes / 2 {
            board.add_score_scale(&format!("L{i}"), dice);
        }
        for i in 1..=size.classes + 2 {
            board.add_line_item(&format!("I{i}"), dice);
        }
        for i in 1..=size.people {
            board.add_result(&format!("R{i}"), dice);
        }
        board
    }

    /// Names of rows that are still there.
    pub fn ids(&self, file: File) -> Vec<String> {
        self.active(file).map(|row| row.id.clone()).collect()
    }

    pub(super) fn any(&self, file: File, dice: &mut Dice) -> String {
        dice.maybe(&self.ids(file)).cloned().unwrap_or_default()
    }

    fn schools(&self) -> Vec<String> {
        self.active(File::Orgs).filter(|org| org.get("type") == "school").map(|org| org.id.clone()).collect()
    }

    /// Adds a school of the board.
    pub fn add_school(&mut self, id: &str, dice: &mut Dice) {
        self.add(File::Orgs, row(File::Orgs, id, &[("type", "school"), ("parentSourcedId", "B")], dice));
    }

    /// Adds a session.
    pub fn add_session(&mut self, id: &str, kind: &str, parent: &str, dice: &mut Dice) {
        let references = [("type", kind), ("parentSourcedId", parent), ("schoolYear", "2027")];
        self.add(File::AcademicSessions, row(File::AcademicSessions, id, &references, dice));
    }

    /// Adds a course of some school, or of the board.
    pub fn add_course(&mut self, id: &str, dice: &mut Dice) {
        let org = if dice.chance(20) { "B".to_owned() } else { dice.pick(&self.schools()).clone() };
        let year = dice.word(&["Y1", "Y2", ""]);
        self.add(File::Courses, row(File::Courses, id, &[("orgSourcedId", &org), ("schoolYearSourcedId", year)], dice));
        if dice.chance(40) {
            let resource = self.any(File::Resources, dice);
            let references = [("courseSourcedId", id), ("resourceSourcedId", &resource)];
            self.add(File::CourseResources, row(File::CourseResources, &format!("L{id}"), &references, dice));
        }
    }

    /// Adds a class of some school and course.
    pub fn add_class(&mut self, id: &str, dice: &mut Dice) {
        let (school, course) = (dice.pick(&self.schools()).clone(), self.any(File::Courses, dice));
        let mut terms = dice.some(&["T1", "T2", "T3"], 2).join(",");
        if terms.is_empty() {
            terms = "T1".to_owned();
        }
        let references = [
            ("schoolSourcedId", school.as_str()),
            ("courseSourcedId", course.as_str()),
            ("termSourcedIds", terms.as_str()),
        ];
        self.add(File::Classes, row(File::Classes, id, &references, dice));
        if dice.chance(40) {
            let resource = self.any(File::Resources, dice);
            let references = [("classSourcedId", id), ("resourceSourcedId", &resource)];
            self.add(File::ClassResources, row(File::ClassResources, &format!("L{id}"), &references, dice));
        }
    }

    /// Adds a person with roles, memberships, agents, demographics and materials.
    pub fn add_person(&mut self, id: &str, dice: &mut Dice) {
        let others = self.ids(File::Users);
        let mut person = row(File::Users, id, &[], dice);
        if !others.is_empty() {
            person.set("agentSourcedIds", &dice.some(&others, 2).join(","));
        }
        self.add(File::Users, person);
        if dice.chance(30) {
            let profile = row(File::UserProfiles, &format!("A{id}"), &[("userSourcedId", id)], dice);
            self.add(File::UserProfiles, profile);
        }
        self.add_role(&format!("{id}a"), id, "primary", dice);
        if dice.chance(30) {
            self.add_role(&format!("{id}b"), id, "secondary", dice);
        }
        if dice.chance(40) {
            let orgs: Vec<String> = self
                .active(File::Roles)
                .filter(|r| r.get("userSourcedId") == id)
                .map(|r| r.get("orgSourcedId").into())
                .collect();
            let org = dice.pick(&orgs).clone();
            self.find_mut(File::Users, id).unwrap().set("primaryOrgSourcedId", &org);
        }
        for i in 0..dice.below(4) {
            self.add_membership(&format!("{id}e{i}"), id, dice);
        }
        if dice.chance(60) {
            let demographics = row(File::Demographics, id, &[], dice);
            self.add(File::Demographics, demographics);
        }
        if dice.chance(30) {
            let resource = self.any(File::Resources, dice);
            let references = [("userSourcedId", id), ("resourceSourcedId", &resource)];
            self.add(File::UserResources, row(File::UserResources, &format!("L{id}"), &references, dice));
        }
    }

    /// Adds a role of a person at some org.
    pub fn add_role(&mut self, id: &str, person: &str, kind: &str, dice: &mut Dice) {
        let org = if dice.chance(8) { self.any(File::Orgs, dice) } else { dice.pick(&self.schools()).clone() };
        let profile = format!("A{person}");
        let profile =
            self.find(File::UserProfiles, &profile).filter(|_| dice.chance(60)).map_or("", |row| &row.id).to_owned();
        let references = [
            ("userSourcedId", person),
            ("roleType", kind),
            ("role", dice.word(&ROLES)),
            ("orgSourcedId", org.as_str()),
            ("userProfileSourcedId", profile.as_str()),
        ];
        self.add(File::Roles, row(File::Roles, id, &references, dice));
    }

    /// Adds a membership of some class.
    pub fn add_membership(&mut self, id: &str, person: &str, dice: &mut Dice) {
        let Some(class) = dice.maybe(&self.ids(File::Classes)).cloned() else { return };
        let school = self.find(File::Classes, &class).unwrap().get("schoolSourcedId").to_owned();
        let references = [
            ("classSourcedId", class.as_str()),
            ("schoolSourcedId", school.as_str()),
            ("userSourcedId", person),
            ("role", dice.word(&["student", "student", "teacher"])),
        ];
        self.add(File::Enrollments, row(File::Enrollments, id, &references, dice));
    }
}

impl Decisions {
    /// Decisions about some vendors over a board; `watched` has a rule at least.
    pub fn invented(board: &Board, watched: &str, others: &[&str], dice: &mut Dice) -> Self {
        let mut decisions = Self::default();
        let until = NaiveDate::from_ymd_opt(2027, 7, 31).unwrap();
        for category in [Category::Free, Category::Ethnicity] {
            if dice.chance(60) {
                decisions.special.push((category, until));
            }
        }
        for id in [watched].iter().chain(others) {
            decisions.vendors.push(Vendor {
                id: (*id).to_owned(),
                identifiers: *dice.pick(&[Identifiers::Source, Identifiers::Pairwise]),
                required_fields: *dice.pick(&[RequiredFields::Placeholder, RequiredFields::Absent]),
            });
            // A rule for the whole board leaves no school to hide: mostly a vendor works for some of them.
            let mut schools = board.schools();
            dice.shuffle(&mut schools);
            schools.truncate(1 + dice.below(2));
            let is_bound = dice.chance(80);
            for i in 0..=dice.below(2) {
                let mut rule = rule(board, &decisions, format!("{id}-{i}"), id, dice);
                if is_bound {
                    rule.population.schools.clone_from(&schools);
                }
                decisions.rules.push(rule);
            }
        }
        for _ in 0..dice.below(8) {
            let choice = choice(board, &decisions, dice);
            let is_known = |other: &Choice| {
                Choice { is_withdrawn: false, ..other.clone() } == Choice { is_withdrawn: false, ..choice.clone() }
            };
            if !decisions.choices.iter().any(is_known) {
                decisions.choices.push(choice);
            }
        }
        decisions
    }
}

/// A rule by chance.
pub fn rule(board: &Board, decisions: &Decisions, id: String, vendor: &str, dice: &mut Dice) -> Rule {
    let percent = *dice.pick(&[20, 50, 80]);
    let is_open = |category: &Category| {
        !category.is_forbidden()
            && (!category.needs_enabling() || decisions.special.iter().any(|(open, _)| open == category))
    };
    let mut categories: Vec<Category> =
        Category::ALL.iter().copied().filter(|c| is_open(c) && dice.chance(percent)).collect();
    for usual in [Category::Identity, Category::Enrolment] {
        if !categories.contains(&usual) && dice.chance(70) {
            categories.push(usual);
        }
    }
    if categories.is_empty() {
        categories.push(Category::Identity);
    }
    categories.sort_unstable();
    let write = match dice.below(4) {
        0 => Vec::new(),
        1 => vec![*dice.pick(&WRITABLE)],
        _ => WRITABLE.to_vec(),
    };
    let mut some = |file: File, percent: usize, most: usize| {
        if dice.chance(percent) { dice.some(&board.ids(file), most) } else { Vec::new() }
    };
    let schools = some(File::Orgs, 60, 2);
    let classes = some(File::Classes, 15, 3);
    let courses = some(File::Courses, 15, 2);
    let people = some(File::Users, 10, 6);
    let used: Vec<String> = [File::Users, File::Classes]
        .into_iter()
        .flat_map(|file| board.active(file))
        .flat_map(|row| row.list("grades"))
        .map(str::to_owned)
        .collect();
    let grades = if dice.chance(20) && !used.is_empty() { dice.some(&used, 2) } else { Vec::new() };
    let roles = if dice.chance(40) { dice.some(&ROLES, 3) } else { Vec::new() };
    Rule {
        id,
        version: 1,
        vendor: vendor.to_owned(),
        population: Population {
            roles: roles.into_iter().map(str::to_owned).collect(),
            schools,
            grades,
            classes,
            courses,
            people,
        },
        categories,
        write,
        purpose: "Lessons".to_owned(),
        reason: None,
        basis: *dice.pick(&[LegalBasis::PublicTask, LegalBasis::PublicTask, LegalBasis::Consent]),
        agreement: None,
        from: NaiveDate::from_ymd_opt(2026, if dice.chance(90) { 8 } else { 10 }, 1).unwrap(),
        until: Some(NaiveDate::from_ymd_opt(2027, 7, 31).unwrap()),
        status: *dice.pick(&[
            RuleStatus::Active,
            RuleStatus::Active,
            RuleStatus::Active,
            RuleStatus::Active,
            RuleStatus::Suspended,
        ]),
    }
}

/// A choice by chance.
pub fn choice(board: &Board, decisions: &Decisions, dice: &mut Dice) -> Choice {
    let decision = *dice.pick(&[Decision::Grant, Decision::Refuse]);
    let categories: Vec<Category> = Category::ALL.iter().copied().filter(|c| !c.is_forbidden()).collect();
    let mut categories = if dice.chance(40) { dice.some(&categories, 6) } else { Vec::new() };
    categories.sort_unstable();
    Choice {
        person: dice.pick(&board.ids(File::Users)).clone(),
        vendor: if dice.chance(50) { Some(dice.pick(&decisions.vendors).id.clone()) } else { None },
        categories,
        decision,
        is_withdrawn: dice.chance(20),
    }
}
