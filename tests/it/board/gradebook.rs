//! The school's gradebook by chance: line items, score scales and results.

use koppelvlak::oneroster::csv::File;

use super::dice::Dice;
use super::invent::row;
use super::rows::Board;

impl Board {
    /// Adds a line item of some class, in one of its terms.
    pub fn add_line_item(&mut self, id: &str, dice: &mut Dice) {
        let (class, category) = (self.any(File::Classes, dice), self.any(File::Categories, dice));
        let Some(class) = self.find(File::Classes, &class) else { return };
        let (class, school) = (class.id.clone(), class.get("schoolSourcedId").to_owned());
        let term = self.find(File::Classes, &class).unwrap().list("termSourcedIds")[0].to_owned();
        let references = [
            ("classSourcedId", class.as_str()),
            ("schoolSourcedId", school.as_str()),
            ("categorySourcedId", category.as_str()),
            ("academicSessionSourcedId", term.as_str()),
        ];
        self.add(File::LineItems, row(File::LineItems, id, &references, dice));
    }

    /// Adds a score scale of some class.
    pub fn add_score_scale(&mut self, id: &str, dice: &mut Dice) {
        let class = self.any(File::Classes, dice);
        let Some(class) = self.find(File::Classes, &class) else { return };
        let references = [
            ("classSourcedId", class.id.clone()),
            ("courseSourcedId", class.get("courseSourcedId").to_owned()),
            ("orgSourcedId", class.get("schoolSourcedId").to_owned()),
        ];
        let mut references: Vec<(&'static str, &str)> =
            references.iter().map(|(column, id)| (*column, id.as_str())).collect();
        references.push(("type", "ordinal"));
        self.add(File::ScoreScales, row(File::ScoreScales, id, &references, dice));
    }

    /// Adds a result of somebody for some line item.
    pub fn add_result(&mut self, id: &str, dice: &mut Dice) {
        let students = self.active(File::Roles).filter(|role| role.get("role") == "student");
        let students: Vec<String> = students.map(|role| role.get("userSourcedId").to_owned()).collect();
        let Some(student) = dice.maybe(&students).cloned() else { return };
        let item = self.any(File::LineItems, dice);
        let Some(item) = self.find(File::LineItems, &item) else { return };
        let (item, class) = (item.id.clone(), item.get("classSourcedId").to_owned());
        let references = [
            ("lineItemSourcedId", item.as_str()),
            ("studentSourcedId", student.as_str()),
            ("classSourcedId", class.as_str()),
        ];
        self.add(File::Results, row(File::Results, id, &references, dice));
    }
}
