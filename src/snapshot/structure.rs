//! Schools, school years, courses and classes, and how they hang together.

use std::collections::HashMap;
use std::sync::OnceLock;

use roaring::RoaringBitmap;

use crate::snapshot::Ids;
use crate::snapshot::linking::{Leading, Linking};

/// Boards, schools and departments.
#[derive(Debug, Default)]
pub struct Orgs {
    /// Their keys.
    pub ids: Ids,
    /// The org above each.
    pub parent: Vec<Option<u32>>,
    /// Those of type `school`.
    pub schools: RoaringBitmap,
    below: OnceLock<Linking>,
}

/// School years, terms and grading periods.
#[derive(Debug, Default)]
pub struct Sessions {
    /// Their keys.
    pub ids: Ids,
    /// The session above each.
    pub parent: Vec<Option<u32>>,
    /// Those of type `term`.
    pub terms: RoaringBitmap,
    /// Those of type `gradingPeriod`.
    pub grading_periods: RoaringBitmap,
    below: OnceLock<Linking>,
}

/// Courses.
#[derive(Debug, Default)]
pub struct Courses {
    /// Their keys.
    pub ids: Ids,
    /// The org of each.
    pub org: Vec<Option<u32>>,
    /// The school year of each.
    pub school_year: Vec<Option<u32>>,
    /// The resources of each, where it has any.
    pub resources: HashMap<u32, Vec<u32>>,
    by_org: OnceLock<Linking>,
}

/// Classes.
#[derive(Debug, Default)]
pub struct Classes {
    /// Their keys.
    pub ids: Ids,
    /// The course of each.
    pub course: Vec<Option<u32>>,
    /// The school of each.
    pub school: Vec<Option<u32>>,
    /// The terms of each.
    pub terms: Vec<Vec<u32>>,
    /// The classes for each grade.
    pub of_grade: HashMap<String, RoaringBitmap>,
    /// The resources of each, where it has any.
    pub resources: HashMap<u32, Vec<u32>>,
    index: OnceLock<ClassIndex>,
}

/// Classes by what they belong to.
#[derive(Debug)]
struct ClassIndex {
    by_school: Linking,
    by_course: Linking,
    by_term: Linking,
    from_school_to_courses: Leading,
    from_school_to_terms: Leading,
}

/// The value at a position of a list of optional links.
pub fn link(links: &[Option<u32>], position: u32) -> Option<u32> {
    links.get(position as usize).copied().flatten()
}

/// The positions whose link points into `targets`.
#[expect(clippy::cast_possible_truncation, reason = "positions are 32 bits")]
pub fn linking_to(links: &[Option<u32>], targets: &RoaringBitmap) -> RoaringBitmap {
    links
        .iter()
        .enumerate()
        .filter(|(_, to)| to.is_some_and(|to| targets.contains(to)))
        .map(|(i, _)| i as u32)
        .collect()
}

/// `start` and everything above it.
pub fn ancestors(parents: &[Option<u32>], start: &RoaringBitmap) -> RoaringBitmap {
    let mut found = start.clone();
    for position in start {
        let mut at = link(parents, position);
        // A set with a circle is refused at import; the check keeps a damaged row from hanging a request.
        while let Some(parent) = at.filter(|p| found.insert(*p)) {
            at = link(parents, parent);
        }
    }
    found
}

/// `start` and everything below it.
pub fn descendants(parents: &[Option<u32>], start: &RoaringBitmap) -> RoaringBitmap {
    let mut found = start.clone();
    loop {
        let below = linking_to(parents, &found);
        if below.is_subset(&found) {
            return found;
        }
        found |= below;
    }
}

impl Orgs {
    /// The orgs that name this one as their parent.
    pub fn children(&self, org: u32) -> &RoaringBitmap {
        self.below.get_or_init(|| Linking::of(&self.parent)).to(org)
    }
}

impl Sessions {
    /// The sessions that name this one as their parent.
    pub fn children(&self, session: u32) -> &RoaringBitmap {
        self.below.get_or_init(|| Linking::of(&self.parent)).to(session)
    }
}

impl Courses {
    /// The courses that an org offers itself.
    pub fn of_org(&self, org: u32) -> &RoaringBitmap {
        self.by_org.get_or_init(|| Linking::of(&self.org)).to(org)
    }
}

impl ClassIndex {
    fn of(classes: &Classes) -> Self {
        let terms =
            || (0..).zip(&classes.terms).flat_map(|(class, terms)| terms.iter().map(move |term| (class, *term)));
        let courses = || (0..).zip(&classes.course).filter_map(|(class, course)| Some((class, (*course)?)));
        let from_school = |(class, end): (u32, u32)| Some((link(&classes.school, class)?, class, end));
        Self {
            by_school: Linking::of(&classes.school),
            by_course: Linking::of(&classes.course),
            by_term: Linking::of_pairs(terms()),
            from_school_to_courses: Leading::of(courses().filter_map(from_school)),
            from_school_to_terms: Leading::of(terms().filter_map(from_school)),
        }
    }
}

impl Classes {
    fn index(&self) -> &ClassIndex {
        self.index.get_or_init(|| ClassIndex::of(self))
    }

    /// The classes of any of these schools.
    pub fn of_schools(&self, schools: &RoaringBitmap) -> RoaringBitmap {
        self.index().by_school.to_any(schools)
    }

    /// The classes of any of these courses.
    pub fn of_courses(&self, courses: &RoaringBitmap) -> RoaringBitmap {
        self.index().by_course.to_any(courses)
    }

    /// The classes that are held in any of these terms.
    pub fn of_terms(&self, terms: &RoaringBitmap) -> RoaringBitmap {
        self.index().by_term.to_any(terms)
    }

    /// The courses of those among `classes` that are a school's.
    pub fn courses_at(&self, school: u32, classes: &RoaringBitmap) -> RoaringBitmap {
        self.index().from_school_to_courses.from(school, classes)
    }

    /// The terms of those among `classes` that are a school's.
    pub fn terms_at(&self, school: u32, classes: &RoaringBitmap) -> RoaringBitmap {
        self.index().from_school_to_terms.from(school, classes)
    }

    /// The classes among these whose school is among `orgs`, and whose course and one term at least are among the
    /// others: a class must name them all.
    pub fn whole(
        &self,
        classes: &RoaringBitmap,
        orgs: &RoaringBitmap,
        [courses, terms]: [&RoaringBitmap; 2],
    ) -> RoaringBitmap {
        let leads = |links: &[Option<u32>], class: u32, targets: &RoaringBitmap| {
            link(links, class).is_some_and(|target| targets.contains(target))
        };
        let is_whole = |class: &u32| {
            leads(&self.school, *class, orgs)
                && leads(&self.course, *class, courses)
                && self.terms_of(*class).iter().any(|term| terms.contains(*term))
        };
        classes.iter().filter(is_whole).collect()
    }

    /// The terms of a class.
    pub fn terms_of(&self, class: u32) -> &[u32] {
        self.terms.get(class as usize).map_or(&[], Vec::as_slice)
    }
}
