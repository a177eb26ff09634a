//! People's grants and refusals, as sets. A refusal always wins.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::catalogue::Category;
use crate::consent::{Decision, Grounds, LegalBasis};
use crate::snapshot::Snapshot;

/// Grants and refusals as sets of people, by category.
#[derive(Debug)]
pub(super) struct Chosen {
    granted: HashMap<Category, RoaringBitmap>,
    refused: HashMap<Category, RoaringBitmap>,
}

impl Chosen {
    /// The standing choices about the vendor.
    pub(super) fn new(snapshot: &Snapshot, grounds: &Grounds<'_>) -> Self {
        let mut chosen = Self { granted: HashMap::new(), refused: HashMap::new() };
        for choice in grounds.choices.iter().filter(|c| c.concerns(&grounds.connection.vendor)) {
            let Some(person) = snapshot.people.ids.position(choice.person) else { continue };
            let sets = match choice.decision {
                Decision::Grant => &mut chosen.granted,
                Decision::Refuse => &mut chosen.refused,
            };
            let categories = if choice.categories.is_empty() { Category::ALL } else { &choice.categories };
            for category in categories {
                sets.entry(*category).or_default().insert(person);
            }
        }
        chosen
    }

    /// Of the people that a rule covers, those for whom their choices let the category through.
    pub(super) fn apply(&self, category: Category, basis: LegalBasis, covered: &RoaringBitmap) -> RoaringBitmap {
        let mut people = covered.clone();
        if basis == LegalBasis::Consent {
            match self.granted.get(&category) {
                Some(granted) => people &= granted,
                None => people.clear(),
            }
        }
        if let Some(refused) = self.refused.get(&category) {
            people -= refused;
        }
        people
    }

    /// Whoever refuses the category to the vendor.
    pub(super) fn refusing(&self, category: Category) -> RoaringBitmap {
        self.refused.get(&category).cloned().unwrap_or_default()
    }
}
