//! In which categories a row has values, as one number of a statement.
//!
//! Whether a change of a release shows or hides anything depends on it: a refusal of what isn't there moves
//! nothing.

use std::fmt::Write as _;

use crate::catalogue::{Category, Entity};
use crate::snapshot::WithValue;

/// The categories of an entity that a row may have no value of, and the expression that says which it has.
#[derive(Debug)]
pub(super) struct Presence {
    categories: Vec<Category>,
    /// A number with a bit for each category.
    pub sql: String,
}

impl Presence {
    /// For the rows of an entity's table.
    pub fn of(entity: Entity) -> Self {
        let mut categories: Vec<(Category, Vec<&'static str>)> = Vec::new();
        for field in entity.fields().iter().filter(|field| !field.column.is_empty() && !field.kind.is_relation()) {
            match categories.iter_mut().find(|(category, _)| *category == field.category) {
                Some((_, columns)) => columns.push(field.column),
                None => categories.push((field.category, vec![field.column])),
            }
        }
        // What every row has needs no asking.
        categories.retain(|(category, _)| {
            let is_always_there = entity.fields().iter().any(|field| {
                field.category == *category && field.is_required && !matches!(field.name, "identifier" | "courseCode")
            });
            *category != entity.base_category() && !is_always_there
        });
        let mut sql = "CAST(0".to_owned();
        for (bit, (_, columns)) in categories.iter().enumerate() {
            let conditions: Vec<String> = columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
            // Writing to a string can't fail.
            _ = write!(sql, " + CASE WHEN {} THEN {} ELSE 0 END", conditions.join(" OR "), 1_u64 << bit);
        }
        sql.push_str(" AS BIGINT)");
        Self { categories: categories.into_iter().map(|(category, _)| category).collect(), sql }
    }

    /// The sets before any row is read.
    pub fn nothing(&self) -> WithValue {
        self.categories.iter().map(|category| (*category, roaring::RoaringBitmap::new())).collect()
    }

    /// Adds the object at a position, whose row gave that number.
    pub fn note(&self, values: &mut WithValue, position: u32, number: i64) {
        for (bit, category) in self.categories.iter().enumerate() {
            if number & (1 << bit) != 0
                && let Some(objects) = values.get_mut(category)
            {
                objects.insert(position);
            }
        }
    }
}
