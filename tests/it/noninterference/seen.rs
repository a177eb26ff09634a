//! Changes that a vendor does notice, the same in both worlds: what was visible becomes other, comes or goes.

use koppelvlak::catalogue::Entity;
use koppelvlak::oneroster::csv::File;

use super::edits::Case;
use super::view::{View, view_and_rights};
use crate::board::rights::Rights;
use crate::board::{Dice, Row, invent};

/// A change, told so that it is the same on any board.
#[derive(Debug, Clone)]
enum Change {
    Set(File, String, &'static str, String),
    Add(Vec<(File, Row)>),
    Remove(File, String),
}

/// Makes up to `tries` changes in both cases; what comes into view is new on both boards.
pub fn change_seen(cases: [&Case; 2], tries: usize, dice: &mut Dice) -> [Case; 2] {
    let mut cases = cases.map(Case::clone);
    for i in 0..tries {
        let (seen, _) = cases[0].view();
        let Some(change) = invented(&seen, &format!("n{i}"), dice) else { continue };
        let changed = [cases[0].after(&change), cases[1].after(&change)];
        let [(one, rights), other] = [changed[0].view(), changed[1].view()];
        let reveals = |case: &Case| {
            one.iter().any(|(key, now)| match seen.get(key) {
                Some(before) => before.get("shown") != now.get("shown"),
                None => case.has(key),
            })
        };
        if (&one, &rights) == (&other.0, &other.1) && !reveals(&cases[0]) && !reveals(&cases[1]) {
            cases = changed;
        }
    }
    cases
}

/// A change of something in view.
fn invented(seen: &View, new: &str, dice: &mut Dice) -> Option<Change> {
    let some = |wanted: Entity, dice: &mut Dice| {
        let ids: Vec<&String> = seen.keys().filter(|(entity, _)| *entity == wanted).map(|(_, id)| id).collect();
        dice.maybe(&ids).map(|id| (*id).clone())
    };
    Some(match dice.below(6) {
        0..3 => {
            let (entity, file) = *dice.pick(&[
                (Entity::User, File::Users),
                (Entity::Demographics, File::Demographics),
                (Entity::Class, File::Classes),
                (Entity::Org, File::Orgs),
                (Entity::Enrollment, File::Enrollments),
            ]);
            let column = *dice.pick(&invent::value_columns(file));
            Change::Set(file, some(entity, dice)?, column, invent::value(file, column, dice))
        }
        3 => {
            let (entity, file) = *dice.pick(&[
                (Entity::User, File::Users),
                (Entity::Enrollment, File::Enrollments),
                (Entity::Class, File::Classes),
            ]);
            Change::Remove(file, some(entity, dice)?)
        }
        4 => {
            let role = [("userSourcedId", new), ("roleType", "primary"), ("role", "student")];
            let mut role = invent::row(File::Roles, new, &role, dice);
            role.set("orgSourcedId", &some(Entity::Org, dice)?);
            let person = invent::row(File::Users, new, &[], dice);
            Change::Add(vec![(File::Users, person), (File::Roles, role)])
        }
        _ => {
            let class = some(Entity::Class, dice)?;
            let school = seen[&(Entity::Class, class.clone())].get("school")?.clone();
            let references = [("classSourcedId", class.as_str()), ("schoolSourcedId", &school), ("role", "student")];
            let mut row = invent::row(File::Enrollments, new, &references, dice);
            row.set("userSourcedId", &some(Entity::User, dice)?);
            Change::Add(vec![(File::Enrollments, row)])
        }
    })
}

impl Case {
    fn view(&self) -> (View, Rights) {
        view_and_rights(&self.board, &self.decisions, &self.vendor)
    }

    /// Whether the board has, or had, the object.
    fn has(&self, (entity, id): &(Entity, String)) -> bool {
        let files: &[File] = match entity {
            Entity::User | Entity::Demographics => &[File::Users],
            Entity::Enrollment => &[File::Enrollments],
            _ => &[File::Orgs, File::AcademicSessions, File::Courses, File::Classes],
        };
        files.iter().any(|file| self.board.find(*file, id).is_some())
    }

    fn after(&self, change: &Change) -> Self {
        let mut case = self.clone();
        match change.clone() {
            Change::Set(file, id, column, text) => {
                if let Some(row) = case.board.find_mut(file, &id).filter(|row| !row.gone)
                    && (!text.is_empty() || !invent::is_required(file, column))
                {
                    row.set(column, &text);
                }
            }
            Change::Add(rows) => rows.into_iter().for_each(|(file, row)| case.board.add(file, row)),
            Change::Remove(file, id) => case.board.remove(file, &id),
        }
        case.board.repair();
        case
    }
}
