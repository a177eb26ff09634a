//! What a vendor may see of a board, said naively: lists, loops, and the sentences of the documentation.
//!
//! Nothing here is clever, so that it is obviously right; the compiled release must agree with it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use koppelvlak::catalogue::category::Level;
use koppelvlak::catalogue::{Category, Entity};
use koppelvlak::consent::rule::RuleStatus;
use koppelvlak::consent::{Decision, LegalBasis, Rule};
use koppelvlak::oneroster::csv::File;

use super::rows::{Board, Row};
use super::rules::Decisions;

/// sourcedIds.
pub type Names = BTreeSet<String>;

/// Roles that cover a person through a pupil.
const CARERS: [&str; 3] = ["guardian", "parent", "relative"];

/// Categories that make sense only with classes in the view.
const WITH_CLASSES: [Category; 11] = [
    Category::Structure,
    Category::ClassLabel,
    Category::Timetable,
    Category::Enrolment,
    Category::EnrolmentDates,
    Category::AssessmentItem,
    Category::AssessmentResult,
    Category::AssessmentProgress,
    Category::AssessmentComment,
    Category::LearningObjectives,
    Category::ResourceCatalogue,
];

/// Categories that describe no person.
const NOT_ABOUT_PEOPLE: [Category; 5] = [
    Category::Structure,
    Category::ClassLabel,
    Category::Timetable,
    Category::ResourceCatalogue,
    Category::AssessmentItem,
];

/// What one vendor may see of one board on one day.
pub struct Model<'a> {
    board: &'a Board,
    decisions: &'a Decisions,
    vendor: &'a str,
    day: NaiveDate,
    /// The people whose fields of a category are released.
    pub released: BTreeMap<Category, Names>,
    /// The objects beside people whose fields of a category are shown.
    pub objects: BTreeMap<(Entity, Category), Names>,
    /// For each rule with `enrolment`: whose memberships of which classes it releases.
    memberships: Vec<(Names, Names)>,
    /// For each rule with `assessment-result`: whose results in which classes it releases.
    results: Vec<(Names, Names)>,
    /// For each rule that lets the vendor write results: for whom in which classes.
    pub(super) writable_results: Vec<(Names, Names)>,
    /// For which classes the vendor may write line items.
    pub(super) writable_classes: Names,
    /// Of whom the vendor may keep which part of the account.
    pub(super) writable_accounts: BTreeSet<(Category, String)>,
}

impl<'a> Model<'a> {
    /// Applies every rule of the vendor, one after the other.
    pub fn new(board: &'a Board, decisions: &'a Decisions, vendor: &'a str, day: NaiveDate) -> Self {
        let (released, objects) = (BTreeMap::new(), BTreeMap::new());
        let mut model = Self {
            board,
            decisions,
            vendor,
            day,
            released,
            objects,
            memberships: Vec::new(),
            results: Vec::new(),
            writable_results: Vec::new(),
            writable_classes: Names::new(),
            writable_accounts: BTreeSet::new(),
        };
        for rule in decisions.rules.iter().filter(|rule| rule.vendor == vendor && is_active(rule, day)) {
            model.apply(rule);
        }
        model.drop_gone();
        model.drop_broken();
        model.add_linked_resources();
        model.add_categories_of_line_items();
        model
    }

    /// What went away is in nobody's view.
    fn drop_gone(&mut self) {
        for ((entity, _), names) in &mut self.objects {
            let file = match entity {
                Entity::Org => File::Orgs,
                Entity::AcademicSession => File::AcademicSessions,
                Entity::Course => File::Courses,
                Entity::Class => File::Classes,
                Entity::LineItem => File::LineItems,
                Entity::LineItemCategory => File::Categories,
                Entity::ScoreScale => File::ScoreScales,
                _ => File::Resources,
            };
            names.retain(|id| self.board.find(file, id).is_some_and(|row| !row.gone));
        }
    }

    /// A class without its school, its course or any term is no class, and what hangs on it isn't there either.
    fn drop_broken(&mut self) {
        let [orgs, courses, sessions] =
            [Entity::Org, Entity::Course, Entity::AcademicSession].map(|entity| self.visible(entity));
        let is_whole = |class: &Row| {
            orgs.contains(class.get("schoolSourcedId"))
                && courses.contains(class.get("courseSourcedId"))
                && class.list("termSourcedIds").iter().any(|term| sessions.contains(*term))
        };
        let mut classes = self.visible(Entity::Class);
        classes.retain(|id| self.board.find(File::Classes, id).is_some_and(is_whole));
        for ((entity, _), names) in &mut self.objects {
            match entity {
                Entity::Class => names.retain(|id| classes.contains(id)),
                Entity::ScoreScale => names.retain(|id| {
                    self.board
                        .find(File::ScoreScales, id)
                        .is_some_and(|row| classes.contains(row.get("classSourcedId")))
                }),
                _ => {}
            }
        }
    }

    fn apply(&mut self, rule: &Rule) {
        let covered = self.covered(rule);
        let scope = self.scope(rule);
        let open: Vec<Category> = rule.categories.iter().copied().filter(|category| self.is_open(*category)).collect();
        for category in &open {
            let people: Names = covered.iter().filter(|p| self.is_chosen(rule, *category, p)).cloned().collect();
            if *category == Category::Enrolment {
                self.memberships.push((people.clone(), scope[&Entity::Class].clone()));
            }
            if *category == Category::AssessmentResult {
                self.results.push((people.clone(), scope[&Entity::Class].clone()));
            }
            self.released.entry(*category).or_default().extend(people);
            for entity in described_by(*category) {
                self.objects.entry((*entity, *category)).or_default().extend(scope[entity].clone());
            }
        }
        for category in &rule.write {
            let people: Names = covered.iter().filter(|p| self.is_chosen(rule, *category, p)).cloned().collect();
            if matches!(category, Category::Login | Category::ContactEmail) {
                self.writable_accounts.extend(people.into_iter().map(|person| (*category, person)));
            } else if *category == Category::AssessmentResult {
                self.writable_results.push((people, scope[&Entity::Class].clone()));
            } else {
                self.writable_classes.extend(scope[&Entity::Class].clone());
            }
        }
        // Structure goes with every rule.
        for entity in [Entity::Org, Entity::Class, Entity::Course, Entity::AcademicSession] {
            self.objects.entry((entity, Category::Structure)).or_default().extend(scope[&entity].clone());
        }
    }

    fn is_open(&self, category: Category) -> bool {
        match category {
            Category::NationalId | Category::Secret => false,
            _ if category.level() == Level::S4 => {
                self.decisions.special.iter().any(|(open, until)| *open == category && self.day <= *until)
            }
            _ => true,
        }
    }

    fn is_chosen(&self, rule: &Rule, category: Category, person: &str) -> bool {
        let chose = |decision| {
            self.decisions.choices.iter().any(|choice| {
                choice.decision == decision
                    && !choice.is_withdrawn
                    && choice.person == person
                    && choice.vendor.as_deref().is_none_or(|vendor| vendor == self.vendor)
                    && (choice.categories.is_empty() || choice.categories.contains(&category))
            })
        };
        (rule.basis != LegalBasis::Consent || chose(Decision::Grant)) && !chose(Decision::Refuse)
    }

    /// The people whom a rule is about.
    fn covered(&self, rule: &Rule) -> Names {
        let population = &rule.population;
        let orgs = self.orgs(rule);
        let by_grade = self.of_grades(&population.grades, &orgs);
        let by_class = self.members(&|class| population.classes.contains(&class.id));
        let by_course =
            self.members(&|class| population.courses.iter().any(|course| course == class.get("courseSourcedId")));
        let people = self.board.active(File::Users).filter(|person| {
            let holds =
                |role: &Row| population.roles.is_empty() || population.roles.iter().any(|r| r == role.get("role"));
            let roles: Vec<&Row> =
                self.roles(&person.id).filter(|role| orgs.contains(role.get("orgSourcedId")) && holds(role)).collect();
            let is_carer = roles.iter().any(|role| CARERS.contains(&role.get("role")));
            let selects = |selector: &[String], selected: &Names| {
                let is_carer_of_selected = || is_carer && selected.iter().any(|p| self.agents(p).contains(&person.id));
                selector.is_empty() || selected.contains(&person.id) || is_carer_of_selected()
            };
            !roles.is_empty()
                && selects(&population.grades, &by_grade)
                && selects(&population.classes, &by_class)
                && selects(&population.courses, &by_course)
                && (population.people.is_empty() || population.people.contains(&person.id))
        });
        people.map(|person| person.id.clone()).collect()
    }

    fn roles(&self, person: &str) -> impl Iterator<Item = &'a Row> {
        self.board.active(File::Roles).filter(move |role| role.get("userSourcedId") == person)
    }

    /// A pupil's carers, a carer's children: a link holds in both directions.
    pub fn agents(&self, person: &str) -> Names {
        let mut agents = Names::new();
        for row in self.board.active(File::Users) {
            let named = row.list("agentSourcedIds");
            if row.id == person {
                agents.extend(named.iter().map(|agent| (*agent).to_owned()));
            }
            if named.contains(&person) {
                agents.insert(row.id.clone());
            }
        }
        agents
    }

    /// Whoever has such a grade; of those without any grade, the members of classes of it.
    fn of_grades(&self, grades: &[String], orgs: &Names) -> Names {
        let has_one = |row: &Row| row.list("grades").iter().any(|grade| grades.iter().any(|g| g == grade));
        let members = self.members(&|class| has_one(class) && orgs.contains(class.get("schoolSourcedId")));
        let people = self.board.active(File::Users);
        let selected = people
            .filter(|person| has_one(person) || (person.list("grades").is_empty() && members.contains(&person.id)));
        selected.map(|person| person.id.clone()).collect()
    }

    fn members(&self, is_meant: &dyn Fn(&Row) -> bool) -> Names {
        let classes: Names = self
            .board
            .rows(File::Classes)
            .iter()
            .filter(|class| is_meant(class))
            .map(|class| class.id.clone())
            .collect();
        let memberships = self.board.active(File::Enrollments);
        memberships
            .filter(|membership| classes.contains(membership.get("classSourcedId")))
            .map(|membership| membership.get("userSourcedId").to_owned())
            .collect()
    }

    /// The schools that a rule names with everything below them; all if it names none. None that went away.
    fn orgs(&self, rule: &Rule) -> Names {
        let named = &rule.population.schools;
        let is_below =
            |org: &&Row| named.is_empty() || above(self.board, File::Orgs, &org.id).iter().any(|id| named.contains(id));
        self.board.active(File::Orgs).filter(is_below).map(|org| org.id.clone()).collect()
    }

    /// The objects beside people that a rule brings with it.
    fn scope(&self, rule: &Rule) -> BTreeMap<Entity, Names> {
        let population = &rule.population;
        let orgs = self.orgs(rule);
        let mut scope: BTreeMap<Entity, Names> = [
            Entity::Class,
            Entity::Course,
            Entity::AcademicSession,
            Entity::Resource,
            Entity::LineItem,
            Entity::LineItemCategory,
            Entity::ScoreScale,
        ]
        .map(|e| (e, Names::new()))
        .into();
        scope.insert(Entity::Org, orgs.iter().flat_map(|org| above(self.board, File::Orgs, org)).collect());
        if !rule.categories.iter().chain(&rule.write).any(|category| WITH_CLASSES.contains(category)) {
            return scope;
        }
        let is_meant =
            |list: &[String], values: &[&str]| list.is_empty() || values.iter().any(|v| list.iter().any(|l| l == v));
        let classes: Vec<&Row> = self
            .board
            .rows(File::Classes)
            .iter()
            .filter(|class| orgs.contains(class.get("schoolSourcedId")))
            .filter(|class| is_meant(&population.classes, &[class.id.as_str()]))
            .filter(|class| is_meant(&population.courses, &[class.get("courseSourcedId")]))
            .filter(|class| is_meant(&population.grades, &class.list("grades")))
            .collect();
        let mut courses: Names = classes.iter().map(|class| class.get("courseSourcedId").to_owned()).collect();
        if population.grades.is_empty() && population.classes.is_empty() {
            let is_own = |course: &&Row| {
                if population.courses.is_empty() {
                    population.schools.is_empty() || orgs.contains(course.get("orgSourcedId"))
                } else {
                    population.courses.contains(&course.id)
                }
            };
            courses.extend(self.board.rows(File::Courses).iter().filter(is_own).map(|course| course.id.clone()));
        }
        let is_whole = [&population.schools, &population.grades, &population.classes, &population.courses]
            .iter()
            .all(|list| list.is_empty());
        let sessions = self.sessions(&classes, &courses, is_whole);
        let resources = self.board.rows(File::Resources).iter().filter(|_| is_whole);
        scope.insert(Entity::Resource, resources.map(|resource| resource.id.clone()).collect());
        let items = self.board.rows(File::LineItems).iter();
        let items = items.filter(|item| classes.iter().any(|class| class.id == item.get("classSourcedId")));
        scope.insert(Entity::LineItem, items.map(|item| item.id.clone()).collect());
        let scales = self.board.rows(File::ScoreScales).iter();
        let scales = scales.filter(|scale| classes.iter().any(|class| class.id == scale.get("classSourcedId")));
        scope.insert(Entity::ScoreScale, scales.map(|scale| scale.id.clone()).collect());
        let categories = self.board.rows(File::Categories).iter().filter(|_| is_whole);
        scope.insert(Entity::LineItemCategory, categories.map(|category| category.id.clone()).collect());
        scope.insert(Entity::Class, classes.iter().map(|class| class.id.clone()).collect());
        scope.insert(Entity::Course, courses);
        scope.insert(Entity::AcademicSession, sessions);
        scope
    }

    /// The terms of the classes with what lies below them, the years of the courses, and all that is above.
    fn sessions(&self, classes: &[&Row], courses: &Names, is_whole: bool) -> Names {
        let terms: Vec<&str> = classes.iter().flat_map(|class| class.list("termSourcedIds")).collect();
        let years: Vec<&str> = courses
            .iter()
            .filter_map(|course| self.board.find(File::Courses, course))
            .flat_map(|course| course.list("schoolYearSourcedId"))
            .collect();
        let mut sessions = Names::new();
        for session in self.board.rows(File::AcademicSessions) {
            let line = above(self.board, File::AcademicSessions, &session.id);
            if is_whole || years.contains(&session.id.as_str()) || line.iter().any(|id| terms.contains(&id.as_str())) {
                sessions.extend(line);
            }
        }
        sessions
    }

    /// Learning materials come with the classes, courses and people that lead to them, where these are released with the
    /// catalogue.
    fn add_linked_resources(&mut self) {
        let mut found = Names::new();
        for (file, column, entity) in [
            (File::ClassResources, "classSourcedId", Entity::Class),
            (File::CourseResources, "courseSourcedId", Entity::Course),
        ] {
            for link in self.board.active(file) {
                if self.shows(entity, Category::ResourceCatalogue, link.get(column)) {
                    found.insert(link.get("resourceSourcedId").to_owned());
                }
            }
        }
        for link in self.board.active(File::UserResources) {
            let shows = |category| self.shows(Entity::User, category, link.get("userSourcedId"));
            if shows(Category::ResourceAssignment) && shows(Category::ResourceCatalogue) {
                found.insert(link.get("resourceSourcedId").to_owned());
            }
        }
        self.objects.entry((Entity::Resource, Category::ResourceCatalogue)).or_default().extend(found);
    }

    /// A line item needs its class and its school in the view; its category comes with it, unless it went away.
    fn add_categories_of_line_items(&mut self) {
        let (classes, orgs) = (self.visible(Entity::Class), self.visible(Entity::Org));
        let item = |id: &String| self.board.find(File::LineItems, id).unwrap();
        let is_whole = |id: &String| {
            let category = self.board.find(File::Categories, item(id).get("categorySourcedId")).unwrap();
            classes.contains(item(id).get("classSourcedId"))
                && orgs.contains(item(id).get("schoolSourcedId"))
                && !category.gone
        };
        let items: Names = self.visible(Entity::LineItem).into_iter().filter(is_whole).collect();
        let categories: Names = items.iter().map(|id| item(id).get("categorySourcedId").to_owned()).collect();
        self.objects.insert((Entity::LineItem, Category::AssessmentItem), items);
        self.objects.entry((Entity::LineItemCategory, Category::AssessmentItem)).or_default().extend(categories);
    }

    /// The people whose fields of that category are shown, or the objects.
    pub fn shown(&self, entity: Entity, category: Category) -> Names {
        self.sets(entity, category).cloned().unwrap_or_default()
    }

    /// Whether fields of that category of the object are shown.
    pub fn shows(&self, entity: Entity, category: Category, id: &str) -> bool {
        self.sets(entity, category).is_some_and(|names| names.contains(id))
    }

    fn sets(&self, entity: Entity, category: Category) -> Option<&Names> {
        match entity {
            Entity::User => self.released.get(&category),
            _ => self.objects.get(&(entity, category)),
        }
    }

    /// The people who are visible, without those who went away.
    pub fn people(&self) -> Names {
        let about_people = self.released.iter().filter(|(category, _)| !NOT_ABOUT_PEOPLE.contains(category));
        about_people.flat_map(|(_, people)| people.clone()).collect()
    }

    /// The visible objects beside people.
    pub fn visible(&self, entity: Entity) -> Names {
        self.shown(entity, entity.base_category())
    }

    /// The memberships that are visible, without those that went away.
    pub fn memberships(&self) -> Names {
        let (classes, orgs) = (self.visible(Entity::Class), self.visible(Entity::Org));
        let is_visible = |row: &&Row| {
            let (user, class) = (row.get("userSourcedId"), row.get("classSourcedId"));
            classes.contains(class)
                && orgs.contains(row.get("schoolSourcedId"))
                && self.memberships.iter().any(|(people, of)| people.contains(user) && of.contains(class))
        };
        self.board.active(File::Enrollments).filter(is_visible).map(|row| row.id.clone()).collect()
    }

    /// The results that are visible, without those that went away.
    pub fn results(&self) -> Names {
        let items = self.visible(Entity::LineItem);
        let is_visible = |row: &&Row| {
            let (item, student) = (row.get("lineItemSourcedId"), row.get("studentSourcedId"));
            let class = self.board.find(File::LineItems, item).unwrap().get("classSourcedId");
            items.contains(item)
                && self.results.iter().any(|(people, of)| people.contains(student) && of.contains(class))
        };
        self.board.active(File::Results).filter(is_visible).map(|row| row.id.clone()).collect()
    }

    /// The people with visible demographics: some category of them is released and has a value.
    pub fn demographics(&self) -> Names {
        let has_value = |row: &&Row| {
            Entity::Demographics.fields().iter().any(|field| {
                let column = if field.csv.is_empty() { super::set::NOTE } else { field.csv };
                !row.get(column).is_empty() && self.shows(Entity::User, field.category, &row.id)
            })
        };
        self.board.active(File::Demographics).filter(has_value).map(|row| row.id.clone()).collect()
    }
}

fn is_active(rule: &Rule, day: NaiveDate) -> bool {
    rule.status == RuleStatus::Active && rule.from <= day && rule.until.is_none_or(|until| day <= until)
}

/// The kinds of objects beside people that a category describes.
fn described_by(category: Category) -> &'static [Entity] {
    match category {
        Category::ClassLabel => &[Entity::Class, Entity::Course],
        Category::Timetable => &[Entity::Class],
        Category::ResourceCatalogue => &[Entity::Class, Entity::Course, Entity::Resource],
        Category::AssessmentItem => &[Entity::LineItem, Entity::LineItemCategory, Entity::ScoreScale],
        Category::Free => &[
            Entity::Org,
            Entity::Class,
            Entity::Course,
            Entity::AcademicSession,
            Entity::LineItem,
            Entity::LineItemCategory,
            Entity::ScoreScale,
        ],
        _ => &[],
    }
}

/// An object and everything above it.
fn above(board: &Board, file: File, id: &str) -> Names {
    let mut line = Names::new();
    let mut at = id.to_owned();
    while !at.is_empty() && line.insert(at.clone()) {
        at = board.find(file, &at).map(|row| row.get("parentSourcedId").to_owned()).unwrap_or_default();
    }
    line
}
