//! Schools, school years, courses and classes, and how they hang together.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::snapshot::Ids;

/// Boards, schools and departments.
#[derive(Debug, Default)]
pub struct Orgs {
    /// Their keys.
    pub ids: Ids,
    /// The org above each.
    pub parent: Vec<Option<u32>>,
    /// Those of type `school`.
    pub schools: RoaringBitmap,
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

impl Classes {
    /// The classes of any of these schools.
    pub fn of_schools(&self, schools: &RoaringBitmap) -> RoaringBitmap {
        linking_to(&self.school, schools)
    }

    /// The classes of any of these courses.
    pub fn of_courses(&self, courses: &RoaringBitmap) -> RoaringBitmap {
        linking_to(&self.course, courses)
    }

    /// The classes that are held in any of these terms.
    #[expect(clippy::cast_possible_truncation, reason = "positions are 32 bits")]
    pub fn of_terms(&self, terms: &RoaringBitmap) -> RoaringBitmap {
        self.terms
            .iter()
            .enumerate()
            .filter(|(_, of_class)| of_class.iter().any(|t| terms.contains(*t)))
            .map(|(i, _)| i as u32)
            .collect()
    }

    /// The terms of a class.
    pub fn terms_of(&self, class: u32) -> &[u32] {
        self.terms.get(class as usize).map_or(&[], Vec::as_slice)
    }
}
