//! What of the gradebook is in a vendor's view, and for whom it may write.
//!
//! A line item goes with its class, a result with its pupil, its class and its line item. What must be named
//! in an object decides over the object: without its school or its category no line item is in the view.

use std::sync::OnceLock;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity, Field};
use crate::consent::Release;
use crate::snapshot::Snapshot;

/// People and classes that go together by a rule.
type Scope = (RoaringBitmap, RoaringBitmap);

/// The gradebook's part of a release.
#[derive(Debug, Default)]
pub(super) struct GradebookRelease {
    /// Whose results are released, and in which classes.
    results: Vec<Scope>,
    /// For whom and in which classes the vendor may write results.
    writable_results: Vec<Scope>,
    /// For which classes the vendor may write line items.
    writable_classes: RoaringBitmap,
    /// The categories that some active rule lets the vendor write.
    writable: Vec<Category>,
    /// People whose results the vendor has received.
    received: RoaringBitmap,
    visible_results: OnceLock<RoaringBitmap>,
}

impl GradebookRelease {
    /// Adds whose results a rule releases, within its classes.
    pub(super) fn release_results(&mut self, people: &RoaringBitmap, classes: &RoaringBitmap) {
        self.results.push((people.clone(), classes.clone()));
    }

    /// Adds what a rule lets the vendor write for these people, within its classes.
    pub(super) fn allow_writing(&mut self, category: Category, people: RoaringBitmap, classes: &RoaringBitmap) {
        if !self.writable.contains(&category) {
            self.writable.push(category);
        }
        if category == Category::AssessmentResult {
            self.writable_results.push((people, classes.clone()));
        } else {
            self.writable_classes |= classes;
        }
    }

    /// Notes whose results the vendor has received.
    pub(super) fn note_received(&mut self, people: RoaringBitmap) {
        self.received = people;
    }
}

/// The line items among these whose school is in the view; every line item of the scope has its class in it.
pub(super) fn with_school(items: &RoaringBitmap, orgs: &RoaringBitmap, snapshot: &Snapshot) -> RoaringBitmap {
    let items_of = &snapshot.gradebook.line_items;
    let school = |item: u32| items_of.school.get(item as usize).copied().flatten();
    items.iter().filter(|item| school(*item).is_none_or(|school| orgs.contains(school))).collect()
}

/// The categories of these line items.
pub(super) fn categories_of(items: &RoaringBitmap, snapshot: &Snapshot) -> RoaringBitmap {
    let categories = &snapshot.gradebook.line_items.category;
    let known = snapshot.gradebook.categories.len();
    items.iter().filter_map(|item| categories.get(item as usize).copied()).filter(|c| *c < known).collect()
}

impl Release {
    /// Whether a result is in the view: `assessment-result` is released for its pupil by a rule that also has
    /// its class in scope, and its line item is in the view. One that went away is so only if the vendor has
    /// received results of the pupil.
    pub(super) fn shows_result(&self, position: u32) -> bool {
        let gradebook = &self.snapshot().gradebook;
        let Some((line_item, student)) = gradebook.results.get(position) else { return false };
        let Some(class) = gradebook.line_items.class_of(line_item) else { return false };
        let is_gone = gradebook.results.ids.deleted.contains(position);
        self.is_visible(Entity::LineItem, line_item)
            && (covers(&self.gradebook().results, student, class) || (is_gone && self.tombstones().contains(student)))
            && (!is_gone || self.gradebook().received.contains(student))
    }

    /// Every result that the vendor may know to exist.
    pub(super) fn visible_results(&self) -> &RoaringBitmap {
        self.gradebook().visible_results.get_or_init(|| {
            let results = &self.snapshot().gradebook.results;
            let of_items = results.of_line_items(self.visible(Entity::LineItem));
            of_items.iter().filter(|result| self.shows_result(*result)).collect()
        })
    }

    /// Whether a field of the object is shown: of a result that went away only what the standard requires, for
    /// its marks are nobody's any more.
    pub fn shows_in(&self, entity: Entity, field: &Field, position: u32) -> bool {
        self.shows(entity, field.category, position) && !self.is_blanked(entity, field, position)
    }

    /// The objects of which a field is shown, all of them visible.
    pub fn shown_in(&self, entity: Entity, field: &Field) -> RoaringBitmap {
        let shown = self.shown(entity, field.category);
        if entity == Entity::Result && !field.is_required {
            return shown - &self.snapshot().gradebook.results.ids.deleted;
        }
        shown
    }

    /// Whether a field of a result is not told any more, because the result went away.
    pub(super) fn is_blanked(&self, entity: Entity, field: &Field, position: u32) -> bool {
        entity == Entity::Result
            && !field.is_required
            && self.snapshot().gradebook.results.ids.deleted.contains(position)
    }

    /// Whether some active rule lets the vendor write objects of that category.
    pub fn may_write(&self, category: Category) -> bool {
        self.gradebook().writable.contains(&category)
    }

    /// Whether the vendor may write line items and scales for a class.
    pub fn may_write_for_class(&self, class: u32) -> bool {
        self.is_visible(Entity::Class, class) && self.gradebook().writable_classes.contains(class)
    }

    /// Whether the vendor may write results for a pupil, in a class if there is one.
    pub fn may_write_for(&self, student: u32, class: Option<u32>) -> bool {
        let scopes = &self.gradebook().writable_results;
        self.is_visible(Entity::User, student)
            && !self.tombstones().contains(student)
            && match class {
                Some(class) => covers(scopes, student, class),
                None => scopes.iter().any(|(people, _)| people.contains(student)),
            }
    }
}

fn covers(scopes: &[Scope], person: u32, class: u32) -> bool {
    scopes.iter().any(|(people, classes)| classes.contains(class) && people.contains(person))
}
