//! Everything that a vendor may see of a board, as text: two boards with the same view must not be told apart.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use koppelvlak::catalogue::{Category, Entity, Kind, is_national_id};
use koppelvlak::oneroster::csv::File;

use crate::board::invent::day;
use crate::board::release::Names;
use crate::board::rights::Rights;
use crate::board::set::NOTE;
use crate::board::{Board, Decisions, Model, Row};

/// The visible objects, each with what is visible of it.
pub type View = BTreeMap<(Entity, String), BTreeMap<String, String>>;

/// What the vendor may see, and for whom and where it may write: that is also a thing that it can find out.
pub fn view_and_rights(board: &Board, decisions: &Decisions, vendor: &str) -> (View, Rights) {
    let model = Model::new(board, decisions, vendor, day());
    (view_by(board, &model), model.rights())
}

/// What the vendor may see on some day.
pub fn view_on(board: &Board, decisions: &Decisions, vendor: &str, day: NaiveDate) -> View {
    view_by(board, &Model::new(board, decisions, vendor, day))
}

fn view_by<'a>(board: &'a Board, model: &'a Model<'a>) -> View {
    let targets = [
        Entity::Org,
        Entity::AcademicSession,
        Entity::Course,
        Entity::Class,
        Entity::Resource,
        Entity::LineItem,
        Entity::LineItemCategory,
        Entity::ScoreScale,
    ];
    let mut visible: BTreeMap<Entity, Names> = targets.map(|entity| (entity, model.visible(entity))).into();
    visible.insert(Entity::User, model.people());
    let viewer = Viewer { board, model, visible };
    let mut view = View::new();
    for id in viewer.model.people() {
        view.insert((Entity::User, id.clone()), viewer.person(&id));
    }
    for id in viewer.model.demographics() {
        let shown = |category| viewer.model.shows(Entity::User, category, &id);
        let values = viewer.values(Entity::Demographics, File::Demographics, &id, &shown);
        view.insert((Entity::Demographics, id.clone()), values);
    }
    for id in viewer.model.memberships() {
        view.insert((Entity::Enrollment, id.clone()), viewer.membership(&id));
    }
    for id in viewer.model.results() {
        view.insert((Entity::Result, id.clone()), viewer.result(&id));
    }
    for (entity, file) in [
        (Entity::Org, File::Orgs),
        (Entity::AcademicSession, File::AcademicSessions),
        (Entity::Course, File::Courses),
        (Entity::Class, File::Classes),
        (Entity::Resource, File::Resources),
        (Entity::LineItem, File::LineItems),
        (Entity::LineItemCategory, File::Categories),
        (Entity::ScoreScale, File::ScoreScales),
    ] {
        for id in viewer.model.visible(entity) {
            view.insert((entity, id.clone()), viewer.object(entity, file, &id));
        }
    }
    view
}

struct Viewer<'a> {
    board: &'a Board,
    model: &'a Model<'a>,
    visible: BTreeMap<Entity, Names>,
}

impl Viewer<'_> {
    /// The values of the fields that a column of the file holds, in the categories that are shown.
    fn values(
        &self,
        entity: Entity,
        file: File,
        id: &str,
        shown: &dyn Fn(Category) -> bool,
    ) -> BTreeMap<String, String> {
        let row = self.board.find(file, id).unwrap();
        let mut values = BTreeMap::from([("gone".to_owned(), row.gone.to_string())]);
        for field in entity.fields() {
            let column = if field.category == Category::Free { NOTE } else { field.csv };
            let text = match field.kind {
                // A reference to what is not in the view is not in it either.
                Kind::Reference(target) => self.cut(target, &[row.get(column)]),
                Kind::ReferenceList(target) => self.cut(target, &row.list(column)),
                _ => row.get(column).to_owned(),
            };
            if shown(field.category) && !column.is_empty() && !text.is_empty() {
                values.insert(field.name.to_owned(), text);
            }
        }
        values
    }

    fn cut(&self, target: Entity, ids: &[&str]) -> String {
        let visible = &self.visible[&target];
        let mut ids: Vec<&str> = ids.iter().copied().filter(|id| visible.contains(*id)).collect();
        ids.sort_unstable();
        ids.join(",")
    }

    fn object(&self, entity: Entity, file: File, id: &str) -> BTreeMap<String, String> {
        let shown = |category| self.model.shows(entity, category, id);
        let mut values = self.values(entity, file, id, &shown);
        let links = match entity {
            Entity::Class => Some((File::ClassResources, "classSourcedId")),
            Entity::Course => Some((File::CourseResources, "courseSourcedId")),
            _ => None,
        };
        if let Some((file, column)) = links.filter(|_| shown(Category::ResourceCatalogue)) {
            values.insert("resources".to_owned(), self.resources(file, column, id));
        }
        if matches!(entity, Entity::Org | Entity::AcademicSession) {
            let children = self.board.active(file).filter(|row| row.get("parentSourcedId") == id);
            let children: Vec<&str> = children.map(|row| row.id.as_str()).collect();
            values.insert("children".to_owned(), self.cut(entity, &children));
        }
        values.insert("shown".to_owned(), categories(&shown));
        values
    }

    fn resources(&self, file: File, column: &str, id: &str) -> String {
        let links = self.board.active(file).filter(|link| link.get(column) == id);
        let ids: Names = links.map(|link| link.get("resourceSourcedId").to_owned()).collect();
        self.cut(Entity::Resource, &ids.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn membership(&self, id: &str) -> BTreeMap<String, String> {
        let user = self.board.find(File::Enrollments, id).unwrap().get("userSourcedId");
        let shown = |category| category == Category::Enrolment || self.model.shows(Entity::User, category, user);
        self.values(Entity::Enrollment, File::Enrollments, id, &shown)
    }

    fn result(&self, id: &str) -> BTreeMap<String, String> {
        let student = self.board.find(File::Results, id).unwrap().get("studentSourcedId");
        let shown =
            |category| category == Category::AssessmentResult || self.model.shows(Entity::User, category, student);
        self.values(Entity::Result, File::Results, id, &shown)
    }

    fn person(&self, id: &str) -> BTreeMap<String, String> {
        let row = self.board.find(File::Users, id).unwrap();
        let shown = |category| self.model.shows(Entity::User, category, id);
        let mut values = self.values(Entity::User, File::Users, id, &shown);
        for column in ["username", "identifier", "userMasterIdentifier", "userIds"] {
            values.remove(column);
            for (category, text) in by_value(column, row) {
                if shown(category) {
                    values.insert(format!("{column} {category}"), text);
                }
            }
        }
        values.remove("agents");
        if shown(Category::Carers) {
            let agents = self.model.agents(id);
            values.insert(
                "agents".to_owned(),
                self.cut(Entity::User, &agents.iter().map(String::as_str).collect::<Vec<_>>()),
            );
        }
        if shown(Category::Identity) {
            self.roles(id, &shown, &mut values);
        }
        if shown(Category::Login) {
            for profile in self.board.active(File::UserProfiles).filter(|profile| profile.get("userSourcedId") == id) {
                let mut profile = profile.clone();
                profile.set("password", "");
                values.insert(format!("profile {}", profile.id), format!("{:?}", profile.values));
            }
        }
        if shown(Category::ResourceAssignment) {
            values.insert("resources".to_owned(), self.resources(File::UserResources, "userSourcedId", id));
        }
        values.insert("shown".to_owned(), categories(&shown));
        values
    }

    /// The roles at orgs in the view, with dates and accounts where these are released.
    fn roles(&self, person: &str, shown: &dyn Fn(Category) -> bool, values: &mut BTreeMap<String, String>) {
        let orgs = &self.visible[&Entity::Org];
        for role in self.board.active(File::Roles).filter(|role| role.get("userSourcedId") == person) {
            if !orgs.contains(role.get("orgSourcedId")) {
                continue;
            }
            let mut text = ["role", "roleType", "orgSourcedId"].map(|column| role.get(column)).join(" ");
            if shown(Category::EnrolmentDates) {
                text.extend([" ", role.get("beginDate"), " ", role.get("endDate")]);
            }
            if shown(Category::Login) {
                text.extend([" ", role.get("userProfileSourcedId")]);
            }
            values.insert(format!("role {}", role.id), text);
        }
    }
}

/// Which categories are shown, so that none appears unnoticed without a value.
fn categories(shown: &dyn Fn(Category) -> bool) -> String {
    let shown: Vec<&str> = Category::ALL.iter().filter(|c| shown(**c)).map(|c| c.key()).collect();
    shown.join(",")
}

/// Identifiers have the category of their value: an ECK iD wherever it stands, a national number in none.
fn by_value(column: &str, row: &Row) -> Vec<(Category, String)> {
    let plain = match column {
        "username" => Category::Login,
        "userMasterIdentifier" => Category::ChainId,
        _ => Category::LocalId,
    };
    let text = row.get(column);
    if column != "userIds" {
        let category = if text.starts_with("https://ketenid.nl/") { Category::ChainId } else { plain };
        return if is_national_id(text) { Vec::new() } else { vec![(category, text.to_owned())] };
    }
    let of = |category, is_chain: bool| {
        let is_kept = |item: &&str| item.contains("ketenid.nl") == is_chain && !item.contains("BSN");
        (category, row.list(column).into_iter().filter(is_kept).collect::<Vec<_>>().join(","))
    };
    vec![of(Category::LocalId, false), of(Category::ChainId, true)]
}
