//! Changes that a vendor must not notice: tried at random, and kept only if its view stays what it was.

use std::collections::BTreeSet;

use koppelvlak::catalogue::Entity;
use koppelvlak::oneroster::csv::File;

use super::view::view_and_rights;
use crate::board::invent::{self, day};
use crate::board::rows::FILES;
use crate::board::{Board, Decisions, Dice, Model};

/// A board with its decisions, and the vendor from whose side it is looked at.
#[derive(Debug, Clone)]
pub struct Case {
    pub board: Board,
    pub decisions: Decisions,
    pub vendor: String,
}

/// Whether the board was imported already, so that what goes leaves a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Past {
    None,
    Imported,
}

impl Case {
    /// This case after up to `tries` changes that its vendor must not notice.
    pub fn changed_unseen(&self, past: Past, tries: usize, dice: &mut Dice) -> Self {
        let of = |case: &Self| view_and_rights(&case.board, &case.decisions, &self.vendor);
        let seen = of(self);
        let mut case = self.clone();
        for i in 0..tries {
            let mut candidate = case.clone();
            candidate.change(&format!("{}{i}", dice.word(&["A", "K", "P5", "S2", "Z"])), dice);
            candidate.board.repair();
            if past == Past::None {
                candidate.board.forget();
                candidate.drop_lost_choices();
            }
            let is_lost = |file: &File| {
                case.board.active(*file).next().is_some() && candidate.board.active(*file).next().is_none()
            };
            if past == Past::Imported && FILES.iter().any(is_lost) {
                // A set without the file says nothing about its rows.
                continue;
            }
            let is_applicable = past == Past::Imported || candidate.is_applicable();
            if is_applicable && of(&candidate) == seen {
                case = candidate;
            }
        }
        case
    }

    /// How many people the vendor sees.
    pub fn people_seen(&self) -> usize {
        Model::new(&self.board, &self.decisions, &self.vendor, day()).people().len()
    }

    /// One change of any kind; rows that it adds are named after `new`.
    pub fn change(&mut self, new: &str, dice: &mut Dice) {
        let person = dice.pick(&self.board.ids(File::Users)).clone();
        match dice.below(32) {
            0..7 | 24.. => self.change_withheld_values(dice),
            22 | 23 => self.change_gradebook(new, dice),
            7 => self.change_any_row(dice),
            8 => self.board.add_person(new, dice),
            9 => self.remove_any_row(dice),
            10 => self.board.remove(File::Users, &person),
            11 => self.board.add_membership(new, &person, dice),
            12..14 => self.board.add_role(new, &person, "secondary", dice),
            14..16 => self.change_agents(&person, dice),
            16 => self.board.add_school(new, dice),
            17 => self.board.add_course(new, dice),
            18 => self.board.add_session(new, "term", "Y1", dice),
            19 => self.board.add_class(new, dice),
            20 if self.board.find(File::Demographics, &person).is_some() => {
                self.board.remove(File::Demographics, &person);
            }
            20 => self.board.add(File::Demographics, invent::row(File::Demographics, &person, &[], dice)),
            _ => self.change_decisions(new, dice),
        }
    }

    fn change_agents(&mut self, person: &str, dice: &mut Dice) {
        let mut others = dice.some(&self.board.ids(File::Users), 3);
        others.retain(|other| other != person);
        self.board.find_mut(File::Users, person).unwrap().set("agentSourcedIds", &others.join(","));
    }

    /// Draws the withheld values of some person anew, all at once.
    fn change_withheld_values(&mut self, dice: &mut Dice) {
        let person = dice.pick(&self.board.ids(File::Users)).clone();
        let model = Model::new(&self.board, &self.decisions, &self.vendor, day());
        let is_withheld = |entity: Entity, column: &str| {
            let mut fields = entity
                .fields()
                .iter()
                .filter(|field| field.csv == column || (column == "metadata.note" && field.name == "metadata"));
            fields.all(|field| !model.shows(Entity::User, field.category, &person))
        };
        let mut columns = Vec::new();
        for (entity, file) in [(Entity::User, File::Users), (Entity::Demographics, File::Demographics)] {
            for column in invent::value_columns(file) {
                if is_withheld(entity, column) && dice.chance(70) {
                    columns.push((file, column));
                }
            }
        }
        for (file, column) in columns {
            let text = invent::value(file, column, dice);
            let text = if dice.chance(25) && !invent::is_required(file, column) { "" } else { &text };
            if let Some(row) = self.board.find_mut(file, &person) {
                row.set(column, text);
            }
        }
    }

    fn change_gradebook(&mut self, new: &str, dice: &mut Dice) {
        match dice.below(6) {
            5 => self.board.add_score_scale(new, dice),
            0 => self.board.add_line_item(new, dice),
            1 => self.board.add_result(new, dice),
            2 => self.change_row_of(File::LineItems, dice),
            _ => self.change_row_of(File::Results, dice),
        }
    }

    fn change_any_row(&mut self, dice: &mut Dice) {
        let file = *dice.pick(&FILES);
        self.change_row_of(file, dice);
    }

    fn change_row_of(&mut self, file: File, dice: &mut Dice) {
        let Some(id) = dice.maybe(&self.board.ids(file)).cloned() else { return };
        let Some(column) = dice.maybe(&invent::value_columns(file)).copied() else { return };
        let text = invent::value(file, column, dice);
        if !text.is_empty() || !invent::is_required(file, column) {
            self.board.find_mut(file, &id).unwrap().set(column, &text);
        }
    }

    fn remove_any_row(&mut self, dice: &mut Dice) {
        let file = *dice.pick(&FILES);
        if let Some(id) = dice.maybe(&self.board.ids(file)).cloned() {
            self.board.remove(file, &id);
        }
    }

    /// A rule of another vendor, or a choice.
    fn change_decisions(&mut self, new: &str, dice: &mut Dice) {
        if dice.chance(50) {
            let other = self.decisions.vendors.iter().find(|vendor| vendor.id != self.vendor).unwrap().id.clone();
            let rule = invent::rule(&self.board, &self.decisions, format!("x{new}"), &other, dice);
            self.decisions.rules.push(rule);
        } else {
            let choice = invent::choice(&self.board, &self.decisions, dice);
            let is_new = !self.decisions.choices.iter().any(|other| other.person == choice.person);
            self.decisions.choices.extend(is_new.then_some(choice));
        }
    }

    fn drop_lost_choices(&mut self) {
        let people: BTreeSet<String> = self.board.ids(File::Users).into_iter().collect();
        self.decisions.choices.retain(|choice| people.contains(&choice.person));
    }

    /// Whether everything that a rule names is there: a rules file with other names is refused.
    pub fn is_applicable(&self) -> bool {
        let ids = |file| self.board.ids(file);
        let (orgs, classes, courses, people) =
            (ids(File::Orgs), ids(File::Classes), ids(File::Courses), ids(File::Users));
        let grades: Vec<String> = [File::Users, File::Classes]
            .into_iter()
            .flat_map(|file| self.board.active(file))
            .flat_map(|row| row.list("grades"))
            .map(str::to_owned)
            .collect();
        self.decisions.rules.iter().map(|rule| &rule.population).all(|population| {
            let all = |named: &[String], there: &[String]| named.iter().all(|name| there.contains(name));
            all(&population.schools, &orgs)
                && all(&population.classes, &classes)
                && all(&population.courses, &courses)
                && all(&population.people, &people)
                && all(&population.grades, &grades)
        })
    }
}
