//! What is wrong with a rules file, where, and what was probably meant.

use std::fmt;

/// One problem at one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, for the person who wrote the file.
    pub text: String,
}

/// A file that was refused, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FaultyFile {
    /// The file as the user named it.
    pub file: String,
    /// Every problem, by line.
    pub problems: Vec<Problem>,
}

impl fmt::Display for FaultyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, problems } = self;
        match problems.len() {
            1 => write!(f, "{file} has a problem; nothing was applied")?,
            n => write!(f, "{file} has {n} problems; nothing was applied")?,
        }
        problems.iter().try_for_each(|problem| write!(f, "\n{file}:{}: {}", problem.line, problem.text))
    }
}

/// ` (did you mean …?)` if a candidate is close enough to be meant, else nothing.
pub fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    // A number that is wrong by a digit is close to many others, and likely to none in particular.
    let alike = candidates.into_iter().filter(|candidate| digits(candidate).eq(digits(word)));
    let nearest = alike.map(|candidate| (distance(word, candidate), candidate)).min();
    let length = word.chars().count();
    let most = if length < 3 { 0 } else { length.div_ceil(3).min(3) };
    match nearest {
        Some((distance, candidate)) if distance <= most => format!(" (did you mean `{candidate}`?)"),
        Some(_) | None => String::new(),
    }
}

fn digits(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().filter(char::is_ascii_digit)
}

/// How many letters must be added, dropped, changed or swapped with their neighbor.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut row_before = row.clone();
    let mut letter_before = None;
    for (i, letter) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, other) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&row, j) + usize::from(letter != *other);
            let mut best = changed.min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            let swapped = j > 0 && b.get(j - 1) == Some(&letter) && letter_before == Some(*other);
            if swapped {
                best = best.min(at(&row_before, j - 1) + 1);
            }
            next.push(best);
        }
        row_before = std::mem::replace(&mut row, next);
        letter_before = Some(letter);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_what_was_meant() {
        let known = ["name", "name-additional", "gender", "photo"];

        assert_eq!(suggestion("naem", known), " (did you mean `name`?)");
        assert_eq!(suggestion("fotos", known), "");
        assert_eq!(suggestion("gendre", known), " (did you mean `gender`?)");
        assert_eq!(suggestion("S9", ["S1"]), "");
        assert_eq!(suggestion("school-4", ["school-3"]), "");
        assert_eq!(suggestion("scool-3", ["school-3"]), " (did you mean `school-3`?)");
    }

    #[test]
    fn neighbors_that_changed_places_count_once() {
        assert_eq!(distance("naem", "name"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
