//! Which people a rule covers, and which schools, classes and courses go with them.
//!
//! Selectors restrict one another. One of roles and schools holds for the same role: a teacher at
//! school A who is a parent at school B is no teacher at B. Grades, classes and courses select pupils,
//! the staff of such classes, and the carers of such pupils where the rule covers carers.

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
use crate::consent::Population;
use crate::snapshot::Snapshot;
use crate::snapshot::structure::{ancestors, descendants, link};

/// Roles that cover a person through a pupil.
pub const CARER_ROLES: [&str; 3] = ["guardian", "parent", "relative"];

/// The people and orgs that a population covers.
#[derive(Debug)]
pub struct Coverage {
    /// Covered people who have not gone away.
    pub people: RoaringBitmap,
    /// The selected orgs with everything below them, as far as they have not gone away.
    pub orgs: RoaringBitmap,
    is_whole_board: bool,
}

impl Coverage {
    /// Compiles a population over a snapshot. Names that don't exist select nothing.
    pub fn of(population: &Population, snapshot: &Snapshot) -> Self {
        let is_whole_board = population.schools.is_empty();
        let orgs = if is_whole_board {
            (0..snapshot.orgs.ids.len()).collect()
        } else {
            let named = population.schools.iter().filter_map(|s| snapshot.orgs.ids.find(s)).collect();
            descendants(&snapshot.orgs.parent, &named)
        };
        // A role at an org that went away can't be told, so that it covers nobody.
        let orgs = orgs - &snapshot.orgs.ids.deleted;
        let roles: Option<Vec<u16>> = (!population.roles.is_empty())
            .then(|| population.roles.iter().filter_map(|name| snapshot.people.role(name)).collect());
        let mut people = snapshot.people.with_roles_at(roles.as_deref(), &orgs) - &snapshot.people.ids.deleted;
        // Whoever is covered as a teacher is not covered through a child as well.
        let is_meant = |name: &&&str| population.roles.is_empty() || population.roles.iter().any(|role| role == **name);
        let carers: Vec<u16> =
            CARER_ROLES.iter().filter(is_meant).filter_map(|name| snapshot.people.role(name)).collect();
        let carers = snapshot.people.with_roles_at(Some(&carers), &orgs) & &people;
        for selected in selections(population, &orgs, snapshot) {
            let of_pupils = snapshot.people.agents_of(&selected) & &carers;
            people &= selected | of_pupils;
        }
        if !population.people.is_empty() {
            people &= population.people.iter().filter_map(|p| snapshot.people.ids.find(p)).collect::<RoaringBitmap>();
        }
        Self { people, orgs, is_whole_board }
    }
}

/// For each selector that is used, the people that it selects directly.
fn selections(population: &Population, orgs: &RoaringBitmap, snapshot: &Snapshot) -> Vec<RoaringBitmap> {
    let mut selections = Vec::new();
    if !population.grades.is_empty() {
        let mut people = RoaringBitmap::new();
        let mut classes = RoaringBitmap::new();
        for grade in &population.grades {
            if let Some(of_grade) = snapshot.people.of_grade.get(grade) {
                people |= of_grade;
            }
            if let Some(of_grade) = snapshot.classes.of_grade.get(grade) {
                classes |= of_grade;
            }
        }
        let pupils: RoaringBitmap =
            snapshot.people.of_grade.values().fold(RoaringBitmap::new(), |all, some| all | some);
        // Whoever has a grade is selected by it; who has none (staff) by the classes of that grade.
        let staff = snapshot.enrollments.members_of(&(classes & snapshot.classes.of_schools(orgs))) - pupils;
        selections.push(people | staff);
    }
    if !population.classes.is_empty() {
        let classes = population.classes.iter().filter_map(|c| snapshot.classes.ids.find(c)).collect();
        selections.push(snapshot.enrollments.members_of(&classes));
    }
    if !population.courses.is_empty() {
        let courses = population.courses.iter().filter_map(|c| snapshot.courses.ids.find(c)).collect();
        selections.push(snapshot.enrollments.members_of(&snapshot.classes.of_courses(&courses)));
    }
    selections
}

/// The objects beside people that a rule brings into the view.
#[derive(Debug)]
pub struct Scope {
    orgs: RoaringBitmap,
    /// The rule's classes.
    pub classes: RoaringBitmap,
    courses: RoaringBitmap,
    sessions: RoaringBitmap,
    resources: RoaringBitmap,
    line_items: RoaringBitmap,
    scales: RoaringBitmap,
    line_item_categories: RoaringBitmap,
}

impl Scope {
    /// The schools of the rule, and its classes with their courses and terms if a category needs them.
    pub fn of(population: &Population, coverage: &Coverage, categories: &[Category], snapshot: &Snapshot) -> Self {
        // The board stands above its schools: a school's `parent` and a board member's role need it.
        let orgs = ancestors(&snapshot.orgs.parent, &coverage.orgs);
        let mut scope = Self {
            orgs,
            classes: RoaringBitmap::new(),
            courses: RoaringBitmap::new(),
            sessions: RoaringBitmap::new(),
            resources: RoaringBitmap::new(),
            line_items: RoaringBitmap::new(),
            scales: RoaringBitmap::new(),
            line_item_categories: RoaringBitmap::new(),
        };
        if !categories.iter().any(|c| needs_classes(*c)) {
            return scope;
        }
        scope.classes = classes(population, &coverage.orgs, snapshot);
        scope.courses = courses(population, coverage, &scope.classes, snapshot);
        let is_unrestricted = coverage.is_whole_board
            && [&population.grades, &population.classes, &population.courses].iter().all(|s| s.is_empty());
        scope.sessions = if is_unrestricted {
            (0..snapshot.sessions.ids.len()).collect()
        } else {
            sessions(&scope.classes, &scope.courses, snapshot)
        };
        if is_unrestricted {
            scope.resources = (0..snapshot.resources.len()).collect();
        }
        if categories.iter().any(|c| matches!(c, Category::AssessmentItem | Category::Free)) {
            let gradebook = &snapshot.gradebook;
            scope.line_items = scope.classes.iter().flat_map(|c| gradebook.line_items.of_class(c)).copied().collect();
            scope.scales = gradebook.scales.of_classes(&scope.classes);
            // Categories have no school: others than these are in the view where a line item leads to them.
            if is_unrestricted {
                scope.line_item_categories = (0..gradebook.categories.len()).collect();
            }
        }
        scope
    }

    /// What a category shows of objects beside people, within this scope.
    pub fn objects_of(&self, category: Category) -> Vec<(Entity, &RoaringBitmap)> {
        match category {
            Category::Structure => vec![
                (Entity::Org, &self.orgs),
                (Entity::Class, &self.classes),
                (Entity::Course, &self.courses),
                (Entity::AcademicSession, &self.sessions),
            ],
            Category::Free => vec![
                (Entity::Org, &self.orgs),
                (Entity::Class, &self.classes),
                (Entity::Course, &self.courses),
                (Entity::AcademicSession, &self.sessions),
                (Entity::LineItem, &self.line_items),
                (Entity::ScoreScale, &self.scales),
                (Entity::LineItemCategory, &self.line_item_categories),
            ],
            Category::AssessmentItem => vec![
                (Entity::LineItem, &self.line_items),
                (Entity::ScoreScale, &self.scales),
                (Entity::LineItemCategory, &self.line_item_categories),
            ],
            Category::ClassLabel => vec![(Entity::Class, &self.classes), (Entity::Course, &self.courses)],
            Category::Timetable => vec![(Entity::Class, &self.classes)],
            Category::ResourceCatalogue => vec![
                (Entity::Class, &self.classes),
                (Entity::Course, &self.courses),
                (Entity::Resource, &self.resources),
            ],
            Category::Identity
            | Category::Name
            | Category::NameAdditional
            | Category::LocalId
            | Category::ChainId
            | Category::NationalId
            | Category::ContactEmail
            | Category::ContactPhone
            | Category::ContactAddress
            | Category::ContactOnline
            | Category::Login
            | Category::Secret
            | Category::BirthDate
            | Category::BirthPlace
            | Category::Gender
            | Category::Pronouns
            | Category::Ethnicity
            | Category::Residence
            | Category::Language
            | Category::GradeLevel
            | Category::Enrolment
            | Category::EnrolmentDates
            | Category::Carers
            | Category::Employment
            | Category::AssessmentResult
            | Category::AssessmentProgress
            | Category::AssessmentComment
            | Category::LearningObjectives
            | Category::ResourceAssignment
            | Category::Photo
            | Category::Attendance
            | Category::SupportNeeds
            | Category::Belief
            | Category::Finance => Vec::new(),
        }
    }
}

/// Whether releasing the category makes sense only with classes, courses and terms in the view.
pub fn needs_classes(category: Category) -> bool {
    matches!(
        category,
        Category::Structure
            | Category::ClassLabel
            | Category::Timetable
            | Category::Enrolment
            | Category::EnrolmentDates
            | Category::AssessmentItem
            | Category::AssessmentResult
            | Category::AssessmentProgress
            | Category::AssessmentComment
            | Category::LearningObjectives
            | Category::ResourceCatalogue
    )
}

fn classes(population: &Population, orgs: &RoaringBitmap, snapshot: &Snapshot) -> RoaringBitmap {
    let mut classes = snapshot.classes.of_schools(orgs);
    if !population.classes.is_empty() {
        classes &= population.classes.iter().filter_map(|c| snapshot.classes.ids.find(c)).collect::<RoaringBitmap>();
    }
    if !population.courses.is_empty() {
        let courses = population.courses.iter().filter_map(|c| snapshot.courses.ids.find(c)).collect();
        classes &= snapshot.classes.of_courses(&courses);
    }
    if !population.grades.is_empty() {
        let mut of_grades = RoaringBitmap::new();
        for grade in &population.grades {
            if let Some(of_grade) = snapshot.classes.of_grade.get(grade) {
                of_grades |= of_grade;
            }
        }
        classes &= of_grades;
    }
    classes
}

fn courses(
    population: &Population,
    coverage: &Coverage,
    classes: &RoaringBitmap,
    snapshot: &Snapshot,
) -> RoaringBitmap {
    let of_classes: RoaringBitmap = classes.iter().filter_map(|c| link(&snapshot.classes.course, c)).collect();
    if !population.grades.is_empty() || !population.classes.is_empty() {
        return of_classes;
    }
    let own = if population.courses.is_empty() {
        if coverage.is_whole_board {
            (0..snapshot.courses.ids.len()).collect()
        } else {
            crate::snapshot::structure::linking_to(&snapshot.courses.org, &coverage.orgs)
        }
    } else {
        population.courses.iter().filter_map(|c| snapshot.courses.ids.find(c)).collect()
    };
    of_classes | own
}

/// The terms of these classes and the years of these courses, with the periods below the terms and whatever stands above.
fn sessions(classes: &RoaringBitmap, courses: &RoaringBitmap, snapshot: &Snapshot) -> RoaringBitmap {
    let terms = classes.iter().flat_map(|c| snapshot.classes.terms_of(c).iter().copied()).collect();
    let years: RoaringBitmap = courses.iter().filter_map(|c| link(&snapshot.courses.school_year, c)).collect();
    ancestors(&snapshot.sessions.parent, &(descendants(&snapshot.sessions.parent, &terms) | years))
}
