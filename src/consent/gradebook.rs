//! What of the gradebook is in a vendor's view, and for whom it may write.
//!
//! A line item goes with its class, a result with its pupil, its class and its line item. What must be named
//! in an object decides over the object: without its class, school or category no line item is in the view.

use std::sync::OnceLock;

use roaring::RoaringBitmap;

use crate::catalogue::{Category, Entity};
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
    live_results: OnceLock<RoaringBitmap>,
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
}

/// The line items among these that can name what they must: their class, which is in the view, and the school and the
/// category where they have one.
pub(super) fn whole(
    items: &RoaringBitmap,
    (classes, orgs): (&RoaringBitmap, &RoaringBitmap),
    snapshot: &Snapshot,
) -> RoaringBitmap {
    let gradebook = &snapshot.gradebook;
    let items_of = &gradebook.line_items;
    let is_whole = |item: &u32| {
        let school = items_of.school.get(*item as usize).copied().flatten();
        let category = items_of.category.get(*item as usize);
        items_of.class_of(*item).is_some_and(|class| classes.contains(class))
            && school.is_none_or(|school| orgs.contains(school))
            && category.is_none_or(|category| !gradebook.categories.deleted.contains(*category))
    };
    items.iter().filter(is_whole).collect()
}

/// The categories of these line items.
pub(super) fn categories_of(items: &RoaringBitmap, snapshot: &Snapshot) -> RoaringBitmap {
    let categories = &snapshot.gradebook.line_items.category;
    let known = snapshot.gradebook.categories.len();
    items.iter().filter_map(|item| categories.get(item as usize).copied()).filter(|c| *c < known).collect()
}

impl Release {
    /// The results in the view: `assessment-result` is released for the pupil by a rule that also has the class
    /// in scope, and the line item is in the view.
    pub(super) fn live_results(&self) -> &RoaringBitmap {
        self.gradebook().live_results.get_or_init(|| {
            if self.gradebook().results.is_empty() {
                return RoaringBitmap::new();
            }
            let results = &self.snapshot().gradebook.results;
            let of_items = results.of_line_items(self.live(Entity::LineItem)) - &results.ids.deleted;
            of_items.iter().filter(|result| self.covers_result(*result)).collect()
        })
    }

    fn covers_result(&self, position: u32) -> bool {
        let gradebook = &self.snapshot().gradebook;
        let Some((line_item, student)) = gradebook.results.get(position) else { return false };
        let Some(class) = gradebook.line_items.class_of(line_item) else { return false };
        covers(&self.gradebook().results, student, class)
    }

    /// Whether some active rule lets the vendor write objects of that category.
    pub fn may_write(&self, category: Category) -> bool {
        self.gradebook().writable.contains(&category)
    }

    /// Whether the vendor may write line items and scales for a class.
    pub fn may_write_for_class(&self, class: u32) -> bool {
        self.is_live(Entity::Class, class) && self.gradebook().writable_classes.contains(class)
    }

    /// Whether the vendor may write results for a pupil, in a class if there is one.
    pub fn may_write_for(&self, student: u32, class: Option<u32>) -> bool {
        let scopes = &self.gradebook().writable_results;
        self.is_live(Entity::User, student)
            && match class {
                Some(class) => covers(scopes, student, class),
                None => scopes.iter().any(|(people, _)| people.contains(student)),
            }
    }
}

fn covers(scopes: &[Scope], person: u32, class: u32) -> bool {
    scopes.iter().any(|(people, classes)| classes.contains(class) && people.contains(person))
}
