//! What the client must not see, known from the party that sees more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::eye::{Eye, USERS, id_of};
use crate::check::Stop;
use crate::probe::nonce;
use crate::suites::oneroster::collection::Collection;

/// Members that are no texts of people, or words of a vocabulary.
const NO_VALUES: &[&str] = &["sourcedId", "status", "dateLastModified", "enabledUser", "role", "type", "pronouns"];
/// How many values of each field are tried.
const VALUES: usize = 2;

/// A value of a field of people that another party sees, and the client doesn't.
#[derive(Debug, Clone)]
pub struct Withheld {
    /// The field's path, as filters name it.
    pub field: String,
    /// The value.
    pub value: String,
    /// One of the same shape that nobody has.
    pub invented: String,
    /// Whether no object that the client sees has the field.
    pub is_whole_field: bool,
}

/// Values of people that the client doesn't see; a skip if there are none.
pub fn values(client: &Eye<'_, '_>, richer: &Eye<'_, '_>) -> Result<Vec<Withheld>, Stop> {
    let (theirs, own) = (richer.walk(USERS)?, client.walk(USERS)?);
    let shown = by_field(&own.objects);
    let mut found = Vec::new();
    for (field, values) in by_field(&theirs.objects) {
        let known: Vec<&str> = shown.get(&field).into_iter().flatten().map(String::as_str).collect();
        let known = known.join("\n").to_lowercase();
        // Of a list that goes on, nobody knows which values it doesn't have.
        if !own.is_whole && !known.is_empty() {
            continue;
        }
        let is_hidden = |value: &&String| !known.contains(&value.to_lowercase());
        for value in values.iter().filter(is_hidden).filter(|value| is_plain(value)).take(VALUES) {
            found.push(Withheld {
                field: field.clone(),
                value: value.clone(),
                invented: invent(value),
                is_whole_field: known.is_empty(),
            });
        }
    }
    if found.is_empty() {
        return Err(Stop::skipped("no other party sees values of people that the client doesn't"));
    }
    Ok(found)
}

/// Fields of people that no object has that the client sees, and that another party sees; a skip if there are none.
pub fn fields(client: &Eye<'_, '_>, richer: &Eye<'_, '_>) -> Result<Vec<String>, Stop> {
    let whole: BTreeSet<String> =
        values(client, richer)?.into_iter().filter(|one| one.is_whole_field).map(|one| one.field).collect();
    if whole.is_empty() {
        return Err(Stop::skipped("the client sees some value of every field"));
    }
    Ok(whole.into_iter().collect())
}

/// Identifiers of objects that another party sees and the client doesn't; a skip if there are none.
pub fn ids(client: &Eye<'_, '_>, richer: &Eye<'_, '_>, collection: Collection) -> Result<Vec<String>, Stop> {
    let (theirs, own) = (richer.walk(collection)?, client.walk(collection)?.whole(collection.path)?);
    let shown = own.ids();
    let hidden = theirs.objects.iter().map(id_of).filter(|id| !shown.contains(id) && !id.is_empty());
    let hidden: Vec<String> = hidden.take(3).map(str::to_owned).collect();
    if hidden.is_empty() {
        return Err(Stop::skipped(format!("no other party sees {} that the client doesn't", collection.path)));
    }
    Ok(hidden)
}

/// The texts of people by field.
fn by_field(people: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut put = |field: String, value: &Value| {
        if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
            found.entry(field).or_default().insert(text.to_owned());
        }
    };
    for person in people {
        for (name, value) in person.as_object().into_iter().flatten() {
            if NO_VALUES.contains(&name.as_str()) {
                continue;
            }
            put(name.clone(), value);
            if name == "metadata" {
                value.as_object().into_iter().flatten().for_each(|(key, value)| put(format!("metadata.{key}"), value));
            }
            if name == "userIds" {
                let all = value.as_array().into_iter().flatten();
                all.filter_map(|one| one.get("identifier")).for_each(|one| put("userIds.identifier".to_owned(), one));
            }
        }
    }
    found
}

/// Whether a value can stand in a filter without doubt, and nobody else has it by chance.
fn is_plain(value: &str) -> bool {
    let is_fine = |c: char| c.is_alphanumeric() || " @.-_/:+".contains(c);
    value.chars().count() >= 5 && value.len() <= 200 && value.chars().all(is_fine)
}

/// A value of the same shape that nobody has.
pub fn invent(value: &str) -> String {
    let is_date = value.len() == 10 && value.split('-').map(str::len).eq([4, 2, 2]);
    if is_date && value.chars().all(|c| c.is_ascii_digit() || c == '-') {
        return "1801-02-03".to_owned();
    }
    let noise = format!("{}{}", nonce(), nonce());
    let mut random = noise.bytes().cycle();
    let mut turn = |from: u8, n: u8| {
        let step = random.next().unwrap_or_default();
        char::from(from + step.wrapping_mul(7).wrapping_add(random.next().unwrap_or_default()) % n)
    };
    let change = |c: char| match c {
        '0'..='9' => turn(b'0', 10),
        _ if c.is_uppercase() => turn(b'A', 26),
        _ if c.is_alphabetic() => turn(b'a', 26),
        _ => c,
    };
    value.chars().map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invented_value_has_the_shape_of_the_true_one() {
        let invented = invent("Anna.12@school.example");

        assert_ne!(invented, "Anna.12@school.example");
        assert_eq!(invented.len(), "Anna.12@school.example".len());
        assert!(invented.contains('@') && invented.starts_with(|c: char| c.is_ascii_uppercase()), "{invented}");
        assert_eq!(invent("2012-11-02"), "1801-02-03");
    }
}
