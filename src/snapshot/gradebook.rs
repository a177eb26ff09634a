//! The gradebook: line items, results and scales, and how they hang together. Results outnumber people, so
//! that each relation is one number.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::snapshot::Ids;
use crate::snapshot::groups::Groups;

/// What stands for a reference to an object that isn't there.
pub const NOWHERE: u32 = u32::MAX;

/// Categories, line items, results and score scales.
#[derive(Debug, Default)]
pub struct Gradebook {
    /// Categories of line items.
    pub categories: Ids,
    /// Tests and assignments.
    pub line_items: LineItems,
    /// Results.
    pub results: Results,
    /// Score scales.
    pub scales: ScoreScales,
    /// Kinds of objects that no import brings have no keys here.
    pub none: Ids,
}

/// Tests and assignments, by position in sourcedId order.
#[derive(Debug, Default)]
pub struct LineItems {
    /// Their keys.
    pub ids: Ids,
    /// The class of each.
    pub class: Vec<u32>,
    /// The category of each.
    pub category: Vec<u32>,
    /// The org of each, where it names one itself.
    pub school: Vec<Option<u32>>,
    /// The grading period and the session of each.
    pub sessions: Vec<[u32; 2]>,
    /// The score scale of those that have one.
    pub scale: HashMap<u32, u32>,
    by_class: Groups,
}

impl LineItems {
    /// Line items with these keys, whose relations follow in the same order.
    pub fn new(ids: Ids) -> Self {
        Self { ids, ..Self::default() }
    }

    /// Indexes the line items by class, once all are there.
    pub fn index(&mut self, n_classes: u32) {
        self.by_class = Groups::new(&self.class, n_classes);
    }

    /// The line items of a class.
    pub fn of_class(&self, class: u32) -> &[u32] {
        self.by_class.of(class)
    }

    /// The class of a line item.
    pub fn class_of(&self, line_item: u32) -> Option<u32> {
        self.class.get(line_item as usize).copied().filter(|class| *class != NOWHERE)
    }
}

/// Results, by position in sourcedId order.
#[derive(Debug, Default)]
pub struct Results {
    /// Their keys.
    pub ids: Ids,
    /// The line item of each.
    pub line_item: Vec<u32>,
    /// The pupil of each.
    pub student: Vec<u32>,
    /// The class of those that name another than that of the line item.
    pub class: HashMap<u32, u32>,
    /// Those that name no class.
    pub without_class: RoaringBitmap,
    /// The score scale of those that have one.
    pub scale: HashMap<u32, u32>,
    by_line_item: Groups,
    by_student: Groups,
}

impl Results {
    /// Results with these keys, whose relations follow in the same order.
    pub fn new(ids: Ids) -> Self {
        Self { ids, ..Self::default() }
    }

    /// Indexes the results by line item and by pupil, once all are there.
    pub fn index(&mut self, n_line_items: u32, n_people: u32) {
        self.by_line_item = Groups::new(&self.line_item, n_line_items);
        self.by_student = Groups::new(&self.student, n_people);
    }

    /// The line item and the pupil of a result.
    pub fn get(&self, result: u32) -> Option<(u32, u32)> {
        Some((*self.line_item.get(result as usize)?, *self.student.get(result as usize)?))
    }

    /// The results for any of these line items.
    pub fn of_line_items(&self, line_items: &RoaringBitmap) -> RoaringBitmap {
        line_items.iter().flat_map(|item| self.by_line_item.of(item).iter().copied()).collect()
    }

    /// The results of any of these pupils.
    pub fn of_students(&self, students: &RoaringBitmap) -> RoaringBitmap {
        students.iter().flat_map(|student| self.by_student.of(student).iter().copied()).collect()
    }
}

/// Score scales, by position in sourcedId order.
#[derive(Debug, Default)]
pub struct ScoreScales {
    /// Their keys.
    pub ids: Ids,
    /// The class of each.
    pub class: Vec<u32>,
    /// The course of each.
    pub course: Vec<u32>,
    by_class: Groups,
}

impl ScoreScales {
    /// Score scales with these keys, each of the class and the course that follow in the same order.
    pub fn new(ids: Ids, (class, course): (Vec<u32>, Vec<u32>), n_classes: u32) -> Self {
        Self { ids, by_class: Groups::new(&class, n_classes), class, course }
    }

    /// The scales of any of these classes.
    pub fn of_classes(&self, classes: &RoaringBitmap) -> RoaringBitmap {
        if classes.len() < u64::from(self.ids.len()) {
            return classes.iter().flat_map(|class| self.by_class.of(class).iter().copied()).collect();
        }
        (0..).zip(&self.class).filter(|(_, class)| classes.contains(**class)).map(|(scale, _)| scale).collect()
    }
}
