//! What rows of several files have to do with each other.
//!
//! Identifiers are kept as numbers, so that a package of a million rows fits into memory.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::manifest::{Manifest, Mode};
use super::row::Row;
use super::tables::Version;
use super::tally::{Place, Rule, Tally};

/// An identifier's number.
type Id = u64;

/// The days from which and until which something holds; empty if none is said.
#[derive(Debug, Clone)]
struct Span {
    from: String,
    until: String,
}

/// What is remembered of rows.
pub struct Relations<'m> {
    /// The version of the package.
    pub version: Version,
    manifest: &'m Manifest,
    numbers: RandomState,
    ids: HashMap<&'static str, HashSet<Id>>,
    /// References within a file, whose target may come later.
    pending: Vec<(Id, u64, String)>,
    other_than_schools: HashSet<Id>,
    other_than_years: HashSet<Id>,
    owners: HashMap<Id, Id>,
    roles: HashSet<(Id, Id)>,
    primary_roles: HashMap<(Id, Id), Vec<Span>>,
    primary_orgs: Vec<(Id, Id, u64)>,
    primary_teachers: HashMap<Id, Vec<Span>>,
    ranges: HashMap<Id, (f64, f64)>,
}

impl<'m> Relations<'m> {
    /// Nothing yet.
    pub fn new(manifest: &'m Manifest) -> Self {
        Self {
            version: manifest.version,
            manifest,
            numbers: RandomState::new(),
            ids: HashMap::new(),
            pending: Vec::new(),
            other_than_schools: HashSet::new(),
            other_than_years: HashSet::new(),
            owners: HashMap::new(),
            roles: HashSet::new(),
            primary_roles: HashMap::new(),
            primary_orgs: Vec::new(),
            primary_teachers: HashMap::new(),
            ranges: HashMap::new(),
        }
    }

    /// What the rows of a file mean.
    pub fn mode(&self, table: &str) -> Option<Mode> {
        self.manifest.modes.get(table).copied()
    }

    fn number(&self, id: &str) -> Id {
        self.numbers.hash_one(id)
    }

    /// Whether what a row of the one file says about a row of the other can be judged by this package.
    fn is_complete(&self, table: &str, other: &str) -> bool {
        // What a delta refers to may have come before.
        self.mode(table) != Some(Mode::Delta) && self.mode(other) != Some(Mode::Delta)
    }

    /// A row refers to one of another file.
    pub fn refer(&mut self, row: &Row<'_>, column: &'static str, (table, id): (&'static str, &str), tally: &mut Tally) {
        if !self.is_complete(row.table.name, table) {
            return;
        }
        tally.saw(Rule::Reference);
        let number = self.number(id);
        if table == row.table.name {
            if !self.knows(table, number) {
                self.pending.push((number, row.record.line, format!("{column} is `{id}`")));
            }
        } else if !self.knows(table, number) {
            tally.broke(Rule::Reference, || format!("{}, which is no row of {table}.csv", row.place(column).with(id)));
        }
    }

    fn knows(&self, table: &str, id: Id) -> bool {
        self.ids.get(table).is_some_and(|ids| ids.contains(&id))
    }

    /// Remembers a row, and looks at what it has to do with those before.
    pub fn see(&mut self, row: &Row<'_>, tally: &mut Tally) {
        let own = self.number(row.get("sourcedId"));
        let is_new = self.ids.entry(row.table.name).or_default().insert(own);
        tally.look(Rule::Duplicate, is_new, || row.place("sourcedId").with(row.get("sourcedId")));
        look_at_period(row, tally);
        match row.table.name {
            "orgs" if !is_of_type(row, "school") => drop(self.other_than_schools.insert(own)),
            "academicSessions" if !is_of_type(row, "schoolYear") => drop(self.other_than_years.insert(own)),
            "courses" => {
                self.is_none_of(row, "schoolYearSourcedId", Rule::SchoolYear, tally);
                look_at_subjects(row, tally);
            }
            "classes" => {
                self.is_none_of(row, "schoolSourcedId", Rule::School, tally);
                look_at_subjects(row, tally);
            }
            "users" => self.see_user(row, own),
            "userProfiles" => drop(self.owners.insert(own, self.number(row.get("userSourcedId")))),
            "roles" => self.see_role(row, tally),
            "enrollments" => self.see_enrollment(row, tally),
            "demographics" if self.is_complete("demographics", "users") => {
                let id = row.get("sourcedId");
                tally.look(Rule::Demographics, self.knows("users", own), || row.place("sourcedId").with(id));
            }
            "lineItems" => self.see_line_item(row, own, tally),
            "results" => self.see_result(row, tally),
            "lineItemLearningObjectiveIds" | "resultLearningObjectiveIds" if row.get("source") == "case" => {
                let objective = row.get("learningObjectiveId");
                let place = row.place("learningObjectiveId");
                tally.look(Rule::Case, super::value::is_case(objective), || place.with(objective));
            }
            _ => {}
        }
    }

    fn is_none_of(&self, row: &Row<'_>, column: &str, rule: Rule, tally: &mut Tally) {
        let id = row.get(column);
        if id.is_empty() {
            return;
        }
        let others = if rule == Rule::School { &self.other_than_schools } else { &self.other_than_years };
        tally.look(rule, !others.contains(&self.number(id)), || row.place(column).with(id));
    }

    fn see_user(&mut self, row: &Row<'_>, own: Id) {
        let org = row.get("primaryOrgSourcedId");
        if !org.is_empty() && self.is_complete("users", "roles") {
            self.primary_orgs.push((own, self.number(org), row.record.line));
        }
    }

    fn see_role(&mut self, row: &Row<'_>, tally: &mut Tally) {
        let held = (self.number(row.get("userSourcedId")), self.number(row.get("orgSourcedId")));
        self.roles.insert(held);
        let profile = row.get("userProfileSourcedId");
        if let Some(owner) = self.owners.get(&self.number(profile)) {
            let place = row.place("userProfileSourcedId");
            tally.look(Rule::Profile, *owner == held.0, || place.says("is the profile of another user"));
        }
        if row.get("roleType") == "primary" && row.get("status") != "tobedeleted" {
            let spans = self.primary_roles.entry(held).or_default();
            tally.look(Rule::PrimaryRole, is_alone(spans, row), || {
                row.place("roleType").says("is primary, as is another role of the user at the org at that time")
            });
        }
    }

    fn see_enrollment(&mut self, row: &Row<'_>, tally: &mut Tally) {
        self.is_none_of(row, "schoolSourcedId", Rule::School, tally);
        let is_primary = row.get("role") == "teacher" && row.get("primary") == "true";
        if is_primary && row.get("status") != "tobedeleted" {
            let class = self.number(row.get("classSourcedId"));
            let spans = self.primary_teachers.entry(class).or_default();
            tally.look(Rule::PrimaryTeacher, is_alone(spans, row), || {
                row.place("primary").says("is true, as is that of another teacher of the class at that time")
            });
        }
    }

    fn see_line_item(&mut self, row: &Row<'_>, own: Id, tally: &mut Tally) {
        self.is_none_of(row, "schoolSourcedId", Rule::School, tally);
        let bounds = (row.get("resultValueMin").parse::<f64>(), row.get("resultValueMax").parse::<f64>());
        if let (Ok(least), Ok(most)) = bounds {
            tally.look(Rule::Range, least <= most, || row.place("resultValueMin").says("is more than resultValueMax"));
            self.ranges.insert(own, (least, most));
        }
    }

    fn see_result(&self, row: &Row<'_>, tally: &mut Tally) {
        let range = self.ranges.get(&self.number(row.get("lineItemSourcedId")));
        if let (Ok(score), Some((least, most))) = (row.get("score").parse::<f64>(), range) {
            tally.look(Rule::Range, (*least..=*most).contains(&score), || {
                format!("{}, which isn't within {least} to {most}", row.place("score").with(row.get("score")))
            });
        }
    }

    /// A file is over: what its rows say of each other can be judged.
    pub fn end_file(&mut self, table: &str, file: &str, tally: &mut Tally) {
        for (id, line, what) in std::mem::take(&mut self.pending) {
            if !self.knows(table, id) {
                let place = Place { file, line, column: "" };
                tally.broke(Rule::Reference, || place.says(&format!("{what}, which is no row of {file}")));
            }
        }
    }

    /// The package is over.
    pub fn end(&self, tally: &mut Tally) {
        if !self.ids.contains_key("roles") {
            return;
        }
        for (user, org, line) in &self.primary_orgs {
            let place = Place { file: "users.csv", line: *line, column: "primaryOrgSourcedId" };
            tally.look(Rule::PrimaryOrg, self.roles.contains(&(*user, *org)), || {
                place.says("is an org at which the user has no role")
            });
        }
    }
}

/// Whether an org or a session is of that type, or of a type of one's own.
fn is_of_type(row: &Row<'_>, wanted: &str) -> bool {
    let named = row.get("type");
    named == wanted || named.starts_with("ext:")
}

/// Whether nothing among those is at the time of the row, which joins them.
fn is_alone(spans: &mut Vec<Span>, row: &Row<'_>) -> bool {
    let own = Span { from: row.get("beginDate").to_owned(), until: row.get("endDate").to_owned() };
    // Days are written so that they sort as texts; an end is the first day that doesn't count.
    let ends_before = |one: &Span, other: &Span| !one.until.is_empty() && one.until <= other.from;
    let is_alone = spans.iter().all(|other| ends_before(other, &own) || ends_before(&own, other));
    spans.push(own);
    is_alone
}

fn look_at_period(row: &Row<'_>, tally: &mut Tally) {
    for (from, until) in [("startDate", "endDate"), ("beginDate", "endDate"), ("assignDate", "dueDate")] {
        let (begin, end) = (row.get(from), row.get(until));
        if !begin.is_empty() && !end.is_empty() {
            tally.look(Rule::Period, begin <= end, || row.place(until).says(&format!("is before {from}")));
        }
    }
}

fn look_at_subjects(row: &Row<'_>, tally: &mut Tally) {
    let (subjects, codes) = (row.get("subjects"), row.get("subjectCodes"));
    if !subjects.is_empty() && !codes.is_empty() {
        let (n_subjects, n_codes) = (subjects.split(',').count(), codes.split(',').count());
        tally.look(Rule::Subjects, n_subjects == n_codes, || {
            row.place("subjectCodes").says(&format!("has {n_codes} items, subjects {n_subjects}"))
        });
    }
}
