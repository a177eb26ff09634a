//! A board as the snapshot that the server would load, without a database between.

use std::collections::HashMap;

use koppelvlak::catalogue::{Category, Entity};
use koppelvlak::oneroster::csv::File;
use koppelvlak::snapshot::{Ids, IdsBuilder, Snapshot, Standing, Times};

use super::release::Model;
use super::rows::{Board, Row};
use super::rules::Decisions;
use super::set::NOTE;

const TENANT: i64 = 1;

impl Board {
    /// The row id of a row: rows are numbered as they stand, which is not the order of sourcedIds.
    pub fn row_id(&self, file: File, id: &str) -> i64 {
        (TENANT << 32) | i64::from(self.number(file, id))
    }

    /// The low half of a row id.
    pub fn number(&self, file: File, id: &str) -> u32 {
        (1..).zip(self.rows(file)).find(|(_, row)| row.id == id).unwrap().0
    }

    fn sorted(&self, file: File) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows(file).iter().collect();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        rows
    }

    fn keys(&self, file: File) -> Ids {
        let mut ids = IdsBuilder::new(TENANT);
        for row in self.sorted(file) {
            ids.push(self.row_id(file, &row.id), &row.id, if row.gone { "tobedeleted" } else { "active" });
        }
        ids.finish()
    }

    /// The keys and relations of the board.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot { tenant_id: TENANT, ..Snapshot::default() };
        snapshot.all_times.resize_with(Entity::ALL.len(), Times::default);
        snapshot.orgs.ids = self.keys(File::Orgs);
        snapshot.sessions.ids = self.keys(File::AcademicSessions);
        snapshot.courses.ids = self.keys(File::Courses);
        snapshot.classes.ids = self.keys(File::Classes);
        snapshot.people.ids = self.keys(File::Users);
        snapshot.enrollments.ids = self.keys(File::Enrollments);
        snapshot.resources = self.keys(File::Resources);
        for org in self.sorted(File::Orgs) {
            snapshot.orgs.parent.push(snapshot.orgs.ids.find(org.get("parentSourcedId")));
        }
        for session in self.sorted(File::AcademicSessions) {
            snapshot.sessions.parent.push(snapshot.sessions.ids.find(session.get("parentSourcedId")));
        }
        for course in self.sorted(File::Courses) {
            snapshot.courses.org.push(snapshot.orgs.ids.find(course.get("orgSourcedId")));
            snapshot.courses.school_year.push(snapshot.sessions.ids.find(course.get("schoolYearSourcedId")));
        }
        self.classes(&mut snapshot);
        self.people(&mut snapshot);
        self.enrollments(&mut snapshot);
        snapshot.classes.resources =
            self.links(File::ClassResources, "classSourcedId", &snapshot.classes.ids, &snapshot);
        snapshot.courses.resources =
            self.links(File::CourseResources, "courseSourcedId", &snapshot.courses.ids, &snapshot);
        snapshot.people.resources = self.links(File::UserResources, "userSourcedId", &snapshot.people.ids, &snapshot);
        snapshot
    }

    fn classes(&self, snapshot: &mut Snapshot) {
        for (position, class) in (0..).zip(self.sorted(File::Classes)) {
            snapshot.classes.course.push(snapshot.courses.ids.find(class.get("courseSourcedId")));
            snapshot.classes.school.push(snapshot.orgs.ids.find(class.get("schoolSourcedId")));
            let terms = class.list("termSourcedIds");
            snapshot.classes.terms.push(terms.iter().filter_map(|term| snapshot.sessions.ids.find(term)).collect());
            for grade in class.list("grades") {
                snapshot.classes.of_grade.entry(grade.to_owned()).or_default().insert(position);
            }
        }
    }

    fn people(&self, snapshot: &mut Snapshot) {
        let decisions = Decisions::default();
        let model = Model::new(self, &decisions, "", super::invent::day());
        for (position, person) in (0..).zip(self.sorted(File::Users)) {
            // Whoever went away keeps the roles, and is nobody's agent any more.
            let roles: Vec<(u32, &str, Standing)> = self
                .rows(File::Roles)
                .iter()
                .filter(|role| role.get("userSourcedId") == person.id && (!role.gone || person.gone))
                .filter_map(|role| {
                    let org = role.get("orgSourcedId");
                    let standing = match (role.get("roleType"), org == person.get("primaryOrgSourcedId")) {
                        ("primary", true) => Standing::Foremost,
                        ("primary", false) => Standing::Primary,
                        _ => Standing::Secondary,
                    };
                    Some((snapshot.orgs.ids.find(org)?, role.get("role"), standing))
                })
                .collect();
            let agents = model.agents(&person.id);
            let agents = agents.iter().filter(|_| !person.gone).map(|id| self.number(File::Users, id)).collect();
            snapshot.people.push(position, &roles, agents);
            for grade in person.list("grades") {
                snapshot.people.of_grade.entry(grade.to_owned()).or_default().insert(position);
            }
        }
        snapshot.people.resolve_agents();
        for row in self.active(File::Demographics) {
            let Some(position) = snapshot.people.ids.find(&row.id) else { continue };
            for field in Entity::Demographics.fields() {
                let column = if field.category == Category::Free { NOTE } else { field.csv };
                if !row.get(column).is_empty() {
                    snapshot.people.with_demographics.entry(field.category).or_default().insert(position);
                }
            }
        }
    }

    fn enrollments(&self, snapshot: &mut Snapshot) {
        for row in self.sorted(File::Enrollments) {
            let user = snapshot.people.ids.find(row.get("userSourcedId")).unwrap();
            let class = snapshot.classes.ids.find(row.get("classSourcedId")).unwrap();
            let school = snapshot.orgs.ids.find(row.get("schoolSourcedId")).unwrap();
            snapshot.enrollments.push(user, class, school, row.get("role"));
        }
        snapshot.enrollments.index(snapshot.classes.ids.len(), snapshot.people.ids.len());
    }

    fn links(&self, file: File, column: &str, ids: &Ids, snapshot: &Snapshot) -> HashMap<u32, Vec<u32>> {
        let mut links = HashMap::<u32, Vec<u32>>::new();
        for row in self.active(file) {
            let (from, to) = (ids.find(row.get(column)), snapshot.resources.find(row.get("resourceSourcedId")));
            links.entry(from.unwrap()).or_default().push(to.unwrap());
        }
        links
    }
}
