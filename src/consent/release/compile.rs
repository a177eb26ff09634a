//! How a release is compiled from rules and choices.

use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use roaring::RoaringBitmap;

use super::{Release, bit, flags, is_set, slot};
use crate::catalogue::{Category, Entity};
use crate::consent::chosen::Chosen;
use crate::consent::gradebook::{self, GradebookRelease};
use crate::consent::managed::{Managed, OF_ACCOUNTS};
use crate::consent::population::{Coverage, Scope};
use crate::consent::pseudonym::Pseudonyms;
use crate::consent::recollection::Recollection;
use crate::consent::{Choice, Connection, Rule};
use crate::planted::{self, Leak};
use crate::snapshot::Snapshot;

/// What a release is compiled from.
#[derive(Debug)]
pub struct Grounds<'a> {
    /// The vendor's connection with the board.
    pub connection: &'a Connection,
    /// The current version of each of the vendor's rules.
    pub rules: &'a [Rule],
    /// The standing choices that concern the vendor.
    pub choices: &'a [Choice],
    /// Special categories that are enabled for the board today.
    pub enabled: &'a [Category],
    /// Today.
    pub day: NaiveDate,
}

impl Release {
    /// Compiles rules and choices over a snapshot.
    pub fn compile(snapshot: Arc<Snapshot>, grounds: &Grounds<'_>, pseudonyms: Pseudonyms) -> Self {
        let mut release = Self {
            vendor: grounds.connection.vendor.as_str().into(),
            rules: "".into(),
            day: grounds.day,
            required_fields: grounds.connection.required_fields,
            identifiers: grounds.connection.identifiers,
            pseudonyms,
            people: vec![RoaringBitmap::new(); Category::COUNT],
            visible_people: RoaringBitmap::new(),
            recollection: Recollection::default(),
            common: 0,
            ever: 0,
            objects: vec![RoaringBitmap::new(); Entity::ALL.len() * Category::COUNT],
            nothing: RoaringBitmap::new(),
            scopes: Vec::new(),
            gradebook: GradebookRelease::default(),
            managed: Managed::default(),
            unlinked: RoaringBitmap::new(),
            demographics: RoaringBitmap::new(),
            memberships: OnceLock::new(),
            orders: Default::default(),
            listed: Default::default(),
            live_in_order: Default::default(),
            first_org: OnceLock::new(),
            snapshot,
        };
        let active: Vec<&Rule> = grounds.rules.iter().filter(|rule| rule.is_active(grounds.day)).collect();
        release.rules =
            active.iter().map(|rule| format!("{}@{}", rule.id, rule.version)).collect::<Vec<_>>().join(",").into();
        let chosen = Chosen::new(&release.snapshot, grounds);
        for rule in active {
            release.add(rule, grounds.enabled, &chosen);
        }
        release.unlinked = chosen.refusing(Category::Carers);
        release.finish();
        release
    }

    fn add(&mut self, rule: &Rule, enabled: &[Category], chosen: &Chosen) {
        let snapshot = Arc::clone(&self.snapshot);
        let coverage = Coverage::of(&rule.population, &snapshot);
        let needed: Vec<Category> = rule.categories.iter().chain(&rule.write).copied().collect();
        let scope = Scope::of(&rule.population, &coverage, &needed, &snapshot);
        for category in &rule.categories {
            let is_open = !category.is_forbidden() && (!category.needs_enabling() || enabled.contains(category));
            if !is_open {
                continue;
            }
            let people = chosen.apply(*category, rule.basis, &coverage.people);
            if *category == Category::Enrolment {
                self.scopes.push((people.clone(), scope.classes.clone()));
            }
            if *category == Category::AssessmentResult {
                self.gradebook.release_results(&people, &scope.classes);
            }
            if let Some(released) = self.people.get_mut(category.index()) {
                *released |= people;
            }
            for (entity, objects) in scope.objects_of(*category) {
                self.bring_in(entity, *category, objects);
            }
        }
        for category in &rule.write {
            let people = chosen.apply(*category, rule.basis, &coverage.people);
            if OF_ACCOUNTS.contains(category) {
                self.managed.allow(*category, &people);
            } else {
                self.gradebook.allow_writing(*category, people, &scope.classes);
            }
        }
        // Structure is not personal: it goes with any rule that needs it.
        for (entity, objects) in scope.objects_of(Category::Structure) {
            self.bring_in(entity, Category::Structure, objects);
        }
    }

    fn bring_in(&mut self, entity: Entity, category: Category, objects: &RoaringBitmap) {
        if let Some(set) = self.objects.get_mut(slot(entity, category)) {
            *set |= objects;
        }
    }

    fn finish(&mut self) {
        let snapshot = Arc::clone(&self.snapshot);
        for entity in Entity::ALL {
            self.take_out(*entity, &snapshot.ids(*entity).deleted);
        }
        self.close();
        for category in Category::ALL.iter().filter(|c| c.is_about_people()) {
            if let Some(people) = self.people.get(category.index()) {
                self.visible_people |= people;
            }
        }
        self.common = Category::ALL
            .iter()
            .filter(|c| self.people.get(c.index()).is_some_and(|people| *people == self.visible_people))
            .fold(0, |set, category| set | bit(*category));
        self.ever = Category::ALL
            .iter()
            .filter(|c| !self.released(**c).is_empty())
            .fold(0, |set, category| set | bit(*category));
        for (category, with_value) in &snapshot.people.with_demographics {
            let is_planted = planted::is(Leak::DemographicsByWithheld);
            let released = if is_planted { &self.visible_people } else { self.released(*category) };
            self.demographics |= with_value & released;
        }
        // Resources have no school: they are in the view where a class, course or person leads to them, whose own
        // `resource-catalogue` is released.
        let materials = self.linked_resources() - &snapshot.resources.deleted;
        self.bring_in(Entity::Resource, Category::ResourceCatalogue, &materials);
        let items = self.objects(Entity::LineItem, Category::AssessmentItem);
        let categories = gradebook::categories_of(items, &snapshot) - &snapshot.gradebook.categories.deleted;
        self.bring_in(Entity::LineItemCategory, Category::AssessmentItem, &categories);
    }

    /// Takes objects out of the view, with all that is shown of them.
    fn take_out(&mut self, entity: Entity, objects: &RoaringBitmap) {
        if objects.is_empty() {
            return;
        }
        for category in Category::ALL {
            if let Some(set) = self.objects.get_mut(slot(entity, *category)) {
                *set -= objects;
            }
        }
    }

    /// Takes out what can't name what it must: a set of changes may take away a school, a course, a term or a
    /// category alone. Enrollments and results follow from what is left.
    fn close(&mut self) {
        let snapshot = Arc::clone(&self.snapshot);
        let orgs = self.objects(Entity::Org, Category::Structure).clone();
        let ends = [Entity::Course, Entity::AcademicSession].map(|entity| self.objects(entity, Category::Structure));
        let classes = self.objects(Entity::Class, Category::Structure);
        let whole = snapshot.classes.whole(classes, &orgs, ends);
        let broken = classes - &whole;
        self.take_out(Entity::Class, &broken);
        let scales = self.objects(Entity::ScoreScale, Category::AssessmentItem);
        let broken = scales - snapshot.gradebook.scales.of_classes(&whole);
        self.take_out(Entity::ScoreScale, &broken);
        let items = self.objects(Entity::LineItem, Category::AssessmentItem);
        let broken = items - gradebook::whole(items, (&whole, &orgs), &snapshot);
        self.take_out(Entity::LineItem, &broken);
    }

    fn linked_resources(&self) -> RoaringBitmap {
        let snapshot = &self.snapshot;
        let mut found = RoaringBitmap::new();
        for (position, resources) in &snapshot.classes.resources {
            if self.shows(Entity::Class, Category::ResourceCatalogue, *position) {
                found.extend(resources);
            }
        }
        for (position, resources) in &snapshot.courses.resources {
            if self.shows(Entity::Course, Category::ResourceCatalogue, *position) {
                found.extend(resources);
            }
        }
        for (position, resources) in &snapshot.people.resources {
            let shows = |category| self.shows(Entity::User, category, *position);
            if shows(Category::ResourceAssignment) && shows(Category::ResourceCatalogue) {
                found.extend(resources);
            }
        }
        found
    }

    /// The memberships in the view: `enrolment` is released for the person by a rule that also has the class in
    /// scope. They outnumber all else, so that sets are spread out into one flag for each object first.
    pub(super) fn all_memberships(&self) -> RoaringBitmap {
        let (snapshot, enrollments) = (&self.snapshot, &self.snapshot.enrollments);
        let orgs = flags(self.live(Entity::Org), snapshot.orgs.ids.len());
        let live_classes = self.live(Entity::Class);
        let scopes: Vec<(Vec<bool>, Vec<bool>)> = self
            .scopes
            .iter()
            .map(|(people, classes)| {
                let classes = classes & live_classes;
                (flags(people, snapshot.people.ids.len()), flags(&classes, snapshot.classes.ids.len()))
            })
            .collect();
        let is_in = |position: &u32| {
            let Some((user, class, school, _)) = enrollments.get(*position) else { return false };
            is_set(&orgs, school)
                && scopes.iter().any(|(people, classes)| is_set(classes, class) && is_set(people, user))
        };
        let found = RoaringBitmap::from_sorted_iter((0..enrollments.ids.len()).filter(is_in)).unwrap_or_default();
        found - &enrollments.ids.deleted
    }
}
